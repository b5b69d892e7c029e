/**
 * The gate before any data is read: which protocol versions and features this reader keeps to
 * (PROTOCOL.md "Table Features"). Features that only concern writers do not stop a reader.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Metadata, Protocol } from './action.ts'
import { type ColumnMapping, type DeltaField, renderDeltaType, type StructType } from './schema.ts'

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
  for (const { column, from, to } of schema.fields.flatMap(field => [...typeChanges(field)])) {
    if (typeof from === 'string' && typeof to === 'string' && isWidening(from, to)) continue
    throw refused(table, `the type of "${column}" was changed from "${from}" to "${to}", which is not supported`)
  }
}

/**
 * Whether files may hold the field, or one inside it, in a narrower type that wanted values could be rounded to: any change
 * of its type but one between whole numbers.
 */
export function mayBeRounded(field: DeltaField): boolean {
  const isWhole = (name: unknown): boolean => typeof name === 'string' && integerDigits[name] !== undefined
  return [...typeChanges(field)].some(({ from, to }) => !isWhole(from) || !isWhole(to))
}

interface TypeChange {
  /** With those that it is inside of, `a.b`. */
  readonly column: string
  readonly from: unknown
  readonly to: unknown
}

/** What the metadata of a field, and of those inside it, tells of earlier types. */
function* typeChanges({ name, metadata, type }: Omit<DeltaField, 'nullable'>): Generator<TypeChange> {
  const changes = metadata['delta.typeChanges']
  for (const change of Array.isArray(changes) ? changes : []) {
    const { fromType, toType } = change as { readonly fromType?: unknown; readonly toType?: unknown }
    yield { column: name, from: fromType, to: toType }
  }
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return
    case 'struct':
      for (const field of type.fields) yield* typeChanges({ ...field, name: `${name}.${field.name}` })
      return
    case 'array':
      yield* typeChanges({ name, metadata: {}, type: type.element })
      return
    case 'map':
      for (const inner of [type.key, type.value]) yield* typeChanges({ name, metadata: {}, type: inner })
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
