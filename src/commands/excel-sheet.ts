/** The rows of a model as a sheet of a workbook, by the options of pandas' `to_excel`. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { QueryResult, SqlValue } from '../base/sql-value.ts'
import { sqlToPython } from '../context/sql-python.ts'
import type { Node } from '../project/node.ts'
import { percentFormat } from '../template/percent-format.ts'
import { str } from '../template/repr.ts'
import { type PyDict, PyFloat, type Value } from '../template/value.ts'
import { mostColumns, mostRows, type WrittenCell, type WrittenSheet } from '../workbook/write-workbook.ts'

const longestName = 31

/** @throws `compile/workbook` for a name that Excel does not take, too many rows, or times with a zone */
export function sheetOf({ columns, rows }: QueryResult, options: PyDict, node: Node): WrittenSheet {
  const name = str(options.get('sheet_name') ?? node.alias.slice(0, longestName))
  checkName(name, node)
  const hasIndex = options.get('index') !== false
  const hasHeader = options.get('header') !== false
  const height = rows.length + (hasHeader ? 1 : 0)
  const width = columns.length + (hasIndex ? 1 : 0)
  if (height > mostRows || width > mostColumns) {
    return tooLarge(
      name,
      `This sheet is too large! Your sheet size is: ${rows.length}, ${columns.length} Max sheet size is: ${mostRows}, ${mostColumns}`,
      options,
      node,
    )
  }
  const written = headerNames(
    columns.map(column => column.name),
    options.get('header'),
  )
  const cell = cellWriter(options, node)
  return {
    name,
    hasIndex,
    ...(hasHeader && { header: hasIndex ? [null, ...written] : written }),
    rows: rows.map((row, index) => (hasIndex ? [index, ...row.map(cell)] : row.map(cell))),
  }
}

/** Whether any row has any value. */
export function hasData({ rows }: QueryResult): boolean {
  return rows.some(row => row.some(value => value !== null))
}

function headerNames(names: readonly string[], header: Value | undefined): string[] {
  return Array.isArray(header) ? header.map(str) : [...names]
}

function checkName(name: string, node: Node): void {
  if (name.length > longestName) throw wrong(node, `Excel sheet name '${name}' must be <= ${longestName} chars.`)
  if (name === '' || /[[\]:*?/\\]|^'|'$/.test(name)) {
    throw wrong(node, `Excel does not take '${name}' for the name of a sheet: it may hold no [ ] : * ? / \\`)
  }
}

function tooLarge(name: string, message: string, options: PyDict, node: Node): WrittenSheet {
  if (options.get('ignore_sheet_too_large') !== true) throw wrong(node, message)
  const told = str(options.get('ignore_sheet_too_large_error') ?? message)
  return { name, hasIndex: false, header: ['Error'], rows: [[told]] }
}

function cellWriter(options: PyDict, node: Node): (value: SqlValue) => WrittenCell {
  const missing = str(options.get('na_rep') ?? '')
  const infinite = str(options.get('inf_rep') ?? 'inf')
  const floatFormat = options.get('float_format') ?? null
  const float = (value: number): WrittenCell => {
    if (Number.isNaN(value)) return missing
    if (!Number.isFinite(value)) return value < 0 ? `-${infinite}` : infinite
    return typeof floatFormat === 'string' ? Number(percentFormat(floatFormat, new PyFloat(value))) : value
  }
  return value => {
    if (value === null) return missing
    if (typeof value === 'bigint') return Number(value)
    if (typeof value !== 'object') return value
    switch (value.kind) {
      case 'float':
        return float(value.value)
      case 'decimal':
        return Number(value.text)
      case 'date':
        return Number.isFinite(value.days) ? { kind: 'date', milliseconds: value.days * 86_400_000 } : textOf(value)
      case 'timestamp':
        if (value.utc) {
          throw wrong(
            node,
            'Excel does not support datetimes with timezones. Please ensure that datetimes are timezone unaware before writing to Excel.',
          )
        }
        return value.infinite === undefined
          ? { kind: 'moment', milliseconds: Number(value.micros) / 1000 }
          : textOf(value)
      case 'interval':
        return { kind: 'duration', days: value.months * 30 + value.days + Number(value.micros) / 86_400_000_000 }
      default:
        return textOf(value)
    }
  }
}

function textOf(value: SqlValue): string {
  return str(sqlToPython(value))
}

function wrong(node: Node, message: string): DiagnosticError {
  return new DiagnosticError({ code: 'compile/workbook', kind: 'Runtime', message, node: node.uniqueId })
}
