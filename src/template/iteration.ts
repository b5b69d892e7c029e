/** Truth, length and iteration of values. */

import { runtimeError, typeError, valueError } from './template-error.ts'
import { characters, textLength } from './text.ts'
import {
  PyBytes,
  PyDict,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  StrSubclass,
  typeName,
  Undefined,
  type Value,
} from './value.ts'

/** More rounds than this in one function, or items in one list made from an iterator, are taken for an endless loop. */
export const maxSteps = 10_000_000

export function endless(): never {
  throw runtimeError(`a loop did not end within ${maxSteps} rounds`)
}

export function truthy(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return value !== ''
    case 'number':
      return value !== 0
    case 'bigint':
      return true
    default:
  }
  if (value === null) return false
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof PyDict || value instanceof PySet) return value.size > 0
  if (value instanceof Undefined) return false
  if (value instanceof PyTuple) return value.items.length > 0
  if (value instanceof PyFloat) return value.value !== 0
  if (value instanceof StrSubclass) return value.text !== ''
  if (value instanceof PyBytes) return value.data.length > 0
  return value.truthy()
}

/** `undefined` when the value has no length. */
export function findLength(value: Value): number | undefined {
  if (typeof value === 'string') return textLength(value)
  if (value === null || typeof value !== 'object') return undefined
  if (Array.isArray(value)) return value.length
  if (value instanceof PyDict || value instanceof PySet) return value.size
  if (value instanceof PyTuple) return value.items.length
  if (value instanceof StrSubclass) return textLength(value.text)
  if (value instanceof Undefined) return 0
  if (value instanceof PyBytes) return value.data.length
  return value instanceof PyObject ? value.length() : undefined
}

export function lengthOf(value: Value): number {
  const length = findLength(value)
  if (length === undefined) throw typeError(`object of type '${typeName(value)}' has no len()`)
  return length
}

/** `undefined` when the value cannot be iterated over. A list that grows meanwhile is followed, as in Python. */
export function findIterable(value: Value): Iterable<Value> | undefined {
  if (typeof value === 'string') return characters(value)
  if (value === null || typeof value !== 'object') return undefined
  if (Array.isArray(value)) return value
  if (value instanceof PyDict) return keysOf(value)
  if (value instanceof PyTuple) return value.items
  if (value instanceof PySet) return value
  if (value instanceof StrSubclass) return characters(value.text)
  if (value instanceof Undefined) return []
  if (value instanceof PyBytes) return value.data
  if (!(value instanceof PyObject)) return undefined
  const iterator = value.iterate()
  return iterator === undefined ? undefined : { [Symbol.iterator]: () => iterator }
}

/** Iterating over a dict whose size changes is an error in Python. */
function* keysOf(dict: PyDict): Generator<Value> {
  const { size } = dict
  for (const key of dict.keys()) {
    yield key
    if (dict.size !== size) throw runtimeError('dictionary changed size during iteration')
  }
}

export function iterate(value: Value): Iterable<Value> {
  const iterable = findIterable(value)
  if (iterable === undefined) throw typeError(`'${typeName(value)}' object is not iterable`)
  return iterable
}

/** A new array of the items. */
export function toArray(value: Value): Value[] {
  if (Array.isArray(value)) return value.slice()
  if (value instanceof PyTuple) return value.items.slice()
  const items: Value[] = []
  for (const item of iterate(value)) if (items.push(item) > maxSteps) endless()
  return items
}

/** Exactly `count` items, for `a, b = value`. */
export function unpack(value: Value, count: number): readonly Value[] {
  if (findIterable(value) === undefined) throw typeError(`cannot unpack non-iterable ${typeName(value)} object`)
  const items: Value[] = []
  for (const item of iterate(value)) {
    if (items.length === count) throw valueError(`too many values to unpack (expected ${count})`)
    items.push(item)
  }
  if (items.length < count) {
    throw valueError(`not enough values to unpack (expected ${count}, got ${items.length})`)
  }
  return items
}
