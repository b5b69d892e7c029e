/**
 * The difference of two tables with the same columns as dbt shows it for unit tests: the layout of daff's terminal
 * tables (`@@` header, `+++` added, `---` missing, `→` changed cells, `...` what was left out). Pure.
 *
 * Cells are Python's text of their values, null for None. Rows come sorted; only their content decides what matches.
 */
import { alignRows, type Cell, type RowPair } from './table-align.ts'

export interface TableDiff {
  readonly different: boolean
  /** Lines end with `\r\n`, as daff's do. */
  render(useColors: boolean): string
}

export function diffTables(
  columns: readonly string[],
  expected: readonly (readonly Cell[])[],
  actual: readonly (readonly Cell[])[],
): TableDiff {
  const before = [columns, ...expected]
  const after = [columns, ...actual]
  const { pairs, indexColumns } = alignRows(before, after, columns.length)
  const rows = pairs.map(pair => compareRow(pair, before, after))
  const different = rows.some(row => row.marker !== '')
  return {
    different,
    render(useColors) {
      const colored = renderGrid(layOut(columns, rows, indexColumns, separatorFor([...before, ...after])))
      return useColors ? colored : colored.replace(colorCodes, '')
    },
  }
}

interface DiffRow {
  /** `+++`, `---`, `->`, or nothing for rows that are the same. */
  readonly marker: string
  readonly cells: readonly DiffCell[]
}

interface DiffCell {
  readonly value: Cell
  /** The new value where the cell changed. */
  readonly changedTo?: Cell
}

function compareRow(
  { left, right }: RowPair,
  before: readonly (readonly Cell[])[],
  after: readonly (readonly Cell[])[],
): DiffRow {
  const old = left === -1 ? undefined : before[left]
  const now = right === -1 ? undefined : after[right]
  if (!old || !now) return { marker: old ? '---' : '+++', cells: (old ?? now ?? []).map(value => ({ value })) }
  const cells = old.map((value, index): DiffCell => {
    const other = now[index] ?? null
    return String(value ?? 'None') === String(other ?? 'None') ? { value } : { value, changedTo: other }
  })
  return { marker: cells.some(cell => cell.changedTo !== undefined) ? '->' : '', cells }
}

/** A separator that occurs in no cell: dashes are put before the arrow until it is new. */
function separatorFor(rows: readonly (readonly Cell[])[]): string {
  let separator = '->'
  for (const row of rows) for (const cell of row) while (cell?.includes(separator)) separator = `-${separator}`
  return separator
}

/** How much of what is unchanged is shown: `shown` lines near changes, one `dots` line where others were left out. */
type Activity = 'hidden' | 'changed' | 'shown' | 'dots'

/** Marks what stands next to a change: one line of context on either side, then one line of dots. */
function withContext(active: readonly boolean[]): Activity[] {
  const near = (index: number, distance: number): boolean =>
    Boolean(active[index - distance] || active[index + distance])
  return active.map((changed, index) => {
    if (changed) return 'changed'
    if (near(index, 1)) return 'shown'
    return near(index, 2) ? 'dots' : 'hidden'
  })
}

interface GridCell {
  /** What the table holds. */
  readonly value: Cell
  /** Set for changed cells: the two sides, blanks marked. */
  readonly sides?: readonly [string, string]
}

interface GridRow {
  readonly marker: string
  readonly cells: readonly GridCell[]
}

function layOut(
  columns: readonly string[],
  rows: readonly DiffRow[],
  indexColumns: ReadonlySet<number>,
  separator: string,
): GridRow[] {
  const grid: GridRow[] = [{ marker: '@@', cells: columns.map(value => ({ value })) }]
  const activity = withContext(rows.map(row => row.marker !== ''))
  let dotted = false
  for (const [index, row] of rows.entries()) {
    const active = activity[index] ?? 'hidden'
    if (active === 'hidden' || (active === 'dots' && dotted)) continue
    dotted = active === 'dots'
    if (dotted) grid.push({ marker: '...', cells: columns.map(() => ({ value: '...' })) })
    else
      grid.push({
        marker: row.marker === '->' ? separator : row.marker,
        cells: row.cells.map(cell => gridCell(cell, separator)),
      })
  }
  return elideColumns(grid, activeColumns(columns.length, rows, indexColumns))
}

function gridCell(cell: DiffCell, separator: string): GridCell {
  if (cell.changedTo === undefined) return { value: cell.value }
  const before = quoteNull(cell.value)
  const after = quoteNull(cell.changedTo)
  return { value: `${before}${separator}${after}`, sides: [markBlanks(before, after), markBlanks(after, before)] }
}

/** None prints as NULL beside an arrow; text that says so gets an underscore. */
function quoteNull(value: Cell): string {
  if (value === null || value === 'None') return 'NULL'
  return /^_*NULL$/.test(value) ? `_${value}` : value
}

