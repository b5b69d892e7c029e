import { describe, expect, test } from 'vitest'
import { addOf, mapOf } from '../../src/delta/file-statistics.ts'
import { newShape, type TableShape } from '../../src/delta/table-shape.ts'
import { deltaField } from '../../src/delta/type-from-duckdb.ts'

const shape = (
  columns: Readonly<Record<string, string>>,
  partitionColumns: readonly string[] = [],
  configuration = {},
): TableShape =>
  newShape(
    {
      schema: { kind: 'struct', fields: Object.entries(columns).map(([name, type]) => deltaField(name, type)) },
      partitionColumns,
      configuration,
    },
    () => 'id',
  )

/** The statistics that the log gets for one column of the type with these bounds. */
function boundsOf(type: string, min: string, max: string, more: Readonly<Record<string, string>> = {}): string {
  const row = {
    filename: 'f',
    count: 2,
    file_size_bytes: 9,
    column_statistics: { '"c"': { min, max, null_count: '0', ...more } },
  }
  return addOf(row, 'f.parquet', shape({ c: type }), 1).stats ?? ''
}

test.each([
  [
    'BIGINT',
    '-9007199254740993',
    '9007199254740993',
    '"minValues":{"c":-9007199254740993},"maxValues":{"c":9007199254740993}',
  ],
  [
    'DECIMAL(38,2)',
    '-0.10',
    '99999999999999999999.99',
    '"minValues":{"c":-0.10},"maxValues":{"c":99999999999999999999.99}',
  ],
  ['DOUBLE', '-inf', '1.5', '"minValues":{},"maxValues":{"c":1.5}'],
  ['DATE', '2020-01-01', '2020-12-31', '"minValues":{"c":"2020-01-01"},"maxValues":{"c":"2020-12-31"}'],
  ['BOOLEAN', '0', '1', '"minValues":{},"maxValues":{}'],
  [
    'TIMESTAMP WITH TIME ZONE',
    '2020-01-01 09:00:00.123456+09',
    '2020-01-01 00:00:00.123+00',
    '"minValues":{"c":"2020-01-01T00:00:00.123Z"},"maxValues":{"c":"2020-01-01T00:00:00.123Z"}',
  ],
  [
    'TIMESTAMP',
    '1999-12-31 23:59:59.999999',
    '1999-12-31 23:59:59.999999',
    '"minValues":{"c":"1999-12-31T23:59:59.999"},"maxValues":{"c":"2000-01-01T00:00:00.000"}',
  ],
])('bounds of %s are written so that they hold', (type, min, max, expected) => {
  expect(boundsOf(type, min, max)).toContain(expected)
})

test('a column with NaN has no bounds', () => {
  expect(boundsOf('DOUBLE', '1.0', '2.0', { has_nan: 'true' })).toContain('"minValues":{},"maxValues":{}')
})

test.each([
  [{}, '{"a":0,"b":{"c":0},"d":0}'],
  [{ 'delta.dataSkippingNumIndexedCols': '1' }, '{"a":0}'],
  [{ 'delta.dataSkippingNumIndexedCols': '0' }, '{}'],
  [{ 'delta.dataSkippingNumIndexedCols': '-1' }, '{"a":0,"b":{"c":0},"d":0}'],
  [{ 'delta.dataSkippingStatsColumns': 'b, `d`' }, '{"b":{"c":0},"d":0}'],
])('which columns have statistics is said by the properties %o', (configuration, nulls) => {
  const zero = { null_count: '0' }
  const row = { count: 1, file_size_bytes: 9, column_statistics: { '"a"': zero, '"b"."c"': zero, '"d"': zero } }
  const table = shape({ a: 'INTEGER', b: 'STRUCT(c INTEGER)', d: 'INTEGER' }, [], configuration)
  expect(addOf(row, 'f', table, 1).stats).toContain(`"nullCount":${nulls}`)
})

test('a long text is cut, and as the largest one raised', () => {
  const text = 'ü'.repeat(40)
  expect(boundsOf('VARCHAR', text, text)).toContain(
    `"minValues":{"c":"${'ü'.repeat(32)}"},"maxValues":{"c":"${'ü'.repeat(31)}ý"}`,
  )
})

test('paths are escaped once more than DuckDB has done, and partition values are texts of the log', () => {
  const row = {
    count: 1,
    file_size_bytes: 9,
    column_statistics: {},
    partition_keys: { p: '', t: '2020-06-01 14:00:00.5+02' },
  }
  const add = addOf(
    row,
    'p=a%2Fb/f g.parquet',
    shape({ i: 'BIGINT', p: 'VARCHAR', t: 'TIMESTAMP WITH TIME ZONE' }, ['p', 't']),
    1,
  )
  expect(add.path).toBe('p=a%252Fb/f%20g.parquet')
  expect(add.partitionValues).toEqual({ p: null, t: '2020-06-01T12:00:00.500000Z' })
})

describe('maps are understood in every form that a row may have', () => {
  test.each([
    ['an object', { a: 1 }],
    ['entries', [{ key: 'a', value: 1 }]],
    ['entries inside', { entries: [{ key: 'a', value: 1 }] }],
    ['pairs inside', { kind: 'map', entries: [['a', 1]] }],
    ['a map', new Map([['a', 1]])],
  ])('%s', (_, value) => {
    expect([...mapOf(value)]).toEqual([['a', 1]])
  })
})
