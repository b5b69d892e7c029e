import { expect, test } from 'vitest'
import { readRoaring, rowCount, subtractRows } from '../../src/delta/roaring.ts'

/** A bitmap with one array container, as the format describes it. */
function arrayBitmap(rows: readonly number[], bucket = 0): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(12 + 4 + 8 + 8 + rows.length * 2))
  bytes.setInt32(0, 1681511377, true)
  bytes.setBigInt64(4, 1n, true)
  bytes.setUint32(12, bucket, true)
  bytes.setUint32(16, 12346, true)
  bytes.setUint32(20, 1, true)
  bytes.setUint16(24, 0, true)
  bytes.setUint16(26, rows.length - 1, true)
  bytes.setUint32(28, 16, true)
  rows.forEach((row, index) => {
    bytes.setUint16(32 + index * 2, row, true)
  })
  return new Uint8Array(bytes.buffer)
}

test('neighbouring rows become one range', () => {
  expect(readRoaring(arrayBitmap([0, 1, 2, 7]))).toEqual([
    { start: 0, end: 3 },
    { start: 7, end: 8 },
  ])
})

test('buckets are the upper half of 64-bit row numbers', () => {
  expect(readRoaring(arrayBitmap([5], 2))).toEqual([{ start: 2 * 2 ** 32 + 5, end: 2 * 2 ** 32 + 6 }])
})

test('another magic number and a text that ends early are errors', () => {
  expect(() => readRoaring(new Uint8Array(12))).toThrow('magic')
  expect(() => readRoaring(arrayBitmap([1, 2]).subarray(0, 33))).toThrow(RangeError)
})

test('rows of one set without those of another', () => {
  const left = [
    { start: 0, end: 10 },
    { start: 20, end: 22 },
  ]
  const right = [
    { start: 2, end: 3 },
    { start: 9, end: 21 },
  ]
  expect(subtractRows(left, right)).toEqual([
    { start: 0, end: 2 },
    { start: 3, end: 9 },
    { start: 21, end: 22 },
  ])
  expect(subtractRows(left, [])).toEqual(left)
  expect(rowCount(subtractRows(right, left))).toBe(10)
})
