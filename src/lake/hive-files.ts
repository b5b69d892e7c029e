/** Partitions that stand in paths (`day=2024-02-01/`), and which files a plan asks for by them. */

import { escapePattern, quoteName, quoteText, textList } from '../delta/sql-words.ts'
import type { ParquetReader } from '../delta/table-files.ts'
import { virtualColumns } from './parquet-layout.ts'
import { type PlannedScan, splitConditions } from './planned-scans.ts'

interface HiveFile {
  readonly copy: { readonly path: string }
}

interface PartitionedFiles<F extends HiveFile> {
  readonly files: readonly F[]
  /** Where DuckDB finds each of them. */
  readonly paths: readonly string[]
  readonly partitions: readonly string[]
  readonly areTexts: boolean
}

/** Names of the partitions of paths, in lower case; none unless every path has the same. */
export function partitionNames(keys: readonly string[]): string[] {
  const [first, ...rest] = keys.map(key => [...partitionsOf(key).keys()].join('/'))
  return first === undefined || first === '' || rest.some(one => one !== first) ? [] : first.toLowerCase().split('/')
}

function partitionsOf(path: string): ReadonlyMap<string, string> {
  const parts = path.split('/').slice(0, -1)
  return new Map(parts.flatMap(part => (/^[^=]+=/.test(part) ? [splitAt(part, part.indexOf('='))] : [])))
}

function splitAt(part: string, at: number): [string, string] {
  return [part.slice(0, at), part.slice(at + 1)]
}

/**
 * The files that the scans of a plan can want: of those scans that are over as many files as these, what their
 * conditions leave, if that is as many as DuckDB says; all where that is not clear.
 */
export async function wantedByPartition<F extends HiveFile>(
  { files, partitions, paths, areTexts }: PartitionedFiles<F>,
  scans: readonly PlannedScan[],
  reader: ParquetReader,
): Promise<readonly F[]> {
  if (areTexts && scans.some(scan => scan.fileCount === undefined)) return files
  const list = `${textList(paths.map(escapePattern))}, hive_partitioning = true`
  // The columns of texts say nothing, and looking for them would read.
  const source = areTexts
    ? `read_csv(${list}, auto_detect = false, header = false, columns = {'eider line': 'VARCHAR'})`
    : `read_parquet(${list})`
  const described = await reader.rows(`DESCRIBE SELECT * FROM ${source}`)
  const types = new Map(described.map(row => [String(row.column_name).toLowerCase(), String(row.column_type)]))
  const own = scans.filter(
    // Of texts the plan may count only what an earlier look at the same conditions has left.
    ({ fileCount }) => fileCount?.all === files.length || (areTexts && fileCount?.all === fileCount?.left),
  )
  const others = scans.filter(scan => scan.fileCount === undefined && isOver(scan, new Set(types.keys())))
  if (own.length === 0) return others.length === 0 ? [] : files
  if (others.some(scan => scan.columns.some(column => partitions.includes(column.toLowerCase())))) return files
  const wanted = new Set<F>()
  for (const scan of own) {
    const left = await filesLeft(files, partitions, types, scan, reader)
    if (left.length !== scan.fileCount?.left) return files
    for (const file of left) wanted.add(file)
  }
  return [...wanted]
}

/** Whether all columns of a scan are among these. */
function isOver(scan: PlannedScan, columns: ReadonlySet<string>): boolean {
  return scan.columns.every(column => {
    const name = column.toLowerCase()
    return columns.has(name) || columns.has(name.split('.')[0] ?? '') || virtualColumns.includes(name)
  })
}

async function filesLeft<F extends HiveFile>(
  files: readonly F[],
  partitions: readonly string[],
  types: ReadonlyMap<string, string>,
  { fileConditions = '' }: PlannedScan,
  reader: ParquetReader,
): Promise<F[]> {
  const texts = partitions.map(name => files.map(file => partitionValue(file.copy.path, name)))
  const lists = texts.map(
    (list, at) => `unnest(from_json(${quoteText(JSON.stringify(list))}, '["VARCHAR"]')) AS t${at}`,
  )
  const values = partitions.map((name, at) => `t${at}::${types.get(name) ?? 'VARCHAR'} AS ${quoteName(name)}`)
  const inner = `SELECT unnest(range(${files.length})) AS i, ${lists.join(', ')}`
  const conditions = splitConditions(fileConditions).map(condition => `(${condition})`)
  try {
    const rows = await reader.rows(
      `SELECT i FROM (SELECT i, ${values.join(', ')} FROM (${inner})) WHERE ${conditions.join(' AND ')}`,
    )
    return rows.flatMap(row => files[Number(row.i)] ?? [])
  } catch {
    // Text of a plan that is no SQL.
    return []
  }
}

function partitionValue(path: string, name: string): string | null {
  const found = [...partitionsOf(path)].findLast(([key]) => key.toLowerCase() === name)?.[1] ?? ''
  if (found === '__HIVE_DEFAULT_PARTITION__') return null
  try {
    return decodeURIComponent(found)
  } catch {
    return found
  }
}