/** Values that differ in blanks alone show theirs. */
function markBlanks(text: string, other: string): string {
  if (text === other || text.replaceAll(' ', '') !== other.replaceAll(' ', '')) return text
  let marked = ''
  let at = 0
  for (const letter of text) {
    const same = other[at]
    if (letter === ' ' && same !== ' ') marked += '\u2423'
    else {
      marked += letter
      if (letter !== ' ') while (at < other.length && other[at] === ' ') at++
      at++
    }
  }
  return marked
}

function activeColumns(count: number, rows: readonly DiffRow[], indexColumns: ReadonlySet<number>): boolean[] {
  const added = rows.some(row => row.marker === '+++')
  return Array.from({ length: count }, (_, index) => {
    return added || indexColumns.has(index) || rows.some(row => row.cells[index]?.changedTo !== undefined)
  })
}

/** Columns far from any change become one column of dots for each stretch of them. */
function elideColumns(grid: readonly GridRow[], active: readonly boolean[]): GridRow[] {
  const shown = active.map((one, index) => one || Boolean(active[index - 1]) || Boolean(active[index + 1]))
  if (shown.every(Boolean)) return [...grid]
  return grid.map(row => {
    const cells: GridCell[] = []
    for (const [index, cell] of row.cells.entries()) {
      if (shown[index]) cells.push(cell)
      else if (index === 0 || shown[index - 1]) cells.push({ value: '...' })
    }
    return { ...row, cells }
  })
}

const arrow = '\u2192'
const colors = {
  header: '\u001b[0;1m',
  minor: '\u001b[33m',
  modify: '\u001b[34;1m',
  add: '\u001b[32;1m',
  remove: '\u001b[31;1m',
  done: '\u001b[0m',
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
const colorCodes = /\u001b\[[0-9;]*m/g

function renderGrid(grid: readonly GridRow[]): string {
  const texts = grid.map(row => [markerText(row.marker), ...row.cells.map(cell => plainText(cell))])
  const sizes = columnSizes(texts)
  return grid.map((row, y) => renderRow(row, texts[y] ?? [], sizes)).join('')
}

function renderRow(row: GridRow, texts: readonly string[], sizes: readonly number[] | undefined): string {
  let line = ''
  // A cell that is too wide takes its room from the padding of those after it.
  let missing = 0
  for (const [x, text] of texts.entries()) {
    if (missing > 0) {
      line += ' '.repeat(missing)
      missing = 0
    }
    if (sizes) missing += (sizes[x] ?? 0) - text.length
    if (x > 0) line += `${colors.minor},${colors.done}`
    line += x === 0 ? coloredMarker(row.marker) : coloredCell(row, row.cells[x - 1] ?? { value: null }, text)
  }
  return `${line}\r\n`
}

function coloredMarker(marker: string): string {
  if (marker.endsWith('->')) return coloredChange('', '')
  const code = rowColor(marker)
  return code === undefined ? marker : `${code}${marker}${colors.done}`
}

/** Quoting looks at the text with its colours, so blanks at the ends of coloured cells do not ask for it. */
function coloredCell(row: GridRow, cell: GridCell, plain: string): string {
  if (cell.sides) return csvText(coloredChange(...cell.sides))
  const code = rowColor(row.marker)
  return code === undefined ? plain : csvText(`${code}${cell.value ?? 'null'}${colors.done}`)
}

function coloredChange(before: string, after: string): string {
  return `${colors.remove}${before}${colors.modify}${arrow}${colors.add}${after}${colors.done}`
}

function rowColor(marker: string): string | undefined {
  return marker === '@@' ? colors.header : marker === '+++' ? colors.add : marker === '---' ? colors.remove : undefined
}

function markerText(marker: string): string {
  return marker.endsWith('->') ? arrow : marker
}

function plainText(cell: GridCell): string {
  return cell.sides ? csvText(`${cell.sides[0]}${arrow}${cell.sides[1]}`) : csvText(cell.value)
}

/** As in a CSV file: quoted where it holds a comma, a quote or a line end, or begins or ends with a blank. */
function csvText(value: Cell): string {
  if (value === null) return 'NULL'
  return /^ | $|[",\r\n\t]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

const widestTable = 130

/** Widths that fit most cells of a column: those within two standard deviations. None when the table is too wide. */
function columnSizes(texts: readonly (readonly string[])[]): number[] | undefined {
  const width = texts[0]?.length ?? 0
  const sizes = Array.from({ length: width }, (_, x) => {
    const lengths = texts.map(row => row[x]?.length ?? 0)
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    const square = lengths.reduce((sum, length) => sum + length * length, 0) / lengths.length
    const most = Math.trunc(mean + 2 * Math.sqrt(Math.max(0, square - mean * mean)) + 0.5)
    return Math.max(lengths[0] ?? 0, ...lengths.filter(length => length <= most))
  })
  const total = sizes.reduce((sum, size) => sum + size, width - 1)
  return total > widestTable ? undefined : sizes
}
