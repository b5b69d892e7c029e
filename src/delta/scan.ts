/** Plans the reading of a snapshot: which files, which of their rows, and in which form they are stored. */
import type { AddFile } from './action.ts'
import { deletedRows } from './deletion-vector.ts'
import { type FileLayout, fileLayouts } from './file-layout.ts'
import { normalPartitionText, partitionText, partitionValueSql } from './partition-value.ts'
import { mayBeRounded, sameName } from './protocol.ts'
import type { ScanColumn, ScanFile, ScanPlan } from './scan-sql.ts'
import { groupsOf, isReadAlone, placesSql, scanSql } from './scan-sql.ts'
import { type ColumnMapping, columnId, type DeltaField, duckdbType, physicalName } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import { recordCount } from './statistics.ts'
import { type FilePlace, missingFile, placeOf, type TableFiles } from './table-files.ts'

export interface ScanOptions {
  /** Only these columns, in the order of the schema. */
  readonly columns?: readonly string[]
  /** Only these files, such as those that data skipping has left. */
  readonly keep?: (file: AddFile) => boolean
  /** A further column of this name with the path of the file, as the log has it. */
  readonly pathColumn?: string
  /** The zone of partition timestamps that were written without one. */
  readonly partitionZone?: string
  /** Begins all inner names of the query. */
  readonly tag?: string
  /** Files that are not kept make the query fail when it wants them. */
  readonly guard?: LeftOutGuard
}

interface LeftOutGuard {
  /** Of the failure if partitions of these are wanted. */
  readonly message: string
  readonly byPartition: readonly AddFile[]
  /** Paths of the hollow files that stand for all others which are not kept. */
  readonly hollows: readonly string[]
}

/** The query for the live rows of a snapshot; usable as a view or a subquery in parentheses. */
export async function snapshotSql(files: TableFiles, snapshot: Snapshot, options: ScanOptions = {}): Promise<string> {
  return scanSql(await planScan(files, snapshot, options))
}

async function planScan(files: TableFiles, snapshot: Snapshot, options: ScanOptions = {}): Promise<ScanPlan> {
  const fields = snapshot.schema.fields.filter(field => options.columns?.includes(field.name) ?? true)
  const kept = options.keep === undefined ? snapshot.files : snapshot.files.filter(options.keep)
  const partitions = partitionFields(snapshot)
  const named = fields.filter(field => partitions.has(field))
  const scanned = await planFiles(
    files,
    { fields: fields.filter(field => !partitions.has(field)), mapping: snapshot.mapping },
    kept.map(add => ({
      add,
      constants: [...constantsOf(snapshot, add, named), ...(options.pathColumn === undefined ? [] : [add.path])],
    })),
  )
  const { tag, guard } = options
  const columns = columnsOf(snapshot, fields, options.partitionZone)
  return {
    columns: options.pathColumn === undefined ? columns : [...columns, pathColumn(options.pathColumn)],
    mapping: snapshot.mapping,
    byId: snapshot.mapping === 'id',
    ...scanned,
    ...(tag !== undefined && { tag }),
    ...(guard !== undefined && {
      guard: {
        message: guard.message,
        constants: partitionGroups(snapshot, guard.byPartition).map(group => group.constants),
        hollows: guard.hollows,
      },
    }),
  }
}

function columnsOf(snapshot: Snapshot, fields: readonly DeltaField[], zone = 'UTC'): ScanColumn[] {
  const partitions = partitionFields(snapshot)
  return fields.map(field =>
    partitions.has(field) ? partitionColumn(field, zone) : storedColumn(field, snapshot.mapping),
  )
}

/** Of one of its files; `fields` are those that name partitions. */
function constantsOf({ mapping }: Snapshot, add: AddFile, fields: readonly DeltaField[]): (string | null)[] {
  return fields.map(field => partitionConstant(add.partitionValues, field, mapping))
}

/** Files of one partition. */
export interface PartitionGroup {
  readonly constants: readonly (string | null)[]
  readonly files: readonly AddFile[]
}

export function partitionGroups(snapshot: Snapshot, files: readonly AddFile[]): PartitionGroup[] {
  const partitions = partitionFields(snapshot)
  const named = snapshot.schema.fields.filter(field => partitions.has(field))
  const groups = new Map<string, PartitionGroup & { readonly files: AddFile[] }>()
  for (const add of files) {
    const constants = constantsOf(snapshot, add, named)
    const key = JSON.stringify(constants)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { constants, files: [add] })
    else group.files.push(add)
  }
  return [...groups.values()]
}

