import { expect, test } from 'vitest'
import { checkSql } from '../../src/delta/check-expression.ts'
import type { StructType } from '../../src/delta/schema.ts'
import { deltaField } from '../../src/delta/type-from-duckdb.ts'
import { openTestReader } from '../rig/parquet-reader.ts'

const columns = {
  i: 'INTEGER',
  S: 'VARCHAR',
  d: 'DATE',
  f: 'FLOAT',
  b: 'BOOLEAN',
  t: 'TIMESTAMP',
  st: 'STRUCT(a INTEGER, "odd name" VARCHAR)',
  li: 'INTEGER[]',
}
const schema: StructType = {
  kind: 'struct',
  fields: Object.entries(columns).map(([name, type]) => deltaField(name, type)),
}

test.each([
  ['i > 0', true],
  ["i > 0 AND (s = 'x' OR NOT b)", true],
  ['i + 1 * 2 - -3 <= 6', true],
  ['i BETWEEN 1 AND 3 and i not between 5 and 6', true],
  ["s IN ('x', 'y') and s not in ('z')", true],
  ['`st`.`odd name` is null or st.A = 2', true],
  ["length(s) < 5 AND upper(s) == 'X'", true],
  ["d >= date '2020-01-01'", true],
  ['f < 0.2 and f <=> f', true],
  ['b', true],
  ['i != 1', false],
  ['i = null', null],
  ['li is not null', true],
  ['year(d) = 2020', true],
])('%s is understood', async (expression, truth) => {
  const sql = checkSql(expression, schema)
  const reader = await openTestReader()
  const row =
    "SELECT 1 AS i, 'x' AS \"S\", DATE '2020-05-01' AS d, 0.1::FLOAT AS f, true AS b, TIMESTAMP '2020-01-01' AS t, {'a': 2, 'odd name': NULL::VARCHAR} AS st, [1] AS li"
  const rows = await reader.rows(`SELECT (${sql}) AS truth FROM (${row})`)
  reader.close()
  expect(rows[0]?.truth).toBe(truth)
})

test.each([
  ...[
    'i > ',
    'i',
    "i > '1'",
    's > 1',
    'unknown = 1',
    "s like 'x%'",
    "s = 'a\\'b'",
    's = "x"',
    'i / 2 = 1',
    'i % 2 = 1',
  ],
  ...[
    "t > date '2020-01-01'",
    'i in (select 1)',
    'cast(i as string) = s',
    'i > 1; drop table x',
    'i > 1 i',
    'i = 1L',
    'i = 1e3',
  ],
  ...['li = li', "s = 'a' 'b'", 'trim(s) = s', 'i > 1 -- comment', 'and', '(i > 1', 'regexp_like(s, s)'],
])('%s is left to others', expression => {
  expect(checkSql(expression, schema)).toBeUndefined()
})
