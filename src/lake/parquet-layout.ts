/** Where the columns of a Parquet file lie, and which parts of it a plan needs. Pure. */
import { joined } from '../storage/byte-ranges.ts'
import type { ByteRange } from '../storage/object-store.ts'
import type { PlainRow } from './plain-rows.ts'
import { type Bounds, isAbout, mayMeet, mentionsColumn, type PlannedScan } from './planned-scans.ts'

/** One column of one row group, up to the beginning of whatever comes next. */
interface ColumnChunk {
  readonly rowGroup: number
  /** Nested ones as `st.a`. */
  readonly column: string
  readonly range: ByteRange
  readonly bounds?: Bounds
  readonly bloom?: ByteRange
}

export interface ParquetLayout {
  readonly chunks: readonly ColumnChunk[]
  /** Columns by name, nested ones as `st.a`. */
  readonly columns: ReadonlySet<string>
}

/** The columns of `parquet_metadata` that a layout is made of. */
export const layoutColumns = [
  'file_name',
  'row_group_id',
  'column_id',
  'dictionary_page_offset',
  'data_page_offset',
  'index_page_offset',
  'total_compressed_size',
  'stats_min_value',
  'stats_max_value',
  'bloom_filter_offset',
  'bloom_filter_length',
]

/**
 * The columns of a file by their number, out of the rows of `parquet_schema`: each group before what is in it. Undefined if
 * that does not come out even.
 */
export function leafColumns(rows: readonly PlainRow[]): string[] | undefined {
  const leaves: string[] = []
  let at = 1
  const visit = (lead: string): void => {
    const row = rows[at++]
    if (row === undefined) return
    const name = lead + String(row.name)
    const children = Number(row.num_children ?? 0)
    if (children === 0) leaves.push(name)
    for (let child = 0; child < children; child++) visit(`${name}.`)
  }
  while (at < rows.length) visit('')
  return at === rows.length ? leaves : undefined
}

/**
 * `leaves` are the columns by their number. Undefined for a file that is put together in another way than all known
 * writers do.
 */
export function parquetLayout(
  rows: readonly PlainRow[],
  leaves: readonly string[],
  footerStart: number,
): ParquetLayout | undefined {
  const starts = rows.map(startOf)
  const blooms = rows.map(bloomOf)
  const borders = [...starts, ...blooms.flatMap(bloom => (bloom === undefined ? [] : [bloom.start])), footerStart]
  const sorted = [...new Set(borders)].sort((left, right) => left - right)
  const next = new Map(sorted.map((border, index) => [border, sorted[index + 1]]))
  const chunks: ColumnChunk[] = []
  for (const [index, row] of rows.entries()) {
    const start = starts[index] ?? Number.NaN
    const end = next.get(start)
    const bloom = blooms[index]
    const column = leaves[Number(row.column_id)]
    const isInside = end !== undefined && start >= 4 && start + Number(row.total_compressed_size) <= end
    if (!isInside || column === undefined) return undefined
    chunks.push({
      rowGroup: Number(row.row_group_id),
      column,
      range: { start, end },
      ...(typeof row.stats_min_value === 'string' &&
        typeof row.stats_max_value === 'string' && { bounds: { min: row.stats_min_value, max: row.stats_max_value } }),
      ...(bloom !== undefined && { bloom }),
    })
  }
  return { chunks, columns: new Set(chunks.map(chunk => chunk.column)) }
}

function startOf(row: PlainRow): number {
  const offsets = [row.dictionary_page_offset, row.data_page_offset, row.index_page_offset]
  return Math.min(
    ...offsets.filter(offset => offset !== null && offset !== undefined && Number(offset) > 0).map(Number),
  )
}

function bloomOf(row: PlainRow): ByteRange | undefined {
  const [start, length] = [Number(row.bloom_filter_offset ?? 0), Number(row.bloom_filter_length ?? 0)]
  return start > 0 && length > 0 ? { start, end: start + length } : undefined
}

/** The same with other names for the columns at the top; those without one keep theirs. */
export function renamedLayout({ chunks }: ParquetLayout, names: ReadonlyMap<string, string>): ParquetLayout {
  const renamed = chunks.map(chunk => {
    const own = [...names.keys()].find(name => chunk.column === name || chunk.column.startsWith(`${name}.`))
    const column = own === undefined ? chunk.column : (names.get(own) ?? own) + chunk.column.slice(own.length)
    return { ...chunk, column }
  })
  return { chunks: renamed, columns: new Set(renamed.map(chunk => chunk.column)) }
}

/** Parts that lie closer together are fetched as one. */
const smallGap = 64 * 1024

/** What the scans read of a file; only those that can be of it are to be given. */
export function neededRanges(layout: ParquetLayout, scans: readonly PlannedScan[]): ByteRange[] {
  const ranges: ByteRange[] = []
  for (const scan of scans) {
    const closed = closedRowGroups(layout, scan)
    for (const { rowGroup, column, range, bloom } of layout.chunks) {
      const isFiltered = scan.hints.some(hint => mentionsColumn(hint, column) || mentionsColumn(hint, rootOf(column)))
      if (!isFiltered && !scan.columns.some(entry => isAbout(entry, column))) continue
      // Whether a row group is left out may be decided by it.
      if (isFiltered && bloom !== undefined) ranges.push(bloom)
      if (!closed.has(rowGroup)) ranges.push(range)
    }
  }
  return withoutSmallGaps(joined(ranges))
}

function rootOf(column: string): string {
  return column.split('.')[0] ?? column
}

/** Row groups in which no row can meet the conditions, by their bounds. */
function closedRowGroups({ chunks }: ParquetLayout, scan: PlannedScan): ReadonlySet<number> {
  const closed = new Set<number>()
  for (const { rowGroup, column, bounds } of chunks) {
    if (bounds === undefined) continue
    if (scan.conditions.some(condition => !mayMeet(condition, column, bounds))) closed.add(rowGroup)
  }
  return closed
}

function withoutSmallGaps(ranges: readonly ByteRange[]): ByteRange[] {
  const result: ByteRange[] = []
  for (const range of ranges) {
    const last = result.at(-1)
    if (last !== undefined && range.start - last.end <= smallGap)
      result[result.length - 1] = { ...last, end: range.end }
    else result.push(range)
  }
  return result
}

/** Whether a scan can be one of files with these columns; `further` are those that come from paths. */
export function canBeScanOf(scan: PlannedScan, columns: ReadonlySet<string>, further: ReadonlySet<string>): boolean {
  return scan.columns.every(
    entry => further.has(entry.toLowerCase()) || [...columns].some(column => isAbout(entry, column)),
  )
}

/** Columns that DuckDB gives to every file. */
export const virtualColumns: readonly string[] = ['filename', 'file_row_number', 'file_index', 'rowid', '']
