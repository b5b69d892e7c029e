/**
 * Local copies of remote objects for programs that need a path, such as DuckDB. A copy is named after store, key and
 * etag, so it is never stale; copies are whole or not there at all, also with several processes in one folder.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { extname, join, resolve } from 'node:path'
import { sha256 } from '../base/fingerprint.ts'
import { throwFileFailure } from './file-failure.ts'
import { type ObjectInfo, type ObjectStore, objectChanged } from './object-store.ts'

const chunkBytes = 8 * 1024 * 1024
const parallelChunks = 8

export interface LocalCache {
  /**
   * The path of a whole local copy; undefined if there is no such object. With `fixedBytes` the caller says that the
   * object is never replaced and how large it is: then a copy that is there is taken without asking the store.
   */
  copy(store: ObjectStore, key: string, fixedBytes?: number): Promise<string | undefined>
  /** Removes the copies used longest ago until the rest is at most this large. Not while anything still reads them. */
  trim(maxBytes: number): Promise<void>
}

export function localCache(root: string): LocalCache {
  const base = resolve(root)
  // Two readers of one object share one download.
  const running = new Map<string, Promise<string>>()

  const shared = (path: string, action: () => Promise<string>): Promise<string> => {
    const existing = running.get(path)
    if (existing !== undefined) return existing
    const started = action().finally(() => running.delete(path))
    running.set(path, started)
    return started
  }

  return {
    async copy(store, key, fixedBytes) {
      const pathFor = (version: string | number): string =>
        join(base, sha256(JSON.stringify([store.locate(key), version])) + extname(key))
      if (fixedBytes !== undefined && (await isThere(pathFor(fixedBytes), fixedBytes))) return pathFor(fixedBytes)
      const info = await store.head(key)
      if (info === undefined) return undefined
      // A log that is wrong about the size is no reason to trust it about the content.
      const path = pathFor(fixedBytes === info.sizeBytes ? fixedBytes : info.etag)
      return shared(path, () => fetchInto(path, store, info))
    },
    async trim(maxBytes) {
      const names = await readdir(base).catch(() => [])
      const found = await Promise.all(
        names.map(async name => ({ path: join(base, name), stat: await stat(join(base, name)) })),
      )
      let total = 0
      for (const { path, stat: file } of found.sort((left, right) => right.stat.mtimeMs - left.stat.mtimeMs)) {
        total += file.size
        if (total > maxBytes) await rm(path, { force: true })
      }
    },
  }
}

/** Whether a whole copy is there; if so, marks it as used. */
async function isThere(path: string, sizeBytes: number): Promise<boolean> {
  const existing = await stat(path).catch(() => undefined)
  if (existing?.size !== sizeBytes) return false
  const now = new Date()
  await utimes(path, now, now)
  return true
}

async function fetchInto(path: string, store: ObjectStore, info: ObjectInfo): Promise<string> {
  if (await isThere(path, info.sizeBytes)) return path
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await mkdir(join(path, '..'), { recursive: true })
    await download(temporary, store, info)
    await rename(temporary, path)
    return path
  } catch (error) {
    await rm(temporary, { force: true })
    return throwFileFailure(error, 'write', path)
  }
}

async function download(path: string, store: ObjectStore, info: ObjectInfo): Promise<void> {
  const file = await open(path, 'wx')
  try {
    const fetchChunk = async (start: number): Promise<void> => {
      const end = Math.min(start + chunkBytes, info.sizeBytes)
      const part = await store.get(info.key, { start, end }, { ifMatch: info.etag })
      if (part?.bytes.length !== end - start) throw objectChanged(store.name, info.key)
      await file.write(part.bytes, 0, part.bytes.length, start)
    }
    const starts = Array.from({ length: Math.ceil(info.sizeBytes / chunkBytes) }, (_, index) => index * chunkBytes)
    for (let index = 0; index < starts.length; index += parallelChunks) {
      await Promise.all(starts.slice(index, index + parallelChunks).map(fetchChunk))
    }
  } finally {
    await file.close()
  }
}
