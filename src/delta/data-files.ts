/**
 * Writes the rows of a query as new data files and describes them as `add` actions. Done once for a commit however often
 * the commit itself is tried: the files have names of their own and nobody sees them before they are committed.
 */
import type { IdSource } from '../base/clock.ts'
import { type GrowingFiles, uploadWhileGrowing } from '../storage/local-growing.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { AddFile, ChangeFile } from './action.ts'
import { addOf } from './file-statistics.ts'
import { fieldIdsSql, physicalSql } from './physical-column.ts'
import { checkFailure, guardSql, rowChecks } from './row-checks.ts'
import { physicalName } from './schema.ts'
import { quoteName, quoteText } from './sql-words.ts'
import { isVoid, requireStorable } from './storable-columns.ts'
import type { TableShape } from './table-shape.ts'

export interface FileWriter {
  /** Runs SQL where the query can be understood, and gives rows as DuckDB's JavaScript values. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** The store of the table. */
  readonly store: ObjectStore
  /** The folder of a table on local disk, in which DuckDB then writes the files where they belong. */
  readonly tableFolder?: string
  /** A store on local disk for what is only needed meanwhile, such as files on their way to a remote table. */
  readonly scratch: ObjectStore
  /** Takes over the local file of what was put under a key, in place of its removal: it will be read again. */
  keep?(key: string, sizeBytes: number, path: string): Promise<void>
  /** Options of COPY in place of the usual ones, such as `COMPRESSION snappy`. */
  readonly encoding?: readonly string[]
  readonly ids: IdSource
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
}

export interface NewFiles {
  /** Its columns are found by name; others are left out. */
  readonly query: string
  readonly shape: TableShape
  /** Size from which a further file is begun; the table's own wish if not given. Partitions are not cut. */
  readonly fileBytes?: number
}

const usualFileBytes = 256 * 1024 * 1024

