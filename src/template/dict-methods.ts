/** The methods of `dict` and `set`, and the views that `keys()`, `values()` and `items()` give. */
import { isSameOrEqual } from './comparison.ts'
import { iterate, toArray, unpack } from './iteration.ts'
import { type Method, type Methods, method } from './method.ts'
import { repr } from './repr.ts'
import { lookupError, runtimeError, typeError } from './template-error.ts'
import { type BinaryOperator, PyDict, PyIterator, PyObject, PySet, PyTuple, type Value } from './value.ts'

type ViewKind = 'keys' | 'values' | 'items'

/** A live view of a dict: it shows later changes, and iterating over it while the size changes is an error. */
class DictView extends PyObject {
  readonly typeName: string
  private readonly dict: PyDict
  private readonly view: ViewKind

  constructor(dict: PyDict, view: ViewKind) {
    super()
    this.dict = dict
    this.view = view
    this.typeName = `dict_${view}`
  }

  private *elements(): Generator<Value> {
    const { dict, view } = this
    const { size } = dict
    for (const [key, value] of dict.entries()) {
      yield view === 'keys' ? key : view === 'values' ? value : new PyTuple([key, value])
      if (dict.size !== size) throw runtimeError('dictionary changed size during iteration')
    }
  }
  override iterate(): Iterator<Value> {
    return this.elements()
  }
  override length(): number {
    return this.dict.size
  }
  override contains(value: Value): boolean {
    if (this.view === 'keys') return this.dict.has(value)
    for (const element of this.elements()) if (isSameOrEqual(element, value)) return true
    return false
  }
  override equals(other: Value): boolean {
    if (this === other) return true
    const others = other instanceof DictView && other.view !== 'values' ? new PySet(other.elements()) : other
    if (this.view === 'values' || !(others instanceof PySet)) return false
    return others.size === this.dict.size && [...this.elements()].every(one => others.has(one))
  }
  override hashKey(): never {
    throw typeError(`unhashable type: '${this.typeName}'`)
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    if (operator !== '-' || this.view === 'values') return undefined
    const mine = toArray(this)
    const others = toArray(other)
    return reflected ? difference(new PySet(others), mine) : difference(new PySet(mine), others)
  }
  override repr(): string {
    return `${this.typeName}(${repr([...this.elements()])})`
  }
}

/** The pairs of a mapping or of an iterable of pairs, as `dict()` and `update()` take them. */
function pairsOf(source: Value): Iterable<readonly [Value, Value]> {
  if (source instanceof PyDict) return [...source.entries()]
  if (source instanceof PyObject && source.kind === 'mapping') {
    return toArray(source).map(key => [key, source.item(key) ?? null] as const)
  }
  return toArray(source).map(pair => {
    const [key = null, value = null] = unpack(pair, 2)
    return [key, value] as const
  })
}

export function updateDict(dict: PyDict, args: readonly Value[], kwargs: ReadonlyMap<string, Value>): null {
  if (args.length > 1) throw typeError(`update expected at most 1 argument, got ${args.length}`)
  if (args[0] !== undefined) for (const [key, value] of pairsOf(args[0])) dict.set(key, value)
  for (const [key, value] of kwargs) dict.set(key, value)
  return null
}

function pop(dict: PyDict, key: Value, fallback: Value | undefined): Value {
  const value = dict.get(key) ?? (dict.has(key) ? null : undefined)
  if (value === undefined) {
    if (fallback === undefined) throw lookupError(repr(key))
    return fallback
  }
  dict.delete(key)
  return value
}

