import { expect, test } from 'vitest'
import { movedText, spelledBytes } from '../../../src/cli/reporters/moved-bytes.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [12_345_678, '12.3 MB'],
  [2_000_000_000, '2.0 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(spelledBytes(bytes)).toBe(text)
})

test('only what went is told', () => {
  expect(movedText({ downloaded: 0, uploaded: 0, requests: 3 })).toBe('')
  expect(movedText({ downloaded: 1500, uploaded: 0, requests: 3 })).toBe('1.5 kB down')
  expect(movedText({ downloaded: 1500, uploaded: 20, requests: 3 })).toBe('1.5 kB down, 20 B up')
})
