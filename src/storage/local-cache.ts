/**
 * Local copies of remote objects for programs that need a path, such as DuckDB. A copy is named after store, key and
 * version, so it is never stale; processes share a folder, and each object is fetched by one of them.
 */
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { DiagnosticError } from '../base/diagnostic.ts'
import { sha256 } from '../base/fingerprint.ts'
import { bytesIn } from './byte-ranges.ts'
import { type CopyPlace, type CopySource, LocalCopy, recordAt } from './local-copy.ts'
import { cacheLease, leasedCopies } from './local-lease.ts'
import type { ObjectInfo, ObjectStore } from './object-store.ts'
import { transferLimit } from './transfer-limit.ts'

interface CacheEntry {
  /** Of the copy's own. */
  readonly folder: string
  /** Of the copy on disk. */
  readonly path: string
  /** Where it comes from, such as `bucket/key`. */
  readonly name: string
  /** Of what is there of it. */
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
  /** The copy of an object as a listing shows it, as far as it is there; nothing is fetched. */
  open(store: ObjectStore, info: ObjectInfo): Promise<LocalCopy>
  /** The same for an object that is never replaced. */
  openFixed(store: ObjectStore, key: string, sizeBytes: number): Promise<LocalCopy>
  /**
   * Takes a local file over as the copy of an object that was just put: `version` is its etag, or its size if the object
   * is never replaced. A file that cannot be moved here is left where it is.
   */
  adopt(store: ObjectStore, key: string, version: string | number, path: string): Promise<void>
  /** All copies, the one used last first. */
  entries(): Promise<CacheEntry[]>
  /**
   * Removes the copies used longest ago until the rest is at most this large, and gives those that were removed. Those
   * that a running process uses stay.
   */
  trim(maxBytes: number): Promise<CacheEntry[]>
  /** Says that this process needs none of its copies any more. */
  release(): Promise<void>
}

