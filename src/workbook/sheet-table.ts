/**
 * The cells of a sheet as a table, by the rules of pandas' `read_excel`, which dbt-duckdb reads sheets with: the first row
 * names the columns, texts that mean "nothing" are NULL, and a column whose every text is a number is one of numbers.
 */
import type { Cell } from './cell.ts'

type ColumnType = 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP' | 'TIME' | 'INTERVAL' | 'VARCHAR'

export interface SheetTable {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[]
  /** Values as text that DuckDB casts to the column's type. */
  readonly rows: readonly (readonly (string | null)[])[]
}

export function tableOfSheet(cells: readonly (readonly Cell[])[]): SheetTable {
  const [header = [], ...body] = cells
  const width = cells.reduce((most, row) => Math.max(most, row.length), 0)
  const names = columnNames(Array.from({ length: width }, (_, index) => header[index] ?? null))
  const columns = names.map((_, index) => readColumn(body.map(row => meaning(row[index] ?? null))))
  return {
    columns: names.map((name, index) => ({ name, type: columns[index]?.type ?? 'DOUBLE' })),
    rows: body.map((_, row) => columns.map(column => column.values[row] ?? null)),
  }
}

/** Empty names become `Unnamed: 2`; a name that comes again gets `.1`, `.2`. */
function columnNames(header: readonly Cell[]): string[] {
  const counts = new Map<string, number>()
  const taken = new Set<string>()
  return header.map((cell, index) => {
    const written = cell === null || cell === '' ? `Unnamed: ${index}` : cellText(cell)
    let name = written
    let count = counts.get(written) ?? 0
    while (taken.has(name)) name = `${written}.${++count}`
    counts.set(written, count)
    taken.add(name)
    return name
  })
}

const nothing = new Set(
  [
    '',
    '#N/A',
    '#N/A N/A',
    '#NA',
    '-1.#IND',
    '-1.#QNAN',
    '-NaN',
    '-nan',
    '1.#IND',
    '1.#QNAN',
    '<NA>',
    'N/A',
    'NA',
  ].concat(['NULL', 'NaN', 'None', 'n/a', 'nan', 'null']),
)

function meaning(cell: Cell): Cell {
  return typeof cell === 'string' && nothing.has(cell) ? null : cell
}

interface Column {
  readonly type: ColumnType
  readonly values: readonly (string | null)[]
}

function readColumn(cells: readonly Cell[]): Column {
  return numberColumn(cells) ?? booleanColumn(cells) ?? timeColumn(cells) ?? textColumn(cells)
}

/** Numbers, texts of numbers, and booleans among them or beside gaps. */
function numberColumn(cells: readonly Cell[]): Column | undefined {
  const filled = cells.filter(cell => cell !== null)
  const allBoolean = filled.length > 0 && filled.every(cell => typeof cell === 'boolean')
  if (allBoolean && filled.length === cells.length) return undefined
  const numbers: (number | null)[] = []
  for (const cell of cells) {
    const number = cell === null ? null : numberOf(cell)
    if (number === undefined) return undefined
    numbers.push(number)
  }
  const isWhole = filled.length > 0 && numbers.every(number => number !== null && Number.isSafeInteger(number))
  const writtenWhole = isWhole && cells.every(cell => typeof cell !== 'string' || /^\s*[+-]?\d+\s*$/.test(cell))
  return {
    type: writtenWhole ? 'BIGINT' : 'DOUBLE',
    values: numbers.map(number => (number === null ? null : `${number}`)),
  }
}

function numberOf(cell: Cell): number | undefined {
  if (typeof cell === 'number') return cell
  if (typeof cell === 'boolean') return cell ? 1 : 0
  if (typeof cell !== 'string') return undefined
  const text = cell.trim()
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}

/** Booleans, or texts that all say true or false. Both in one column are text. */
function booleanColumn(cells: readonly Cell[]): Column | undefined {
  const filled = cells.filter(cell => cell !== null)
  const asBoolean = filled.every(cell => typeof cell === 'boolean')
  const asText = filled.every(cell => typeof cell === 'string' && /^(?:true|false)$/i.test(cell))
  if (filled.length === 0 || (!asBoolean && !asText)) return undefined
  return { type: 'BOOLEAN', values: cells.map(cell => (cell === null ? null : String(cell).toLowerCase())) }
}

const timeTypes = { moment: 'TIMESTAMP', time: 'TIME', duration: 'INTERVAL' } as const

function timeColumn(cells: readonly Cell[]): Column | undefined {
  const kinds = new Set(
    cells.flatMap(cell => (cell === null ? [] : [typeof cell === 'object' ? cell.kind : ('other' as const)])),
  )
  const [kind] = kinds
  if (kinds.size !== 1 || kind === undefined || kind === 'other') return undefined
  const text = (cell: Cell): string | null => {
    if (cell === null || typeof cell !== 'object') return null
    return cell.kind === 'duration' ? `${cell.milliseconds} milliseconds` : cellText(cell)
  }
  return { type: timeTypes[kind], values: cells.map(text) }
}

function textColumn(cells: readonly Cell[]): Column {
  return { type: 'VARCHAR', values: cells.map(cell => (cell === null ? null : cellText(cell))) }
}

/** As Python prints it. */
function cellText(cell: Exclude<Cell, null>): string {
  if (typeof cell === 'string') return cell
  if (typeof cell === 'boolean') return cell ? 'True' : 'False'
  if (typeof cell === 'number') return numberText(cell)
  switch (cell.kind) {
    case 'moment':
      return fraction(new Date(cell.milliseconds).toISOString().replace('T', ' ').replace('Z', ''))
    case 'time':
      return fraction(new Date(cell.milliseconds).toISOString().slice(11, 23))
    case 'duration':
      return durationText(cell.milliseconds)
  }
}

/** Milliseconds as Python writes them: six digits, or nothing. */
function fraction(text: string): string {
  return text.endsWith('.000') ? text.slice(0, -4) : `${text}000`
}

function durationText(milliseconds: number): string {
  const day = 86_400_000
  const days = Math.floor(milliseconds / day)
  const rest = fraction(new Date(milliseconds - days * day).toISOString().slice(11, 23)).replace(/^0/, '')
  return days === 0 ? rest : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${rest}`
}

function numberText(number: number): string {
  if (Number.isInteger(number)) return BigInt(number).toString()
  return String(number).replace(/e([+-])(\d)$/, 'e$10$2')
}
