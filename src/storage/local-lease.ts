/** Which copies of a cache running processes use, told to each other by one file a process in the folder of the cache. */
import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, thisProcess } from './local-process.ts'

export interface CacheLease {
  /** From now on the copy is in use. */
  add(name: string): void
  /** Nothing is in use any more. */
  end(): Promise<void>
}

const leaseName = /^use-[0-9a-f-]{36}\.lease$/
/** Of processes on other machines nobody can tell whether they run; none runs longer. */
const longestMs = 24 * 3_600_000

export function cacheLease(folder: string): CacheLease {
  const path = join(folder, `use-${randomUUID()}.lease`)
  const names = new Set<string>()
  return {
    add(name) {
      if (names.has(name)) return
      if (names.size === 0) {
        mkdirSync(folder, { recursive: true })
        appendFileSync(path, `${thisProcess()}\n`)
      }
      names.add(name)
      appendFileSync(path, `${name}\n`)
    },
    async end() {
      names.clear()
      await rm(path, { force: true })
    },
  }
}

/** Names of the copies that any running process uses; what others have left is removed. */
export async function leasedCopies(folder: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const files = (await readdir(folder).catch(() => [])).filter(name => leaseName.test(name))
  for (const file of files) {
    const path = join(folder, file)
    const [text, info] = await Promise.all([readFile(path, 'utf8').catch(() => ''), stat(path).catch(() => undefined)])
    const [holder = '', ...names] = text.split('\n')
    if (info !== undefined && holder !== '' && (!isAlive(holder) || Date.now() - info.mtimeMs > longestMs)) {
      await rm(path, { force: true })
    } else for (const name of names) found.add(name)
  }
  return found
}
