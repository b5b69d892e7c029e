/** How the files of a Delta table are reached: by key in the store of the table, or at an absolute place elsewhere. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { ObjectStore } from '../storage/object-store.ts'

/** Runs SQL on a DuckDB without user settings and gives rows with plain values; used for checkpoints and footers. */
export interface ParquetReader {
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** One object of one store. */
export interface FilePlace {
  readonly store: ObjectStore
  readonly key: string
}

export interface TableFiles {
  /** Its root is the folder that holds `_delta_log`. */
  readonly store: ObjectStore
  readonly reader: ParquetReader
  /** The store and key of a decoded absolute path or URL, such as `/data/x.parquet` or `s3://bucket/x.parquet`. */
  resolve(location: string): FilePlace
  /**
   * A path that DuckDB can open; copies remote objects. Need not notice that a local file is missing. Data files are never
   * replaced, so with the size from the log a copy from an earlier run is good without asking.
   */
  localPath(place: FilePlace, sizeBytes?: number): Promise<string>
  /** A path of a Parquet file without rows; undefined where none can be written. */
  emptyFile?(): string | undefined
}

/** Where a path of the log points. Paths are URIs: they are percent-decoded exactly once, and `+` stays. */
export function placeOf(files: TableFiles, path: string): FilePlace {
  const decoded = openablePath(decodePath(path))
  return isAbsolute(decoded) ? files.resolve(decoded) : { store: files.store, key: plainKey(decoded) }
}

/** Without what changes nothing in a path: `.` and repeated slashes. */
function plainKey(path: string): string {
  if (!path.startsWith('./') && !path.includes('//') && !path.includes('/./')) return path
  return path
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')
}

/** `file:` is dropped, `s3a:` and `s3n:` are `s3:`. */
function openablePath(path: string): string {
  return path.replace(/^file:\/*(?=\/)/i, '').replace(/^s3[an]:\/\//i, 's3://')
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[a-z][a-z0-9+.-]*:\/\//i.test(path)
}

/** A path of the log as the place it names, still relative or absolute. */
export function decodePath(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch (error) {
    throw new DiagnosticError({
      code: 'delta/bad-action',
      kind: 'Runtime',
      message: `The path "${path}" in a Delta log is not a percent-encoded text`,
      cause: error,
    })
  }
}

/** An absolute place of a kind that the table cannot be read from, as shallow clones may name one. */
export function placeOutOfReach(location: string, table: string): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/unsupported-feature',
    kind: 'Runtime',
    message: `The Delta table "${table}" cannot be read: its file "${location}" is not where the table is`,
    hint: 'Read the table where it was written, or let the program that wrote it make a deep copy',
  })
}

export async function readPlace(place: FilePlace): Promise<Uint8Array> {
  const found = await place.store.get(place.key)
  if (found === undefined) throw missingFile(place)
  return found.bytes
}

export function missingFile(place: FilePlace): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/missing-file',
    kind: 'Runtime',
    message: `The file "${place.store.locate(place.key)}" belongs to a Delta table but is not there`,
    hint: 'It may have been removed by VACUUM: read a newer version of the table',
  })
}
