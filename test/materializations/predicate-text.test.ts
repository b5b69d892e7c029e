import { expect, test } from 'vitest'
import type { StructType } from '../../src/delta/schema.ts'
import { deltaField } from '../../src/delta/type-from-duckdb.ts'
import { readPredicates } from '../../src/materializations/predicate-text.ts'

const schema: StructType = {
  kind: 'struct',
  fields: [
    deltaField('n', 'INTEGER'),
    deltaField('s', 'VARCHAR'),
    deltaField('d', 'DATE'),
    deltaField('t', 'TIMESTAMP'),
    deltaField('z', 'TIMESTAMP WITH TIME ZONE'),
    deltaField('f', 'FLOAT'),
    deltaField('Odd name', 'BIGINT'),
  ],
}

test.each([
  ['n = 5', [{ column: 'n', kind: '=', value: '5' }]],
  ['DBT_INTERNAL_DEST.n >= -5', [{ column: 'n', kind: '>=', value: '-5' }]],
  ['("Odd name" < 7)', [{ column: 'Odd name', kind: '<', value: '7' }]],
  [
    "n between 1 and 3 and s = 'it''s'",
    [
      { column: 'n', kind: '>=', value: '1' },
      { column: 'n', kind: '<=', value: '3' },
      { column: 's', kind: '=', value: "it's" },
    ],
  ],
  ["s in ('a', 'b')", [{ column: 's', kind: 'in', values: ['a', 'b'] }]],
  ["d >= date '2024-01-01'", [{ column: 'd', kind: '>=', value: '2024-01-01' }]],
  ["d >= '2024-01-01'::date", [{ column: 'd', kind: '>=', value: '2024-01-01' }]],
  ["t < timestamp '2024-01-01 00:00:00'", [{ column: 't', kind: '<', value: '2024-01-01 00:00:00' }]],
  ['s is null', [{ column: 's', kind: 'is null' }]],
  ['(s is not null) and upper(s) = 1', [{ column: 's', kind: 'is not null' }]],
] as const)('a condition is read: %s', (text, predicates) => {
  expect(readPredicates([text], schema)).toEqual(predicates)
})

test.each([
  'n = 5 or n = 6',
  'not (n = 5)',
  'n <> 5',
  'n + 1 = 5',
  'abs(n) = 5',
  'n = s',
  "n = '5'",
  's = 5',
  "z = '2024-01-01 00:00:00'",
  'f = 0.1',
  'DBT_INTERNAL_SOURCE.n = 5',
  'other = 5',
  'n in (select 5)',
  "d > date '2024-01-01' + 1",
  "t > date '2024-01-01'",
  "d >= current_date - interval '3 days'",
])('what could mean something else is left out: %s', text => {
  expect(readPredicates([text], schema)).toEqual([])
})
