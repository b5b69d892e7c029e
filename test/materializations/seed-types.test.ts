import { describe, expect, test } from 'vitest'
import { parseCsv } from '../../src/materializations/csv-text.ts'
import { inferSeedTable } from '../../src/materializations/seed-types.ts'

function typesOf(text: string, forced: readonly string[] = []): unknown {
  const table = inferSeedTable(parseCsv(text), new Set(forced))
  return 'columns' in table ? table.columns.map(column => column.type).join() : table.message
}

describe('the types of seed columns', () => {
  test.each([
    ['1\n2', 'integer'],
    ['1.0\n2', 'integer'],
    ['1.50\n2', 'float8'],
    ['"1,000"\n$5', 'integer'],
    ['5.5%', 'float8'],
    ['1e5', 'integer'],
    ['1.5e-3', 'float8'],
    ['inf\nnan', 'integer'],
    ['1e400', 'integer'],
    ['""\nnull\n NULL ', 'integer'],
    ['2016-09-01\n2016-9-1', 'date'],
    ['2016-02-30', 'text'],
    ['2016-09-01 15:01:00', 'timestamp without time zone'],
    ['2016-09-01 15:01:00.000', 'text'],
    ['2016-09-01T15:01:00.5Z', 'timestamp without time zone'],
    ['2016-09-01\n2016-09-01 00:00:00', 'text'],
    ['true\nFALSE', 'boolean'],
    ['yes\nno', 'text'],
    ['1\na', 'text'],
  ])('are those of dbt for %j', (rows, type) => {
    expect(typesOf(`a\n${rows}\n`)).toBe(type)
  })

  test('are integer where there is no row at all', () => {
    expect(typesOf('a,b')).toBe('integer,integer')
  })

  test('are not looked for in columns whose type is given', () => {
    expect(typesOf('a,b\n1,1\n', ['b'])).toBe('integer,text')
  })

  test('pass over rows that are too short', () => {
    expect(typesOf('a,b\n1\n\n2,x\n')).toBe('integer,text')
  })

  test('cannot be told when a row has more values than there are columns', () => {
    expect(typesOf('a,b\n1,2\n1,2,3\n')).toBe('Row 1 has 3 values, but Table only has 2 columns.')
  })

  test('cannot be told for a file without a header', () => {
    expect(typesOf('')).toBe('The file has no header row')
  })
})

describe('CSV text', () => {
  test.each([
    [
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['\ufeffa\n1', [['a'], ['1']]],
    [
      '"x""y",z"q"\n"multi\nline",1\n',
      [
        ['x"y', 'z"q"'],
        ['multi\nline', '1'],
      ],
    ],
    ['"a"b,c\n\nd,\n', [['ab', 'c'], [], ['d', '']]],
    ['"open', [['open']]],
  ])('%j is read as Python reads it', (text, rows) => {
    expect(parseCsv(text)).toEqual(rows)
  })
})
