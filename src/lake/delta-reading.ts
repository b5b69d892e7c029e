/**
 * A Delta table in a bucket as one statement reads it. A first plan of the statement, made before any file is fetched,
 * tells which partitions it asks for and which files' statistics rule them out; the query that is then sent names only the
 * files of those partitions. A guard stands for the others in it: should they be wanted after all, the statement fails
 * and is sent again over all files. Files that statistics rule out are there by their footers, out of which DuckDB sees
 * for itself.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { AddFile } from '../delta/action.ts'
import { mayHoldRows } from '../delta/data-skipping.ts'
import { partitionPlacesSql, scanNames, snapshotSql } from '../delta/scan.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import { type FilePlace, placeOf, type TableFiles } from '../delta/table-files.ts'
import { type DeltaLocation, type VersionWanted, wantedSnapshot } from './delta-location.ts'
import { deltaScans, predicatesOf } from './delta-scans.ts'
import type { Lake } from './lake.ts'
import type { ReadSource } from './partial-reads.ts'
import type { PlanNode } from './planned-scans.ts'
import { inBatches, type ReadFile } from './read-file.ts'
import type { Traffic } from './traffic.ts'

/** The footer alone of a smaller file is not worth a request. */
const leastLazyBytes = 128 * 1024

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

export class DeltaReading {
  private readonly lake: Lake
  private readonly table: DeltaLocation
  private readonly snapshot: Snapshot
  private readonly files: ReadonlyMap<AddFile, ReadFile>
  private readonly tag: string
  /** Undefined while all of it is fetched at once. */
  private chosen: ReadonlySet<AddFile> | undefined
  private trustsSizes = true
  /** The statement may not read it at all: trouble with it counts only if the statement fails. */
  isOptional = false
  private lazy: ReadonlySet<ReadFile> = new Set()

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

  /** There is something to fetch, and a plan may show that it is not needed. */
  get mayBePartial(): boolean {
    const missing = [...this.files.values()].filter(({ copy }) => !copy.isWhole)
    return missing.length > 0 && (this.isPartitioned || missing.some(({ copy }) => copy.sizeBytes >= leastLazyBytes))
  }

  /** A query with the columns of the table that can be planned but not run. */
  async plannedSql(): Promise<string> {
    const [first] = this.files.values()
    await first?.copy.hold()
    // A plan looks into no file: one name does for all, and nobody asks what is in them.
    const files = { ...this.filesAt(async () => first), reader: { rows: async () => [] } }
    const bare = this.snapshot.files.map(({ deletionVector: _, ...add }) => add)
    return snapshotSql(files, { ...this.snapshot, files: bare }, { tag: this.tag })
  }

  /** Takes what a plan of the statement asks for; everything without one. */
  async choose(plan: readonly PlanNode[] | undefined): Promise<void> {
    const { tag, isPartitioned, snapshot } = this
    const scans = plan && deltaScans(plan, { tag, isPartitioned })
    if (scans === undefined) return this.chooseAll()
    const wanted = new Set<AddFile>(isPartitioned ? [] : snapshot.files)
    for (const { fileConditions } of isPartitioned ? scans : []) {
      for (const add of await this.filesWith(fileConditions)) wanted.add(add)
    }
    const columns = snapshot.schema.fields.map(field => field.name)
    const tests = scans.map(({ scan }) => mayHoldRows(snapshot, predicatesOf(scan, tag, columns)))
    const lazy = [...wanted].filter(add => (add.size ?? 0) >= leastLazyBytes && !tests.some(mayHold => mayHold(add)))
    this.chosen = wanted
    this.lazy = new Set(lazy.flatMap(add => this.files.get(add) ?? []))
  }

  /** Sizes in the log may be wrong, files may be gone: the table's own way of fetching finds out. */
  distrust(): void {
    this.trustsSizes = false
  }

  chooseAll(): void {
    this.chosen = new Set(this.snapshot.files)
    this.lazy = new Set()
  }

  /** The files that were chosen. */
  source(): ReadSource {
    const files = [...(this.chosen ?? [])].flatMap(add => this.files.get(add) ?? [])
    const names = scanNames(this.snapshot, this.tag)
    const { isOptional } = this
    return { files, isParquet: true, partitions: [], names, isOptional, isLazy: file => this.lazy.has(file) }
  }

  /** The query for the rows; what was chosen has to be opened. */
  async sql(): Promise<string> {
    const { chosen, tag, snapshot } = this
    if (!this.trustsSizes) return snapshotSql(this.table.files, snapshot)
    const byPlace = new Map(
      [...this.files].map(([add, file]) => [locationOf(placeOf(this.table.files, add.path)), file]),
    )
    const files = this.filesAt(async place => {
      const file = byPlace.get(locationOf(place))
      if (chosen === undefined) await file?.copy.complete(file.store)
      return file
    })
    if (chosen === undefined) return snapshotSql(files, snapshot)
    const options = chosen.size === snapshot.files.length ? {} : { guard: this.guard }
    return snapshotSql(files, snapshot, { tag, keep: add => chosen.has(add), ...options })
  }

  /** Whether a failure of the statement means that more files are wanted. */
  asksFor(error: unknown): boolean {
    return error instanceof DiagnosticError && error.diagnostic.message.includes(this.guard)
  }

  private get guard(): string {
    return `eider: more files are wanted of ${this.tag}${this.table.location}`
  }

  private get isPartitioned(): boolean {
    return this.snapshot.partitionColumns.length > 0
  }

  private async filesWith(conditions: readonly string[]): Promise<readonly AddFile[]> {
    const { files } = this.snapshot
    if (conditions.length === 0) return files
    try {
      const rows = await this.lake.reader.rows(partitionPlacesSql(this.snapshot, this.tag, conditions))
      return rows.flatMap(row => files[Number(row.i)] ?? [])
    } catch {
      // Text of a plan that is no SQL.
      return files
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
