import { expect, test } from 'vitest'
import { transferLimit } from '../../src/storage/transfer-limit.ts'

/** Starts transfers of these sizes and gives, after each that is ended by hand, how many run. */
async function runningCounts(sizes: readonly number[]): Promise<number[]> {
  const limit = transferLimit({ count: 3, bytes: 100 })
  const open: (() => void)[] = []
  const all = sizes.map(size => limit.run(size, () => new Promise<void>(end => open.push(end))))
  const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
  await turn()
  const counts = [open.length]
  while (open.length > 0) {
    open.shift()?.()
    await turn()
    counts.push(open.length)
  }
  await Promise.all(all)
  return counts
}

test('transfers are bounded in number', async () => {
  expect(await runningCounts([1, 1, 1, 1])).toEqual([3, 3, 2, 1, 0])
})

test('transfers are bounded in bytes, and a large one runs alone', async () => {
  expect(await runningCounts([60, 60, 40])).toEqual([1, 2, 1, 0])
  expect(await runningCounts([500, 1])).toEqual([1, 1, 0])
})

test('a transfer that fails makes room for the next', async () => {
  const limit = transferLimit({ count: 1, bytes: 1 })
  const failed = limit.run(1, async () => {
    throw new Error('no')
  })
  const next = limit.run(1, async () => 'yes')
  await expect(failed).rejects.toThrow('no')
  expect(await next).toBe('yes')
})
