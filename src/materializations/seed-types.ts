/**
 * The types that dbt gives the columns of a CSV file: those of agate's type tester as dbt sets it up. The first kind in
 * the list that every value of a column passes is the column's: number, date, datetime, ISO datetime, boolean, text.
 * Empty fields and the word null pass as anything but do not decide.
 */
import type { DiagnosticFields } from '../base/diagnostic.ts'

type SeedKind = 'integer' | 'number' | 'date' | 'datetime' | 'iso datetime' | 'boolean' | 'text'

export interface SeedColumn {
  readonly name: string
  readonly kind: SeedKind
  /** The type in CREATE TABLE, unless `column_types` gives another. */
  readonly type: string
}

export interface SeedTable {
  readonly columns: readonly SeedColumn[]
  /** As read: a row may be shorter than the columns. */
  readonly rows: readonly (readonly string[])[]
}

/**
 * @param rows all rows of the file, the header first
 * @param textColumns names that `column_types` sets: they are not looked at
 * @returns fields of a diagnostic when the file has no header or a row has more values than there are columns
 */
export function inferSeedTable(
  rows: readonly (readonly string[])[],
  textColumns: ReadonlySet<string>,
): SeedTable | DiagnosticFields {
  const header = rows[0]
  if (!header || header.length === 0) return ragged('The file has no header row')
  const names = columnNames(header)
  const values = rows.slice(1)
  const wide = values.findIndex(row => row.length > names.length)
  if (wide !== -1) {
    const count = values[wide]?.length ?? 0
    return ragged(`Row ${wide} has ${count} values, but Table only has ${names.length} columns.`)
  }
  const columns = names.map((name, index) => {
    const kind = textColumns.has(name) ? 'text' : kindOf(values, index)
    return { name, kind, type: kind === 'number' ? numberType(values, index) : typeNames[kind] }
  })
  return { columns, rows: values }
}

function ragged(message: string): DiagnosticFields {
  return { code: 'materializations/seed-csv', message }
}

const typeNames: Readonly<Record<Exclude<SeedKind, 'number'>, string>> = {
  integer: 'integer',
  date: 'date',
  datetime: 'timestamp without time zone',
  'iso datetime': 'timestamp without time zone',
  boolean: 'boolean',
  text: 'text',
}

/** agate's names for columns without one are letters; repeated names get a number. */
function columnNames(header: readonly string[]): string[] {
  const names: string[] = []
  for (const [index, given] of header.entries()) {
    const name = given === '' ? letterName(index) : given
    let unique = name
    for (let count = 2; names.includes(unique); count++) unique = `${name}_${count}`
    names.push(unique)
  }
  return names
}

function letterName(index: number): string {
  return String.fromCharCode(97 + (index % 26)).repeat(Math.floor(index / 26) + 1)
}

const tests: readonly (readonly [SeedKind, (value: string) => boolean])[] = [
  ['number', value => seedNumber(value) !== undefined],
  ['date', isDate],
  ['datetime', isDateTime],
  ['iso datetime', isIsoDateTime],
  ['boolean', value => /^(true|false)$/i.test(value.replaceAll(',', '').trim())],
]

/** Without a single row a column is an integer; one of empty fields alone is a number, which has no decimals. */
function kindOf(rows: readonly (readonly string[])[], index: number): SeedKind {
  let open = tests
  let seen = false
  for (const row of rows) {
    const value = row[index]
    if (value === undefined) continue
    seen = true
    if (isNull(value)) continue
    const first = open[0]
    if (!first) return 'text'
    if (!first[1](value)) open = open.filter(([, passes]) => passes(value))
    else if (open.length > 1) open = open.filter(([kind, passes]) => kind === first[0] || passes(value))
  }
  return seen ? (open[0]?.[0] ?? 'text') : 'integer'
}

function isNull(value: string): boolean {
  const bare = value.trim().toLowerCase()
  return bare === '' || bare === 'null'
}

