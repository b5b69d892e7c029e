/**
 * Zip files, as far as office documents use them: stored and deflated entries, no encryption, no Zip64. Bytes in, bytes
 * out; names are UTF-8.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'

/** Thrown for bytes that are no such archive; the message is the end of a sentence about the file. */
export class ZipError extends Error {}

const endSignature = 0x06054b50
const centralSignature = 0x02014b50
const localSignature = 0x04034b50
const maxCommentLength = 0xffff

/** Entries by name, inflated when they are asked for. @throws ZipError */
export function readZip(bytes: Uint8Array): ReadonlyMap<string, () => Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  const entries = new Map<string, () => Uint8Array>()
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== centralSignature) throw new ZipError('is cut or damaged')
    const method = view.getUint16(at + 10, true)
    const packedSize = view.getUint32(at + 20, true)
    const nameLength = view.getUint16(at + 28, true)
    const localAt = view.getUint32(at + 42, true)
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))
    entries.set(name, () => inflate(bytes, { localAt, packedSize, method }))
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - 22 - maxCommentLength)
  for (let at = view.byteLength - 22; at >= lowest; at--) if (view.getUint32(at, true) === endSignature) return at
  throw new ZipError('is not a zip archive')
}

interface PackedEntry {
  readonly localAt: number
  readonly packedSize: number
  readonly method: number
}

function inflate(bytes: Uint8Array, { localAt, packedSize, method }: PackedEntry): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (localAt + 30 > bytes.length || view.getUint32(localAt, true) !== localSignature) {
    throw new ZipError('is cut or damaged')
  }
  const start = localAt + 30 + view.getUint16(localAt + 26, true) + view.getUint16(localAt + 28, true)
  const packed = bytes.subarray(start, start + packedSize)
  if (method === 0) return packed
  if (method !== 8) throw new ZipError(`is packed by method ${method}, which is not understood`)
  try {
    return inflateRawSync(packed)
  } catch {
    throw new ZipError('is cut or damaged')
  }
}

/** An archive with the entries in order. The same entries give the same bytes: times are 1980-01-01. */
export function writeZip(entries: Iterable<readonly [string, string]>): Uint8Array {
  const parts: Uint8Array[] = []
  const central: Uint8Array[] = []
  let at = 0
  for (const [name, text] of entries) {
    const nameBytes = Buffer.from(name)
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    const facts = { name: nameBytes, checksum: crc32(content), packedSize: packed.length, size: content.length }
    const local = entryHeader(localSignature, facts, undefined)
    central.push(entryHeader(centralSignature, facts, at))
    parts.push(local, packed)
    at += local.length + packed.length
  }
  const centralSize = central.reduce((sum, one) => sum + one.length, 0)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(endSignature, 0)
  end.writeUInt16LE(central.length, 8)
  end.writeUInt16LE(central.length, 10)
  end.writeUInt32LE(centralSize, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, ...central, end])
}

interface EntryFacts {
  readonly name: Uint8Array
  readonly checksum: number
  readonly packedSize: number
  readonly size: number
}

const utf8Names = 0x0800
const firstDay = 0x0021

/** The header before an entry, or with its place that of the directory at the end, which has a few fields more. */
function entryHeader(signature: number, { name, checksum, packedSize, size }: EntryFacts, at?: number): Uint8Array {
  const isCentral = at !== undefined
  const header = Buffer.alloc(isCentral ? 46 : 30)
  const shift = isCentral ? 2 : 0
  header.writeUInt32LE(signature, 0)
  if (isCentral) header.writeUInt16LE(20, 4)
  header.writeUInt16LE(20, 4 + shift)
  header.writeUInt16LE(utf8Names, 6 + shift)
  header.writeUInt16LE(8, 8 + shift)
  header.writeUInt16LE(firstDay, 12 + shift)
  header.writeUInt32LE(checksum, 14 + shift)
  header.writeUInt32LE(packedSize, 18 + shift)
  header.writeUInt32LE(size, 22 + shift)
  header.writeUInt16LE(name.length, 26 + shift)
  if (isCentral) header.writeUInt32LE(at, 42)
  return Buffer.concat([header, name])
}
