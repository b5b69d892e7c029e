/**
 * Fetches of the Parquet files that a statement reads only what it needs: the columns that its plan names, the row groups
 * that can hold rows it wants, the files of the partitions that it asks for.
 *
 * This is never more than a guess about what DuckDB will read. What was not fetched is a hole, which DuckDB cannot read
 * without an error (a page header or a footer of zeros is none); after any error of a statement over holes the files are
 * made whole and the statement is sent once more. So a wrong guess costs time and never a row.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { ParquetReader } from '../delta/table-files.ts'
import { bytesIn } from '../storage/byte-ranges.ts'
import { wantedByPartition } from './hive-files.ts'
import { canBeScanOf, neededRanges, type ParquetLayout, renamedLayout, virtualColumns } from './parquet-layout.ts'
import { type PlannedScan, planOf, scansBelow, textScansBelow } from './planned-scans.ts'
import { inBatches, type ReadFile } from './read-file.ts'
import { type LayoutReader, layoutReader } from './read-layouts.ts'

/** The files of one mention, in the order in which DuckDB is given them. */
export interface ReadSource {
  readonly files: readonly ReadFile[]
  /** They are read as Parquet and as nothing else. */
  readonly isParquet: boolean
  /** Names of the partitions that stand in the paths, in lower case. */
  readonly partitions: readonly string[]
  /** They are read as texts, and so many of them are looked into before any other. */
  readonly lookedInto?: number
  /** What plans call the columns of the files, by their names there; without it the same. */
  readonly names?: ReadonlyMap<string, string>
  /** The statement may not read it at all: trouble with it counts only if the statement fails. */
  readonly isOptional?: boolean
}

/**
 * The path that DuckDB is given. A text has no holes that would be noticed, so a file that says it is packed, and is not,
 * stands for one that is not fetched.
 */
export function pathOf({ lookedInto }: ReadSource, { copy }: ReadFile): string {
  return lookedInto === undefined || copy.isWhole ? copy.path : copy.unreadablePath
}

export interface PartialRules {
  readonly isOn: boolean
  /** Smaller files are fetched whole. */
  readonly leastBytes: number
}

/** Beyond this part of a file all of it is fetched. */
const wholeShare = 0.6

export class PartialReads {
  readonly rules: PartialRules
  readonly reader: ParquetReader
  readonly layouts: LayoutReader

  constructor(reader: ParquetReader, rules: PartialRules) {
    this.reader = reader
    this.rules = rules
    this.layouts = layoutReader(reader)
  }

  /** Fetches what has to be there before DuckDB can look at the statement; everything if `isWhole`. */
  async begin(sources: readonly ReadSource[], { isWhole }: { readonly isWhole: boolean }): Promise<Reading> {
    const reading = new Reading(this, sources)
    if (isWhole || !this.rules.isOn) await reading.completeAll()
    else await reading.open()
    return reading
  }
}

/** `absent`: not one byte is there. `opened`: the footer is, and maybe more. */
type FileState = 'absent' | 'opened' | 'whole'

/** The files of one statement while it is made ready, sent, and perhaps sent again. */
export class Reading {
  private readonly reads: PartialReads
  private readonly sources: ReadSource[]
  private readonly states = new Map<ReadFile, FileState>()
  /** The first trouble with an optional source. */
  trouble: unknown

  constructor(reads: PartialReads, sources: readonly ReadSource[]) {
    this.reads = reads
    this.sources = [...sources]
  }

  /** Some of what the statement names is not there. */
  get isPartial(): boolean {
    return [...this.states.values()].some(state => state !== 'whole')
  }

  completeAll(): Promise<void> {
    return this.eachSource(source => this.complete(source.files))
  }

  open(): Promise<void> {
    return this.eachSource(source => this.openSource(source))
  }

  /** Files that the statement turns out to read as well. */
  async add(source: ReadSource): Promise<void> {
    this.sources.push(source)
    await this.each([source], () => this.openSource(source))
  }

  /** Fetches what the plan of the statement asks for. `explain` gives its text and fails as the statement would. */
  async fetchPlanned(explain: () => Promise<string>): Promise<void> {
    if (!this.isPartial) return
    const text = await this.explained(explain)
    if (text === 'mistaken') return
    const plan = text === undefined ? undefined : planOf(text)
    if (plan === undefined) return this.completeAll()
    const scans = plan.flatMap(scansBelow)
    const texts = plan.flatMap(textScansBelow)
    await this.eachSource(source => this.fetchSource(source, source.lookedInto === undefined ? scans : texts))
  }

  /** After an error of the statement: whether more is there now, so that it may succeed. */
  async mend(error: unknown): Promise<boolean> {
    if (isMistake(error) || !(error instanceof DiagnosticError)) return false
    const { message } = error.diagnostic
    const opened = this.filesThat('opened')
    await this.complete(opened)
    const absent = this.filesThat('absent')
    const isAboutAbsent =
      absent.length > 0 && (isNoFile.test(message) || absent.some(one => message.includes(one.copy.path)))
    if (isAboutAbsent) await this.complete(absent)
    if (opened.length > 0 || isAboutAbsent) return true
    return mayBeDamage.test(message) && this.replaceDamaged()
  }

  private async openSource(source: ReadSource): Promise<void> {
    if (!this.isPartitioned(source)) return this.openFiles(source, source.files)
    const { lookedInto = 1 } = source
    await this.openFiles(source, source.files.slice(0, lookedInto))
    await inBatches(source.files.slice(lookedInto), async file => {
      if (file.copy.isWhole) return this.complete([file])
      await (source.lookedInto === undefined ? file.copy.hold() : file.copy.holdUnreadable())
      this.states.set(file, 'absent')
    })
  }

