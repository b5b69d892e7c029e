/** Content that is gone through piece by piece, so that no more than one piece of it is in memory. */
import { crc32 } from 'node:zlib'
import { cutInto } from './byte-ranges.ts'
import type { ByteRange, ContentSource } from './object-store.ts'

type Readable = Pick<ContentSource, 'read'>

/** Pieces as long as the memory, which holds one until the next is asked for. */
export async function* piecesOf(
  content: Readable,
  range: ByteRange,
  memory: Uint8Array,
): AsyncGenerator<Uint8Array, void> {
  for (const piece of cutInto(range, memory.length)) yield await content.read(piece, memory)
}

/** The CRC-32 of a range. */
export async function checksumOf(content: Readable, range: ByteRange, memory: Uint8Array): Promise<number> {
  let sum = 0
  for await (const piece of piecesOf(content, range, memory)) sum = crc32(piece, sum)
  return sum
}
