/** The table of filters, and those that call other filters and tests by name: map, select, reject and their kin. */
import type { Evaluation } from './evaluation.ts'
import { attributeGetter, type Filter, filterArgumentError, type Getter } from './filter.ts'
import { sequenceFilters } from './filters-sequence.ts'
import { textFilters } from './filters-text.ts'
import { valueFilters } from './filters-value.ts'
import { iterate, truthy } from './iteration.ts'
import { type NativeKind, NativeMarker } from './native-marker.ts'
import { str } from './repr.ts'
import { runtimeError } from './template-error.ts'
import { type Kwargs, PyIterator, type Value } from './value.ts'

export type FilterFunction = Filter['run']
/** How `select` and `reject` find their tests; the table of tests stands above this one. */
export type TestLookup = (name: string) => (env: Evaluation, args: readonly Value[], kwargs: Kwargs) => Value

const filters = new Map<string, Filter>()
for (const one of [...sequenceFilters, ...textFilters, ...valueFilters]) filters.set(one.name, one)

const nativeKinds: Readonly<Record<string, NativeKind>> = {
  as_text: 'text',
  as_bool: 'bool',
  as_number: 'number',
  as_native: 'native',
}
/** Outside YAML values they change nothing. */
for (const name of Object.keys(nativeKinds)) {
  filters.set(name, { name, usesContext: false, run: (_env, [value = null]) => value })
}

let testNamed: TestLookup = name => () => {
  throw runtimeError(`No test named '${name}' found.`)
}

function prepareMap(env: Evaluation, args: readonly Value[], kwargs: Kwargs): Getter {
  const [, name, ...rest] = args
  const attribute = kwargs.get('attribute')
  if (name === undefined && attribute !== undefined) {
    const unknown = [...kwargs.keys()].find(key => key !== 'attribute' && key !== 'default')
    if (unknown !== undefined) throw filterArgumentError(`Unexpected keyword argument '${unknown}'`)
    return attributeGetter(env, attribute, undefined, kwargs.get('default') ?? null)
  }
  if (name === undefined) throw filterArgumentError('map requires a filter argument')
  const run = filterNamed(str(name))
  return item => run(env, [item, ...rest], kwargs)
}

function* mapItems(env: Evaluation, args: readonly Value[], kwargs: Kwargs): Generator<Value> {
  const [value = null] = args
  if (!truthy(value)) return
  const change = prepareMap(env, args, kwargs)
  for (const item of iterate(value)) yield change(item)
}

function* selectItems(
  env: Evaluation,
  args: readonly Value[],
  kwargs: Kwargs,
  options: { readonly keep: boolean; readonly byAttribute: boolean },
): Generator<Value> {
  const [value = null, ...given] = args
  if (!truthy(value)) return
  let get: Getter = item => item
  if (options.byAttribute) {
    const attribute = given.shift()
    if (attribute === undefined) throw filterArgumentError('Missing parameter for attribute name')
    get = attributeGetter(env, attribute)
  }
  const [name, ...rest] = given
  const test = name === undefined ? undefined : testNamed(str(name))
  for (const item of iterate(value)) {
    const tested = get(item)
    const holds = test ? truthy(test(env, [tested, ...rest], kwargs)) : truthy(tested)
    if (holds === options.keep) yield item
  }
}

function contextFilter(
  name: string,
  body: (env: Evaluation, args: readonly Value[], kwargs: Kwargs) => Iterator<Value>,
): void {
  filters.set(name, { name, usesContext: true, run: (env, args, kwargs) => new PyIterator(body(env, args, kwargs)) })
}

contextFilter('map', mapItems)
for (const [name, keep, byAttribute] of [
  ['select', true, false],
  ['reject', false, false],
  ['selectattr', true, true],
  ['rejectattr', false, true],
] as const) {
  contextFilter(name, (env, args, kwargs) => selectItems(env, args, kwargs, { keep, byAttribute }))
}

/** Called once by the table of tests. */
export function useTests(lookup: TestLookup): void {
  testNamed = lookup
}

export function filterNames(): Iterable<string> {
  return filters.keys()
}

export function isFilter(name: string): boolean {
  return filters.has(name)
}

/** Whether the filter gives the same for the same arguments, so that it can be computed ahead. */
export function isPureFilter(name: string): boolean {
  return filters.get(name)?.usesContext === false && nativeKinds[name] === undefined
}

/** The filter as compiled code calls it: the value comes first. An unknown one fails when it is called. */
export function filterNamed(name: string): FilterFunction {
  const found = filters.get(name)
  if (found) return found.run
  return () => {
    throw runtimeError(`No filter named '${name}' found.`)
  }
}

/** The same in YAML values, where `as_number` and the like mark what becomes of the text. */
export function nativeFilterNamed(name: string): FilterFunction {
  const kind = nativeKinds[name]
  if (kind === undefined) return filterNamed(name)
  return (_env, [value = null]) => new NativeMarker(str(value), kind)
}
