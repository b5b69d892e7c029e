/**
 * How data files differ from what the schema of their table says: timestamps without a zone, and fields of structs under
 * other names or with none in common. Only footers tell, so each is read once, and only where the schema leaves room.
 */
import { columnTree, leafTypes, listElement, type ParquetColumn } from './parquet-columns.ts'
import { sameName } from './protocol.ts'
import {
  type ColumnMapping,
  columnId,
  countTypes,
  type DeltaField,
  type DeltaType,
  physicalName,
  type StructType,
} from './schema.ts'
import { escapePattern, textList } from './sql-words.ts'
import { isVoid } from './storable-columns.ts'
import type { ParquetReader } from './table-files.ts'

export interface FileLayout {
  /**
   * Names of columns of type `timestamp` held without a zone: INT96, or INT64 not adjusted to UTC as some writers have it. DuckDB
   * takes both for TIMESTAMP, and a cast to a zoned type would use the time zone of the session.
   */
  readonly zoneless: ReadonlySet<string>
  /** Names of fields inside structs that are not their physical names; undefined where the field is not in the file. */
  readonly names: ReadonlyMap<DeltaField, string | undefined>
  /** Of structs none of whose fields are in the file, the name of a field that is: it tells which structs are null. */
  readonly witnesses: ReadonlyMap<StructType, string>
}

/** The layout of each path that has one of its own; files of one layout share the object. */
export async function fileLayouts(
  reader: ParquetReader,
  paths: readonly string[],
  fields: readonly DeltaField[],
  mapping: ColumnMapping,
): Promise<ReadonlyMap<string, FileLayout>> {
  const open = fields.filter(field => countTypes(field.type, type => isOpen(type, mapping)) > 0)
  if (open.length === 0 || paths.length === 0) return new Map()
  // Files of one writer share their layout, so there are few of them however many files there are.
  const rows = await reader.rows(
    `SELECT layout, to_json(list(file_name))::VARCHAR AS files
     FROM (SELECT file_name, to_json(list({name: name, children: num_children, type: duckdb_type, id: field_id}
             ORDER BY column_id))::VARCHAR AS layout
           FROM parquet_schema(${textList(paths.map(escapePattern))}) GROUP BY file_name)
     GROUP BY layout`,
  )
  const known = new Map<string, FileLayout>()
  const found = new Map<string, FileLayout>()
  for (const row of rows) {
    const findings = compareColumns(open, columnTree(JSON.parse(String(row.layout))), mapping)
    if (findings.key.length === 0) continue
    const key = findings.key.join()
    const shared = known.get(key) ?? findings
    known.set(key, shared)
    for (const file of JSON.parse(String(row.files)) as readonly string[]) found.set(file, shared)
  }
  return found
}

/** Fields of structs are dropped and renamed under column mapping only; without it files have them by their names. */
function isOpen(type: DeltaType, mapping: ColumnMapping): boolean {
  return isTimestamp(type) || (mapping !== 'none' && type.kind === 'struct')
}

/** What has been found of one layout. Equal keys are equal layouts; an empty one is what the schema says. */
interface Findings {
  readonly mapping: ColumnMapping
  readonly zoneless: Set<string>
  readonly names: Map<DeltaField, string | undefined>
  readonly witnesses: Map<StructType, string>
  readonly key: string[]
}

function compareColumns(
  fields: readonly DeltaField[],
  columns: readonly ParquetColumn[],
  mapping: ColumnMapping,
): Findings {
  const findings: Findings = { mapping, zoneless: new Set(), names: new Map(), witnesses: new Map(), key: [] }
  for (const field of fields) {
    const column = columnOf(field, columns, mapping)
    if (column === undefined) continue
    if (isZoneless(field, column)) {
      findings.zoneless.add(field.name)
      findings.key.push(field.name)
    }
    if (mapping !== 'none') compareType(findings, field.type, [field.name], column)
  }
  return findings
}

function compareType(
  findings: Findings,
  type: DeltaType,
  path: readonly string[],
  column: ParquetColumn | undefined,
): void {
  if (column === undefined) return
  if (type.kind === 'struct') compareStruct(findings, type, path, column.children)
  else if (type.kind === 'array') compareType(findings, type.element, [...path, 'element'], listElement(column))
  else if (type.kind === 'map') {
    const [key, value] = column.children[0]?.children ?? []
    compareType(findings, type.key, [...path, 'key'], key)
    compareType(findings, type.value, [...path, 'value'], value)
  }
}

function compareStruct(
  findings: Findings,
  type: StructType,
  path: readonly string[],
  columns: readonly ParquetColumn[],
): void {
  const { mapping, names, witnesses, key } = findings
  const [witness] = columns
  const fields = type.fields.filter(field => !isVoid(field.type))
  const found = new Map(fields.map(field => [field, columnOf(field, columns, mapping)]))
  if (witness !== undefined && fields.length > 0 && fields.every(field => found.get(field) === undefined)) {
    witnesses.set(type, witness.name)
    key.push(JSON.stringify([path, witness.name]))
    return
  }
  for (const [field, column] of found) {
    const name = physicalName(field, mapping)
    const inFile = column ?? columns.find(one => sameName(one.name, name))
    if (inFile !== undefined && (column === undefined || !sameName(column.name, name))) {
      names.set(field, column?.name)
      key.push(JSON.stringify([path, name, column?.name]))
    }
    compareType(findings, field.type, [...path, name], column)
  }
}

function columnOf(
  field: DeltaField,
  columns: readonly ParquetColumn[],
  mapping: ColumnMapping,
): ParquetColumn | undefined {
  const id = columnId(field)
  const isById = mapping === 'id' && id !== undefined && columns.some(column => column.id !== undefined)
  return columns.find(column => (isById ? column.id === id : sameName(column.name, physicalName(field, mapping))))
}

/** A column may hold both kinds of timestamp inside; then the zoneless ones that its type does not ask for tell. */
function isZoneless(field: DeltaField, column: ParquetColumn): boolean {
  const isWithout = (type: string): boolean => type.startsWith('TIMESTAMP') && !type.includes('TIME ZONE')
  return (
    countTypes(field.type, isTimestamp) > 0 &&
    leafTypes(column).filter(isWithout).length > countTypes(field.type, isZonelessType)
  )
}

function isTimestamp(type: DeltaType): boolean {
  return type.kind === 'primitive' && type.name === 'timestamp'
}

function isZonelessType(type: DeltaType): boolean {
  return type.kind === 'primitive' && type.name === 'timestamp_ntz'
}