/** `delta.targetFileSize`, such as `128mb` or a number of bytes. */
export function targetFileBytes(configuration: TableShape['configuration']): number {
  const match = /^\s*(\d+)\s*(b|kb?|mb?|gb?)?\s*$/i.exec(configuration['delta.targetFileSize'] ?? '')
  const unit = { k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[match?.[2]?.[0]?.toLowerCase() ?? ''] ?? 1
  return match === null ? usualFileBytes : Number(match[1]) * unit
}

const parallelUploads = 4

/**
 * Rows in no order of their own; an empty result gives no file. Files left by a failure are removed as far as possible.
 * @throws `delta/null-value`, `delta/broken-constraint` for rows that the table does not allow
 */
export function writeDataFiles(writer: FileWriter, wanted: NewFiles): Promise<AddFile[]> {
  return writeFiles(writer, { ...wanted, folder: '', columns: storedColumns(wanted.shape) })
}

export const changeTypeColumn = '_change_type'

/** Files of the change data feed: rows of the table beside a column that says what became of each. */
export async function writeChangeFiles(writer: FileWriter, { query, shape }: NewFiles): Promise<ChangeFile[]> {
  const columns = [...storedColumns(shape), quoteName(changeTypeColumn)]
  const written = await writeFiles(writer, { query, shape, folder: '_change_data/', columns })
  return written.map(({ path, partitionValues, size }) => ({ kind: 'cdc', path, partitionValues, size }))
}

interface FilesToWrite extends NewFiles {
  /** Below the table, with the slash. */
  readonly folder: string
  /** Items of the SELECT. */
  readonly columns: readonly string[]
}

async function writeFiles(writer: FileWriter, wanted: FilesToWrite): Promise<AddFile[]> {
  const { shape } = wanted
  requireStorable(shape.schema, shape.partitionColumns)
  const stage = `stage-${writer.ids()}`
  const isLocal = writer.tableFolder !== undefined
  const top = writer.tableFolder ?? writer.scratch.locate(stage)
  const root = `${top}/${wanted.folder}`.replace(/\/+$/, '')
  const growing = isLocal ? undefined : uploadWhileGrowing(top, { store: writer.store, keyOf: keyOfStaged })
  try {
    const written = await copy(writer, wanted, { root, stage })
    return await placeFiles(writer, { written, top, stage, growing, shape })
  } finally {
    await growing?.end()
  }
}

function keyOfStaged(path: string): string | undefined {
  return path.endsWith('.parquet') ? path : undefined
}

interface StagedFiles {
  /** What DuckDB says of each. */
  readonly written: readonly Readonly<Record<string, unknown>>[]
  /** Absolute: where they are, as paths of the table. */
  readonly top: string
  readonly stage: string
  /** Where they have to go to a store. */
  readonly growing: GrowingFiles | undefined
  readonly shape: TableShape
}

async function placeFiles(writer: FileWriter, staged: StagedFiles): Promise<AddFile[]> {
  const { written, top, stage, growing, shape } = staged
  const adds: AddFile[] = []
  const place = async (row: Readonly<Record<string, unknown>>): Promise<void> => {
    const path = String(row.filename)
      .slice(top.length)
      .replace(/^[/\\]+/, '')
      .replaceAll('\\', '/')
    const isEmpty = Number(row.count) === 0
    if (growing !== undefined) await send(writer, growing, `${stage}/${path}`, isEmpty ? undefined : path)
    else if (isEmpty) await writer.store.delete(path)
    if (!isEmpty) adds.push(addOf(row, path, shape, writer.now()))
  }
  for (let start = 0; start < written.length; start += parallelUploads) {
    await Promise.all(written.slice(start, start + parallelUploads).map(place))
  }
  return adds
}

/** DuckDB makes the last folder of a path only, so an object beside the files makes those above it. */
async function copy(
  writer: FileWriter,
  wanted: FilesToWrite,
  { root, stage }: { readonly root: string; readonly stage: string },
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const place = writer.tableFolder === undefined ? writer.scratch : writer.store
  const folder = writer.tableFolder === undefined ? `${stage}/${wanted.folder}` : wanted.folder
  const marker = writer.tableFolder === undefined ? `${folder}.writing` : `${folder}_${stage}`
  const checks = wanted.folder === '' ? rowChecks(wanted.shape.schema, wanted.shape.configuration) : []
  await place.put(marker, new Uint8Array())
  try {
    const encoding = writer.encoding ?? usualEncoding
    return await writer.rows(copySql(wanted, { root, stage, encoding, guard: guardSql(checks) }))
  } catch (error) {
    await removeParts(place, writer.tableFolder === undefined ? stage : '', stage)
    throw checkFailure(error, checks, writer.store.name)
  } finally {
    await place.delete(marker)
  }
}

/** A query that fails leaves the files it has begun. */
async function removeParts(store: ObjectStore, folder: string, stage: string): Promise<void> {
  try {
    for await (const { key } of store.list(folder)) if (key.includes(partName(stage))) await store.delete(key)
  } catch {
    // The failure of the query is what matters; a vacuum removes the rest.
  }
}

function partName(stage: string): string {
  return `part-${stage.slice(-12)}-`
}

/** Removes files of a commit that did not come about; what cannot be removed is left to a later clean-up. */
export async function dropDataFiles(store: ObjectStore, files: readonly { readonly path: string }[]): Promise<void> {
  for (const file of files) await store.delete(decodeURIComponent(file.path)).catch(() => undefined)
}

/** The columns of the table as files hold them, and those of partitions, which name folders. */
function storedColumns({ schema, partitionColumns, mapping }: TableShape): string[] {
  return schema.fields
    .filter(field => !isVoid(field.type))
    .map(field => {
      const value = physicalSql(field.type, quoteName(field.name), mapping)
      // The log cannot tell an empty text from NULL in a partition value, so it becomes NULL here, where it can be seen.
      const isText = field.type.kind === 'primitive' && field.type.name === 'string'
      const isEmptied = isText && partitionColumns.includes(field.name)
      return `${isEmptied ? `nullif(${value}, '')` : value} AS ${quoteName(physicalName(field, mapping))}`
    })
}

interface CopyPlace {
  readonly root: string
  readonly stage: string
  readonly encoding: readonly string[]
  readonly guard: string | undefined
}

/** Level 1 takes hardly more time than snappy and less than two thirds of the space; level 3 takes a third more time. */
const usualEncoding: readonly string[] = ['COMPRESSION zstd', 'COMPRESSION_LEVEL 1']

function copySql(
  { query, shape, columns, fileBytes = targetFileBytes(shape.configuration) }: FilesToWrite,
  { root, stage, encoding, guard }: CopyPlace,
): string {
  const { schema, partitionColumns, mapping } = shape
  const pattern = `FILENAME_PATTERN '${partName(stage)}{uuid}'`
  const options = ['FORMAT parquet', ...encoding, pattern, 'APPEND true', 'RETURN_STATS']
  const parts = schema.fields.filter(field => partitionColumns.includes(field.name))
  if (parts.length === 0) options.push(`FILE_SIZE_BYTES ${fileBytes}`)
  else {
    const names = partitionColumns.flatMap(column => parts.filter(field => field.name === column))
    options.push(`PARTITION_BY (${names.map(field => quoteName(physicalName(field, mapping))).join(', ')})`)
    if (shape.keepsPartitionColumns) options.push('WRITE_PARTITION_COLUMNS true')
  }
  if (mapping !== 'none') {
    const inFiles = shape.keepsPartitionColumns ? schema.fields : schema.fields.filter(field => !parts.includes(field))
    options.push(`FIELD_IDS ${fieldIdsSql(inFiles, mapping)}`)
  }
  const source = guard === undefined ? `(${query})` : `(SELECT * FROM (${query}) WHERE ${guard})`
  return `COPY (SELECT ${columns.join(', ')} FROM ${source}) TO ${quoteText(root)} (${options.join(', ')})`
}

/** Moves a file from the scratch folder to the table, or only removes it. */
async function send(writer: FileWriter, growing: GrowingFiles, key: string, path: string | undefined): Promise<void> {
  if (path !== undefined) {
    const file = writer.scratch.locate(key)
    const sizeBytes = (await writer.scratch.head(key))?.sizeBytes ?? 0
    await growing.put(file, path)
    await writer.keep?.(path, sizeBytes, file)
  }
  await writer.scratch.delete(key)
}
