/** The schema of a Delta table: parsed from its JSON, printed as Delta's short text and as DuckDB types. */

import { DiagnosticError } from '../base/diagnostic.ts'
import { isRecord } from '../base/record.ts'
import { quoteName } from './sql-words.ts'

export type DeltaType =
  | { readonly kind: 'primitive'; readonly name: PrimitiveName }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | StructType
  | { readonly kind: 'array'; readonly element: DeltaType; readonly containsNull: boolean }
  | { readonly kind: 'map'; readonly key: DeltaType; readonly value: DeltaType; readonly valueContainsNull: boolean }

export interface StructType {
  readonly kind: 'struct'
  readonly fields: readonly DeltaField[]
}

export interface DeltaField {
  readonly name: string
  readonly type: DeltaType
  readonly nullable: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

const duckdbNames = {
  string: 'VARCHAR',
  long: 'BIGINT',
  integer: 'INTEGER',
  short: 'SMALLINT',
  byte: 'TINYINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  binary: 'BLOB',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  timestamp_ntz: 'TIMESTAMP',
  void: '"NULL"',
} as const

export type PrimitiveName = keyof typeof duckdbNames

/** Parses the `schemaString` of a metaData action. `table` is what messages call the table. */
export function parseSchema(schemaString: string, table: string): StructType {
  let value: unknown
  try {
    value = JSON.parse(schemaString)
  } catch (error) {
    throw badSchema(table, 'its text is not JSON', error)
  }
  const type = parseType(value, { table, column: '' })
  if (type.kind !== 'struct') throw badSchema(table, 'it is not a struct')
  return type
}

interface Spot {
  readonly table: string
  readonly column: string
}

function parseType(value: unknown, spot: Spot): DeltaType {
  if (typeof value === 'string') return parseSimple(value, spot)
  if (!isRecord(value)) throw badSchema(spot.table, `the type of "${spot.column}" is neither a name nor an object`)
  const inner = (key: string, suffix: string): DeltaType =>
    parseType(value[key], { ...spot, column: `${spot.column}.${suffix}` })
  switch (value.type) {
    case 'struct':
      return { kind: 'struct', fields: listOf(value.fields, spot).map(field => parseField(field, spot)) }
    case 'array':
      return { kind: 'array', element: inner('elementType', 'element'), containsNull: value.containsNull !== false }
    case 'map':
      return {
        kind: 'map',
        key: inner('keyType', 'key'),
        value: inner('valueType', 'value'),
        valueContainsNull: value.valueContainsNull !== false,
      }
    case 'udt':
      return inner('sqlType', 'udt')
    default:
      throw unsupportedType(spot, JSON.stringify(value.type))
  }
}

function parseField(value: unknown, spot: Spot): DeltaField {
  if (!isRecord(value) || typeof value.name !== 'string') throw badSchema(spot.table, 'a field has no name')
  const column = spot.column === '' ? value.name : `${spot.column}.${value.name}`
  return {
    name: value.name,
    type: parseType(value.type, { ...spot, column }),
    nullable: value.nullable !== false,
    metadata: isRecord(value.metadata) ? value.metadata : {},
  }
}

function parseSimple(name: string, spot: Spot): DeltaType {
  if (isPrimitive(name)) return { kind: 'primitive', name }
  const decimal = /^decimal(?:\(\s*(\d+)\s*,\s*(-?\d+)\s*\))?$/.exec(name)
  if (decimal) return { kind: 'decimal', precision: Number(decimal[1] ?? 10), scale: Number(decimal[2] ?? 0) }
  if (/^(?:var)?char\(\d+\)$/.test(name)) return { kind: 'primitive', name: 'string' }
  if (name === 'null') return { kind: 'primitive', name: 'void' }
  throw unsupportedType(spot, name)
}

function isPrimitive(name: string): name is PrimitiveName {
  return Object.hasOwn(duckdbNames, name)
}

/** Delta's short text, such as `array<struct<a:long>>`. */
export function renderDeltaType(type: DeltaType): string {
  switch (type.kind) {
    case 'primitive':
      return type.name
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'struct':
      return `struct<${type.fields.map(field => `${field.name}:${renderDeltaType(field.type)}`).join(',')}>`
    case 'array':
      return `array<${renderDeltaType(type.element)}>`
    case 'map':
      return `map<${renderDeltaType(type.key)},${renderDeltaType(type.value)}>`
  }
}

/** The DuckDB type that a reader gives for a Delta type. */
export function duckdbType(type: DeltaType): string {
  switch (type.kind) {
    case 'primitive':
      return duckdbNames[type.name]
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'struct':
      return `STRUCT(${type.fields.map(field => `${quoteName(field.name)} ${duckdbType(field.type)}`).join(', ')})`
    case 'array':
      return `${duckdbType(type.element)}[]`
    case 'map':
      return `MAP(${duckdbType(type.key)}, ${duckdbType(type.value)})`
  }
}

/** How the columns of a table are found in its files (PROTOCOL.md "Column Mapping"). */
export type ColumnMapping = 'none' | 'name' | 'id'

export function physicalName(field: DeltaField, mapping: ColumnMapping): string {
  const name = field.metadata['delta.columnMapping.physicalName']
  return mapping !== 'none' && typeof name === 'string' ? name : field.name
}

export function columnId(field: DeltaField): number | undefined {
  const id = field.metadata['delta.columnMapping.id']
  return typeof id === 'number' ? id : undefined
}

/** How many of the type itself and the types inside it match. */
export function countTypes(type: DeltaType, matches: (type: DeltaType) => boolean): number {
  const own = matches(type) ? 1 : 0
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return own
    case 'struct':
      return type.fields.reduce((sum, field) => sum + countTypes(field.type, matches), own)
    case 'array':
      return own + countTypes(type.element, matches)
    case 'map':
      return own + countTypes(type.key, matches) + countTypes(type.value, matches)
  }
}

function listOf(value: unknown, spot: Spot): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw badSchema(spot.table, `the struct "${spot.column}" has no fields`)
}

function badSchema(table: string, reason: string, cause?: unknown): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/bad-schema',
    kind: 'Runtime',
    message: `The schema of the Delta table "${table}" cannot be read: ${reason}`,
    ...(cause === undefined ? {} : { cause }),
  })
}

function unsupportedType(spot: Spot, type: string): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/unsupported-type',
    kind: 'Runtime',
    message: `The column "${spot.column}" of the Delta table "${spot.table}" has the type "${type}", which is not supported`,
  })
}
