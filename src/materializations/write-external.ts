/**
 * Writes the rows of a query to files on this machine so that whoever reads them at any moment finds, for every file,
 * the old content or the new one. The rows go straight from the query, by one COPY, to a place beside the target; a
 * rename puts each file where it belongs; what is no longer needed is removed last.
 *
 * 1. Nothing under the location changes before every row is written.
 * 2. Each partition is one file whose name never changes (`data_0`), so that a rename replaces it.
 * 3. Files being written are called `*.tmp`: patterns over the target's own extension never see them.
 * 4. What a killed run left is removed by the next one.
 */
import { quoteIdentifier, quoteString } from '../base/sql-text.ts'
import type { ColumnInfo, QueryResult } from '../base/sql-value.ts'
import { copyOptionText, type ExternalTarget, fileExtension } from '../compile/external-target.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { canMerge, mergeFiles } from './merge-files.ts'

export interface ExternalWrite {
  readonly send: (sql: string) => Promise<QueryResult>
  readonly files: FileSystem
  readonly target: ExternalTarget
  /** The query, without a semicolon. */
  readonly query: string
  /** `partitions`: only those that the query gives are replaced; a set: the files at these places below the target. */
  readonly replace: 'everything' | 'partitions' | ReadonlySet<string>
  /** Names the place for this run: letters, digits and dashes. */
  readonly runId: string
}

export interface WrittenFiles {
  readonly rowCount: number
  /** Columns of the query. Known only where they were asked for: when there was no row, or there are partitions. */
  readonly columns: readonly ColumnInfo[]
  /** Text of the COPY. */
  readonly sql: string
}

const stagingPrefix = '.eider-'

export async function writeExternal(write: ExternalWrite): Promise<WrittenFiles> {
  const place = targetPlace(write)
  removeLeftovers(write.files, place)
  write.files.makeFolder(write.target.severalFiles ? place.staging : place.folder)
  try {
    return write.target.severalFiles ? await writeFolder(write, place) : await writeFile(write, place)
  } finally {
    write.files.remove(place.staging)
  }
}

interface TargetPlace {
  /** Absolute. */
  readonly path: string
  /** Where the staging place is: the folder of the target itself, or the one that the target's file is in. */
  readonly folder: string
  readonly staging: string
  /** Names of staging places for this target begin so. */
  readonly prefix: string
}

/** Absolute, of a location on this machine. */
export function localTargetPath(files: FileSystem, location: string): string {
  const path = location.replace(/^file:\/\//, '').replace(/\/+$/, '')
  return path.startsWith('/') || /^[A-Za-z]:[\\/]/.test(path) ? path : `${files.root}/${path}`
}

function targetPlace({ files, target, runId }: ExternalWrite): TargetPlace {
  const path = localTargetPath(files, target.location)
  const slash = path.lastIndexOf('/')
  const folder = target.severalFiles ? path : path.slice(0, slash)
  const prefix = target.severalFiles ? stagingPrefix : `${stagingPrefix}${path.slice(slash + 1)}-`
  return { path, folder, prefix, staging: `${folder}/${prefix}${runId}.tmp` }
}

function removeLeftovers(files: FileSystem, place: TargetPlace): void {
  const found = new Set<string>()
  for (const path of files.list(place.folder)) {
    const name = path.split('/')[0] ?? ''
    if (name.startsWith(place.prefix) && name.endsWith('.tmp')) found.add(name)
  }
  for (const name of found) files.remove(`${place.folder}/${name}`)
}

async function writeFile(write: ExternalWrite, place: TargetPlace): Promise<WrittenFiles> {
  const { files, target } = write
  const { sql, rowCount } = await copyTo(write, place.staging, write.query, target.copyOptions)
  const columns = rowCount === 0 ? await describe(write) : []
  if (files.stat(place.path)?.kind === 'folder') files.remove(place.path)
  files.rename(place.staging, place.path)
  return { sql, rowCount, columns }
}

async function writeFolder(write: ExternalWrite, place: TargetPlace): Promise<WrittenFiles> {
  const { files, target } = write
  const columns = await describe(write)
  const options = new Map(target.copyOptions)
  for (const name of ['overwrite', 'overwrite_or_ignore', 'append']) options.delete(name)
  options.set('file_extension', "'tmp'")
  await setOpenFiles(write, `set partitioned_write_max_open_files = ${openFiles}`)
  const { sql, rowCount } = await copyTo(write, place.staging, write.query, options)
  await setOpenFiles(write, 'reset partitioned_write_max_open_files')
  if (rowCount === 0 && write.replace === 'everything' && !target.keepsOldFiles) {
    await writeEmptyFile(write, place, columns)
  }
  const staged = await oneFilePerPartition(write, place.staging)
  if (files.stat(place.path)?.kind === 'file') files.remove(place.path)
  putInPlace(write, place, staged)
  return { sql, rowCount, columns }
}

/** DuckDB's own limit of 100 would break partitions into files that have to be put together again. */
const openFiles = 1000

async function setOpenFiles({ send, target }: ExternalWrite, sql: string): Promise<void> {
  if (target.partitionBy.length > 0) await send(sql)
}

/** A folder without rows still holds a file, so that a reader knows the columns. */
async function writeEmptyFile(write: ExternalWrite, place: TargetPlace, columns: readonly ColumnInfo[]): Promise<void> {
  const { target, files } = write
  const folders = target.partitionBy.map(name => `${name}=__HIVE_DEFAULT_PARTITION__`)
  const folder = [place.staging, ...folders].join('/')
  files.makeFolder(folder)
  const partitions = new Set(target.partitionBy.map(name => name.toLowerCase()))
  const kept = columns.filter(column => !partitions.has(column.name.toLowerCase()))
  const list = kept.map(column => quoteIdentifier(column.name)).join(', ')
  const options = new Map(target.copyOptions)
  for (const name of folderOptions) options.delete(name)
  await copyTo(write, `${folder}/data_0.tmp`, `select ${list} from (${write.query}\n) where false`, options)
}

const folderOptions = [
  'partition_by',
  'per_thread_output',
  'file_size_bytes',
  'filename_pattern',
  'file_extension',
  'overwrite',
  'overwrite_or_ignore',
  'append',
  'write_partition_columns',
  'hive_file_pattern',
]

/** DuckDB closes files when too many partitions are open and begins further ones; those are put together. */
async function oneFilePerPartition(write: ExternalWrite, staging: string): Promise<string[]> {
  const { files, target } = write
  const staged = files.list(staging)
  const onPurpose = target.copyOptions.has('file_size_bytes') || target.keepsOldFiles
  if (target.partitionBy.length === 0 || onPurpose || !canMerge(target)) return staged
  const byFolder = new Map<string, string[]>()
  for (const path of staged) {
    const folder = path.slice(0, path.lastIndexOf('/'))
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), path])
  }
  const single: string[] = []
  for (const [folder, paths] of byFolder) {
    const [first = ''] = paths
    const stable = `${folder}/data_0.tmp`
    if (paths.length > 1) await mergeFiles(write, staging, paths, stable)
    else if (first !== stable) files.rename(`${staging}/${first}`, `${staging}/${stable}`)
    single.push(stable)
  }
  return single
}

