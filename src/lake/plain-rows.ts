/** Results of the adapter as rows with plain JavaScript values, which is what reading and writing Delta tables speaks. */
import type { QueryResult, SqlValue } from '../base/sql-value.ts'

export type PlainRow = Readonly<Record<string, unknown>>

export function plainRows({ columns, rows }: QueryResult): PlainRow[] {
  return rows.map(row => Object.fromEntries(columns.map(({ name }, index) => [name, plainValue(row[index] ?? null)])))
}

function plainValue(value: SqlValue): unknown {
  if (value === null || typeof value !== 'object') return value
  switch (value.kind) {
    case 'float':
      return value.value
    case 'decimal':
    case 'uuid':
      return value.text
    case 'list':
      return value.items.map(plainValue)
    case 'struct':
      return Object.fromEntries(value.fields.map(([name, inner]) => [name, plainValue(inner)]))
    case 'map':
      return new Map(value.entries.map(([key, inner]) => [plainValue(key), plainValue(inner)]))
    case 'blob':
      return value.bytes
    default:
      return value
  }
}
