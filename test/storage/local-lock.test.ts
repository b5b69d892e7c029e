import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { underFileLock } from '../../src/storage/local-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'eider-lock-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('one works at a time', async () => {
  const path = join(folder, 'one.lock')
  let inside = 0
  let most = 0
  const work = async (): Promise<void> => {
    inside += 1
    most = Math.max(most, inside)
    await new Promise(resolve => setImmediate(resolve))
    inside -= 1
  }
  await Promise.all(Array.from({ length: 5 }, () => underFileLock(path, work)))
  expect(most).toBe(1)
  expect(existsSync(path)).toBe(false)
})

test('the lock of a process that has died is taken over', async () => {
  const path = join(folder, 'dead.lock')
  writeFileSync(path, `999999999 ${hostname()}`)
  expect(await underFileLock(path, async () => 'done')).toBe('done')
})

test('a lock of another machine that nobody keeps alive is taken over', async () => {
  const path = join(folder, 'far.lock')
  writeFileSync(path, '1 elsewhere')
  utimesSync(path, 1, 1)
  expect(await underFileLock(path, async () => 'done')).toBe('done')
})

test('who waits stops when the run does', async () => {
  const path = join(folder, 'held.lock')
  const stop = new AbortController()
  await underFileLock(path, async () => {
    const waiting = underFileLock(path, async () => 'done', stop.signal)
    stop.abort()
    await expect(waiting).rejects.toThrow()
  })
})
