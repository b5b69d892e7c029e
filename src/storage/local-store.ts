/** An object store on the local disk: a key is a path below the root folder. Safe for several processes at once. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errnoOf, isMissing, throwFileFailure } from './file-failure.ts'
import { compareUtf8 } from './file-system.ts'
import {
  type Content,
  type ContentSource,
  checkKey,
  type ObjectInfo,
  type ObjectStore,
  objectChanged,
  type PutOutcome,
  type StoredObject,
} from './object-store.ts'

const chunkBytes = 8 * 1024 * 1024
const staleLockMs = 30_000
/** Names of files that are being written; listings leave them out. */
const temporaryName = /^\.eider-[0-9a-z-]+\.(?:tmp|lock)$/

/** The root folder need not exist; it is made by the first put. */
export function localStore(root: string): ObjectStore {
  const base = resolve(root)
  const at = (key: string): string => {
    checkKey(key)
    return join(base, key)
  }
  const infoAt = async (key: string): Promise<ObjectInfo | undefined> => {
    const found = await orMissing(() => stat(at(key), { bigint: false }), 'look at', at(key))
    return found?.isFile() === true ? { key, ...infoOf(found) } : undefined
  }

  return {
    name: base,
    locate: at,
    head: infoAt,
    async get(key, range, options) {
      const path = at(key)
      if (range === undefined && options === undefined) {
        const small = smallObject(path)
        if (small !== undefined) return small
      }
      const file = await orMissing(() => open(path), 'read', path)
      if (file === undefined) return undefined
      try {
        const found = await file.stat()
        if (!found.isFile()) return undefined
        const info = infoOf(found)
        if (options?.ifMatch !== undefined && options.ifMatch !== info.etag) throw objectChanged(base, key)
        const start = Math.min(range?.start ?? 0, info.sizeBytes)
        const end = Math.max(start, Math.min(range?.end ?? info.sizeBytes, info.sizeBytes))
        return { bytes: await readRange(file, start, end), sizeBytes: info.sizeBytes, etag: info.etag }
      } finally {
        await file.close()
      }
    },
    async put(key, content, conditions = {}) {
      const path = at(key)
      try {
        if (conditions.ifMatch === undefined) return await writeNew(path, content, conditions.ifAbsent === true)
        return await underLock(path, async () => {
          const current = await infoAt(key)
          return current?.etag === conditions.ifMatch ? writeNew(path, content, false) : { kind: 'changed' }
        })
      } catch (error) {
        return throwFileFailure(error, 'write', path)
      }
    },
    async *list(prefix, after) {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
      yield* walk(base, folder, prefix, after)
    },
    async delete(key) {
      const path = at(key)
      await orMissing(() => unlink(path), 'remove', path)
    },
  }
}

const smallBytes = 256 * 1024

/**
 * A log has thousands of small files, for each of which the asynchronous calls take ten times longer than these. Undefined
 * for what is larger, or is not there, or cannot be read.
 */
function smallObject(path: string): StoredObject | undefined {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile() || found.size > smallBytes) return undefined
    const bytes = new Uint8Array(found.size)
    const filled = readSync(file, bytes, 0, bytes.length, 0)
    return filled === bytes.length ? { bytes, ...storedInfo(found) } : undefined
  } catch {
    return undefined
  } finally {
    closeSync(file)
  }
}

function storedInfo(found: Stats): Omit<StoredObject, 'bytes'> {
  const { sizeBytes, etag } = infoOf(found)
  return { sizeBytes, etag }
}

/** A local file as content to put, read in pieces. */
export async function localFileContent(path: string): Promise<ContentSource> {
  const { size } = await stat(path)
  return {
    sizeBytes: size,
    async read({ start, end }, memory) {
      const file = await open(path)
      try {
        return await readRange(file, start, end, memory)
      } finally {
        await file.close()
      }
    },
  }
}

/** Inode and nanoseconds tell two versions of the same size apart, since every put makes a new file. */
function infoOf(found: Stats): Omit<ObjectInfo, 'key'> {
  const etag = `"${found.ino.toString(36)}-${Math.round(found.mtimeMs * 1000).toString(36)}-${found.size.toString(36)}"`
  return { sizeBytes: found.size, etag, modifiedMs: found.mtimeMs }
}

