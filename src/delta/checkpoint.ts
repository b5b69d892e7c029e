/** Reads checkpoints of every kind into actions: one file or many, JSON or parquet, with sidecars or without. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { type Action, parseActions } from './action.ts'
import { sidecarFolder } from './log-path.ts'
import type { CheckpointFiles } from './log-segment.ts'
import { escapePattern, quoteName, quoteText, textList } from './sql-words.ts'
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
    const described = await files.reader.rows(
      `SELECT file_name, name, num_children::INTEGER AS children FROM parquet_schema(${textList(paths)})`,
    )
    const actions: Action[] = []
    for (const path of paths) {
      const own = described.filter(row => paths.length === 1 || escapePattern(String(row.file_name)) === path)
      const columns = columnTree(own)
      const lines = await files.reader.rows(checkpointSql(path, columns))
      for (const row of lines) actions.push(...parseActions(String(row.line), names))
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

/** Top-level columns and the names right below them. */
type ColumnTree = ReadonlyMap<string, readonly string[]>

/** `parquet_schema` lists the tree of a file depth first, each entry with the number of its children. */
function columnTree(rows: readonly Readonly<Record<string, unknown>>[]): ColumnTree {
  const tree = new Map<string, string[]>()
  const open: { readonly name: string; left: number }[] = []
  for (const row of rows) {
    const name = String(row.name)
    const children = typeof row.children === 'number' ? row.children : 0
    if (open.length === 1) tree.set(name, [])
    if (open.length === 2) tree.get(open[1]?.name ?? '')?.push(name)
    const parent = open.at(-1)
    if (parent !== undefined) parent.left -= 1
    open.push({ name, left: children })
    while (open.length > 1 && open.at(-1)?.left === 0) open.pop()
  }
  return tree
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

/** One JSON action a row, in the form of a commit. Statistics kept only as columns become JSON text again. */
function checkpointSql(path: string, columns: ColumnTree): string {
  const branches = Object.entries(fieldsOf).flatMap(([kind, wanted]) => {
    const present = columns.get(kind)
    if (present === undefined) return []
    const fields = wanted.flatMap(field => {
      const value = fieldSql(kind, field, present)
      return value === undefined ? [] : [`${quoteText(field)}: ${value}`]
    })
    if (fields.length === 0) return []
    const column = quoteName(kind)
    return [`WHEN ${column} IS NOT NULL THEN to_json({${quoteText(kind)}: {${fields.join(', ')}}})::VARCHAR`]
  })
  if (branches.length === 0) return `SELECT NULL AS line WHERE false`
  const source = `read_parquet(${quoteText(path)}, hive_partitioning = false)`
  return `SELECT line FROM (SELECT CASE ${branches.join(' ')} END AS line FROM ${source}) WHERE line IS NOT NULL`
}

function fieldSql(kind: string, field: string, present: readonly string[]): string | undefined {
  const at = (name: string): string => `${quoteName(kind)}.${quoteName(name)}`
  if (kind !== 'add' || field !== 'stats') return present.includes(field) ? at(field) : undefined
  const parsed = present.includes('stats_parsed') ? `to_json(${at('stats_parsed')})::VARCHAR` : undefined
  if (!present.includes('stats')) return parsed
  return parsed === undefined ? at('stats') : `coalesce(${at('stats')}, ${parsed})`
}
