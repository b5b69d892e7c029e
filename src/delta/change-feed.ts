/**
 * The change data feed: the rows that each commit inserted, deleted or updated (PROTOCOL.md "Change Data Files").
 * The query gives the columns of the table at the last version, then `_change_type`, `_commit_version` and
 * `_commit_timestamp`.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Action, AddFile, PartitionValues, RemoveFile } from './action.ts'
import { deletedRows } from './deletion-vector.ts'
import { listLog } from './log-segment.ts'
import { subtractRows } from './roaring.ts'
import {
  partitionColumn,
  partitionConstant,
  partitionFields,
  planFiles,
  type ScanOptions,
  storedColumn,
  type WantedFile,
} from './scan.ts'
import { type ScanColumn, scanSql } from './scan-sql.ts'
import { findSnapshot, readCommit, requireSnapshot, type Snapshot } from './snapshot.ts'
import { decodePath, type TableFiles } from './table-files.ts'
import { versionTimes } from './time-travel.ts'

export interface ChangeRange {
  readonly from: number
  /** Included; the newest version if not given. */
  readonly to?: number
}

/** One file and what its rows are to the feed; a change file says that itself, row by row. */
interface Change {
  readonly version: number
  readonly kind: 'insert' | 'delete' | 'stated'
  readonly file: WantedFile['add']
  readonly partitionValues: PartitionValues
  readonly rows?: WantedFile['rows']
}

/** Fails with `delta/no-change-feed` if the feed was off in one of the versions. */
export async function changeFeedSql(
  files: TableFiles,
  range: ChangeRange,
  options: Pick<ScanOptions, 'partitionZone'> = {},
): Promise<string> {
  const last = await requireSnapshot(files, range.to)
  const changes = await collectChanges(files, range.from, last)
  const times = new Map((await versionTimes(files)).map(time => [time.version, time.timestampMs]))
  const timeOf = (version: number): string => new Date(times.get(version) ?? 0).toISOString()
  const zone = options.partitionZone ?? 'UTC'
  const implied = changes.filter(change => change.kind !== 'stated')
  const stated = changes.filter(change => change.kind === 'stated')
  const parts = [await branchSql(files, last, zone, implied, timeOf)]
  if (stated.length > 0) parts.push(await branchSql(files, last, zone, stated, timeOf))
  return parts.join('\nUNION ALL\n')
}

async function collectChanges(files: TableFiles, from: number, last: Snapshot): Promise<Change[]> {
  const listing = await listLog(files.store)
  let isOn = feedIsOn((await findSnapshot(files, from))?.metadata.configuration)
  const known = await knownPartitions(files, from)
  const changes: Change[] = []
  for (let version = from; version <= last.version; version++) {
    const commit = listing.commits.get(version)
    if (commit === undefined) throw noFeed(files.store.name, version, 'its commit is not in the log any more')
    const actions = await readCommit(files, commit.key)
    for (const action of actions) if (action.kind === 'metaData') isOn = feedIsOn(action.metadata.configuration)
    if (!isOn) throw noFeed(files.store.name, version, 'the property "delta.enableChangeDataFeed" was not true')
    for (const action of actions) {
      if (action.kind === 'add') known.set(decodePath(action.path), action.partitionValues)
    }
    changes.push(...(await changesOf(files, version, actions, known)))
  }
  return changes
}

/** A remove may leave out the partition values; then those of the add count, where the log still has it. */
async function knownPartitions(files: TableFiles, from: number): Promise<Map<string, PartitionValues>> {
  const listing = await listLog(files.store)
  const oldest = listing.commits.has(0) ? 0 : (listing.checkpoints[0]?.version ?? from)
  const before = from > oldest ? (await requireSnapshot(files, from - 1)).files : []
  return new Map(before.map(file => [decodePath(file.path), file.partitionValues]))
}