const currencySymbols = '؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫'
const currencyAround = new RegExp(`^[${currencySymbols}]+|[${currencySymbols}]+$`, 'g')
const decimalText = /^[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?$/

/** The number as agate reads it: percent signs, currency and thousands separators do not count. Text of a Python Decimal. */
function seedNumber(value: string): string | undefined {
  let text = value.trim().replace(/^%+|%+$/g, '')
  const negative = text.startsWith('-')
  if (negative) text = text.slice(1)
  text = text.replace(currencyAround, '').replaceAll(',', '').trim()
  if (decimalText.test(text)) {
    const digits = text.replaceAll('_', '')
    return negative ? (digits.startsWith('-') ? digits.slice(1) : `-${digits}`) : digits
  }
  if (/^[+-]?(?:inf|infinity|s?nan\d*)$/i.test(text)) return negative ? `-${text}` : text
  return undefined
}

/** Python's default precision: dbt's count of decimals is cut to what fits in it. */
const decimalPrecision = 28

function numberType(rows: readonly (readonly string[])[], index: number): string {
  let whole = 1
  let decimals = 0
  for (const row of rows) {
    const value = row[index]
    if (value === undefined || isNull(value)) continue
    const text = seedNumber(value) ?? ''
    const places = Number.isFinite(Number(text)) ? decimalPlaces(text) : undefined
    if (!places) continue
    whole = Math.max(whole, places.whole)
    decimals = Math.max(decimals, places.decimals)
  }
  if (whole + decimals > decimalPrecision) decimals = decimalPrecision - whole
  return decimals === 0 ? 'integer' : 'float8'
}

/** Digits before and after the point once trailing zeros are gone. */
function decimalPlaces(text: string): { whole: number; decimals: number } | undefined {
  const match = /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!match) return undefined
  const fraction = match[2] ?? ''
  const digits = `${match[1] ?? ''}${fraction}`.replace(/^0+/, '')
  const normal = digits.replace(/0+$/, '')
  if (normal === '') return { whole: 1, decimals: 0 }
  const decimals = fraction.length - Number(match[3] ?? 0) - (digits.length - normal.length)
  return { whole: normal.length - decimals, decimals }
}

function isDay(year: string, month: string, day: string): boolean {
  const date = new Date(Date.UTC(2000, Number(month) - 1, Number(day)))
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return Number(year) > 0 && date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

const datePattern = /^(\d{4})-(1[0-2]|0?[1-9])-(3[01]|[12]\d|0?[1-9])/

function isDate(value: string): boolean {
  const match = datePattern.exec(value.trim())
  return (
    match !== null && match[0].length === value.trim().length && isDay(match[1] ?? '', match[2] ?? '', match[3] ?? '')
  )
}

function isDateTime(value: string): boolean {
  const text = value.trim()
  const match = datePattern.exec(text)
  if (!match || !isDay(match[1] ?? '', match[2] ?? '', match[3] ?? '')) return false
  return /^\s+(?:2[0-3]|[01]\d|\d):[0-5]?\d:[0-5]?\d$/.test(text.slice(match[0].length))
}

const isoDates: readonly RegExp[] = [
  /^(\d{4})-(\d{2})-(\d{2})$/,
  /^(\d{4})(\d{2})(\d{2})$/,
  /^\d{4}-?W(?:0[1-9]|[1-4]\d|5[0-3])(?:-?[1-7])?$/,
  /^\d{4}-?(?:[0-2]\d\d|3[0-5]\d|36[0-6])$/,
  /^\d{4}-(?:0[1-9]|1[0-2])$/,
  /^\d{4}$/,
  /^\d{2}$/,
]
const isoTime =
  /^(?:[01]\d|2[0-4])(?:(?::[0-5]\d(?::[0-5]\d)?|[0-5]\d(?:[0-5]\d)?)?)(?:[.,]\d+)?(?:Z|[+-]\d{2}(?::?\d{2})?)?$/

/** ISO 8601 with a T: a date in any of its forms and a time with or without a zone. */
function isIsoDateTime(value: string): boolean {
  const [date, time, ...rest] = value.trim().split('T')
  if (date === undefined || time === undefined || rest.length > 0 || !isoTime.test(time)) return false
  const match = isoDates.map(pattern => pattern.exec(date)).find(found => found !== null)
  if (!match) return false
  return match[3] === undefined || isDay(match[1] ?? '', match[2] ?? '', match[3] ?? '')
}
