/** Deletion vectors as writers put them into the log. */
import type { DeletionVectorDescriptor } from '../../src/delta/action.ts'

/** `rows` are fewer than 65,536 of the first, and an even number of them. */
export function inlineVector(rows: readonly number[]): DeletionVectorDescriptor {
  const bytes = arrayBitmap(rows)
  return { storageType: 'i', pathOrInlineDv: z85(bytes), sizeInBytes: bytes.length, cardinality: rows.length }
}

/** A bitmap with one array container, as the format describes it. */
export function arrayBitmap(rows: readonly number[], bucket = 0): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(12 + 4 + 8 + 8 + rows.length * 2))
  bytes.setInt32(0, 1681511377, true)
  bytes.setBigInt64(4, 1n, true)
  bytes.setUint32(12, bucket, true)
  bytes.setUint32(16, 12346, true)
  bytes.setUint32(20, 1, true)
  bytes.setUint16(24, 0, true)
  bytes.setUint16(26, rows.length - 1, true)
  bytes.setUint32(28, 16, true)
  rows.forEach((row, index) => {
    bytes.setUint16(32 + index * 2, row, true)
  })
  return new Uint8Array(bytes.buffer)
}

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'

function z85(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer)
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const value = view.getUint32(at)
    for (const power of [85 ** 4, 85 ** 3, 85 ** 2, 85, 1]) text += alphabet[Math.floor(value / power) % 85]
  }
  return text
}
