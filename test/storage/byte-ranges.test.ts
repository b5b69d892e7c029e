import { expect, test } from 'vitest'
import { bytesIn, cutInto, joined, missingParts } from '../../src/storage/byte-ranges.ts'

const range = (start: number, end: number) => ({ start, end })

test('ranges that touch or overlap become one', () => {
  expect(joined([range(5, 9), range(0, 5), range(8, 10), range(12, 12)])).toEqual([range(0, 10)])
  expect(bytesIn([range(0, 5), range(3, 8), range(10, 11)])).toBe(9)
})

test('missing is what none of the others holds', () => {
  expect(missingParts(range(0, 10), [])).toEqual([range(0, 10)])
  expect(missingParts(range(0, 10), [range(2, 4), range(4, 5), range(9, 20)])).toEqual([range(0, 2), range(5, 9)])
  expect(missingParts(range(3, 5), [range(0, 9)])).toEqual([])
  expect(missingParts(range(3, 3), [])).toEqual([])
})

test('a range is cut into parts of at most a length', () => {
  expect(cutInto(range(1, 8), 3)).toEqual([range(1, 4), range(4, 7), range(7, 8)])
  expect(cutInto(range(1, 1), 3)).toEqual([])
})