async function readRange(
  file: FileHandle,
  start: number,
  end: number,
  memory: Uint8Array = new Uint8Array(end - start),
): Promise<Uint8Array> {
  const bytes = memory.subarray(0, end - start)
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) return bytes.slice(0, filled)
    filled += bytesRead
  }
  return bytes
}

let temporaryCount = 0

async function writeNew(path: string, content: Content, ifAbsent: boolean): Promise<PutOutcome> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  temporaryCount += 1
  const temporary = join(folder, `.eider-${process.pid.toString(36)}-${Date.now().toString(36)}-${temporaryCount}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    let info: Omit<ObjectInfo, 'key'>
    try {
      await writeContent(file, content)
      await file.sync()
      info = infoOf(await file.stat())
    } finally {
      await file.close()
    }
    if (!ifAbsent) await rename(temporary, path)
    else if (!(await linkIfAbsent(temporary, path, content))) return { kind: 'exists' }
    await syncFolder(folder)
    return { kind: 'written', etag: info.etag }
  } finally {
    await rm(temporary, { force: true })
  }
}

/** Only link(2) makes a whole file appear under a name that must be free: rename would replace the winner's file. */
async function linkIfAbsent(temporary: string, path: string, content: Content): Promise<boolean> {
  try {
    await link(temporary, path)
    return true
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP' && code !== 'ENOSYS') throw error
    return createExclusively(path, content)
  }
}

/** For file systems without hard links: the name is still taken by one writer only, but a reader may see a part. */
async function createExclusively(path: string, content: Content): Promise<boolean> {
  let file: FileHandle
  try {
    file = await open(path, 'wx')
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
  try {
    await writeContent(file, content)
    await file.sync()
    return true
  } finally {
    await file.close()
  }
}

async function writeContent(file: FileHandle, content: Content): Promise<void> {
  if (content instanceof Uint8Array) {
    await file.writeFile(content)
    return
  }
  for (let start = 0; start < content.sizeBytes; start += chunkBytes) {
    await file.writeFile(await content.read({ start, end: Math.min(start + chunkBytes, content.sizeBytes) }))
  }
}

/** A crash of the machine may undo a new name until its folder is written; not every system can do this. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function underLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  const name = Buffer.from(path.slice(dirname(path).length + 1))
    .toString('hex')
    .slice(0, 200)
  const lock = join(dirname(path), `.eider-${name}.lock`)
  while (!(await createExclusively(lock, new Uint8Array()))) {
    const held = await orMissing(() => stat(lock), 'look at', lock)
    // Its holder has died: a put of a small object takes milliseconds.
    if (held !== undefined && Date.now() - held.mtimeMs > staleLockMs) await rm(lock, { force: true })
    else await delay(10)
  }
  try {
    return await action()
  } finally {
    await rm(lock, { force: true })
  }
}

async function* walk(
  base: string,
  folder: string,
  prefix: string,
  after: string | undefined,
): AsyncGenerator<ObjectInfo> {
  const path = join(base, folder)
  const entries = await orMissing(() => readdir(path, { withFileTypes: true }), 'list', path)
  // A folder sorts by its name with the slash, as its objects do: `a.b` comes before `a/b`.
  const keys = (entries ?? [])
    .filter(entry => !temporaryName.test(entry.name))
    .map(entry => folder + entry.name + (entry.isDirectory() ? '/' : ''))
    .sort(compareUtf8)
  for (const key of keys) {
    if (key.endsWith('/')) {
      const holdsPrefix = key.startsWith(prefix) || prefix.startsWith(key)
      const isPast = after !== undefined && compareUtf8(key, after) < 0 && !after.startsWith(key)
      if (holdsPrefix && !isPast) yield* walk(base, key, prefix, after)
      continue
    }
    if (!key.startsWith(prefix) || (after !== undefined && compareUtf8(key, after) <= 0)) continue
    const inner = join(base, key)
    // One call for each of what may be thousands of files: asynchronous ones take five times longer.
    const found = await orMissing(async () => statSync(inner), 'look at', inner)
    if (found?.isFile() === true) yield { key, ...infoOf(found) }
    else if (found?.isDirectory() === true) yield* walk(base, `${key}/`, prefix, after)
  }
}

async function orMissing<T>(action: () => Promise<T>, verb: string, path: string): Promise<T | undefined> {
  try {
    return await action()
  } catch (error) {
    if (isMissing(error)) return undefined
    return throwFileFailure(error, verb, path)
  }
}
