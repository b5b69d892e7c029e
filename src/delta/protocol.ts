/**
 * The gate before any data is read: which protocol versions and features this reader keeps to
 * (PROTOCOL.md "Table Features"). Features that only concern writers do not stop a reader.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Metadata, Protocol } from './action.ts'
import { type ColumnMapping, type DeltaType, renderDeltaType, type StructType } from './schema.ts'

const readableFeatures: ReadonlySet<string> = new Set([
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'typeWidening',
  'typeWidening-preview',
  'v2Checkpoint',
  'vacuumProtocolCheck',
])

/** Throws `delta/unsupported-feature`, naming the table, the versions and every feature that is not known. */
export function requireReadable(table: string, protocol: Protocol): void {
  const { minReaderVersion } = protocol
  if (minReaderVersion > 3 || minReaderVersion < 1) {
    throw refused(table, `its protocol asks for reader version ${minReaderVersion}, and versions 1 to 3 are supported`)
  }
  if (minReaderVersion < 3) return
  const unknown = (protocol.readerFeatures ?? []).filter(feature => !readableFeatures.has(feature))
  if (unknown.length === 0) return
  const names = unknown.map(feature => `"${feature}"`).join(', ')
  throw refused(table, `its protocol (reader version 3) asks for the reader feature ${names}, which is not supported`)
}

/** Throws `delta/unsupported-feature` for a type change that this reader cannot carry out. */
export function requireReadableChanges(table: string, schema: StructType): void {
  for (const field of schema.fields) checkChanges(table, field.name, field.metadata, field.type)
}

function checkChanges(
  table: string,
  column: string,
  metadata: Readonly<Record<string, unknown>>,
  type: DeltaType,
): void {
  const changes = metadata['delta.typeChanges']
  for (const change of Array.isArray(changes) ? changes : []) {
    const { fromType, toType } = change as { readonly fromType?: unknown; readonly toType?: unknown }
    if (typeof fromType === 'string' && typeof toType === 'string' && isWidening(fromType, toType)) continue
    throw refused(
      table,
      `the type of "${column}" was changed from "${fromType}" to "${toType}", which is not supported`,
    )
  }
  if (type.kind === 'struct') {
    for (const field of type.fields) checkChanges(table, `${column}.${field.name}`, field.metadata, field.type)
  } else if (type.kind === 'array') checkChanges(table, column, {}, type.element)
  else if (type.kind === 'map') {
    checkChanges(table, column, {}, type.key)
    checkChanges(table, column, {}, type.value)
  }
}

/** Decimal digits that hold every value, as the protocol counts them. */
const integerDigits: Readonly<Record<string, number>> = { byte: 3, short: 5, integer: 10, long: 20 }

/** PROTOCOL.md "Type Widening": the changes a reader has to support. */
function isWidening(from: string, to: string): boolean {
  const fromDigits = integerDigits[from]
  const toDigits = integerDigits[to]
  if (fromDigits !== undefined && toDigits !== undefined) return fromDigits <= toDigits
  if (to === 'double') return from === 'float' || (fromDigits !== undefined && from !== 'long')
  if (from === 'date') return to === 'timestamp_ntz'
  const target = decimalOf(to)
  if (target === undefined) return false
  if (fromDigits !== undefined) return target.precision - target.scale >= fromDigits
  const source = decimalOf(from)
  if (source === undefined) return false
  return target.scale >= source.scale && target.precision - target.scale >= source.precision - source.scale
}

function decimalOf(name: string): { readonly precision: number; readonly scale: number } | undefined {
  const match = /^decimal\((\d+),\s*(\d+)\)$/.exec(name)
  return match ? { precision: Number(match[1]), scale: Number(match[2]) } : undefined
}

/**
 * The mode in force: the property alone does nothing below reader version 2. A table that went from reader version 2 to 3
 * may name the feature among those of writers only.
 */
export function columnMappingOf(table: string, protocol: Protocol, metadata: Metadata): ColumnMapping {
  const mode = (metadata.configuration['delta.columnMapping.mode'] ?? 'none').toLowerCase()
  const { minReaderVersion, readerFeatures = [], writerFeatures = [] } = protocol
  const isNamed = readerFeatures.includes('columnMapping') || writerFeatures.includes('columnMapping')
  const isSupported = minReaderVersion === 2 || (minReaderVersion === 3 && isNamed)
  if (!isSupported || mode === 'none') return 'none'
  if (mode === 'name' || mode === 'id') return mode
  throw refused(table, `its column mapping mode "${mode}" is not known`)
}

/** Partition columns must be in the schema and of a primitive type. */
export function requirePartitionColumns(table: string, schema: StructType, columns: readonly string[]): void {
  for (const column of columns) {
    const field =
      schema.fields.find(one => one.name === column) ?? schema.fields.find(one => sameName(one.name, column))
    if (field !== undefined && (field.type.kind === 'primitive' || field.type.kind === 'decimal')) continue
    const what = field === undefined ? 'is not in its schema' : `has the type "${renderDeltaType(field.type)}"`
    throw new DiagnosticError({
      code: 'delta/bad-schema',
      kind: 'Runtime',
      message: `The Delta table "${table}" is partitioned by "${column}", which ${what}`,
    })
  }
}

export function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function refused(table: string, reason: string): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/unsupported-feature',
    kind: 'Runtime',
    message: `The Delta table "${table}" cannot be read: ${reason}`,
    hint: 'Read it with the program that wrote it, or let that program write a copy without the feature',
  })
}