export interface CacheOptions {
  /** Bytes that are free on the disk of a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>
  readonly signal?: AbortSignal
}

/**
 * A copy lies in `eider-<hash>/<bucket>/<key>`: the end of its path is that of the object, so that partitions and file
 * names read out of paths are right, and `copyFolder` tells where it begins.
 */
export const copyFolder = /eider-[0-9a-f]{40}/

const recordName = /^(eider-[0-9a-f]{40})\.json$/
/** What no record names may be a copy that is just begun. */
const orphanMs = 24 * 3_600_000
/** Left free for everything else on the disk. */
const spareBytes = 16 * 1024 * 1024

export function localCache(root: string, options: CacheOptions = {}): LocalCache {
  const base = resolve(root)
  const lease = cacheLease(base)
  const copies = new Map<string, LocalCopy>()
  const surroundings = {
    limit: transferLimit({ count: 24, bytes: 32 * 1024 * 1024 }),
    reserve: (bytes: number) => reserve(bytes),
    ...(options.signal !== undefined && { signal: options.signal }),
  }

  const openCopy = async (store: ObjectStore, source: CopySource, version: string | number): Promise<LocalCopy> => {
    const place = placeOf(base, store.locate(source.key), version)
    // First, so that nobody removes it from here on.
    lease.add(place.folder)
    const known = copies.get(place.path)
    const copy = known ?? new LocalCopy(place, source, surroundings)
    copies.set(place.path, copy)
    await copy.look()
    return copy
  }

  const reserve = async (bytes: number): Promise<void> => {
    const freeBytes = options.freeBytes ?? freeBytesOf
    await mkdir(base, { recursive: true })
    if ((await freeBytes(base)) - spareBytes >= bytes) return
    const lacking = bytes + spareBytes - (await freeBytes(base))
    await cache.trim(Math.max(0, sumOf(await cache.entries()) - lacking))
    const free = await freeBytes(base)
    if (free - spareBytes < bytes) throw noSpace(base, bytes, free)
  }

  const cache: LocalCache = {
    async copy(store, key, fixedBytes) {
      if (fixedBytes !== undefined) {
        try {
          return await wholePath(await cache.openFixed(store, key, fixedBytes), store)
        } catch (error) {
          // A log that is wrong about the size is no reason to trust it about the content.
          if (!isChange(error)) throw error
        }
      }
      const info = await store.head(key)
      return info && cache.fetch(store, info)
    },
    async fetch(store, info) {
      return wholePath(await cache.open(store, info), store)
    },
    open: (store, info) => openCopy(store, info, info.etag),
    openFixed: (store, key, sizeBytes) => openCopy(store, { key, sizeBytes }, sizeBytes),
    async adopt(store, key, version, path) {
      const place = placeOf(base, store.locate(key), version)
      try {
        const { size: sizeBytes } = await stat(path)
        lease.add(place.folder)
        await mkdir(dirname(place.path), { recursive: true })
        await rename(path, place.path)
        const source = { key, sizeBytes, ...(typeof version === 'string' && { etag: version }) }
        const copy = new LocalCopy(place, source, surroundings)
        await copy.adopt()
        copies.set(place.path, copy)
      } catch {
        // Another disk, no space: then it is downloaded when it is wanted.
      }
    },
    async entries() {
      const names = await readdir(base).catch(() => [])
      const found = await Promise.all(names.map(name => entryOf(base, name)))
      return found.filter(entry => entry !== undefined).sort((left, right) => right.usedMs - left.usedMs)
    },
    async trim(maxBytes) {
      const inUse = await leasedCopies(base)
      await removeOrphans(base, inUse)
      const removed: CacheEntry[] = []
      let total = 0
      for (const entry of await cache.entries()) {
        total += entry.sizeBytes
        if (total <= maxBytes || inUse.has(entry.folder)) continue
        await removeCopy(base, entry.folder)
        removed.push(entry)
      }
      return removed
    },
    release: () => lease.end(),
  }
  return cache
}

async function wholePath(copy: LocalCopy, store: ObjectStore): Promise<string> {
  await copy.complete(store)
  return copy.path
}

function isChange(error: unknown): boolean {
  return error instanceof DiagnosticError && error.diagnostic.code === 'storage/object-changed'
}

function placeOf(base: string, location: string, version: string | number): CopyPlace & { readonly folder: string } {
  const folder = `eider-${sha256(JSON.stringify([location, version])).slice(0, 40)}`
  const place = location.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/^\/+/, '')
  const isNameable = place.length < 3000 && place.split('/').every(part => Buffer.byteLength(part) <= 255)
  const name = `${folder}/${isNameable ? place : `object${extname(place).slice(0, 20)}`}`
  return {
    folder,
    name,
    path: join(base, name),
    recordPath: join(base, `${folder}.json`),
    remove: () => removeCopy(base, folder),
  }
}

/** What is not recorded is not there. */
async function removeCopy(base: string, folder: string): Promise<void> {
  await rm(join(base, `${folder}.json`), { force: true })
  await rm(join(base, folder), { recursive: true, force: true })
}

async function entryOf(base: string, name: string): Promise<CacheEntry | undefined> {
  const folder = recordName.exec(name)?.[1]
  if (folder === undefined) return undefined
  const path = join(base, name)
  const [record, found] = await Promise.all([recordAt(path), stat(path).catch(() => undefined)])
  if (record === undefined || found === undefined) return undefined
  return {
    folder,
    path: join(base, record.name),
    name: record.name.slice(folder.length + 1),
    sizeBytes: bytesIn(record.pieces),
    usedMs: found.mtimeMs,
  }
}

/** Folders that no record names: placeholders, and what killed runs have left. */
async function removeOrphans(base: string, inUse: ReadonlySet<string>): Promise<void> {
  const names = await readdir(base).catch(() => [])
  const known = new Set(names)
  for (const name of names) {
    const folder = /^(eider-[0-9a-f]{40})(?:\.json\.lock)?$/.exec(name)?.[1]
    if (folder === undefined || known.has(`${folder}.json`) || inUse.has(folder)) continue
    const found = await stat(join(base, name)).catch(() => undefined)
    if (found !== undefined && found.mtimeMs < Date.now() - orphanMs) await removeCopy(base, folder)
  }
}

function sumOf(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

function noSpace(folder: string, needed: number, free: number): DiagnosticError {
  return new DiagnosticError({
    code: 'storage/no-space',
    kind: 'Runtime',
    message: `Copies of objects need ${needed} more bytes in "${folder}", where ${free} bytes are free`,
    hint: 'Free disk space, or name a folder on another disk in EIDER_CACHE_DIR',
  })
}
