/**
 * Work that one process at a time does, told by a file that exists as long as it takes. A holder that has died is noticed:
 * at once on its own machine, after half a minute from another one. Two holders are possible for a moment where two waiters
 * take over from the same dead one, so what is done under the lock must be right without it; the lock saves doing it twice.
 */
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { errnoOf, isMissing } from './file-failure.ts'
import { isAlive, thisProcess } from './local-process.ts'

const beatMs = 5_000
const staleMs = 30_000
const longestPauseMs = 200

/** The folder of the lock has to be there. */
export async function underFileLock<T>(path: string, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let pauseMs = 5; !(await take(path)); pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    signal?.throwIfAborted()
    if (await isStale(path)) await takeAway(path)
    else await delay(pauseMs, undefined, signal && { signal })
  }
  const beat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => undefined)
  }, beatMs)
  beat.unref()
  try {
    return await action()
  } finally {
    clearInterval(beat)
    await rm(path, { force: true })
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(thisProcess())
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path)
    if (Date.now() - mtimeMs > staleMs) return true
    const holder = await readFile(path, 'utf8')
    // Just made, and the name of its holder is not there yet.
    return holder !== '' && !isAlive(holder)
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}

/** By a rename, which only one of several waiters does. */
async function takeAway(path: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`
  try {
    await rename(path, aside)
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  await rm(aside, { force: true })
}