/** With change files, they alone tell the changes; without, added and removed files do. */
async function changesOf(
  files: TableFiles,
  version: number,
  actions: readonly Action[],
  known: ReadonlyMap<string, PartitionValues>,
): Promise<Change[]> {
  const stated = actions.filter(action => action.kind === 'cdc')
  if (stated.length > 0) {
    return stated.map(file => ({
      version,
      kind: 'stated',
      file: { path: file.path },
      partitionValues: file.partitionValues,
    }))
  }
  const removes = new Map<string, RemoveFile>()
  for (const action of actions) {
    if (action.kind === 'remove' && action.dataChange) removes.set(decodePath(action.path), action)
  }
  const changes: Change[] = []
  for (const action of actions) {
    if (action.kind !== 'add' || !action.dataChange) continue
    const path = decodePath(action.path)
    const removed = removes.get(path)
    removes.delete(path)
    if (removed === undefined) {
      changes.push({ version, kind: 'insert', file: action, partitionValues: action.partitionValues })
    } else changes.push(...(await vectorChanges(files, version, removed, action)))
  }
  for (const [path, file] of removes) {
    const partitionValues = file.partitionValues ?? known.get(path) ?? {}
    changes.push({ version, kind: 'delete', file, partitionValues })
  }
  return changes
}

/** The same data file before and after: only its deletion vector tells what happened. */
async function vectorChanges(
  files: TableFiles,
  version: number,
  before: RemoveFile,
  after: AddFile,
): Promise<Change[]> {
  const old = before.deletionVector === undefined ? [] : await deletedRows(files, before.deletionVector)
  const now = after.deletionVector === undefined ? [] : await deletedRows(files, after.deletionVector)
  const deleted = subtractRows(now, old)
  const restored = subtractRows(old, now)
  const shared = { version, file: after, partitionValues: after.partitionValues }
  const changes: Change[] = []
  if (deleted.length > 0) changes.push({ ...shared, kind: 'delete', rows: { kind: 'only', ranges: deleted } })
  if (restored.length > 0) changes.push({ ...shared, kind: 'insert', rows: { kind: 'only', ranges: restored } })
  return changes
}

async function branchSql(
  files: TableFiles,
  last: Snapshot,
  zone: string,
  changes: readonly Change[],
  timeOf: (version: number) => string,
): Promise<string> {
  const partitions = partitionFields(last)
  const isStated = changes[0]?.kind === 'stated'
  const { fields } = last.schema
  const stored = fields.filter(field => !partitions.has(field))
  const columns = fields.map(field =>
    partitions.has(field) ? partitionColumn(field, zone) : storedColumn(field, last.mapping),
  )
  const wanted = changes.map(change => ({
    add: change.file,
    constants: [
      ...fields.flatMap(field =>
        partitions.has(field) ? [partitionConstant(change.partitionValues, field, last.mapping)] : [],
      ),
      ...(isStated ? [] : [change.kind]),
      String(change.version),
      timeOf(change.version),
    ],
    ...(change.rows === undefined ? {} : { rows: change.rows }),
  }))
  return scanSql({
    columns: [...columns, isStated ? statedTypeColumn : constant('_change_type', 'VARCHAR'), ...commitColumns],
    mapping: last.mapping,
    // Change files hold `_change_type` under its name only; their other columns are under their physical names as well.
    byId: last.mapping === 'id' && !isStated,
    ...(await planFiles(files, { fields: stored, mapping: last.mapping }, wanted)),
  })
}

function constant(name: string, type: string): ScanColumn {
  return { kind: 'constant', name, type, valueSql: text => `CAST(${text} AS ${type})` }
}

const commitColumns = [constant('_commit_version', 'BIGINT'), constant('_commit_timestamp', 'TIMESTAMP WITH TIME ZONE')]

const statedTypeColumn: ScanColumn = {
  kind: 'stored',
  name: '_change_type',
  type: { kind: 'primitive', name: 'string' },
  physicalName: '_change_type',
}

function feedIsOn(configuration: Readonly<Record<string, string>> | undefined): boolean {
  return configuration?.['delta.enableChangeDataFeed'] === 'true'
}

function noFeed(table: string, version: number, reason: string): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/no-change-feed',
    kind: 'Runtime',
    message: `The change data feed of the Delta table "${table}" cannot be read for version ${version}: ${reason}`,
  })
}
