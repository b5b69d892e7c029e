/**
 * Which rows of a table are kept, in which order, in which groups: by columns, or by what a template's function says of
 * each row.
 */
import { compareValues, isEqual } from '../template/comparison.ts'
import { iterate, truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { typeError, valueError } from '../template/template-error.ts'
import { type HashKey, hashKey, noKwargs, PyObject, PyTuple, type Value } from '../template/value.ts'
import type { MappedSequence } from './agate-sequence.ts'

type Rows = readonly MappedSequence[]

/** The first row of each key. */
export function distinctRows(rows: Rows, names: readonly string[]): MappedSequence[] {
  const seen = new Set<HashKey>()
  return rows.filter(row => {
    const hash = hashKey(new PyTuple(names.map(name => row.named(name) ?? null)))
    return !seen.has(hash) && seen.add(hash)
  })
}

export async function rowsWhere(rows: Rows, test: Value): Promise<MappedSequence[]> {
  const kept: MappedSequence[] = []
  for (const row of rows) if (truthy(await answer(test, row))) kept.push(row)
  return kept
}

/** Nulls come last, also in reverse, as agate's own order has them first then. */
export async function rowsInOrder(rows: Rows, key: Value, reverse: boolean): Promise<MappedSequence[]> {
  const keyed: { row: MappedSequence; values: Value[] }[] = []
  for (const row of rows) keyed.push({ row, values: await keyValues(key, row) })
  keyed.sort((a, b) => compareKeys(a.values, b.values) * (reverse ? -1 : 1))
  return keyed.map(one => one.row)
}

interface RowGroup {
  /** What the rows have in common. */
  readonly value: Value
  readonly rows: MappedSequence[]
}

/** In the order in which their first rows come. */
export async function rowGroups(rows: Rows, key: Value): Promise<RowGroup[]> {
  const groups = new Map<HashKey, RowGroup>()
  for (const row of rows) {
    const [value = null] = await keyValues(key, row)
    const hash = hashKey(value)
    const group = groups.get(hash)
    if (group) group.rows.push(row)
    else groups.set(hash, { value, rows: [row] })
  }
  return [...groups.values()]
}

/** @throws `template/value` where there is no such column */
export function positionOf(names: readonly string[], name: string): number {
  const index = names.indexOf(name)
  if (index === -1) throw valueError(`the table has no column '${name}'`)
  return index
}

async function keyValues(key: Value, row: MappedSequence): Promise<Value[]> {
  const named = (name: string): Value => row.values[positionOf(row.keys ?? [], name)] ?? null
  if (typeof key === 'string') return [named(key)]
  if (Array.isArray(key) || key instanceof PyTuple) return Array.from(iterate(key), name => named(str(name)))
  return [await answer(key, row)]
}

/** As Python compares tuples, with None last. */
export function compareKeys(a: readonly Value[], b: readonly Value[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? null
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1
      continue
    }
    const order = isEqual(left, right) ? 0 : compareValues(left, right)
    if (order !== 0) return order
  }
  return 0
}

async function answer(test: Value, row: MappedSequence): Promise<Value> {
  if (!(test instanceof PyObject) || !test.call) throw typeError('a function is needed here')
  return await test.call([row], noKwargs)
}
