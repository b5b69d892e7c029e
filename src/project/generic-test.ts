/** Generic tests of models, seeds, snapshots and sources -> drafts of test nodes. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Place } from '../base/source-file.ts'
import { createRelation } from '../context/relation.ts'
import { dictIn, textIn, textsIn } from '../template/dict-access.ts'
import { repr } from '../template/repr.ts'
import { sortedTexts } from '../template/text.ts'
import type { PyDict, Value } from '../template/value.ts'
import { CapturedCalls } from './captured-calls.ts'
import type { Draft } from './draft.ts'
import { fqnPrefix } from './found-file.ts'
import {
  type DefinitionOptions,
  readTestDefinition,
  type TestDefinition,
  type TestTarget,
  testCode,
  testTags,
} from './generic-test-definition.ts'
import { testHash } from './generic-test-name.ts'
import type { Checksum, RefCall, SourceCall } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { ProjectPackage } from './project-package.ts'

/** What the tests of one model version, seed, snapshot or source table hang on. */
export interface TestHolder extends TestTarget {
  readonly owner: ProjectPackage
  /** `models.orders`. */
  readonly fileKeyName: string
  readonly attachedNode: string | null
  readonly attachedGroup: string | null
  readonly dependency: { readonly ref: RefCall } | { readonly source: SourceCall }
  readonly tags: readonly string[]
  readonly quoteColumns: boolean
}

/** Everything that expanding a test needs beside the test itself. */
export interface TestReader {
  readonly maker: NodeMaker
  /** Renders a configured text natively with the names of properties files. */
  readonly render: (text: string, owner: ProjectPackage) => Value
  /** Finds the test's macro and captures what its arguments and its text call. */
  readonly readCalls: (draft: Draft, definition: TestDefinition, holder: TestHolder) => void
}

const noChecksum: Checksum = { name: 'none', checksum: '' }

/** `undefined` when the test is at fault; that is reported. */
export function expandTest(
  written: Value,
  column: PyDict | null,
  holder: TestHolder,
  at: () => Place,
  reader: TestReader,
): Draft | undefined {
  const { maker } = reader
  try {
    return makeTest(written, column, holder, at, reader)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    const { diagnostic } = error
    const file = holder.entry.found.originalFilePath
    const isFault = diagnostic.code === 'project/bad-test' && diagnostic.kind === 'Parsing'
    const kind = isFault ? 'test config given in' : 'generic test configuration given in'
    const shown = trimmed(repr(holder.entry.value))
    const message = `Invalid ${kind} ${file}:${isFault ? '' : ' '}\n${isFault ? '\t' : ''}${diagnostic.message}\n\t@: ${shown}`
    maker.report({ ...diagnostic, message, at: isFault ? at() : (diagnostic.at ?? at()) })
    return undefined
  }
}

function trimmed(text: string): string {
  return text.length < 50 ? text : `${text.slice(0, 44)}...${text.slice(-3)}`
}

function makeTest(
  written: Value,
  column: PyDict | null,
  holder: TestHolder,
  at: () => Place,
  reader: TestReader,
): Draft {
  const { maker } = reader
  const { found } = holder.entry
  const columnName = column && shownColumn(column, holder.quoteColumns)
  const definition = readTestDefinition(written, definitionOptions(columnName, holder, at, reader))
  const { fullName, fileName, kwargs, testName, namespace } = definition
  const columnTags = column ? [...textsIn(column, 'tags'), ...textsIn(dictIn(column, 'config'), 'tags')] : []
  const calls = new CapturedCalls()
  calls.addConfig(definition.config)
  const code = testCode(definition)
  const path = `${fileName}.sql`
  const draft: Draft = {
    resourceType: 'test',
    owner: holder.owner,
    file: { path: found.originalFilePath, text: code },
    originalFilePath: found.originalFilePath,
    path,
    language: 'sql',
    rawCode: code,
    codeOffset: 0,
    checksum: noChecksum,
    calls,
    createdAtMs: maker.createdAtMs(),
    firstTags: sortedTexts(new Set([...holder.tags, ...columnTags, ...testTags(definition.config)])),
    name: fullName,
    uniqueId: `test.${holder.owner.name}.${fullName}.${testHash(fullName, testName, namespace, kwargs)}`,
    fqn: fqnPrefix(holder.owner.name, found.originalFilePath.split('/').slice(1).join('/')).concat(fullName),
    patch: undefined,
    generic: {
      name: testName,
      namespace,
      kwargs,
      columnName,
      fileKeyName: holder.fileKeyName,
      attachedNode: holder.attachedNode,
    },
    description: definition.description,
    attachedGroup: holder.attachedGroup,
    enabled: true,
    place: at,
  }
  reader.readCalls(draft, definition, holder)
  return draft
}

function shownColumn(column: PyDict, quoteColumns: boolean): string {
  const name = textIn(column, 'name') ?? ''
  const quote = column.get('quote') ?? null
  return quote === true || (quote === null && quoteColumns) ? createRelation({ identifier: name }).str() : name
}

function definitionOptions(
  columnName: string | null,
  holder: TestHolder,
  at: () => Place,
  { maker, render }: TestReader,
): DefinitionOptions {
  const { found } = holder.entry
  return {
    target: holder,
    columnName,
    render: text => render(text, holder.owner),
    argumentsProperty: maker.run.projectFile.behaviour.requireGenericTestArgumentsProperty,
    onLooseArguments: testName => {
      const test = `\`${testName}\` defined on '${holder.shownName}' in package '${holder.owner.name}' (${found.originalFilePath})`
      maker.report({
        code: 'project/deprecated-arguments',
        severity: 'warning',
        kind: 'Parsing',
        message: `Found top-level arguments to test ${test}. Arguments to generic tests should be nested under the \`arguments\` property.`,
        hint: 'put them under "arguments:"',
        at: at(),
        facts: { test_name: test },
      })
    },
    onLooseConfig: (testName, key) => {
      const keyPath = `data_tests.${testName}.${key}`
      maker.report({
        code: 'project/property-moved',
        severity: 'warning',
        kind: 'Parsing',
        message: `Found \`${key}\` as a top-level property of \`${keyPath}\` in file \`${found.originalFilePath}\`. The \`${key}\` top-level property should be moved into the \`config\` of \`${keyPath}\`.`,
        at: at(),
        facts: { key, file: found.originalFilePath, key_path: keyPath },
      })
    },
    onPlainArguments: (testName, shown) => {
      const test = `\`${testName}\` (${shown})`
      maker.report({
        code: 'project/arguments-property',
        severity: 'warning',
        kind: 'Parsing',
        message: `Found \`arguments\` property in test definition of ${test} without usage of \`require_generic_test_arguments_property\` behavior change flag. The \`arguments\` property is deprecated for custom usage and will be used to nest keyword arguments in future versions of dbt.`,
        at: at(),
        facts: { test_name: test },
      })
    },
  }
}