/** The query for the places of those that meet conditions: texts over the inner names of the table's scan with this tag. */
export function partitionPlacesSql(
  snapshot: Snapshot,
  groups: readonly PartitionGroup[],
  { tag, conditions }: { readonly tag: string; readonly conditions: readonly string[] },
): string {
  const constants = groups.map(group => group.constants)
  return placesSql({ columns: columnsOf(snapshot, snapshot.schema.fields), tag }, constants, conditions)
}

/** What the scan with this tag calls the columns of the files: by their names there. */
export function scanNames(snapshot: Snapshot, tag: string): ReadonlyMap<string, string> {
  return new Map(
    snapshot.schema.fields.map((field, index) => [physicalName(field, snapshot.mapping), `${tag}c${index}`]),
  )
}

export function partitionFields(snapshot: Snapshot): ReadonlySet<DeltaField> {
  const { schema, partitionColumns } = snapshot
  return new Set(schema.fields.filter(field => partitionColumns.some(column => sameName(column, field.name))))
}

export function partitionConstant(
  values: AddFile['partitionValues'],
  field: DeltaField,
  mapping: ColumnMapping,
): string | null {
  const text = partitionText(values, field, mapping)
  return text === null ? null : normalPartitionText(text, field.type)
}

export function partitionColumn(field: DeltaField, zone: string): ScanColumn {
  return {
    kind: 'constant',
    name: field.name,
    type: duckdbType(field.type),
    valueSql: text => partitionValueSql(text, field.type, zone),
  }
}

function pathColumn(name: string): ScanColumn {
  return { kind: 'constant', name, type: 'VARCHAR', valueSql: text => text }
}

export function storedColumn(field: DeltaField, mapping: ColumnMapping): ScanColumn {
  const id = columnId(field)
  return {
    kind: 'stored',
    name: field.name,
    type: field.type,
    physicalName: physicalName(field, mapping),
    ...(id !== undefined && { id }),
    ...(mayBeRounded(field) && { comparedAfterwards: true }),
  }
}

/** A file to scan, before its place and form are known. */
export interface WantedFile {
  readonly add: Pick<AddFile, 'path' | 'deletionVector' | 'stats'> & { readonly size?: number }
  readonly constants: readonly (string | null)[]
  /** In place of leaving out what the deletion vector marks. */
  readonly rows?: ScanFile['rows']
}

/** The columns that the files hold. */
export interface FileColumns {
  readonly fields: readonly DeltaField[]
  readonly mapping: ColumnMapping
}

/** Fetches the files, reads their deletion vectors and finds how they differ from the schema. */
export async function planFiles(
  files: TableFiles,
  columns: FileColumns,
  wanted: readonly WantedFile[],
): Promise<Pick<ScanPlan, 'groups' | 'emptyFile'>> {
  const places = wanted.map(one => placeOf(files, one.add.path))
  const paths = await inChunks(wanted, one => files.localPath(placeOf(files, one.add.path), one.add.size))
  const rows = await inChunks(wanted, one => rowsOf(files, one))
  const layouts = await layoutsOf(files, columns, paths, places)
  const planned = wanted.map((one, index): ScanFile => {
    const path = paths[index] ?? ''
    const layout = layouts.get(path)
    const count = recordCount(one.add)
    return {
      path,
      constants: one.constants,
      ...(layout === undefined ? {} : { layout }),
      ...(rows[index] === undefined ? {} : { rows: rows[index] }),
      ...(count === undefined ? {} : { rowCount: count }),
    }
  })
  const groups = groupsOf(planned)
  const emptyFile = groups.some(isReadAlone) ? files.emptyFile?.() : undefined
  return { groups, ...(emptyFile !== undefined && { emptyFile }) }
}

async function rowsOf(files: TableFiles, wanted: WantedFile): Promise<ScanFile['rows']> {
  if (wanted.rows !== undefined || wanted.add.deletionVector === undefined) return wanted.rows
  return { kind: 'except', ranges: await deletedRows(files, wanted.add.deletionVector) }
}

/** The footers of all files are read here, so this is where a missing one shows. */
async function layoutsOf(
  files: TableFiles,
  columns: FileColumns,
  paths: readonly string[],
  places: readonly FilePlace[],
): Promise<ReadonlyMap<string, FileLayout>> {
  try {
    return await fileLayouts(files.reader, paths, columns.fields, columns.mapping)
  } catch (error) {
    const heads = await inChunks(places, place => place.store.head(place.key))
    const missing = places[heads.indexOf(undefined)]
    throw missing === undefined ? error : missingFile(missing)
  }
}

const concurrentReads = 16

async function inChunks<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += concurrentReads) {
    results.push(...(await Promise.all(items.slice(start, start + concurrentReads).map(item => action(item)))))
  }
  return results
}
