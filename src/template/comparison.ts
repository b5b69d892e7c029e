/** Equality, order and membership as Python has them. */
import { findIterable } from './iteration.ts'
import { typeError } from './template-error.ts'
import { compareText } from './text.ts'
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

/** The number that a bool, int or float stands for in comparisons. */
export function numeric(value: Value): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return value instanceof PyFloat ? value.value : undefined
}

export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof StrSubclass ? value.text : undefined
}

function itemsOf(value: Value): readonly Value[] | undefined {
  if (Array.isArray(value)) return value
  return value instanceof PyTuple ? value.items : undefined
}

export function isEqual(a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b
  if (a instanceof PyObject) return a.equals(b)
  if (b instanceof PyObject) return b.equals(a)
  const left = numeric(a)
  if (left !== undefined) {
    const right = numeric(b)
    // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number of the same value are equal only with ==
    return right !== undefined && left == right
  }
  const text = textOf(a)
  if (text !== undefined) return text === textOf(b)
  if (Array.isArray(a)) return Array.isArray(b) && sameItems(a, b)
  if (a instanceof PyTuple) return b instanceof PyTuple && sameItems(a.items, b.items)
  if (a instanceof PyDict) return b instanceof PyDict && sameDict(a, b)
  if (a instanceof PySet) return b instanceof PySet && a.size === b.size && [...a].every(item => b.has(item))
  if (a instanceof Undefined) return b instanceof Undefined && a.constructor === b.constructor
  if (a instanceof PyBytes) return b instanceof PyBytes && Buffer.compare(a.data, b.data) === 0
  return a === b
}

/** Inside containers an object equals itself, whatever its `==` says (nan). */
export function isSameOrEqual(a: Value, b: Value): boolean {
  return a === b || isEqual(a, b)
}

function sameItems(a: readonly Value[], b: readonly Value[]): boolean {
  return a.length === b.length && a.every((item, index) => isSameOrEqual(item, b[index]!))
}

function sameDict(a: PyDict, b: PyDict): boolean {
  if (a.size !== b.size) return false
  for (const [key, value] of a.entries()) {
    const other = b.get(key)
    if (other === undefined || !isSameOrEqual(value, other)) return false
  }
  return true
}

export const isNotEqual = (a: Value, b: Value): boolean => !isEqual(a, b)

type Order = '<' | '<=' | '>' | '>='

const mirrored: Record<Order, Order> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

function holds(difference: number, order: Order): boolean {
  switch (order) {
    case '<':
      return difference < 0
    case '<=':
      return difference <= 0
    case '>':
      return difference > 0
    case '>=':
      return difference >= 0
  }
}

function holdsNumeric(a: number | bigint, b: number | bigint, order: Order): boolean {
  switch (order) {
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

function ordered(a: Value, b: Value, order: Order): boolean {
  const left = numeric(a)
  const right = left === undefined ? undefined : numeric(b)
  if (left !== undefined && right !== undefined) return holdsNumeric(left, right, order)
  const text = textOf(a)
  const otherText = text === undefined ? undefined : textOf(b)
  if (text !== undefined && otherText !== undefined) return holds(compareText(text, otherText), order)
  if (a instanceof Undefined) throw a.fail()
  if (b instanceof Undefined) throw b.fail()
  if (a instanceof PyObject || b instanceof PyObject) {
    const difference = a instanceof PyObject ? a.compare(b) : undefined
    if (difference !== undefined) return holds(difference, order)
    const reverse = b instanceof PyObject ? b.compare(a) : undefined
    if (reverse !== undefined) return holds(reverse, mirrored[order])
  }
  if (Array.isArray(a) === Array.isArray(b)) {
    const items = itemsOf(a)
    const others = itemsOf(b)
    if (items && others) return orderedItems(items, others, order)
  }
  if (a instanceof PySet && b instanceof PySet) return orderedSets(a, b, order)
  throw typeError(`'${order}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
}

function orderedItems(a: readonly Value[], b: readonly Value[], order: Order): boolean {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const left = a[index]!
    const right = b[index]!
    if (!isSameOrEqual(left, right)) return ordered(left, right, order)
  }
  return holds(a.length - b.length, order)
}

/** Order of sets is inclusion. */
function orderedSets(a: PySet, b: PySet, order: Order): boolean {
  if (order === '>' || order === '>=') return orderedSets(b, a, mirrored[order])
  const included = [...a].every(item => b.has(item))
  return included && (order === '<=' || a.size < b.size)
}

export const isLess = (a: Value, b: Value): boolean => ordered(a, b, '<')
export const isLessOrEqual = (a: Value, b: Value): boolean => ordered(a, b, '<=')
export const isGreater = (a: Value, b: Value): boolean => ordered(a, b, '>')
export const isGreaterOrEqual = (a: Value, b: Value): boolean => ordered(a, b, '>=')

/** For `sort`: throws what `<` throws. */
export function compareValues(a: Value, b: Value): number {
  if (isLess(a, b)) return -1
  return isLess(b, a) ? 1 : 0
}

/** Python's stable sort, which only ever asks `<`. */
export function sortedBy<Item>(items: readonly Item[], key: (item: Item) => Value, reverse: boolean): Item[] {
  const keyed = items.map(item => ({ item, key: key(item) }))
  if (reverse) keyed.reverse()
  keyed.sort((a, b) => (isLess(b.key, a.key) ? 1 : isLess(a.key, b.key) ? -1 : 0))
  if (reverse) keyed.reverse()
  return keyed.map(one => one.item)
}

/** `item in container`. */
export function isIn(item: Value, container: Value): boolean {
  if (container instanceof PySet && item instanceof PySet) return container.has(new PySet(item, true))
  if (container instanceof PyDict || container instanceof PySet) return container.has(item)
  const text = textOf(container)
  if (text !== undefined) {
    const part = textOf(item)
    if (part === undefined) {
      throw typeError(`'in <string>' requires string as left operand, not ${typeName(item)}`)
    }
    return text.includes(part)
  }
  if (container instanceof PyObject) {
    const answer = container.contains(item)
    if (answer !== undefined) return answer
  }
  const items = findIterable(container)
  if (items === undefined) throw typeError(`argument of type '${typeName(container)}' is not iterable`)
  for (const one of items) if (isSameOrEqual(one, item)) return true
  return false
}

export const isNotIn = (item: Value, container: Value): boolean => !isIn(item, container)
