/** The methods of `list` and `tuple`. */
import { isSameOrEqual, sortedBy } from './comparison.ts'
import { toArray, truthy } from './iteration.ts'
import { intArgument, type Method, type Methods, method } from './method.ts'
import { lookupError, typeError, valueError } from './template-error.ts'
import { clampRange } from './text.ts'
import { noKwargs, PyObject, type PyTuple, typeName, type Value } from './value.ts'

function indexOf(items: readonly Value[], wanted: Value, type: string, start?: Value, end?: Value): number {
  const from = start === undefined ? 0 : intArgument(start)
  const to = end === undefined ? items.length : intArgument(end)
  const [low, high] = clampRange(from, to, items.length)
  for (let index = low; index < high; index++) if (isSameOrEqual(items[index]!, wanted)) return index
  throw valueError(type === 'tuple' ? 'tuple.index(x): x not in tuple' : 'the value is not in list')
}

function countOf(items: readonly Value[], wanted: Value): number {
  return items.filter(item => isSameOrEqual(item, wanted)).length
}

function pop(list: Value[], at: Value = -1): Value {
  if (list.length === 0) throw lookupError('pop from empty list')
  const index = intArgument(at)
  const found = index < 0 ? index + list.length : index
  if (found < 0 || found >= list.length) throw lookupError('pop index out of range')
  return list.splice(found, 1)[0] ?? null
}

function callKey(key: Value): (item: Value) => Value {
  if (key === null) return item => item
  if (!(key instanceof PyObject && key.call)) throw typeError(`'${typeName(key)}' object is not callable`)
  return item => {
    const value = key.call?.([item], noKwargs) ?? null
    if (value instanceof Promise) throw typeError('a sort key cannot wait for a query')
    return value
  }
}

function sort(list: Value[], args: readonly Value[], kwargs: ReadonlyMap<string, Value>): null {
  if (args.length > 0) throw typeError('sort() takes no positional arguments')
  for (const name of kwargs.keys()) {
    if (name !== 'key' && name !== 'reverse') throw typeError(`'${name}' is an invalid keyword argument for sort()`)
  }
  const sorted = sortedBy(list, callKey(kwargs.get('key') ?? null), truthy(kwargs.get('reverse') ?? false))
  list.splice(0, list.length, ...sorted)
  return null
}

export const listMethods: Methods<Value[]> = new Map<string, Method<Value[]>>([
  method('append', 1, 1, (list, item = null) => {
    list.push(item)
    return null
  }),
  method('extend', 1, 1, (list, items = null) => {
    for (const item of toArray(items)) list.push(item)
    return null
  }),
  method('insert', 2, 2, (list, at = 0, item = null) => {
    list.splice(clampRange(intArgument(at), null, list.length)[0], 0, item)
    return null
  }),
  method('pop', 0, 1, pop),
  method('remove', 1, 1, (list, item = null) => {
    const index = list.findIndex(one => isSameOrEqual(one, item))
    if (index === -1) throw valueError('list.remove(x): x not in list')
    list.splice(index, 1)
    return null
  }),
  method('reverse', 0, 0, list => {
    list.reverse()
    return null
  }),
  ['sort', sort],
  method('index', 1, 3, (list, item = null, start, end) => indexOf(list, item, 'list', start, end)),
  method('count', 1, 1, (list, item = null) => countOf(list, item)),
  method('copy', 0, 0, list => list.slice()),
  method('clear', 0, 0, list => {
    list.length = 0
    return null
  }),
])

export const tupleMethods: Methods<PyTuple> = new Map<string, Method<PyTuple>>([
  method('index', 1, 3, (tuple, item = null, start, end) => indexOf(tuple.items, item, 'tuple', start, end)),
  method('count', 1, 1, (tuple, item = null) => countOf(tuple.items, item)),
])
