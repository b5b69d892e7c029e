/** Python's `itertools`, as far as dbt offers it. */
import { iterate, toArray, truthy } from '../../template/iteration.ts'
import { add } from '../../template/operators.ts'
import { typeError, valueError } from '../../template/template-error.ts'
import { PyDict, PyFloat, PyIterator, PyObject, PyTuple, type Value } from '../../template/value.ts'
import { contextFunction } from '../python-object.ts'
import { intArgument, numberArgument } from './python-class.ts'

type Maker = (args: readonly Value[]) => Iterable<Value>

function lazily(name: string, parameters: Parameters<typeof contextFunction>[1], make: Maker): Value {
  return contextFunction(name, parameters, args => new PyIterator(make(args)[Symbol.iterator](), name))
}

function items(value: Value | undefined): readonly Value[] {
  return value instanceof PyTuple ? value.items : toArray(value ?? null)
}

function* count([start = 0, step = 1]: readonly Value[]): Generator<Value> {
  const [first, by] = [numberArgument(start), numberArgument(step)]
  const float = start instanceof PyFloat || step instanceof PyFloat
  for (let index = 0; ; index++) {
    const value = first + index * by
    yield float ? new PyFloat(value) : value
  }
}

function* cycle([iterable = null]: readonly Value[]): Generator<Value> {
  const all = toArray(iterable)
  while (all.length > 0) yield* all
}

function* repeat([value = null, times = null]: readonly Value[]): Generator<Value> {
  const limit = times === null ? Number.POSITIVE_INFINITY : intArgument(times)
  for (let index = 0; index < limit; index++) yield value
}

function* accumulate([iterable = null, combine = null, initial = null]: readonly Value[]): Generator<Value> {
  let total: Value | undefined = initial === null ? undefined : initial
  if (total !== undefined) yield total
  for (const value of iterate(iterable)) {
    total = total === undefined ? value : combined(combine, total, value)
    yield total
  }
}

function combined(combine: Value, left: Value, right: Value): Value {
  if (combine === null) return add(left, right)
  return called(combine, [left, right])
}

function called(callable: Value, args: readonly Value[]): Value {
  const result = callable instanceof PyObject ? callable.call?.(args, new Map()) : undefined
  if (result === undefined) throw typeError('a function is needed here')
  if (result instanceof Promise) throw typeError('a function that queries the database cannot be used here')
  return result
}

function* chain([iterables]: readonly Value[]): Generator<Value> {
  for (const one of items(iterables)) yield* iterate(one)
}

function* compress([data = null, selectors = null]: readonly Value[]): Generator<Value> {
  const chosen = iterate(selectors)[Symbol.iterator]()
  for (const value of iterate(data)) {
    const next = chosen.next()
    if (next.done) return
    if (truthy(next.value)) yield value
  }
}

function* islice([iterable = null, ...bounds]: readonly Value[]): Generator<Value> {
  const given = items(bounds[0])
  const [start, stop, step] = given.length === 1 ? [null, given[0] ?? null, null] : [given[0], given[1], given[2]]
  const from = start === null || start === undefined ? 0 : intArgument(start)
  const to = stop === null || stop === undefined ? Number.POSITIVE_INFINITY : intArgument(stop)
  const by = step === null || step === undefined ? 1 : intArgument(step)
  if (from < 0 || to < 0 || by < 1)
    throw valueError('Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.')
  if (to === 0) return
  let index = 0
  for (const value of iterate(iterable)) {
    if (index >= to) return
    if (index >= from && (index - from) % by === 0) yield value
    index++
    if (index >= to) return
  }
}

function* starmap([callable = null, iterable = null]: readonly Value[]): Generator<Value> {
  for (const args of iterate(iterable)) yield called(callable, toArray(args))
}

function* zipLongest([fill = null, iterables]: readonly Value[]): Generator<Value> {
  const columns = items(iterables).map(one => toArray(one))
  const length = Math.max(0, ...columns.map(column => column.length))
  for (let index = 0; index < length; index++)
    yield new PyTuple(columns.map(column => (index < column.length ? (column[index] ?? null) : fill)))
}

function* product([repeats = 1, iterables]: readonly Value[]): Generator<Value> {
  const once = items(iterables).map(one => toArray(one))
  const pools = Array.from({ length: intArgument(repeats) }, () => once).flat()
  let tuples: Value[][] = [[]]
  for (const pool of pools) tuples = tuples.flatMap(tuple => pool.map(value => [...tuple, value]))
  for (const tuple of tuples) yield new PyTuple(tuple)
}

/** Index tuples of length `size` under a rule for the next index. */
function* selections(
  size: number,
  choices: (taken: readonly number[]) => Iterable<number>,
  taken: number[] = [],
): Generator<number[]> {
  if (taken.length === size) {
    yield [...taken]
    return
  }
  for (const index of choices(taken)) {
    taken.push(index)
    yield* selections(size, choices, taken)
    taken.pop()
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)
}

type Choices = (count: number, taken: readonly number[]) => number[]

function selecting(choices: Choices): Maker {
  return function* ([iterable = null, size = null]) {
    const pool = toArray(iterable)
    const length = size === null ? pool.length : intArgument(size)
    if (length < 0) throw valueError('r must be non-negative')
    for (const indexes of selections(length, taken => choices(pool.length, taken))) {
      yield new PyTuple(indexes.map(index => pool[index] ?? null))
    }
  }
}

function tee([iterable = null, copies = 2]: readonly Value[]): PyTuple {
  const all = toArray(iterable)
  return new PyTuple(range(0, intArgument(copies)).map(() => new PyIterator(all[Symbol.iterator](), 'itertools._tee')))
}

export const itertoolsModule: PyDict = PyDict.of({
  count: lazily(
    'count',
    [
      ['start', 0],
      ['step', 1],
    ],
    count,
  ),
  cycle: lazily('cycle', ['iterable'], cycle),
  repeat: lazily('repeat', ['object', ['times', null]], repeat),
  accumulate: lazily('accumulate', ['iterable', ['func', null], '*', ['initial', null]], accumulate),
  chain: lazily('chain', ['*iterables'], chain),
  compress: lazily('compress', ['data', 'selectors'], compress),
  islice: lazily('islice', ['iterable', '*bounds'], islice),
  starmap: lazily('starmap', ['function', 'iterable'], starmap),
  tee: contextFunction('tee', ['iterable', ['n', 2]], tee),
  zip_longest: lazily('zip_longest', ['*iterables', ['fillvalue', null]], zipLongest),
  product: lazily('product', ['*iterables', ['repeat', 1]], product),
  permutations: lazily(
    'permutations',
    ['iterable', ['r', null]],
    selecting((length, taken) => range(0, length).filter(index => !taken.includes(index))),
  ),
  combinations: lazily(
    'combinations',
    ['iterable', 'r'],
    selecting((length, taken) => range((taken.at(-1) ?? -1) + 1, length)),
  ),
  combinations_with_replacement: lazily(
    'combinations_with_replacement',
    ['iterable', 'r'],
    selecting((length, taken) => range(taken.at(-1) ?? 0, length)),
  ),
})
