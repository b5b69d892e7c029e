import { expect, test } from 'vitest'
import { readRoaring, rowCount, subtractRows } from '../../src/delta/roaring.ts'
import { arrayBitmap } from '../rig/deletion-vector.ts'

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
