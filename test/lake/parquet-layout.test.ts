import { expect, test } from 'vitest'
import { canBeScanOf, leafColumns, neededRanges, parquetLayout } from '../../src/lake/parquet-layout.ts'
import type { PlainRow } from '../../src/lake/plain-rows.ts'

const mebibyte = 1024 * 1024

/** Two row groups of three columns of one mebibyte each, from the beginning of the file on. */
function rows(more: (at: number) => object = () => ({})): PlainRow[] {
  return [0, 1, 2, 3, 4, 5].map(at => ({
    row_group_id: Math.floor(at / 3),
    column_id: at % 3,
    dictionary_page_offset: null,
    data_page_offset: at === 0 ? 4 : at * mebibyte,
    index_page_offset: null,
    total_compressed_size: mebibyte - 4,
    stats_min_value: String(at < 3 ? 0 : 100),
    stats_max_value: String(at < 3 ? 99 : 199),
    bloom_filter_offset: null,
    bloom_filter_length: null,
    ...more(at),
  }))
}
const leaves = ['a', 'b.x', 'b.y']
const scan = (columns: string[], conditions: string[] = []) => ({ columns, conditions, hints: conditions })

function needed(columns: string[], conditions: string[] = [], more?: (at: number) => object): number[][] {
  const layout = parquetLayout(rows(more), leaves, 7 * mebibyte)
  const ranges = layout === undefined ? [] : neededRanges(layout, [scan(columns, conditions)])
  return ranges.map(({ start, end }) => [start / mebibyte, end / mebibyte])
}

test('leaves are numbered through groups', () => {
  const schema = [
    ['root', 2],
    ['a', null],
    ['b', 2],
    ['x', 0],
    ['l', 1],
    ['element', null],
  ].map(([name, num_children]) => ({
    name: String(name),
    num_children,
  }))
  expect(leafColumns(schema)).toEqual(['a', 'b.x', 'b.l.element'])
  expect(leafColumns(schema.slice(0, 5))).toBeUndefined()
})

test('a chunk goes to the beginning of the next, the last to the footer', () => {
  expect(needed(['b.y'])).toEqual([
    [2, 3],
    [5, 7],
  ])
  expect(needed(['b'])).toEqual([
    [1, 3],
    [4, 7],
  ])
  expect(needed([])).toEqual([])
})

test('row groups that no row can come from are left out', () => {
  expect(needed(['b.x'], ['a>150'])).toEqual([[3, 5]])
  expect(needed(['b.x'], ['a>500'])).toEqual([])
})

test('bloom filters of columns with conditions are needed, also of row groups that are left out', () => {
  const bloom = (at: number): object =>
    at % 3 === 0 ? { bloom_filter_offset: 6.5 * mebibyte + at * 100_000, bloom_filter_length: 100 } : {}
  const ranges = needed(['a'], ['a=150'], bloom)
  expect(ranges.map(([start]) => start)).toEqual([3, 6.5, 6.5 + 300_000 / mebibyte])
})

test('a file whose parts overlap is not understood', () => {
  expect(
    parquetLayout(
      rows(at => (at === 2 ? { total_compressed_size: 2 * mebibyte } : {})),
      leaves,
      7 * mebibyte,
    ),
  ).toBeUndefined()
  expect(parquetLayout(rows(), ['a'], 7 * mebibyte)).toBeUndefined()
  expect(parquetLayout(rows(), leaves, 3 * mebibyte)).toBeUndefined()
})

test('a scan is of files that have all its columns', () => {
  const columns = new Set(leaves)
  expect(canBeScanOf(scan(['a', 'b']), columns, new Set())).toBe(true)
  expect(canBeScanOf(scan(['a', 'DAY']), columns, new Set(['day']))).toBe(true)
  expect(canBeScanOf(scan(['a', 'c']), columns, new Set(['day']))).toBe(false)
})
