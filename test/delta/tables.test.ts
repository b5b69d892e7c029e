import { afterAll, describe, expect, test } from 'vitest'
import { judgeTable, readExpectations } from '../conformance/delta.ts'
import { openTestReader } from '../rig/parquet-reader.ts'

const folder = new URL('../delta-tables', import.meta.url).pathname
const { found, missing } = readExpectations(folder)
const reader = await openTestReader()
const tokyo = await openTestReader({ timezone: 'Asia/Tokyo' })

afterAll(() => {
  reader.close()
  tokyo.close()
})

test('every expectation has its table', () => {
  expect(missing).toEqual([])
  expect(found.length).toBeGreaterThan(10)
})

describe('a table of Spark or delta-rs is read as its writer meant it', () => {
  test.each(found.map(one => [one.id, one] as const))('%s', async (_, expectation) => {
    expect(await judgeTable(folder, expectation, reader)).toEqual([])
  })
})

describe('the time zone of the session does not matter', () => {
  test.each(found.map(one => [one.id, one] as const))('%s', async (_, expectation) => {
    expect(await judgeTable(folder, expectation, tokyo)).toEqual([])
  })
})
