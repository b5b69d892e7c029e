/**
 * Uploads files while another program, such as DuckDB in a COPY, still writes them: from beginning to end and each byte
 * once. Should a byte be written twice after all, that is noticed when the file is put, and its part goes up again.
 *
 * 1. Nothing is visible in the store before a file is put.
 * 2. Trouble before that has no effect: the file then goes up as if nothing had been begun.
 * 3. What was begun and is not put is given up by `end`.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cutInto } from './byte-ranges.ts'
import { checksumOf } from './content-pieces.ts'
import { localFileContent } from './local-store.ts'
import {
  type ByteRange,
  type ContentSource,
  type ObjectStore,
  type OngoingUpload,
  type PutOutcome,
  sliceOf,
} from './object-store.ts'
import { eachPart } from './parallel-parts.ts'

export interface GrowingFiles {
  /** Puts a finished file. */
  put(path: string, key: string): Promise<PutOutcome>
  end(): Promise<void>
}

export interface GrowingOptions {
  readonly store: ObjectStore
  /** The key that a file below the folder is going to have; undefined for one that is not to go up. */
  keyOf(path: string): string | undefined
  /** Between two looks, in milliseconds. */
  readonly pauseMs?: number
}

/** A file that is on its way; it keeps its inode when it is renamed. */
interface Growing {
  readonly key: string
  readonly upload: OngoingUpload
  /** Checksums of the parts that are up. */
  readonly parts: number[]
  isBroken: boolean
}

/** Looks after all files below the folder, at any depth, from now on. */
export function uploadWhileGrowing(folder: string, options: GrowingOptions): GrowingFiles {
  return new FolderUpload(folder, options)
}

class FolderUpload implements GrowingFiles {
  private readonly folder: string
  private readonly options: GrowingOptions
  private readonly growing = new Map<number, Growing>()
  private readonly stop = new AbortController()
  private readonly watch: Promise<void>

  constructor(folder: string, options: GrowingOptions) {
    this.folder = folder
    this.options = options
    this.watch = options.store.uploads === undefined ? Promise.resolve() : this.look()
  }

  async put(path: string, key: string): Promise<PutOutcome> {
    this.stop.abort()
    await this.watch
    const { store } = this.options
    const { ino } = await stat(path)
    const begun = this.growing.get(ino)
    const content = await localFileContent(path)
    const { partBytes = 0, mostParts = 0 } = store.uploads ?? {}
    const count = Math.ceil(content.sizeBytes / partBytes)
    // A file that came in place of another may have its inode.
    const isUsable = begun?.key === key && !begun.isBroken && begun.parts.length <= count && count <= mostParts
    if (begun === undefined || !isUsable) return store.put(key, content)
    this.growing.delete(ino)
    return finish(begun, content, partBytes)
  }

  async end(): Promise<void> {
    this.stop.abort()
    await this.watch
    await Promise.all([...this.growing.values()].map(({ upload }) => upload.abort()))
    this.growing.clear()
  }

  private async look(): Promise<void> {
    const { signal } = this.stop
    while (!signal.aborted) {
      const sent = await this.sendGrown().catch(() => 0)
      if (sent === 0) await delay(this.options.pauseMs ?? 100, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  /** Sends one part of each file that has one more; gives how many. */
  private async sendGrown(): Promise<number> {
    let sent = 0
    await eachPart(await filesBelow(this.folder), async path => {
      if (!this.stop.signal.aborted && (await this.sendPart(path))) sent += 1
    })
    return sent
  }

  private async sendPart(path: string): Promise<boolean> {
    const { partBytes = 0, mostParts = 0 } = this.options.store.uploads ?? {}
    const file = await stat(join(this.folder, path)).catch(() => undefined)
    if (file === undefined || file.size < partBytes) return false
    const growing = this.growing.get(file.ino) ?? (await this.start(path, file.ino))
    const index = growing?.parts.length ?? 0
    if (growing === undefined || growing.isBroken || file.size < (index + 1) * partBytes || index >= mostParts)
      return false
    try {
      const content = await localFileContent(join(this.folder, path))
      const part = sliceOf(content, { start: index * partBytes, end: (index + 1) * partBytes })
      growing.parts[index] = await growing.upload.part(index, part)
      return true
    } catch {
      growing.isBroken = true
      return false
    }
  }

  private async start(path: string, inode: number): Promise<Growing | undefined> {
    const key = this.options.keyOf(path)
    if (key === undefined) return undefined
    try {
      const upload = await this.options.store.uploads?.start(key)
      if (upload === undefined) return undefined
      const growing = { key, upload, parts: [], isBroken: false }
      this.growing.set(inode, growing)
      return growing
    } catch {
      return undefined
    }
  }
}

/** Sends what is missing or has changed since it was sent. */
async function finish({ upload, parts }: Growing, content: ContentSource, partBytes: number): Promise<PutOutcome> {
  try {
    const open = await partsToSend(parts, content, partBytes)
    await eachPart(open, ({ index, range }) => upload.part(index, sliceOf(content, range)))
  } catch (error) {
    await upload.abort()
    throw error
  }
  return upload.finish(content)
}

/** What is compared at once: most of a file is up, so that whole parts need not be held for it. */
const comparedBytes = 256 * 1024

async function partsToSend(
  checksums: readonly number[],
  content: ContentSource,
  partBytes: number,
): Promise<{ readonly index: number; readonly range: ByteRange }[]> {
  const open: { index: number; range: ByteRange }[] = []
  const memory = new Uint8Array(comparedBytes)
  for (const [index, range] of cutInto({ start: 0, end: content.sizeBytes }, partBytes).entries()) {
    const known = checksums[index]
    if (known === undefined || known !== (await checksumOf(content, range, memory))) open.push({ index, range })
  }
  return open
}

/** Relative to the folder. */
async function filesBelow(folder: string, lead = ''): Promise<string[]> {
  const entries = await readdir(join(folder, lead), { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map(entry => {
      const path = `${lead}${entry.name}`
      return entry.isDirectory() ? filesBelow(folder, `${path}/`) : [path]
    }),
  )
  return found.flat()
}
