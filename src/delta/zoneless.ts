/**
 * Finds columns of type `timestamp` that a file holds without a zone: INT96, or INT64 not adjusted to UTC as some writers
 * have it. DuckDB takes both for TIMESTAMP, and a cast to a zoned type would use the time zone of the session.
 */
import { columnTree, type ParquetColumn } from './parquet-columns.ts'
import { type ColumnMapping, columnId, countTypes, type DeltaField, type DeltaType, physicalName } from './schema.ts'
import { escapePattern, textList } from './sql-words.ts'
import type { ParquetReader } from './table-files.ts'

/** For each path that has any, the logical names of such columns. Only footers tell; each is read once. */
export async function zonelessColumns(
  reader: ParquetReader,
  paths: readonly string[],
  fields: readonly DeltaField[],
  mapping: ColumnMapping,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const timed = fields.filter(field => countTypes(field.type, isTimestamp) > 0)
  if (timed.length === 0 || paths.length === 0) return new Map()
  // Files of one writer share their layout, so there are few of them however many files there are.
  const layouts = await reader.rows(
    `SELECT layout, to_json(list(file_name))::VARCHAR AS files
     FROM (SELECT file_name, to_json(list({name: name, children: num_children, type: duckdb_type, id: field_id}
             ORDER BY column_id))::VARCHAR AS layout
           FROM parquet_schema(${textList(paths.map(escapePattern))}) GROUP BY file_name)
     GROUP BY layout`,
  )
  const found = new Map<string, readonly string[]>()
  for (const row of layouts) {
    const columns = columnTree(JSON.parse(String(row.layout)))
    const names = timed.filter(field => isZoneless(field, columns, mapping)).map(field => field.name)
    if (names.length === 0) continue
    for (const file of JSON.parse(String(row.files)) as readonly string[]) found.set(file, names)
  }
  return found
}

/** A column may hold both kinds of timestamp inside; then the zoneless ones that its type does not ask for tell. */
function isZoneless(field: DeltaField, columns: readonly ParquetColumn[], mapping: ColumnMapping): boolean {
  const id = columnId(field)
  const name = physicalName(field, mapping).toLowerCase()
  const column = columns.find(one =>
    mapping === 'id' && id !== undefined ? one.id === id : one.name.toLowerCase() === name,
  )
  if (column === undefined) return false
  return (
    column.leafTypes.filter(type => type.startsWith('TIMESTAMP') && !type.includes('TIME ZONE')).length >
    countTypes(field.type, isZonelessType)
  )
}

function isTimestamp(type: DeltaType): boolean {
  return type.kind === 'primitive' && type.name === 'timestamp'
}

function isZonelessType(type: DeltaType): boolean {
  return type.kind === 'primitive' && type.name === 'timestamp_ntz'
}
