import { expect, test } from 'vitest'
import { decodeUuid, decodeZ85 } from '../../src/delta/z85.ts'

test('the example of the specification is decoded', () => {
  expect([...decodeZ85('HelloWorld', 8)]).toEqual([0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b])
})

test('padding beyond the size is cut off', () => {
  expect(decodeZ85('HelloWorld', 6).length).toBe(6)
})

test('a short last block with leading number signs is one to three bytes', () => {
  expect([...decodeZ85('Hello##093', 6)]).toEqual([0x86, 0x4f, 0xd2, 0x6f, 0x03, 0x00])
})

test('a UUID is written in twenty characters', () => {
  expect(decodeUuid('vBn[lx{q8@P<9BNH/isA')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
})

test('other characters and lengths are errors', () => {
  expect(() => decodeZ85('Hel"o', 4)).toThrow('Z85')
  expect(() => decodeZ85('Hell', 3)).toThrow('five')
})
