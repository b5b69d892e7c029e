/**
 * One element of `data_tests:` -> what it tests, with which arguments and configuration. All three ways of writing are
 * known: `unique`, `{unique: {config: ...}}` and `{name: x, test_name: unique}`.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { hasMarks, unmarked } from '../config/yaml-value.ts'
import { truthy } from '../template/iteration.ts'
import { repr, str } from '../template/repr.ts'
import { PyDict, typeName, type Value } from '../template/value.ts'
import { synthesizeTestNames } from './generic-test-name.ts'
import type { PropertyEntry } from './property-entry.ts'

/** What the test is attached to. */
export interface TestTarget {
  readonly entry: PropertyEntry
  /** As in the test's name: `orders_v2`, `raw_users`. */
  readonly nameInTest: string
  /** `ref('orders')`, `source('raw', 'users')`. */
  readonly expression: string
  readonly isSource: boolean
  readonly shownName: string
}

export interface TestDefinition {
  readonly testName: string
  readonly namespace: string | null
  /** As in the manifest: `model` and `column_name` among them, not rendered. */
  readonly kwargs: PyDict
  readonly config: PyDict
  readonly description: string
  readonly fullName: string
  readonly fileName: string
}

const configKeys = [
  'severity',
  'tags',
  'enabled',
  'where',
  'limit',
  'warn_if',
  'error_if',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'meta',
  'database',
  'schema',
  'alias',
] as const
const topKeys = new Set<Value>(['config', 'column_name', 'description', 'name', ...configKeys])

export interface DefinitionOptions {
  readonly target: TestTarget
  readonly columnName: string | null
  /** Renders a configured text natively. */
  readonly render: (text: string) => Value
  /** dbt's flag `require_generic_test_arguments_property`. */
  readonly argumentsProperty: boolean
  /** Arguments that stand beside the configuration and not under `arguments`. */
  readonly onLooseArguments: (testName: string) => void
  /** Configuration that stands beside `config` and not under it. */
  readonly onLooseConfig: (testName: string, key: string) => void
  /** `arguments` without the flag that gives it its meaning. */
  readonly onPlainArguments: (testName: string, shown: string) => void
}

/** @throws DiagnosticError `project/bad-test` */
export function readTestDefinition(written: Value, options: DefinitionOptions): TestDefinition {
  const { target, columnName } = options
  const { name: wholeName, args: givenArgs } = nameAndArguments(written)
  const args = givenArgs.copy()
  if (columnName !== null) args.set('column_name', columnName)
  const plain = options.argumentsProperty ? undefined : args.get('arguments')
  if (plain !== undefined) options.onPlainArguments(wholeName, str(plain))
  const withArguments = options.argumentsProperty ? takeArguments(args, wholeName, options) : args
  if (withArguments.has('model')) throw fault('Test arguments include "model", which is a reserved argument')
  withArguments.set('model', `{{ get_where_subquery(${target.expression}) }}`)
  const match = /^(?:([a-zA-Z_][0-9a-zA-Z_]*)\.)?([a-zA-Z_][0-9a-zA-Z_]*)/.exec(wholeName)
  if (!match) throw fault(`Test name string did not match expected pattern: ${wholeName}`)
  const [, namespace = null, testName = ''] = match
  const config = takeConfig(withArguments, options)
  const description = takeText(withArguments, 'description') ?? ''
  const ownName = takeText(withArguments, 'name')
  if (ownName !== null) {
    return { testName, namespace, kwargs: withArguments, config, description, fullName: ownName, fileName: ownName }
  }
  const typed = target.isSource ? `source_${testName}` : testName
  const names = synthesizeTestNames(
    namespace === null ? typed : `${namespace}_${typed}`,
    target.nameInTest,
    withArguments,
  )
  if (names.short !== names.full && !config.has('alias')) config.set('alias', names.short)
  return {
    testName,
    namespace,
    kwargs: withArguments,
    config,
    description,
    fullName: names.full,
    fileName: names.short,
  }
}

function fault(message: string): DiagnosticError {
  return new DiagnosticError({ code: 'project/bad-test', kind: 'Parsing', message })
}

function sameKey(): DiagnosticError {
  const message = 'Test cannot have the same key at the top-level and in config'
  return new DiagnosticError({ code: 'project/bad-test', kind: 'Compilation', message })
}

