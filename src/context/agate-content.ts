/** What tables are made of, with dbt's conversion of values: the rows of a query, of a CSV file, of plain values. */
import type { QueryResult } from '../base/sql-value.ts'
import { jsonText } from '../template/json-text.ts'
import { str } from '../template/repr.ts'
import { PyDict, PyFloat, PyTuple, type Value } from '../template/value.ts'
import { type AgateType, typedColumn } from './agate-types.ts'
import { PyDateTime } from './modules/python-datetime.ts'
import { PyDecimal } from './modules/python-decimal.ts'
import { PyTime } from './modules/python-time.ts'
import type { TimeZone } from './modules/python-tzinfo.ts'
import { sqlToPython } from './sql-python.ts'

export interface TableContent {
  readonly names: readonly string[]
  readonly types: readonly AgateType[]
  readonly rows: readonly (readonly Value[])[]
}

/**
 * Nested values become JSON text; columns of text stay text; the others get the first of agate's types that takes all
 * their values. Repeated column names get `_2`, `_3` …
 */
export function contentOfResult(result: QueryResult, zone?: TimeZone): TableContent {
  const names = uniqueNames(result.columns.map(column => column.name))
  const columns = result.columns.map((_, index) => {
    let text = false
    const values = result.rows.map(row => {
      const value = sqlToPython(row[index] ?? null, zone)
      const container = Array.isArray(value) || value instanceof PyDict || value instanceof PyTuple
      text ||= container || typeof value === 'string'
      return container ? jsonText(value, { fallback: encoded }) : value
    })
    return typedColumn(values, { text })
  })
  return fromColumns(names, columns)
}

/** All values are text; elsewhere than in `textColumns` types are guessed, and empty cells and the word null are None. */
export function contentOfText(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns?: ReadonlySet<string>,
): TableContent {
  const columns = names.map((name, index) => {
    const values = rows.map(row => row[index] ?? null)
    return typedColumn(values, { text: textColumns?.has(name) ?? false, nullTexts: ['', 'null'] })
  })
  return fromColumns(uniqueNames(names), columns)
}

/** Types are found as for a query. */
export function contentOfValues(names: readonly string[], rows: readonly (readonly Value[])[]): TableContent {
  const columns = names.map((_, index) => {
    const values = rows.map(row => row[index] ?? null)
    return typedColumn(values, { text: values.some(value => typeof value === 'string') })
  })
  return fromColumns(names, columns)
}

function fromColumns(
  names: readonly string[],
  columns: readonly { readonly type: AgateType; readonly values: readonly Value[] }[],
): TableContent {
  const count = columns[0]?.values.length ?? 0
  const rows = Array.from({ length: count }, (_, row) => columns.map(column => column.values[row] ?? null))
  return { names, types: columns.map(column => column.type), rows }
}

/** What dbt's encoder of JSON makes of values inside nested ones: decimals become floats, dates and times ISO text. */
export function encoded(value: Value): Value {
  if (value instanceof PyDecimal) return new PyFloat(value.toFloat())
  if (value instanceof PyDateTime || value instanceof PyTime) return value.iso()
  return str(value)
}

/** A name that was seen gets the next free `_2`, `_3` … */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map(name => {
    let unique = name
    for (let count = 2; seen.has(unique); count++) unique = `${name}_${count}`
    seen.add(unique)
    return unique
  })
}