/** The renames that readers see, then the removal of what they no longer need. */
function putInPlace(write: ExternalWrite, place: TargetPlace, staged: readonly string[]): void {
  const { files, target } = write
  const extension = `.${fileExtension(target)}`
  const depth = target.partitionBy.length
  const old = files.list(place.path).filter(path => isOurs(path, depth, target.partitionBy, extension))
  const fresh = new Set<string>()
  for (const path of staged) {
    const final = `${path.slice(0, -'.tmp'.length)}${extension}`
    fresh.add(final)
    files.rename(`${place.staging}/${path}`, `${place.path}/${final}`)
  }
  if (target.keepsOldFiles) return
  const replaced = new Set(Array.from(fresh, folderOf))
  for (const path of old) {
    if (fresh.has(path)) continue
    if (isReplaced(write.replace, path, replaced)) removeFile(files, place.path, path)
  }
}

/** @param folders those that new files are in */
export function isReplaced(replace: ExternalWrite['replace'], path: string, folders: ReadonlySet<string>): boolean {
  if (typeof replace !== 'string') return replace.has(path)
  return replace === 'everything' || folders.has(folderOf(path))
}

/** Whether a path below the location has the form of those that are written there. */
export function isOurs(path: string, depth: number, partitionBy: readonly string[], extension: string): boolean {
  const parts = path.split('/')
  if (parts.length !== depth + 1 || !path.endsWith(extension)) return false
  return partitionBy.every((name, index) => parts[index]?.toLowerCase().startsWith(`${name.toLowerCase()}=`))
}

/** With the slash. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

/** The folders of a partition go with its last file. */
function removeFile(files: FileSystem, root: string, path: string): void {
  files.remove(`${root}/${path}`)
  for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder.slice(0, -1))) {
    if (files.list(`${root}/${folder}`).length > 0) return
    files.remove(`${root}/${folder.slice(0, -1)}`)
  }
}

async function copyTo(
  write: ExternalWrite,
  path: string,
  query: string,
  options: ReadonlyMap<string, string>,
): Promise<{ readonly sql: string; readonly rowCount: number }> {
  const all = new Map(options)
  if (!all.has('format')) all.set('format', write.target.format)
  const texts = Array.from(all, ([name, value]) => copyOptionText(name, value))
  const sql = `copy (\n${query}\n) to ${quoteString(path)} (${texts.join(', ')})`
  const { rowCount } = await write.send(sql)
  return { sql, rowCount }
}

async function describe(write: ExternalWrite): Promise<ColumnInfo[]> {
  const { rows } = await write.send(`describe (\n${write.query}\n)`)
  return rows.map(row => ({ name: String(row[0]), type: String(row[1]) }))
}
