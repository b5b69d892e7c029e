/** Filters over sequences: order, grouping, choice and aggregation. */
import { isEqual, isLess, sortedBy, textOf } from './comparison.ts'
import { reversedIterator } from './dict-methods.ts'
import type { Evaluation } from './evaluation.ts'
import {
  attributeGetter,
  type Filter,
  filter,
  filterArgumentError,
  generatorFilter,
  ignoreCase,
  multiGetter,
} from './filter.ts'
import { findIterable, findLength, iterate, lengthOf, toArray, truthy } from './iteration.ts'
import { intArgument } from './method.ts'
import { add } from './operators.ts'
import { str } from './repr.ts'
import { typeError } from './template-error.ts'
import { characters } from './text.ts'
import { PyDict, PyIterator, PyObject, PySet, PyTuple, typeName, Undefined, type Value } from './value.ts'

/** What `reversed()` accepts, as an array; `undefined` for other things. */
function reversible(value: Value): Value[] | undefined {
  if (value instanceof PyIterator || value instanceof PySet) return undefined
  if (value instanceof PyObject && value.length() === undefined) return undefined
  return findLength(value) === undefined ? undefined : toArray(value)
}

function first(env: Evaluation, value: Value): Value {
  for (const one of iterate(value)) return one
  return env.missing({ message: 'No first item, sequence was empty.' })
}

function last(env: Evaluation, value: Value): Value {
  const items = reversible(value)
  if (!items) throw typeError(`'${typeName(value)}' object is not reversible`)
  const found = items.at(-1)
  return found === undefined ? env.missing({ message: 'No last item, sequence was empty.' }) : found
}

function reverse(value: Value): Value {
  const text = textOf(value)
  if (text !== undefined) return characters(text).reverse().join('')
  const items = reversible(value)
  if (items) return reversedIterator(items, Array.isArray(value) ? 'list_reverseiterator' : 'reversed')
  if (findIterable(value) === undefined) throw filterArgumentError('argument must be iterable')
  return toArray(value).reverse()
}

function extreme(env: Evaluation, value: Value, caseSensitive: Value, attribute: Value, wantsLess: boolean): Value {
  const key = attributeGetter(env, attribute, truthy(caseSensitive) ? undefined : ignoreCase)
  let best: { item: Value; key: Value } | undefined
  for (const item of iterate(value)) {
    const own = key(item)
    if (!best || (wantsLess ? isLess(own, best.key) : isLess(best.key, own))) best = { item, key: own }
  }
  return best ? best.item : env.missing({ message: 'No aggregated item, sequence was empty.' })
}

function* unique(env: Evaluation, value: Value, caseSensitive: Value, attribute: Value): Generator<Value> {
  const key = attributeGetter(env, attribute, truthy(caseSensitive) ? undefined : ignoreCase)
  const seen = new PySet()
  for (const item of iterate(value)) {
    const own = key(item)
    if (seen.has(own)) continue
    seen.add(own)
    yield item
  }
}

function* batch(value: Value, size: Value, fill: Value): Generator<Value> {
  let group: Value[] = []
  for (const item of iterate(value)) {
    if (isEqual(group.length, size)) {
      yield group
      group = []
    }
    group.push(item)
  }
  if (group.length === 0) return
  if (fill !== null) while (group.length < intArgument(size)) group.push(fill)
  yield group
}

function* slices(value: Value, count: Value, fill: Value): Generator<Value> {
  const items = toArray(value)
  const slots = intArgument(count)
  if (slots === 0) throw typeError('slice filter needs at least one slice')
  const size = Math.floor(items.length / slots)
  const extra = items.length % slots
  let start = 0
  for (let slot = 0; slot < slots; slot++) {
    const end = start + size + (slot < extra ? 1 : 0)
    const part = items.slice(start, end)
    if (fill !== null && slot >= extra) part.push(fill)
    yield part
    start = end
  }
}

/** A pair that also answers to `grouper` and `list`. */
class GroupTuple extends PyTuple {
  override attr(name: string): Value | undefined {
    if (name === 'grouper') return this.items[0]
    return name === 'list' ? this.items[1] : undefined
  }
}

function groupBy(env: Evaluation, value: Value, attribute: Value, fallback: Value, caseSensitive: Value): Value {
  const isSensitive = truthy(caseSensitive)
  const key = attributeGetter(env, attribute, isSensitive ? undefined : ignoreCase, fallback)
  const groups: { key: Value; items: Value[] }[] = []
  for (const item of sortedBy(toArray(value), key, false)) {
    const own = key(item)
    const group = groups.at(-1)
    if (group && isEqual(group.key, own)) group.items.push(item)
    else groups.push({ key: own, items: [item] })
  }
  const shown = attributeGetter(env, attribute, undefined, fallback)
  return groups.map(group => new GroupTuple([isSensitive ? group.key : shown(group.items[0]!), group.items]))
}

