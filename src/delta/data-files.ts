/**
 * Writes the rows of a query as new data files and describes them as `add` actions. Done once for a commit however often
 * the commit itself is tried: the files have names of their own and nobody sees them before they are committed.
 */
import type { IdSource } from '../base/clock.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import type { AddFile } from './action.ts'
import { addOf, mapOf, textMapOf } from './file-statistics.ts'
import { duckdbType, type StructType } from './schema.ts'
import { quoteName, quoteText } from './sql-words.ts'
import { requireStorable } from './storable-columns.ts'

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
  readonly ids: IdSource
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
}

export interface NewFiles {
  readonly query: string
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly keepPartitionColumns?: boolean
}

const parallelUploads = 4

/** Rows in no order of their own; an empty result gives no file. Files left by a failure are removed as far as possible. */
export async function writeDataFiles(writer: FileWriter, wanted: NewFiles): Promise<AddFile[]> {
  requireStorable(wanted.schema, wanted.partitionColumns)
  const folder = `stage-${writer.ids()}`
  const root = writer.tableFolder ?? writer.scratch.locate(folder)
  const written = await copy(writer, copySql(wanted, root), folder)
  const adds: AddFile[] = []
  const place = async (row: Readonly<Record<string, unknown>>): Promise<void> => {
    const path = String(row.filename)
      .slice(root.length)
      .replace(/^[/\\]+/, '')
      .replaceAll('\\', '/')
    const isEmpty = Number(row.count) === 0
    if (writer.tableFolder === undefined) await send(writer, `${folder}/${path}`, isEmpty ? undefined : path)
    else if (isEmpty) await writer.store.delete(path)
    if (!isEmpty) adds.push(addOf(row, path, wanted, writer.now()))
  }
  for (let start = 0; start < written.length; start += parallelUploads) {
    await Promise.all(written.slice(start, start + parallelUploads).map(place))
  }
  await checkNullability(writer, wanted, written, adds)
  return adds
}

/** DuckDB makes the last folder of a path only, so an object beside the files makes those above it. */
async function copy(
  writer: FileWriter,
  sql: string,
  folder: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const place = writer.tableFolder === undefined ? writer.scratch : writer.store
  const marker = writer.tableFolder === undefined ? `${folder}/.writing` : `_${folder}`
  await place.put(marker, new Uint8Array())
  try {
    return await writer.rows(sql)
  } finally {
    await place.delete(marker)
  }
}

/** Removes files of a commit that did not come about; what cannot be removed is left to a later clean-up. */
export async function dropDataFiles(store: ObjectStore, adds: readonly AddFile[]): Promise<void> {
  for (const add of adds) await store.delete(decodeURIComponent(add.path)).catch(() => undefined)
}

function copySql(wanted: NewFiles, root: string): string {
  const columns = wanted.schema.fields.map(field => {
    const name = quoteName(field.name)
    const value = `CAST(${name} AS ${duckdbType(field.type)})`
    const isPartition = wanted.partitionColumns.includes(field.name)
    // The log cannot tell an empty text from NULL in a partition value, so it becomes NULL here, where it can be seen.
    const isText = field.type.kind === 'primitive' && field.type.name === 'string'
    return `${isPartition && isText ? `nullif(${value}, '')` : value} AS ${name}`
  })
  const options = [
    'FORMAT parquet',
    'COMPRESSION zstd',
    "FILENAME_PATTERN 'part-{uuid}'",
    'APPEND true',
    'RETURN_STATS',
  ]
  if (wanted.partitionColumns.length === 0) options.push("FILE_SIZE_BYTES '256MB'")
  else {
    options.push(`PARTITION_BY (${wanted.partitionColumns.map(quoteName).join(', ')})`)
    if (wanted.keepPartitionColumns === true) options.push('WRITE_PARTITION_COLUMNS true')
  }
  return `COPY (SELECT ${columns.join(', ')} FROM (${wanted.query})) TO ${quoteText(root)} (${options.join(', ')})`
}

/** Moves a file from the scratch folder to the table, or only removes it. */
async function send(writer: FileWriter, key: string, path: string | undefined): Promise<void> {
  const info = await writer.scratch.head(key)
  const content = {
    sizeBytes: info?.sizeBytes ?? 0,
    read: async (range: { readonly start: number; readonly end: number }) =>
      (await writer.scratch.get(key, range))?.bytes ?? new Uint8Array(),
  }
  if (path !== undefined) {
    await writer.store.put(path, content)
    await writer.keep?.(path, content.sizeBytes, writer.scratch.locate(key))
  }
  await writer.scratch.delete(key)
}

/** Columns that must not be null are checked by the statistics of what was written. */
async function checkNullability(
  writer: FileWriter,
  wanted: NewFiles,
  written: readonly Readonly<Record<string, unknown>>[],
  adds: readonly AddFile[],
): Promise<void> {
  const guarded = wanted.schema.fields.filter(field => !field.nullable)
  for (const row of written) {
    const statistics = mapOf(row.column_statistics)
    const partitions = textMapOf(row.partition_keys)
    const broken = guarded.find(field => {
      if (wanted.partitionColumns.includes(field.name)) return (partitions.get(field.name) ?? null) === null
      return Number(textMapOf(statistics.get(quoteName(field.name))).get('null_count') ?? 0) > 0
    })
    if (broken === undefined || Number(row.count) === 0) continue
    await dropDataFiles(writer.store, adds)
    throw new DiagnosticError({
      code: 'delta/null-value',
      kind: 'Runtime',
      message: `The column "${broken.name}" must not be null, but new rows for "${writer.store.name}" are`,
    })
  }
}
