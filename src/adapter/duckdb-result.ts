/** A result of the driver as rows of plain values. */
import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import type { ColumnInfo, QueryResult, SqlValue } from '../base/sql-value.ts'
import { type DriverType, valueReader } from './duckdb-value.ts'

export const emptyResult: QueryResult = { columns: [], rows: [], rowCount: 0 }

/** DuckDB's number for a result that is rows of a query, as opposed to a count of changed rows or nothing. */
const queryResult = 3

/** The result is in memory already: its chunks are read without another turn of the thread pool. */
export function resultOf(result: DuckDBMaterializedResult): QueryResult {
  const columns: ColumnInfo[] = []
  const readers: ((value: unknown) => SqlValue)[] = []
  for (let index = 0; index < result.columnCount; index++) {
    const type = result.columnType(index) as DriverType
    columns.push({ name: result.columnName(index), type: type.alias ?? type.toString() })
    readers.push(valueReader(type))
  }
  const rows: SqlValue[][] = []
  const chunks = result.chunkCount
  for (let index = 0; index < chunks; index++) {
    const chunk = result.getChunk(index)
    const vectors = columns.map((_, column) => chunk.getColumnVector(column))
    for (let row = 0; row < chunk.rowCount; row++) {
      rows.push(readers.map((read, column) => read(vectors[column]?.getItem(row))))
    }
  }
  return { columns, rows, rowCount: rowCountOf(result, rows) }
}

function rowCountOf(result: DuckDBMaterializedResult, rows: readonly (readonly SqlValue[])[]): number {
  if (result.returnType === queryResult) return rows.length
  const count = rows[0]?.[0]
  return typeof count === 'number' ? count : result.rowsChanged
}
