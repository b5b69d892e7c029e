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
import { canBeScanOf, neededRanges, type ParquetLayout, virtualColumns } from './parquet-layout.ts'
import { type PlannedScan, plannedScans } from './planned-scans.ts'
import { inBatches, type ReadFile } from './read-file.ts'
import { type LayoutReader, layoutReader } from './read-layouts.ts'

/** The files of one mention, in the order in which DuckDB is given them. */
export interface ReadSource {
  readonly files: readonly ReadFile[]
  /** They are read as Parquet and as nothing else. */
  readonly isParquet: boolean
  /** Names of the partitions that stand in the paths, in lower case. */
  readonly partitions: readonly string[]
  /** The statement may not read it at all: trouble with it counts only if the statement fails. */
  readonly isOptional?: boolean
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
  private readonly sources: readonly ReadSource[]
  private readonly states = new Map<ReadFile, FileState>()
  /** The first trouble with an optional source. */
  trouble: unknown

  constructor(reads: PartialReads, sources: readonly ReadSource[]) {
    this.reads = reads
    this.sources = sources
  }

  /** Some of what the statement names is not there. */
  get isPartial(): boolean {
    return [...this.states.values()].some(state => state !== 'whole')
  }

  completeAll(): Promise<void> {
    return this.eachSource(source => this.complete(source.files))
  }

  open(): Promise<void> {
    return this.eachSource(async source => {
      if (!this.isPartitioned(source)) return this.openFiles(source, source.files)
      const [first, ...rest] = source.files
      if (first === undefined) return
      await this.openFiles(source, [first])
      await inBatches(rest, async file => {
        if (!file.copy.isWhole) await file.copy.hold()
        this.states.set(file, file.copy.isWhole ? 'whole' : 'absent')
      })
    })
  }

  /** Fetches what the plan of the statement asks for. `explain` gives its text and fails as the statement would. */
  async fetchPlanned(explain: () => Promise<string>): Promise<void> {
    if (!this.isPartial) return
    const text = await this.explained(explain)
    if (text === 'mistaken') return
    const scans = text === undefined ? undefined : plannedScans(text)
    if (scans === undefined) return this.completeAll()
    await this.eachSource(source => this.fetchSource(source, scans))
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

  private async eachSource(action: (source: ReadSource) => Promise<void>): Promise<void> {
    await Promise.all(
      this.sources.map(source =>
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
    return source.isParquet && source.files.length > 1 && source.partitions.length > 0
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
      const wanted = await wantedByPartition(source, scans, this.reads.reader)
      await this.openFiles(
        source,
        wanted.filter(file => this.states.get(file) === 'absent'),
      )
    }
    const opened = source.files.filter(file => this.states.get(file) === 'opened')
    const layouts = await this.reads.layouts.read(opened)
    const columns = new Set([...layouts.values()].flatMap(layout => [...(layout?.columns ?? [])]))
    const further = new Set([...virtualColumns, ...source.partitions])
    const own = scans.filter(scan => canBeScanOf(scan, columns, further))
    await inBatches(opened, file => this.fetchColumns(file, layouts.get(file), own))
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

/** What DuckDB says of a file of zeros. */
const isNoFile = /magic bytes|too small to be a parquet/i

const mayBeDamage =
  /magic bytes|too small|TProtocol|invalid data|corrupt|decompress|snappy|zstd|gzip|lz4|brotli|thrift|footer|cannot open|no such file|no files found|parquet/i

/** The statement is wrong as it stands, whatever the files hold. */
function isMistake(error: unknown): boolean {
  const codes = ['adapter/sql-syntax', 'adapter/sql-binding', 'adapter/sql-catalog']
  return error instanceof DiagnosticError && (codes.includes(error.diagnostic.code) || isStop(error))
}

function isStop(error: unknown): boolean {
  return error instanceof DiagnosticError && error.diagnostic.code === 'adapter/interrupted'
}