function nameAndArguments(written: Value): { readonly name: string; readonly args: PyDict } {
  if (typeof written === 'string') return { name: written, args: new PyDict() }
  if (!(written instanceof PyDict)) {
    throw fault(`test must be dict or str, got <class '${typeName(written)}'> (value ${repr(written)})`)
  }
  if (written.has('test_name')) {
    const args = written.copy()
    args.delete('test_name')
    return checked(written.get('test_name') ?? null, args)
  }
  const [only] = written
  if (written.size !== 1 || !only) {
    const items = Array.from(written, ([key, value]) => `(${repr(key)}, ${repr(value)})`)
    throw fault(
      `test definition dictionary must have exactly one key, got [${items.join(', ')}] instead (${written.size} keys)`,
    )
  }
  return checked(only[0], only[1])
}

function checked(name: Value, args: Value): { readonly name: string; readonly args: PyDict } {
  if (!(args instanceof PyDict)) {
    throw fault(`test arguments must be a dict, got <class '${typeName(args)}'> (value ${repr(args)})`)
  }
  if (typeof name !== 'string') {
    throw fault(`test name must be a str, got <class '${typeName(name)}'> (value ${repr(name)})`)
  }
  return { name, args }
}

/** Lays what stands under `arguments` over what stands beside it. */
function takeArguments(args: PyDict, testName: string, options: DefinitionOptions): PyDict {
  const nested = args.get('arguments') ?? new PyDict()
  args.delete('arguments')
  for (const key of configKeys) if (args.has(key)) options.onLooseConfig(testName, key)
  if (!truthy(nested) && [...args.keys()].some(key => !topKeys.has(key))) options.onLooseArguments(testName)
  return nested instanceof PyDict ? PyDict.of([...args, ...nested]) : args
}

function takeText(args: PyDict, key: string): string | null {
  const value = args.get(key)
  if (value === undefined) return null
  args.delete(key)
  return str(value)
}

/** Configuration from under `config` and, as it was written once, from beside the arguments. */
function takeConfig(args: PyDict, options: DefinitionOptions): PyDict {
  const given = args.get('config')
  args.delete('config')
  const nested = given instanceof PyDict ? given.copy() : new PyDict()
  const config = new PyDict()
  for (const key of configKeys) {
    const beside = args.get(key) ?? null
    args.delete(key)
    if (truthy(beside) && nested.has(key)) throw sameKey()
    let value = beside
    if (!truthy(beside) && given instanceof PyDict) {
      value = nested.get(key) ?? null
      nested.delete(key)
    }
    setRendered(config, key, value, options)
  }
  for (const [key, value] of nested) setRendered(config, key, value, options)
  return config
}

function setRendered(config: PyDict, key: Value, value: Value, options: DefinitionOptions): void {
  const rendered = typeof value !== 'string' ? value : hasMarks(value) ? options.render(value) : unmarked(value)
  if (rendered !== null) config.set(key, rendered)
}

/** The text of a test's node: a call of the test's macro, and its configuration as a call of `config`. */
export function testCode({ testName, namespace, config }: TestDefinition): string {
  const macro = namespace === null ? `test_${testName}` : `${namespace}.test_${testName}`
  const settings = Array.from(config, ([key, value]) => {
    const text = typeof value === 'string' ? `"${value.replaceAll('"', '\\"')}"` : str(value)
    return `${str(key)}=${text}`
  })
  const call = settings.length > 0 ? `{{ config(${settings.join(',')}) }}` : ''
  return `{{ ${macro}(**_dbt_generic_test_kwargs) }}${call}`
}

/** Tags of a test's own configuration. @throws DiagnosticError `project/bad-test` when they are no texts */
export function testTags(config: PyDict): readonly string[] {
  const tags = config.get('tags') ?? []
  const list = typeof tags === 'string' ? [tags] : tags
  if (!Array.isArray(list)) {
    throw fault(`got ${repr(tags)} (<class '${typeName(tags)}'>) for tags, expected a list of strings`)
  }
  return list.map(tag => {
    if (typeof tag !== 'string') throw fault(`got ${repr(tag)} (<class '${typeName(tag)}'>) for tag, expected a str`)
    return tag
  })
}
