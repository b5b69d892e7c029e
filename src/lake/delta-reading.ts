/**
 * A Delta table as one statement reads it. A first plan of the statement, made before any file is fetched or opened, tells
 * which partitions it asks for and which files their statistics rule out; the query that is then sent names only the others.
 * A guard stands in it for those that are left out: should they be wanted after all, the statement fails and is sent again
 * over all files.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { AddFile } from '../delta/action.ts'
import { leftOutFiles } from '../delta/left-out.ts'
import { type PartitionGroup, partitionGroups, partitionPlacesSql, scanNames, snapshotSql } from '../delta/scan.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import { recordCount } from '../delta/statistics.ts'
import { type FilePlace, placeOf, type TableFiles } from '../delta/table-files.ts'
import { type DeltaLocation, type VersionWanted, wantedSnapshot } from './delta-location.ts'
import { deltaScans, predicatesOf } from './delta-scans.ts'
import type { Lake } from './lake.ts'
import { isMistake, mayBeDamage, type ReadSource } from './partial-reads.ts'
import type { PlanNode } from './planned-scans.ts'
import { inBatches, type ReadFile } from './read-file.ts'
import type { Traffic } from './traffic.ts'

/** How the failure of a guard begins. */
export const moreFilesWanted = 'eider: more files are wanted of'

/** Fewer files that are here already are opened sooner than a plan is made. */
const leastFiles = 32
/** So is a single file that is fetched whole anyway. */
const leastFetchedBytes = 128 * 1024

export interface DeltaWanted extends VersionWanted {
  readonly location: string
}

/** `tag` tells the tables of one statement apart. */
export async function openDelta(lake: Lake, traffic: Traffic, wanted: DeltaWanted, tag: string): Promise<DeltaReading> {
  const table = lake.delta(wanted.location, traffic)
  const snapshot = await wantedSnapshot(table, wanted)
  const files = new Map<AddFile, ReadFile>()
  if (table.folder === undefined && lake.reads.rules.isOn) {
    await inBatches(snapshot.files, async add => {
      const { store, key } = placeOf(table.files, add.path)
      files.set(add, { copy: await lake.cache.openFixed(store, key, add.size), store })
    })
  }
  return new DeltaReading(lake, table, snapshot, { files, tag })
}

/** The files that a statement does without. */
interface LeftOut {
  readonly byPartition: ReadonlySet<AddFile>
  readonly byStatistics: ReadonlySet<AddFile>
  /** Paths of the files that stand for those. */
  readonly hollows: readonly string[]
}

const nothingLeftOut: LeftOut = { byPartition: new Set(), byStatistics: new Set(), hollows: [] }

export class DeltaReading {
  private readonly lake: Lake
  private readonly table: DeltaLocation
  private readonly snapshot: Snapshot
  /** Those that are fetched. */
  private readonly files: ReadonlyMap<AddFile, ReadFile>
  private readonly tag: string
  /** Undefined while all of it is fetched at once. */
  private leftOut: LeftOut | undefined
  private trustsSizes = true
  /** The statement may not read it at all: trouble with it counts only if the statement fails. */
  isOptional = false

  constructor(
    lake: Lake,
    table: DeltaLocation,
    snapshot: Snapshot,
    { files, tag }: { readonly files: ReadonlyMap<AddFile, ReadFile>; readonly tag: string },
  ) {
    this.lake = lake
    this.table = table
    this.snapshot = snapshot
    this.files = files
    this.tag = tag
  }

  /** There is something to fetch or to open, and a plan may show that it is not needed. */
  get mayBePartial(): boolean {
    const { reads, hollows } = this.lake
    return reads.rules.isOn && this.isWorthAPlan && hollows.empty !== undefined
  }

  private get isWorthAPlan(): boolean {
    const { files } = this.snapshot
    if (files.length >= leastFiles && (this.isPartitioned || files.some(add => add.stats !== undefined))) return true
    const missing = [...this.files.values()].filter(({ copy }) => !copy.isWhole)
    return missing.length > 0 && (this.isPartitioned || missing.some(({ copy }) => copy.sizeBytes >= leastFetchedBytes))
  }

  /** A query with the columns of the table that can be planned but not run. */
  async plannedSql(): Promise<string> {
    const { snapshot, tag } = this
    // A plan looks into no file, so two do for all: of one alone the values of its partition could be taken as constants.
    const path = this.lake.hollows.empty ?? ''
    const files = { ...this.table.files, localPath: async () => path, reader: { rows: async () => [] } }
    const some = snapshot.files.slice(0, 2)
    const rows = Math.ceil(snapshot.files.reduce((sum, add) => sum + (recordCount(add) ?? Number.NaN), 0) / some.length)
    const bare = some.map(({ deletionVector: _, stats: __, ...add }) => ({
      ...add,
      ...(Number.isSafeInteger(rows) && { stats: `{"numRecords":${rows}}` }),
    }))
    return snapshotSql(files, { ...snapshot, files: bare }, { tag })
  }