export const dictMethods: Methods<PyDict> = new Map<string, Method<PyDict>>([
  method('get', 1, 2, (dict, key = null, fallback = null) => {
    const value = dict.get(key)
    return value === undefined ? fallback : value
  }),
  method('keys', 0, 0, dict => new DictView(dict, 'keys')),
  method('values', 0, 0, dict => new DictView(dict, 'values')),
  method('items', 0, 0, dict => new DictView(dict, 'items')),
  ['update', updateDict],
  method('pop', 1, 2, (dict, key = null, fallback) => pop(dict, key, fallback)),
  method('popitem', 0, 0, dict => {
    const last = [...dict.entries()].at(-1)
    if (!last) throw lookupError("'popitem(): dictionary is empty'")
    dict.delete(last[0])
    return new PyTuple(last)
  }),
  method('setdefault', 1, 2, (dict, key = null, fallback = null) => {
    const value = dict.get(key)
    if (value !== undefined) return value
    dict.set(key, fallback)
    return fallback
  }),
  method('copy', 0, 0, dict => dict.copy()),
  method('clear', 0, 0, dict => {
    dict.clear()
    return null
  }),
  method('fromkeys', 1, 2, (_dict, keys = null, value = null) =>
    PyDict.of(toArray(keys).map(key => [key, value] as const)),
  ),
])

function difference(set: PySet, ...others: Iterable<Value>[]): PySet {
  const result = new PySet(set, set.frozen)
  for (const other of others) for (const item of other) result.delete(item)
  return result
}

function union(set: PySet, others: readonly Value[]): PySet {
  const result = new PySet(set, set.frozen)
  for (const other of others) for (const item of iterate(other)) result.add(item)
  return result
}

function intersection(set: PySet, others: readonly Value[]): PySet {
  const sets = others.map(other => new PySet(toArray(other)))
  return new PySet(
    [...set].filter(item => sets.every(other => other.has(item))),
    set.frozen,
  )
}

function symmetric(set: PySet, other: Value): PySet {
  const others = new PySet(toArray(other))
  const left = [...set].filter(item => !others.has(item))
  return new PySet([...left, ...[...others].filter(item => !set.has(item))], set.frozen)
}

function replaceWith(set: PySet, items: PySet): null {
  const all = [...items]
  set.clear()
  for (const item of all) set.add(item)
  return null
}

export function subtractSets(a: PySet, b: PySet): PySet {
  return difference(a, b)
}

const many = Number.POSITIVE_INFINITY

/** Those that change a set are refused on frozen ones by leaving them out there. */
export const frozenSetMethods: Methods<PySet> = new Map<string, Method<PySet>>([
  method('copy', 0, 0, set => new PySet(set, set.frozen)),
  method('union', 0, many, (set, ...others) => union(set, others)),
  method('intersection', 0, many, (set, ...others) => intersection(set, others)),
  method('difference', 0, many, (set, ...others) => difference(set, ...others.map(toArray))),
  method('symmetric_difference', 1, 1, (set, other = null) => symmetric(set, other)),
  method('issubset', 1, 1, (set, other = null) => {
    const others = new PySet(toArray(other))
    return [...set].every(item => others.has(item))
  }),
  method('issuperset', 1, 1, (set, other = null) => toArray(other).every(item => set.has(item))),
  method('isdisjoint', 1, 1, (set, other = null) => !toArray(other).some(item => set.has(item))),
])

export const setMethods: Methods<PySet> = new Map<string, Method<PySet>>([
  ...frozenSetMethods,
  method('add', 1, 1, (set, item = null) => {
    set.add(item)
    return null
  }),
  method('remove', 1, 1, (set, item = null) => {
    if (!set.delete(item)) throw lookupError(repr(item))
    return null
  }),
  method('discard', 1, 1, (set, item = null) => {
    set.delete(item)
    return null
  }),
  method('pop', 0, 0, set => {
    const [first] = set
    if (first === undefined) throw lookupError("'pop from an empty set'")
    set.delete(first)
    return first
  }),
  method('clear', 0, 0, set => {
    set.clear()
    return null
  }),
  method('update', 0, many, (set, ...others) => replaceWith(set, union(set, others))),
  method('intersection_update', 0, many, (set, ...others) => replaceWith(set, intersection(set, others))),
  method('difference_update', 0, many, (set, ...others) => replaceWith(set, difference(set, ...others.map(toArray)))),
  method('symmetric_difference_update', 1, 1, (set, other = null) => replaceWith(set, symmetric(set, other))),
])

/** `reversed(dict)` and friends give iterators. */
export function reversedIterator(items: readonly Value[], typeName: string): PyIterator {
  return new PyIterator(items.slice().reverse()[Symbol.iterator](), typeName)
}