function sum(env: Evaluation, value: Value, attribute: Value, start: Value): Value {
  if (textOf(start) !== undefined) throw typeError("sum() can't sum strings [use ''.join(seq) instead]")
  const get = attributeGetter(env, attribute)
  let total = start
  for (const item of iterate(value)) total = add(total, get(item))
  return total
}

function dictSort(value: Value, caseSensitive: Value, by: Value, reversed: Value): Value {
  const position = by === 'key' ? 0 : by === 'value' ? 1 : undefined
  if (position === undefined) throw filterArgumentError('You can only sort by either "key" or "value"')
  const pairs = pairsOfMapping(value)
  const key = (pair: PyTuple): Value => {
    const own = pair.items[position]!
    return truthy(caseSensitive) ? own : ignoreCase(own)
  }
  return sortedBy(pairs, key, truthy(reversed))
}

function pairsOfMapping(value: Value): PyTuple[] {
  if (value instanceof PyDict) return Array.from(value.entries(), pair => new PyTuple(pair))
  if (value instanceof PyObject && value.kind === 'mapping') {
    return toArray(value).map(key => new PyTuple([key, value.item(key) ?? null]))
  }
  if (value instanceof Undefined) throw value.fail()
  throw typeError(`'${typeName(value)}' object has no attribute 'items'`)
}

function join(env: Evaluation, value: Value, by: Value, attribute: Value): string {
  const get = attributeGetter(env, attribute)
  const parts: string[] = []
  for (const item of iterate(value)) parts.push(str(get(item)))
  return parts.join(str(by))
}

function* items(value: Value): Generator<Value> {
  if (value instanceof PyDict || (value instanceof PyObject && value.kind === 'mapping')) yield* pairsOfMapping(value)
  else if (!(value instanceof Undefined)) {
    throw typeError('Can only get item pairs from a mapping.')
  }
}

function sort(env: Evaluation, value: Value, reversed: Value, caseSensitive: Value, attribute: Value): Value {
  const after = truthy(caseSensitive) ? (one: Value) => one : ignoreCase
  const key = multiGetter(env, attribute, after)
  return sortedBy(toArray(value), key, truthy(reversed))
}

export const sequenceFilters: readonly Filter[] = [
  filter('first', ['seq'], first),
  filter('last', ['seq'], last),
  filter('length', ['obj', '/'], (_, value = null) => lengthOf(value)),
  filter('count', ['obj', '/'], (_, value = null) => lengthOf(value)),
  filter('list', ['value'], (_, value = null) => toArray(value)),
  filter('reverse', ['value'], (_, value = null) => reverse(value)),
  filter(
    'min',
    ['value', ['case_sensitive', false], ['attribute', null]],
    (env, value = null, sensitive = false, by = null) => extreme(env, value, sensitive, by, true),
  ),
  filter(
    'max',
    ['value', ['case_sensitive', false], ['attribute', null]],
    (env, value = null, sensitive = false, by = null) => extreme(env, value, sensitive, by, false),
  ),
  filter(
    'sort',
    ['value', ['reverse', false], ['case_sensitive', false], ['attribute', null]],
    (env, value = null, reversed = false, sensitive = false, by = null) => sort(env, value, reversed, sensitive, by),
  ),
  generatorFilter(
    'unique',
    ['value', ['case_sensitive', false], ['attribute', null]],
    (env, value = null, sensitive = false, by = null) => unique(env, value, sensitive, by),
  ),
  generatorFilter('batch', ['value', 'linecount', ['fill_with', null]], (_, value = null, size = 0, fill = null) =>
    batch(value, size, fill),
  ),
  generatorFilter('slice', ['value', 'slices', ['fill_with', null]], (_, value = null, count = 0, fill = null) =>
    slices(value, count, fill),
  ),
  filter(
    'groupby',
    ['value', 'attribute', ['default', null], ['case_sensitive', false]],
    (env, value = null, by = null, fallback = null, sensitive = false) => groupBy(env, value, by, fallback, sensitive),
  ),
  filter('sum', ['iterable', ['attribute', null], ['start', 0]], (env, value = null, by = null, start = 0) =>
    sum(env, value, by, start),
  ),
  filter(
    'dictsort',
    ['value', ['case_sensitive', false], ['by', 'key'], ['reverse', false]],
    (_, value = null, sensitive = false, by = 'key', reversed = false) => dictSort(value, sensitive, by, reversed),
  ),
  filter('join', ['value', ['d', ''], ['attribute', null]], (env, value = null, by = '', attribute = null) =>
    join(env, value, by, attribute),
  ),
  generatorFilter('items', ['value'], (_, value = null) => items(value)),
]