  private eachSource(action: (source: ReadSource) => Promise<void>): Promise<void> {
    return this.each(this.sources, action)
  }

  private async each(sources: readonly ReadSource[], action: (source: ReadSource) => Promise<void>): Promise<void> {
    await Promise.all(
      sources.map(source =>
        action(source).catch((error: unknown) => {
          if (source.isOptional !== true) throw error
          this.trouble ??= error
        }),
      ),
    )
  }

  private filesThat(state: FileState): ReadFile[] {
    return [...this.states].flatMap(([file, its]) => (its === state ? [file] : []))
  }

  private isPartitioned(source: ReadSource): boolean {
    const isKnown = source.isParquet || source.lookedInto !== undefined
    return isKnown && source.files.length > (source.lookedInto ?? 1) && source.partitions.length > 0
  }

  private async openFiles(source: ReadSource, files: readonly ReadFile[]): Promise<void> {
    const { layouts, rules } = this.reads
    await inBatches(files, async file => {
      const mayStay = source.isParquet && !file.copy.isWhole && file.copy.sizeBytes >= rules.leastBytes
      if (mayStay && (await layouts.open(file))) this.states.set(file, 'opened')
      else await this.complete([file])
    })
  }

  private async complete(files: readonly ReadFile[]): Promise<void> {
    await inBatches(files, async file => {
      await file.copy.complete(file.store)
      this.states.set(file, 'whole')
    })
  }

  /** Undefined if there is no plan to be had, `mistaken` if the statement will not get as far as reading. */
  private async explained(explain: () => Promise<string>): Promise<string | 'mistaken' | undefined> {
    try {
      return await explain()
    } catch (error) {
      if (isMistake(error)) return 'mistaken'
      if (isStop(error)) throw error
    }
    // Files that were absent are looked into by the plan itself where their schemas are put together.
    if (this.filesThat('absent').length === 0) return undefined
    await this.eachSource(source => this.openFiles(source, this.absentOf(source)))
    return explain().catch(() => undefined)
  }

  private absentOf(source: ReadSource): ReadFile[] {
    return source.files.filter(file => this.states.get(file) === 'absent')
  }

  private async fetchSource(source: ReadSource, scans: readonly PlannedScan[]): Promise<void> {
    if (this.absentOf(source).length > 0) {
      const { files, partitions, lookedInto } = source
      const paths = files.map(file => pathOf(source, file))
      const areTexts = lookedInto !== undefined
      const wanted = await wantedByPartition({ files, partitions, paths, areTexts }, scans, this.reads.reader)
      await this.openFiles(
        source,
        wanted.filter(file => this.states.get(file) === 'absent'),
      )
    }
    const opened = source.files.filter(file => this.states.get(file) === 'opened')
    const layouts = await this.layoutsOf(source, opened)
    const columns = new Set([...layouts.values()].flatMap(layout => [...(layout?.columns ?? [])]))
    const further = new Set([...virtualColumns, ...source.partitions])
    const known = source.names === undefined ? scans : scans.map(withoutMembers)
    const own = known.filter(scan => canBeScanOf(scan, columns, further))
    await inBatches(opened, file => this.fetchColumns(file, layouts.get(file), own))
  }

  private async layoutsOf(
    { names }: ReadSource,
    files: readonly ReadFile[],
  ): Promise<ReadonlyMap<ReadFile, ParquetLayout | undefined>> {
    const layouts = await this.reads.layouts.read(files)
    if (names === undefined) return layouts
    return new Map([...layouts].map(([file, layout]) => [file, layout && renamedLayout(layout, names)]))
  }

  private async fetchColumns(
    file: ReadFile,
    layout: ParquetLayout | undefined,
    scans: readonly PlannedScan[],
  ): Promise<void> {
    const { copy, store } = file
    const needed = layout && neededRanges(layout, scans)
    if (needed === undefined || bytesIn(needed) >= wholeShare * copy.sizeBytes) await this.complete([file])
    else await copy.fill(store, needed)
  }

  private async replaceDamaged(): Promise<boolean> {
    let isMended = false
    await inBatches([...this.states.keys()], async file => {
      if (await file.copy.check()) return
      isMended = true
      await file.copy.complete(file.store)
    })
    return isMended
  }
}

/** Columns that are given another form while they are read are read with all that is in them. */
function withoutMembers(scan: PlannedScan): PlannedScan {
  return { ...scan, columns: scan.columns.map(entry => entry.split('.')[0] ?? entry) }
}

/** What DuckDB says of a file of zeros. */
const isNoFile = /magic bytes|too small to be a parquet|not a gzip stream/i

/** DuckDB has met something that is no Parquet. */
export const mayBeDamage =
  /magic bytes|too small|TProtocol|invalid data|corrupt|decompress|snappy|zstd|gzip|lz4|brotli|thrift|footer|cannot open|no such file|no files found|parquet/i

/** The statement is wrong as it stands, whatever the files hold. */
export function isMistake(error: unknown): boolean {
  const codes = ['adapter/sql-syntax', 'adapter/sql-binding', 'adapter/sql-catalog']
  return error instanceof DiagnosticError && (codes.includes(error.diagnostic.code) || isStop(error))
}

function isStop(error: unknown): boolean {
  return error instanceof DiagnosticError && error.diagnostic.code === 'adapter/interrupted'
}
