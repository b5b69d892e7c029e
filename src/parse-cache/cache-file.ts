/**
 * A file of named sections, written from one end to the other and read in parts. At its end stand a directory of the
 * sections and a mark:
 *
 *   section … section directory(JSON) length-of-directory(8 hex) crc-of-directory(8 hex) "eider-1\n"
 *
 * Every section has its checksum in the directory. A file of another build, a cut or changed one counts as missing.
 */
import { crc32 } from '../base/fingerprint.ts'
import type { FileSystem, OpenFile } from '../storage/file-system.ts'

export interface Section {
  readonly name: string
  readonly parts: Iterable<string | Uint8Array>
}

interface Directory {
  /** Names the build that wrote the file. */
  readonly stamp: string
  readonly sections: Readonly<Record<string, SectionPlace>>
}

type SectionPlace = readonly [start: number, length: number, crc: number]

const mark = 'eider-1\n'
const trailerBytes = 16 + mark.length
const chunkBytes = 128 * 1024
/** After so many the writer gives way. */
const pieceBytes = 4096
const nothing = new Uint8Array(0)
/** Enough for the directory and the trailer. */
const endBytes = 16 * 1024

export class CacheFileWriter {
  /** Bytes of the section so far. Inside a section's parts it tells where the next one will stand. */
  position = 0
  private readonly stamp: string
  private readonly chunk = Buffer.allocUnsafe(chunkBytes)
  private used = 0
  private crc = 0

  constructor(stamp: string) {
    this.stamp = stamp
  }

  /**
   * The file in parts, each valid until the next one is asked for; an empty one where it could wait. Sections are asked for
   * one after the other.
   */
  *parts(sections: Iterable<Section>): Iterable<Uint8Array> {
    const places: Record<string, SectionPlace> = {}
    let start = 0
    for (const { name, parts } of sections) {
      this.position = 0
      this.crc = 0
      let pieceStart = 0
      for (const part of parts) {
        yield* typeof part === 'string' ? this.text(part) : this.bytes(part)
        if (this.position - pieceStart < pieceBytes) continue
        pieceStart = this.position
        yield nothing
      }
      yield* this.flush()
      places[name] = [start, this.position, this.crc]
      start += this.position
    }
    const directory = Buffer.from(JSON.stringify({ stamp: this.stamp, sections: places } satisfies Directory))
    yield directory
    yield Buffer.from(`${hex(directory.length)}${hex(crc32(directory))}${mark}`)
  }

  private *text(text: string): Iterable<Uint8Array> {
    const most = text.length * 3
    if (most > chunkBytes) {
      yield* this.bytes(Buffer.from(text))
      return
    }
    if (this.used + most > chunkBytes) yield* this.flush()
    const length = this.chunk.write(text, this.used)
    this.used += length
    this.position += length
  }

  private *bytes(bytes: Uint8Array): Iterable<Uint8Array> {
    yield* this.flush()
    this.crc = crc32(bytes, this.crc)
    this.position += bytes.length
    yield bytes
  }

  private *flush(): Iterable<Uint8Array> {
    if (this.used === 0) return
    const bytes = this.chunk.subarray(0, this.used)
    this.crc = crc32(bytes, this.crc)
    this.used = 0
    yield bytes
  }
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0')
}

export class CacheFile {
  private readonly files: FileSystem
  private readonly path: string
  /** The end of the file: another file under the same path has another one. */
  private readonly end: string
  private readonly directory: Directory
  private readonly loaded = new Map<string, Uint8Array>()

  private constructor(files: FileSystem, path: string, end: string, directory: Directory) {
    this.files = files
    this.path = path
    this.end = end
    this.directory = directory
  }

  /** @returns undefined for a file that is missing, damaged or of another build */
  static open(files: FileSystem, path: string, stamp: string): CacheFile | undefined {
    return withFile(files, path, file => {
      const found = readDirectory(file)
      return found?.directory.stamp === stamp ? new CacheFile(files, path, found.end, found.directory) : undefined
    })
  }

  get sectionNames(): readonly string[] {
    return Object.keys(this.directory.sections)
  }

  /** Reads sections. @returns false when one is damaged, or the file is another one by now */
  load(names: readonly string[]): boolean {
    const isRead = withFile(
      this.files,
      this.path,
      file => readDirectory(file)?.end === this.end && names.every(name => this.loadOne(file, name)),
    )
    return isRead ?? false
  }

  /** Of a section that was read. */
  bytes(name: string): Buffer {
    const bytes = this.loaded.get(name)
    if (bytes === undefined) throw new Error(`the section "${name}" was not read`)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  text(name: string): string {
    return this.bytes(name).toString()
  }

  /**
   * A section in parts. Ends with `DamagedCache` when the file is another one by now or the section is damaged, which is
   * known only at the end.
   */
  *stream(name: string): Iterable<Uint8Array> {
    const file = this.files.open(this.path)
    if (file === undefined) throw new DamagedCache(this.path)
    try {
      if (readDirectory(file)?.end !== this.end) throw new DamagedCache(this.path)
      const [start, length, expected] = this.directory.sections[name] ?? [0, 0, 0]
      let crc = 0
      for (let at = 0; at < length; at += chunkBytes) {
        const bytes = file.read(start + at, Math.min(chunkBytes, length - at))
        crc = crc32(bytes, crc)
        yield bytes
      }
      if (crc !== expected) throw new DamagedCache(this.path)
    } finally {
      file.close()
    }
  }

  /** For a reader that finds out that the file cannot be trusted. */
  fail(): never {
    throw new DamagedCache(this.path)
  }

  private loadOne(file: OpenFile, name: string): boolean {
    const place = this.directory.sections[name]
    if (place === undefined) return false
    const [start, length, crc] = place
    const bytes = file.read(start, length)
    if (bytes.length !== length || crc32(bytes) !== crc) return false
    this.loaded.set(name, bytes)
    return true
  }
}

/** Thrown while a section is streamed. What was made of it is to be thrown away. */
export class DamagedCache extends Error {
  constructor(path: string) {
    super(`the cache "${path}" is damaged or another one by now`)
  }
}

function withFile<T>(files: FileSystem, path: string, use: (file: OpenFile) => T | undefined): T | undefined {
  const file = files.open(path)
  if (file === undefined) return undefined
  try {
    return use(file)
  } finally {
    file.close()
  }
}

function readDirectory(file: OpenFile): { readonly directory: Directory; readonly end: string } | undefined {
  const bytes = Buffer.from(file.read(Math.max(0, file.sizeBytes - endBytes), endBytes))
  const trailer = bytes.toString('latin1', bytes.length - trailerBytes)
  if (!trailer.endsWith(mark)) return undefined
  const length = Number.parseInt(trailer.slice(0, 8), 16)
  const text = bytes.subarray(bytes.length - trailerBytes - length, bytes.length - trailerBytes)
  if (text.length !== length || hex(crc32(text)) !== trailer.slice(8, 16)) return undefined
  try {
    return { directory: JSON.parse(text.toString()) as Directory, end: `${text.toString()}${trailer}` }
  } catch {
    return undefined
  }
}
