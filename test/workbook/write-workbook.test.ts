import { expect, test } from 'vitest'
import { readWorkbook } from '../../src/workbook/read-workbook.ts'
import { plainStyle, writeWorkbook } from '../../src/workbook/write-workbook.ts'

const moment = Date.UTC(2024, 0, 2, 3, 4, 5)
const day = Date.UTC(2024, 0, 2)

test('a written workbook reads back as what it was', () => {
  const rows = [
    [1, -1.5, 'a & <b> "c"', true, { kind: 'date', milliseconds: day }, { kind: 'moment', milliseconds: moment }],
    [null, '', ' spaced ', false, null, { kind: 'duration', days: 1.5 }],
  ] as const
  const book = readWorkbook(
    writeWorkbook(
      [
        { name: 'One', header: ['a', 'b'], rows, hasIndex: false },
        { name: 'Two', rows: [[0, 'x']], hasIndex: true },
      ],
      plainStyle,
    ),
  )
  expect(book.sheetNames).toEqual(['One', 'Two'])
  expect(book.rows(0)).toEqual([
    ['a', 'b'],
    [1, -1.5, 'a & <b> "c"', true, { kind: 'moment', milliseconds: day }, { kind: 'moment', milliseconds: moment }],
    [null, null, ' spaced ', false, null, 1.5],
  ])
  expect(book.rows(1)).toEqual([[0, 'x']])
})

test('characters that XML cannot hold are written as Excel writes them', () => {
  const book = readWorkbook(writeWorkbook([{ name: 'A', rows: [['a\u0007b\ufffe']], hasIndex: false }], plainStyle))
  expect(book.rows(0)).toEqual([['a_x0007_b_xFFFE_']])
})

test('columns after the 26th have names of two letters', () => {
  const row = Array.from({ length: 703 }, (_, index) => index)
  const book = readWorkbook(writeWorkbook([{ name: 'A', rows: [row], hasIndex: false }], plainStyle))
  expect(book.rows(0)).toEqual([row])
})

test('the same sheets give the same bytes', () => {
  const write = (): Uint8Array => writeWorkbook([{ name: 'A', rows: [[1]], hasIndex: false }], plainStyle)
  expect(Buffer.compare(write(), write())).toBe(0)
})
