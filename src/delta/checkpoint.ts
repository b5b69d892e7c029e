/** Reads checkpoints of every kind into actions: one file or many, JSON or parquet, with sidecars or without. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Action } from './action.ts'
import { sidecarFolder } from './log-path.ts'
import type { CheckpointFiles } from './log-segment.ts'
import { columnTree, type ParquetColumn } from './parquet-columns.ts'
import { parseActions } from './parse-actions.ts'
import { escapePattern, quoteName, quoteText } from './sql-words.ts'
import { type FilePlace, placeOf, readPlace, type TableFiles } from './table-files.ts'

/** The state that the checkpoint holds, as actions in no particular order. */
export async function readCheckpoint(files: TableFiles, checkpoint: CheckpointFiles): Promise<Action[]> {
  const places = checkpoint.keys.map(key => ({ store: files.store, key }))
  const actions = checkpoint.format === 'json' ? await readJson(places) : await readParquet(files, places)
  const sidecars = actions.flatMap(action => (action.kind === 'sidecar' ? [sidecarPlace(files, action.path)] : []))
  return sidecars.length === 0 ? actions : [...actions, ...(await readParquet(files, sidecars))]
}

function sidecarPlace(files: TableFiles, path: string): FilePlace {
  const place = placeOf(files, path)
  return place.store === files.store && !place.key.startsWith(sidecarFolder)
    ? { store: files.store, key: sidecarFolder + place.key }
    : place
}

async function readJson(places: readonly FilePlace[]): Promise<Action[]> {
  const texts = await Promise.all(places.map(readPlace))
  return texts.flatMap((bytes, index) => parseActions(new TextDecoder().decode(bytes), places[index]?.key ?? ''))
}

async function readParquet(files: TableFiles, places: readonly FilePlace[]): Promise<Action[]> {
  const paths = await Promise.all(places.map(async place => escapePattern(await files.localPath(place))))
  const names = places.map(place => place.key).join(', ')
  try {
    // Writers may leave out columns that a part does not need, so each file is described for itself.
    const actions: Action[] = []
    for (const path of paths) {
      const entries = await files.reader.rows(
        `SELECT name::VARCHAR AS name, num_children::INTEGER AS children FROM parquet_schema(${quoteText(path)})`,
      )
      const columns = columnTree(entries.map(row => ({ name: String(row.name), children: Number(row.children ?? 0) })))
      const lines = await files.reader.rows(checkpointSql(path, columns))
      for (const row of lines) for (const action of parseActions(String(row.lines ?? ''), names)) actions.push(action)
    }
    return actions
  } catch (error) {
    if (error instanceof DiagnosticError) throw error
    throw new DiagnosticError({
      code: 'delta/bad-checkpoint',
      kind: 'Runtime',
      message: `The checkpoint "${names}" of the Delta table "${files.store.name}" cannot be read`,
      cause: error,
    })
  }
}

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  add: [
    ...['path', 'partitionValues', 'size', 'modificationTime', 'dataChange', 'stats', 'tags', 'deletionVector'],
    ...['baseRowId', 'defaultRowCommitVersion', 'clusteringProvider'],
  ],
  remove: [
    ...['path', 'deletionTimestamp', 'dataChange', 'extendedFileMetadata', 'partitionValues', 'size'],
    ...['deletionVector', 'baseRowId', 'defaultRowCommitVersion'],
  ],
  metaData: [
    ...['id', 'name', 'description', 'format', 'schemaString', 'partitionColumns', 'configuration', 'createdTime'],
  ],
  protocol: ['minReaderVersion', 'minWriterVersion', 'readerFeatures', 'writerFeatures'],
  txn: ['appId', 'version', 'lastUpdated'],
  domainMetadata: ['domain', 'configuration', 'removed'],
  sidecar: ['path'],
}

/** JSON actions in the form of a commit, many of them a row. Statistics kept only as columns become JSON text again. */
function checkpointSql(path: string, columns: readonly ParquetColumn[]): string {
  const branches = Object.entries(fieldsOf).flatMap(([kind, wanted]) => {
    const present = columns.find(column => column.name === kind)?.children.map(child => child.name)
    if (present === undefined) return []
    const fields = wanted.flatMap(field => {
      const value = fieldSql(kind, field, present)
      return value === undefined ? [] : [`${quoteText(field)}: ${value}`]
    })
    if (fields.length === 0) return []
    const column = quoteName(kind)
    return [`WHEN ${column} IS NOT NULL THEN to_json({${quoteText(kind)}: {${fields.join(', ')}}})::VARCHAR`]
  })
  if (branches.length === 0) return `SELECT NULL AS lines WHERE false`
  const source = `read_parquet(${quoteText(path)}, hive_partitioning = false, file_row_number = true)`
  const lines = `SELECT CASE ${branches.join(' ')} END AS line, file_row_number // ${linesATime} AS part FROM ${source}`
  // A filter on the lines would make DuckDB put each of them together twice.
  return `SELECT string_agg(line, chr(10)) AS lines FROM (${lines}) GROUP BY part`
}

/** Many short texts take longer to hand over than few long ones. */
const linesATime = 1000

function fieldSql(kind: string, field: string, present: readonly string[]): string | undefined {
  const at = (name: string): string => `${quoteName(kind)}.${quoteName(name)}`
  if (kind !== 'add' || field !== 'stats') return present.includes(field) ? at(field) : undefined
  const parsed = present.includes('stats_parsed') ? `to_json(${at('stats_parsed')})::VARCHAR` : undefined
  if (!present.includes('stats')) return parsed
  return parsed === undefined ? at('stats') : `coalesce(${at('stats')}, ${parsed})`
}
