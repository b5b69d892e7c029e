/**
 * One local copy of one version of a remote object: a file as long as the object, of which some ranges are there and the
 * rest are holes, and beside it a record of what is there. A whole copy is one with every range present.
 *
 * 1. What the record names was read in full from the version of the object that the copy is of.
 * 2. The beginning of a range is written when all the rest of it is. A file without a record, or whose writer has died
 *    or failed, is begun anew. So a reader that knows the ranges' beginnings notices every hole that it meets.
 * 3. Records from before the machine was started are checked against the content once, since a crash may have lost it.
 */
import { type FileHandle, mkdir, open, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { bytesIn, cutInto, missingParts } from './byte-ranges.ts'
import { checksumOf } from './content-pieces.ts'
import { throwFileFailure } from './file-failure.ts'
import { underFileLock } from './local-lock.ts'
import { bootName } from './local-process.ts'
import { type ByteRange, type ObjectStore, objectChanged } from './object-store.ts'
import type { TransferLimit } from './transfer-limit.ts'

/** What all copies of a cache share. */
export interface CopySurroundings {
  readonly limit: TransferLimit
  /** Makes room for so many bytes, or throws `storage/no-space`. */
  reserve(bytes: number): Promise<void>
  readonly signal?: AbortSignal
}

export interface CopyPlace {
  /** Of the file that DuckDB opens. */
  readonly path: string
  /** The same, relative to the folder of the cache. */
  readonly name: string
  /** Of the record; the lock lies beside it. */
  readonly recordPath: string
  /** Removes the record, then the file. */
  remove(): Promise<void>
}

/** The object and its version. */
export interface CopySource {
  readonly key: string
  readonly sizeBytes: number
  /** Without it the first answer tells: for objects that are never replaced. */
  readonly etag?: string
}

/** A range that was read, and the checksum of what it held. */
type CopyPiece = ByteRange & { readonly crc: number }

export interface CopyRecord {
  readonly size: number
  readonly etag?: string
  readonly name: string
  readonly boot: string
  /** Being written, or was when its writer died. */
  readonly isOpen?: true
  readonly pieces: readonly CopyPiece[]
}

const requestBytes = 4 * 1024 * 1024
/** What is in memory at once of a copy whose checksums are made. */
const summedBytes = 256 * 1024
const headBytes = 64 * 1024

export class LocalCopy {
  readonly path: string
  readonly sizeBytes: number
  private readonly place: CopyPlace
  private readonly key: string
  private readonly surroundings: CopySurroundings
  private etag: string | undefined
  private pieces: readonly CopyPiece[] = []
  private turn: Promise<unknown> = Promise.resolve()

  constructor(place: CopyPlace, source: CopySource, surroundings: CopySurroundings) {
    this.path = place.path
    this.place = place
    this.key = source.key
    this.sizeBytes = source.sizeBytes
    this.etag = source.etag
    this.surroundings = surroundings
  }

  /** As of the last look. */
  get isWhole(): boolean {
    return this.missing([this.everything]).length === 0
  }

  /** As of the last look. */
  missing(ranges: readonly ByteRange[]): ByteRange[] {
    return ranges.flatMap(range => missingParts(range, this.pieces))
  }

  /** Looks what is there, also by the work of other processes, and marks the copy as used. */
  async look(): Promise<void> {
    const record = await this.readRecord()
    if (record === undefined) return
    const now = new Date()
    await utimes(this.place.recordPath, now, now).catch(() => undefined)
  }

  /** Makes sure that there is a file to open, if only a hole. */
  async hold(): Promise<void> {
    const found = await stat(this.path).catch(() => undefined)
    if (found?.size === this.sizeBytes) return
    await mkdir(dirname(this.path), { recursive: true })
    await (await open(this.path, 'a')).close()
    await truncate(this.path, this.sizeBytes)
  }

  /** Makes sure that there is a file that nobody can read, in place of one that is not fetched. Its name says that it is packed. */
  async holdUnreadable(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true })
    await writeFile(this.unreadablePath, new Uint8Array(headBytes))
  }

  get unreadablePath(): string {
    return `${this.path}.gz`
  }

  /**
   * Fetches what is missing of the ranges; if that fails, all of the copy is gone.
   * @throws `storage/object-changed` if the object is another by now
   */
  async fill(store: ObjectStore, ranges: readonly ByteRange[]): Promise<void> {
    if (this.sizeBytes === 0) return this.hold()
    if (this.missing(ranges).length === 0) return
    await this.alone(async () => {
      await this.settle()
      const open = this.missing(ranges)
      if (open.length > 0) await this.fetch(store, open)
    })
  }

  complete(store: ObjectStore): Promise<void> {
    return this.fill(store, [this.everything])
  }

  /** What lies in a range of the file, holes as zeros. */
  async read(range: ByteRange): Promise<Uint8Array> {
    const file = await open(this.path)
    try {
      return await readPiece(file, range)
    } finally {
      await file.close()
    }
  }

  /** Compares what is there with its record. A copy that is damaged is removed; gives whether it was good. */
  check(): Promise<boolean> {
    return this.alone(async () => {
      await this.settle()
      if (await this.isIntact()) return true
      await this.discard()
      return false
    })
  }

  /** The file at the path of the copy is all of the object. */
  async adopt(): Promise<void> {
    const file = await open(this.path)
    try {
      const pieces: CopyPiece[] = []
      const memory = new Uint8Array(summedBytes)
      for (const range of cutInto(this.everything, requestBytes)) {
        pieces.push({ ...range, crc: await sumOf(file, range, memory) })
      }
      await this.record(pieces)
    } finally {
      await file.close()
    }
  }

  private get everything(): ByteRange {
    return { start: 0, end: this.sizeBytes }
  }

  /** One at a time in this process, then among all processes. */
  private alone<T>(action: () => Promise<T>): Promise<T> {
    const { recordPath } = this.place
    const run = async (): Promise<T> => {
      await mkdir(dirname(recordPath), { recursive: true })
      return underFileLock(`${recordPath}.lock`, action, this.surroundings.signal)
    }
    const turn = this.turn.then(run, run)
    this.turn = turn.catch(() => undefined)
    return turn
  }

  /** Takes over what the record names, if it can be relied on without a check. */
  private async readRecord(): Promise<CopyRecord | undefined> {
    const record = await recordAt(this.place.recordPath)
    const found = record && (await stat(this.path).catch(() => undefined))
    const isSame = this.etag === undefined || record?.etag === undefined || record.etag === this.etag
    if (record?.size !== this.sizeBytes || found?.size !== this.sizeBytes || !found.isFile() || !isSame) {
      this.pieces = []
      return undefined
    }
    this.etag ??= record.etag
    this.pieces = record.boot === bootName() ? record.pieces : []
    return record
  }

  /** Under the lock: what others have left is made sure of, or removed. */
  private async settle(): Promise<void> {
    const record = await this.readRecord()
    if (record === undefined) return
    if (record.isOpen === true) return this.discard()
    if (record.boot === bootName()) return
    this.pieces = record.pieces
    if (await this.isIntact()) await this.record(record.pieces)
    else await this.discard()
  }

  private async isIntact(): Promise<boolean> {
    if (this.pieces.length === 0) return true
    const file = await open(this.path).catch(() => undefined)
    if (file === undefined) return false
    try {
      const memory = new Uint8Array(summedBytes)
      for (const piece of this.pieces) {
        if ((await sumOf(file, piece, memory)) !== piece.crc) return false
      }
      return true
    } finally {
      await file.close()
    }
  }

  private async discard(): Promise<void> {
    this.pieces = []
    await this.place.remove()
  }

  private async record(pieces: readonly CopyPiece[]): Promise<void> {
    this.pieces = [...pieces].sort((left, right) => left.start - right.start)
    await this.writeRecord()
  }

  /** A record that is read while it is written is no record; its reader waits for the lock. */
  private async writeRecord(isOpen?: true): Promise<void> {
    const record: CopyRecord = {
      size: this.sizeBytes,
      ...(this.etag !== undefined && { etag: this.etag }),
      name: this.place.name,
      boot: bootName(),
      ...(isOpen && { isOpen }),
      pieces: this.pieces,
    }
    await writeFile(this.place.recordPath, JSON.stringify(record))
  }

  private async fetch(store: ObjectStore, ranges: readonly ByteRange[]): Promise<void> {
    await this.surroundings.reserve(bytesIn(ranges))
    const isNew = this.pieces.length === 0
    try {
      await mkdir(dirname(this.path), { recursive: true })
      if (!isNew) await this.writeRecord(true)
      const file = await open(this.path, isNew ? 'w+' : 'r+')
      try {
        if (isNew) await file.truncate(this.sizeBytes)
        const fresh = await this.fetchRanges(store, file, ranges)
        await this.record([...this.pieces, ...fresh])
      } finally {
        await file.close()
      }
    } catch (error) {
      await this.discard()
      throwFileFailure(error, 'write', this.path)
    }
  }

  private async fetchRanges(store: ObjectStore, file: FileHandle, ranges: readonly ByteRange[]): Promise<CopyPiece[]> {
    const isOneRequest = ranges.length === 1 && bytesIn(ranges) <= requestBytes
    if (this.etag === undefined && !isOneRequest) this.etag = (await store.head(this.key))?.etag
    return (await allOf(ranges.map(range => this.fetchRange(store, file, range)))).flat()
  }

  private async fetchRange(store: ObjectStore, file: FileHandle, range: ByteRange): Promise<CopyPiece[]> {
    let head: Uint8Array = new Uint8Array()
    const parts = cutInto(range, requestBytes)
    const pieces = await allOf(
      parts.map((part, index) =>
        this.surroundings.limit.run(part.end - part.start, async () => {
          const bytes = await this.request(store, part)
          const kept = index === 0 ? Math.min(headBytes, bytes.length) : 0
          if (kept > 0) head = bytes.slice(0, kept)
          await writeAll(file, bytes.subarray(kept), part.start + kept)
          return { ...part, crc: crc32(bytes) }
        }),
      ),
    )
    await writeAll(file, head, range.start)
    return pieces
  }

  private async request(store: ObjectStore, part: ByteRange): Promise<Uint8Array> {
    const { etag, key } = this
    const found = await store.get(key, part, etag === undefined ? {} : { ifMatch: etag })
    // Not every service honours a condition on reading.
    const isSame = etag === undefined || found?.etag === etag
    if (found?.sizeBytes !== this.sizeBytes || found.bytes.length !== part.end - part.start || !isSame) {
      throw objectChanged(store.name, key)
    }
    this.etag ??= found.etag
    return found.bytes
  }
}

/** The record of a copy; undefined if there is none that can be read. */
export async function recordAt(path: string): Promise<CopyRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as CopyRecord
  } catch {
    return undefined
  }
}

function sumOf(file: FileHandle, range: ByteRange, memory: Uint8Array): Promise<number> {
  return checksumOf({ read: (piece, into) => readPiece(file, piece, into) }, range, memory)
}

async function readPiece(
  file: FileHandle,
  { start, end }: ByteRange,
  memory: Uint8Array = new Uint8Array(end - start),
): Promise<Uint8Array> {
  const bytes = memory.subarray(0, end - start)
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start)
  return bytes.subarray(0, bytesRead)
}

async function writeAll(file: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, start + done)
    done += bytesWritten
  }
}

/** Waits for all of them, so that none is still at work when one has failed. */
async function allOf<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work)
  return results.map(result => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}
