/**
 * Local copies of remote objects for programs that need a path, such as DuckDB. A copy is named after store, key and
 * etag, so it is never stale; copies are whole or not there at all, also with several processes in one folder.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { extname, join, relative, resolve, sep } from 'node:path'
import { sha256 } from '../base/fingerprint.ts'
import { errnoOf, throwFileFailure } from './file-failure.ts'
import { type ObjectInfo, type ObjectStore, objectChanged } from './object-store.ts'

const chunkBytes = 8 * 1024 * 1024
const parallelChunks = 8

interface CacheEntry {
  /** Of the copy on disk. */
  readonly path: string
  /** Where it comes from, such as `bucket/key`. */
  readonly name: string
  readonly sizeBytes: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly usedMs: number
}

export interface LocalCache {
  /**
   * The path of a whole local copy; undefined if there is no such object. With `fixedBytes` the caller says that the
   * object is never replaced and how large it is: then a copy that is there is taken without asking the store.
   */
  copy(store: ObjectStore, key: string, fixedBytes?: number): Promise<string | undefined>
  /** The path of a whole copy of an object as a listing shows it; `storage/object-changed` if it is another by now. */
  fetch(store: ObjectStore, info: ObjectInfo): Promise<string>
  /**
   * Takes a local file over as the copy of an object that was just put: `version` is its etag, or its size if the object
   * is never replaced. A file that cannot be moved here is left where it is.
   */
  adopt(store: ObjectStore, key: string, version: string | number, path: string): Promise<void>
  /** All copies, the one used last first. */
  entries(): Promise<CacheEntry[]>
  /**
   * Removes the copies used longest ago until the rest is at most this large, and gives those that were removed. With
   * `keepsUsed` those stay that this process has handed out, or any process within the last hour.
   */
  trim(maxBytes: number, options?: { readonly keepsUsed?: boolean }): Promise<CacheEntry[]>
}

/**
 * A copy lies in `eider-<hash>/<bucket>/<key>`: the end of its path is that of the object, so that partitions and file
 * names read out of paths are right, and `copyFolder` tells where it begins.
 */
export const copyFolder = /eider-[0-9a-f]{40}/

const usedRecentlyMs = 3_600_000

export function localCache(root: string): LocalCache {
  const base = resolve(root)
  // Two readers of one object share one download.
  const running = new Map<string, Promise<string>>()
  const handedOut = new Set<string>()

  const shared = (path: string, action: () => Promise<string>): Promise<string> => {
    handedOut.add(path)
    const existing = running.get(path)
    if (existing !== undefined) return existing
    const started = action().finally(() => running.delete(path))
    running.set(path, started)
    return started
  }

  const cache: LocalCache = {
    async copy(store, key, fixedBytes) {
      if (fixedBytes !== undefined) {
        const path = pathOf(base, store.locate(key), fixedBytes)
        if (await isThere(path, fixedBytes)) {
          handedOut.add(path)
          return path
        }
      }
      const info = await store.head(key)
      if (info === undefined) return undefined
      // A log that is wrong about the size is no reason to trust it about the content.
      const version = fixedBytes === info.sizeBytes ? fixedBytes : info.etag
      const path = pathOf(base, store.locate(key), version)
      return shared(path, () => fetchInto(base, path, store, info, cache))
    },
    fetch(store, info) {
      const path = pathOf(base, store.locate(info.key), info.etag)
      return shared(path, () => fetchInto(base, path, store, info, cache))
    },
    async adopt(store, key, version, path) {
      const place = pathOf(base, store.locate(key), version)
      try {
        await mkdir(join(place, '..'), { recursive: true })
        await rename(path, place)
        handedOut.add(place)
      } catch {
        // Another disk, no space: then it is downloaded when it is wanted.
      }
    },
    async entries() {
      const folders = (await readdir(base).catch(() => [])).filter(name => copyFolder.test(name))
      const found = await Promise.all(folders.map(name => entryIn(join(base, name))))
      return found.filter(entry => entry !== undefined).sort((left, right) => right.usedMs - left.usedMs)
    },
    async trim(maxBytes, { keepsUsed = false } = {}) {
      const removed: CacheEntry[] = []
      let total = 0
      for (const entry of await cache.entries()) {
        total += entry.sizeBytes
        const isUsed = handedOut.has(entry.path) || entry.usedMs > Date.now() - usedRecentlyMs
        if (total <= maxBytes || (keepsUsed && isUsed)) continue
        await rm(folderOf(base, entry.path), { recursive: true, force: true })
        removed.push(entry)
      }
      return removed
    },
  }
  return cache
}

function pathOf(base: string, location: string, version: string | number): string {
  const folder = `eider-${sha256(JSON.stringify([location, version])).slice(0, 40)}`
  const place = location.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/^\/+/, '')
  const isNameable = place.length < 3000 && place.split('/').every(part => Buffer.byteLength(part) <= 255)
  return join(base, folder, isNameable ? place : `object${extname(place).slice(0, 20)}`)
}

function folderOf(base: string, path: string): string {
  return join(base, relative(base, path).split(sep)[0] ?? '')
}

async function entryIn(folder: string): Promise<CacheEntry | undefined> {
  let path = folder
  for (;;) {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined) return undefined
    if (found.isFile()) {
      const name = relative(folder, path).split(sep).join('/')
      return { path, name, sizeBytes: found.size, usedMs: found.mtimeMs }
    }
    const [inner] = await readdir(path)
    if (inner === undefined) return undefined
    path = join(path, inner)
  }
}

/** Whether a whole copy is there; if so, marks it as used. */
async function isThere(path: string, sizeBytes: number): Promise<boolean> {
  const existing = await stat(path).catch(() => undefined)
  if (existing?.isFile() !== true || existing.size !== sizeBytes) return false
  const now = new Date()
  await utimes(path, now, now)
  return true
}

/** Makes room once, by copies that nobody uses, if there is no space. */
async function fetchInto(
  base: string,
  path: string,
  store: ObjectStore,
  info: ObjectInfo,
  cache: LocalCache,
): Promise<string> {
  if (await isThere(path, info.sizeBytes)) return path
  const temporary = join(base, `${randomUUID()}.tmp`)
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(base, { recursive: true })
      await download(temporary, store, info)
      await mkdir(join(path, '..'), { recursive: true })
      await rename(temporary, path)
      return path
    } catch (error) {
      await rm(temporary, { force: true })
      const isFull = errnoOf(error) === 'ENOSPC' || errnoOf(error) === 'EDQUOT'
      const removed = isFull && attempt === 0 ? await cache.trim(0, { keepsUsed: true }) : []
      if (removed.length === 0) return throwFileFailure(error, 'write', path)
    }
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