  /** Takes what a plan of the statement asks for; everything without one. */
  async choose(plan: readonly PlanNode[] | undefined): Promise<void> {
    const { tag, isPartitioned, snapshot } = this
    const scans = plan && deltaScans(plan, { tag, isPartitioned })
    // A view may be read later by what does not show that it does, and these files are here already.
    const isMadeView = scans?.length === 0 && this.isOptional && this.files.size === 0
    if (scans === undefined || isMadeView) return this.chooseAll()
    const groups = isPartitioned ? partitionGroups(snapshot, snapshot.files) : []
    const wanted = new Set<AddFile>(isPartitioned ? [] : snapshot.files)
    for (const { fileConditions } of isPartitioned ? scans : []) {
      for (const add of await this.filesWith(groups, fileConditions)) wanted.add(add)
    }
    const columns = snapshot.schema.fields.map(field => field.name)
    const predicates = scans.map(({ scan }) => predicatesOf(scan, tag, columns))
    const { files, hollows } = leftOutFiles(snapshot, [...wanted], predicates)
    const paths = hollows.map(bytes => this.lake.hollows.path(bytes))
    const isGuarded = !paths.includes(undefined)
    this.leftOut = {
      byPartition: new Set(snapshot.files.filter(add => !wanted.has(add))),
      byStatistics: isGuarded ? files : new Set(),
      hollows: isGuarded ? paths.map(String) : [],
    }
  }

  /** Sizes in the log may be wrong, files may be gone: the table's own way of fetching finds out. */
  distrust(): void {
    this.trustsSizes = false
  }

  chooseAll(): void {
    this.leftOut = nothingLeftOut
  }

  /** The files that were chosen. */
  source(): ReadSource {
    const chosen = this.leftOut === undefined ? [] : this.snapshot.files.filter(this.isKept)
    const files = chosen.flatMap(add => this.files.get(add) ?? [])
    return {
      files,
      isParquet: true,
      partitions: [],
      names: scanNames(this.snapshot, this.tag),
      isOptional: this.isOptional,
    }
  }

  /** The query for the rows; what was chosen has to be opened. */
  async sql(): Promise<string> {
    const { leftOut, tag, snapshot } = this
    if (!this.trustsSizes) return snapshotSql(this.table.files, snapshot)
    const byPlace = new Map(
      [...this.files].map(([add, file]) => [locationOf(placeOf(this.table.files, add.path)), file]),
    )
    const files = this.filesAt(async place => {
      const file = byPlace.get(locationOf(place))
      if (leftOut === undefined) await file?.copy.complete(file.store)
      return file
    })
    if (leftOut === undefined) return snapshotSql(files, snapshot)
    const guard = { message: this.guard, byPartition: [...leftOut.byPartition], hollows: leftOut.hollows }
    return snapshotSql(files, snapshot, { tag, keep: this.isKept, guard })
  }

  /** Whether a failure of the statement means that more files are wanted. */
  asksFor(error: unknown): boolean {
    if (!(error instanceof DiagnosticError) || isMistake(error) || this.leftOut === undefined) return false
    const { message } = error.diagnostic
    // What DuckDB says of a hole names no file.
    return message.includes(this.guard) || (this.leftOut.hollows.length > 0 && mayBeDamage.test(message))
  }

  private readonly isKept = (add: AddFile): boolean =>
    this.leftOut?.byPartition.has(add) !== true && this.leftOut?.byStatistics.has(add) !== true

  private get guard(): string {
    return `${moreFilesWanted} ${this.tag}${this.table.location}`
  }

  private get isPartitioned(): boolean {
    return this.snapshot.partitionColumns.length > 0
  }

  private async filesWith(
    groups: readonly PartitionGroup[],
    conditions: readonly string[],
  ): Promise<readonly AddFile[]> {
    if (conditions.length === 0) return this.snapshot.files
    try {
      const rows = await this.lake.reader.rows(partitionPlacesSql(this.snapshot, groups, { tag: this.tag, conditions }))
      return rows.flatMap(row => groups[Number(row.i)]?.files ?? [])
    } catch {
      // Text of a plan that is no SQL.
      return this.snapshot.files
    }
  }

  private filesAt(fileAt: (place: FilePlace) => Promise<ReadFile | undefined>): TableFiles {
    const { files } = this.table
    const localPath = async (place: FilePlace, sizeBytes?: number): Promise<string> =>
      (await fileAt(place))?.copy.path ?? files.localPath(place, sizeBytes)
    return { ...files, localPath }
  }
}

function locationOf({ store, key }: FilePlace): string {
  return store.locate(key)
}
