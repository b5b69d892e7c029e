import { expect, test } from 'vitest'
import { deltaScans, predicatesOf } from '../../src/lake/delta-scans.ts'
import type { PlanNode } from '../../src/lake/planned-scans.ts'

const scan = (columns: readonly string[], filters: readonly string[] = []): PlanNode => ({
  name: 'READ_PARQUET',
  extra_info: { Projections: columns, Filters: filters },
})
const columns = ['id', 's']
const predicates = (...conditions: string[]): unknown =>
  predicatesOf({ columns: [], conditions, hints: [] }, 'x0_', columns)

test.each([
  ['x0_c0>=5', { column: 'id', kind: '>=', value: '5' }],
  ["x0_c1='it''s'", { column: 's', kind: '=', value: "it's" }],
  ["x0_c1='a OR b'", { column: 's', kind: '=', value: 'a OR b' }],
  ['x0_c0 IN (1, -2)', { column: 'id', kind: 'in', values: ['1', '-2'] }],
  ['(x0_c0 IS NULL)', { column: 'id', kind: 'is null' }],
  [
    '((x0_c0 IS NULL) OR (x0_c0 > 7))',
    {
      column: 'id',
      kind: 'any',
      of: [
        { column: 'id', kind: 'is null' },
        { column: 'id', kind: '>', value: '7' },
      ],
    },
  ],
])('%s is understood', (condition, predicate) => {
  expect(predicates(condition)).toEqual([predicate])
})

test.each([
  'x0_c0!=5',
  'x0_c0.a>5',
  'x1_c0>5',
  'x0_c7>5',
  'x0_c0>x0_c1',
  '(x0_c0 IS NOT NULL)',
  '(x0_c0 IS NOT DISTINCT FROM 5)',
  "x0_c0=5 OR x0_c1='a'",
  '((x0_c0 = 1) OR (x0_c0 IN (2, 3)))',
  '((x0_c0 > 1) AND (x0_c0 < 5))',
  "x0_c0 IN (1, 'a' || 'b')",
])('%s is not', condition => {
  expect(predicates(condition)).toEqual([])
})

const found = (...nodes: PlanNode[]): unknown =>
  deltaScans(nodes, { tag: 'x0_', isPartitioned: false })?.map(one => one.scan.conditions)

test('each scan of the table counts, and those that name no column', () => {
  expect(
    found(scan(['x0_c0'], ['x0_c0>5 AND optional: Dynamic Filter (x0_c0)']), scan(['x1_c0'], ['x1_c0=1'])),
  ).toEqual([['x0_c0>5']])
  expect(found({ name: 'UNION', children: [scan(['x0_c0'], ['x0_c0>5']), scan([])] })).toEqual([['x0_c0>5'], []])
})

test('rows that are looked up again are no scan of their own', () => {
  const lookup: PlanNode = {
    name: 'HASH_JOIN',
    children: [scan(['x0_c0', 'x0_c1']), { name: 'TOP_N', children: [scan(['x0_c0'], ['x0_c0>5'])] }],
    extra_info: {
      'Join Type': 'SEMI',
      Conditions: ['file_index = file_index', 'file_row_number = file_row_number'],
    },
  }
  expect(found(lookup)).toEqual([['x0_c0>5']])
})
