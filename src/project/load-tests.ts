/** Entries of models, seeds, snapshots, analyses, functions and singular tests: patches, and the tests in them. */

import { boolIn, dictsIn, textIn } from '../template/dict-access.ts'
import type { PyDict, Value } from '../template/value.ts'
import { type Described, PropertyApplier } from './apply-properties.ts'
import type { Draft } from './draft.ts'
import { configOf } from './finish-node.ts'
import { expandTest, type TestHolder, type TestReader } from './generic-test.ts'
import type { LoadedProperties } from './load-properties.ts'
import { testsOf } from './model-versions.ts'
import type { NodeCalls } from './node-calls.ts'
import type { NodeMaker } from './node-maker.ts'
import type { ParseRenderer } from './parse-renderer.ts'

export interface TestTools {
  readonly maker: NodeMaker
  readonly renderer: ParseRenderer
  readonly calls: NodeCalls
}

export function testReader({ maker, renderer, calls }: TestTools): TestReader {
  return {
    maker,
    render: (text, owner) => renderer.yamlText(text, owner),
    readCalls: (draft, definition, holder) => calls.readTest(draft, definition, holder.dependency),
  }
}

const patched = ['models', 'seeds', 'snapshots', 'data_tests', 'analyses', 'functions'] as const

/** Patches the drafts; gives the drafts of all generic tests that hang on them. */
export function loadTests(
  drafts: readonly Draft[],
  properties: LoadedProperties,
  tools: TestTools,
): { readonly tests: readonly Draft[] } {
  const applier = new PropertyApplier(drafts, tools.maker)
  const described = Array.from(properties.entries(...patched), entry => applier.apply(entry))
  const reader = testReader(tools)
  const tests: Draft[] = []
  for (const one of described) {
    const { section } = one.entry
    if (section !== 'models' && section !== 'seeds' && section !== 'snapshots') continue
    for (const draft of testsOfEntry(one, reader)) {
      draft.enabled = configOf(draft, tools.maker).config.get('enabled') !== false
      tests.push(draft)
    }
  }
  return { tests }
}

function* testsOfEntry(one: Described, reader: TestReader): Generator<Draft> {
  const { entry, versions, drafts } = one
  if (!versions) {
    const holder = holderOf(one, null, drafts.get(null), reader)
    yield* testsOn(dictsIn(entry.value, 'columns'), testsOf(entry.value), holder, reader)
    return
  }
  for (const version of versions.all) {
    const holder = holderOf(one, version.version, drafts.get(version.version), reader)
    yield* testsOn(version.columns, version.tests, holder, reader)
  }
}

function* testsOn(
  columns: readonly PyDict[],
  tests: readonly Value[],
  holder: TestHolder,
  reader: TestReader,
): Generator<Draft> {
  const { entry } = holder
  for (const [index, column] of columns.entries()) {
    const key = column.has('data_tests') ? 'data_tests' : 'tests'
    for (const [position, test] of testsOf(column).entries()) {
      const draft = expandTest(test, column, holder, () => entry.at('columns', index, key, position), reader)
      if (draft) yield draft
    }
  }
  const key = entry.value.has('data_tests') ? 'data_tests' : 'tests'
  for (const [position, test] of tests.entries()) {
    const draft = expandTest(test, null, holder, () => entry.at(key, position), reader)
    if (draft) yield draft
  }
}

function holderOf(
  { entry }: Described,
  version: string | number | null,
  draft: Draft | undefined,
  { maker }: TestReader,
): TestHolder {
  const { name, section, found } = entry
  // dbt looks for the node in the package of the properties file, although the test may describe another's.
  const attached = draft?.owner === found.owner ? draft : undefined
  return {
    entry,
    owner: found.owner,
    nameInTest: version === null ? name : `${name}_v${version}`,
    expression: version === null ? `ref('${name}')` : `ref('${name}', version='${version}')`,
    isSource: false,
    shownName: name,
    fileKeyName: `${section}.${name}`,
    attachedNode: attached?.uniqueId ?? null,
    attachedGroup: attached ? textIn(configOf(attached, maker).config, 'group') : null,
    dependency: { ref: { name, package: null, version } },
    tags: [],
    quoteColumns: boolIn(entry.value, 'quote_columns') ?? false,
  }
}
