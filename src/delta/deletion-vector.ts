/** Finds the rows that a deletion vector marks as deleted, and checks that it is whole (PROTOCOL.md "Deletion Vectors"). */
import { crc32 } from 'node:zlib'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { DeletionVectorDescriptor } from './action.ts'
import { type RowRange, readRoaring, rowCount } from './roaring.ts'
import { type FilePlace, missingFile, placeOf, type TableFiles } from './table-files.ts'
import { decodeUuid, decodeZ85 } from './z85.ts'

const uuidCharacters = 20

/** Sorted row numbers, counted from the first row of the data file. */
export async function deletedRows(files: TableFiles, vector: DeletionVectorDescriptor): Promise<RowRange[]> {
  if (vector.storageType === 'i') {
    return decoded(files.store.name, 'inline', vector, () => decodeZ85(vector.pathOrInlineDv, vector.sizeInBytes))
  }
  const place = placeOfVector(files, vector)
  const start = vector.offset ?? 1
  // Around the bitmap stand its size, four bytes, and its checksum, four bytes.
  const found = await place.store.get(place.key, { start, end: start + vector.sizeInBytes + 8 })
  if (found === undefined) throw missingFile(place)
  return decoded(files.store.name, place.key, vector, () => unwrapped(found.bytes, vector.sizeInBytes))
}

/** The file that holds a vector which is not inline. */
export function placeOfVector(files: TableFiles, vector: DeletionVectorDescriptor): FilePlace {
  if (vector.storageType === 'p') return placeOf(files, vector.pathOrInlineDv)
  const prefix = vector.pathOrInlineDv.slice(0, -uuidCharacters)
  const name = `deletion_vector_${decodeUuid(vector.pathOrInlineDv.slice(-uuidCharacters))}.bin`
  return { store: files.store, key: prefix === '' ? name : `${prefix}/${name}` }
}

function unwrapped(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const stored = view.getUint32(0)
  if (stored !== sizeBytes) throw new Error(`its size is ${stored} bytes, the log says ${sizeBytes}`)
  const content = bytes.subarray(4, 4 + sizeBytes)
  if (crc32(content) !== view.getUint32(4 + sizeBytes)) throw new Error('its checksum does not match')
  return content
}

function decoded(table: string, name: string, vector: DeletionVectorDescriptor, bytes: () => Uint8Array): RowRange[] {
  try {
    const ranges = readRoaring(bytes())
    const count = rowCount(ranges)
    if (count !== vector.cardinality) throw new Error(`it marks ${count} rows, the log says ${vector.cardinality}`)
    return ranges
  } catch (error) {
    throw new DiagnosticError({
      code: 'delta/bad-deletion-vector',
      kind: 'Runtime',
      message: `The deletion vector "${name}" of the Delta table "${table}" is damaged: ${error instanceof Error ? error.message : error}`,
      cause: error,
    })
  }
}
