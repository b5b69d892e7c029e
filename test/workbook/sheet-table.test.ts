import { describe, expect, test } from 'vitest'
import type { Cell } from '../../src/workbook/cell.ts'
import { tableOfSheet } from '../../src/workbook/sheet-table.ts'

function columnOf(...cells: Cell[]) {
  const { columns, rows } = tableOfSheet([['x'], ...cells.map(cell => [cell])])
  return { type: columns[0]?.type, values: rows.map(row => row[0]) }
}

const day: Cell = { kind: 'moment', milliseconds: Date.UTC(2024, 0, 2) }

describe('the column of a sheet', () => {
  test.for([
    ['whole numbers', [1, 2], 'BIGINT', ['1', '2']],
    ['whole numbers and gaps', [1, null], 'DOUBLE', ['1', null]],
    ['fractions', [1, 2.5], 'DOUBLE', ['1', '2.5']],
    ['texts of numbers', ['001', ' 2 ', '+3'], 'BIGINT', ['1', '2', '3']],
    ['texts of fractions', ['1e3', '2'], 'DOUBLE', ['1000', '2']],
    ['texts of infinity', ['inf', '-inf'], 'DOUBLE', ['Infinity', '-Infinity']],
    ['nothing', [null, null], 'DOUBLE', [null, null]],
    ['booleans', [true, false], 'BOOLEAN', ['true', 'false']],
    ['booleans and gaps', [true, null], 'DOUBLE', ['1', null]],
    ['texts of booleans', ['TRUE', null, 'false'], 'BOOLEAN', ['true', null, 'false']],
    ['booleans and texts of them', [true, 'False'], 'VARCHAR', ['True', 'False']],
    ['texts that mean nothing', ['NA', 'x', 'null', '#N/A', 'none'], 'VARCHAR', [null, 'x', null, null, 'none']],
    ['numbers and texts', [1, 'x', 0.5, 1e20, 1e-7], 'VARCHAR', ['1', 'x', '0.5', '100000000000000000000', '1e-07']],
    ['moments', [day, null], 'TIMESTAMP', ['2024-01-02 00:00:00', null]],
    ['moments and texts', [day, 'x'], 'VARCHAR', ['2024-01-02 00:00:00', 'x']],
    ['times', [{ kind: 'time', milliseconds: 3_723_500 }], 'TIME', ['01:02:03.500000']],
    ['durations', [{ kind: 'duration', milliseconds: 1500 }], 'INTERVAL', ['1500 milliseconds']],
    [
      'durations and texts',
      [{ kind: 'duration', milliseconds: 183_600_000 }, 'x'],
      'VARCHAR',
      ['2 days, 3:00:00', 'x'],
    ],
  ] as const)('of %s has the type that pandas gives it', ([, cells, type, values]) => {
    expect(columnOf(...cells)).toEqual({ type, values })
  })
})

test('columns without a name and names that come again get one of their own', () => {
  const { columns } = tableOfSheet([
    ['a', null, 'a', 'a', 1.5],
    [1, 2, 3, 4, 5, 6],
  ])
  expect(columns.map(column => column.name)).toEqual(['a', 'Unnamed: 1', 'a.1', 'a.2', '1.5', 'Unnamed: 5'])
})

test('blank lines are rows, short lines end in gaps', () => {
  expect(tableOfSheet([['a', 'b'], [1, 2], [], [3]]).rows).toEqual([
    ['1', '2'],
    [null, null],
    ['3', null],
  ])
})
