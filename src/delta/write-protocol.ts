/**
 * The gate before anything is written: a feature may be listed if we know what it asks of writers and either keep to it
 * or see that the table does not use it (PROTOCOL.md "Requirements for Writers").
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Metadata, Protocol } from './action.ts'
import { rowChecks } from './row-checks.ts'
import { countTypes, type DeltaField } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import type { TableShape } from './table-shape.ts'

const writableFeatures: ReadonlySet<string> = new Set([
  ...['appendOnly', 'invariants', 'checkConstraints', 'generatedColumns', 'allowColumnDefaults', 'changeDataFeed'],
  ...['columnMapping', 'identityColumns', 'deletionVectors', 'timestampNtz', 'domainMetadata', 'v2Checkpoint'],
  ...['inCommitTimestamp', 'typeWidening', 'typeWidening-preview', 'vacuumProtocolCheck', 'clustering'],
  ...['materializePartitionColumns', 'checkpointProtection', 'rowTracking'],
])

/** Throws `delta/unsupported-feature` with the reason, before any file is written. */
export function requireWritable(snapshot: Snapshot): void {
  const { protocol, table } = snapshot
  if (protocol.minWriterVersion > 7) {
    throw refused(
      table,
      `its protocol asks for writer version ${protocol.minWriterVersion}, and versions up to 7 are supported`,
    )
  }
  const unknown = (protocol.writerFeatures ?? []).filter(feature => !writableFeatures.has(feature))
  if (unknown.length > 0) {
    const names = unknown.map(feature => `"${feature}"`).join(', ')
    throw refused(table, `its protocol asks for the writer feature ${names}, which is not supported`)
  }
  const unclear = rowChecks(snapshot.schema, snapshot.metadata.configuration).find(check => check.sql === undefined)
  if (unclear !== undefined) throw refused(table, `${unclear.name} cannot be checked here`)
  for (const field of snapshot.schema.fields) checkField(snapshot, field, field.name)
}

/** Metadata of columns that means something once the protocol has the feature. */
const activeKeys: readonly (readonly [key: string, feature: string, reason: string])[] = [
  ['delta.generationExpression', 'generatedColumns', 'is generated from others, which is not supported'],
  ['delta.identity.start', 'identityColumns', 'is an identity column, which is not supported'],
  ['delta.identity.step', 'identityColumns', 'is an identity column, which is not supported'],
]

function checkField(snapshot: Snapshot, field: DeltaField, path: string): void {
  for (const [key, feature, reason] of activeKeys) {
    if (field.metadata[key] === undefined || !writtenFeatures(snapshot.protocol).includes(feature)) continue
    throw refused(snapshot.table, `its column "${path}" ${reason}`)
  }
  if (field.type.kind !== 'struct') return
  for (const inner of field.type.fields) checkField(snapshot, inner, `${path}.${inner.name}`)
}

/** Throws `delta/append-only` if rows may not be taken away. */
export function requireRemovable(snapshot: Snapshot): void {
  if (snapshot.metadata.configuration['delta.appendOnly'] !== 'true') return
  throw new DiagnosticError({
    code: 'delta/append-only',
    kind: 'Runtime',
    message: `The Delta table "${snapshot.table}" only takes new rows ("delta.appendOnly" is true), so none can be replaced`,
  })
}

/** Throws `delta/unsupported-feature` if single rows may only be changed along with change files. */
export function requireNoChangeFeed(snapshot: Snapshot): void {
  if (!flagOf(snapshot.metadata, 'delta.enableChangeDataFeed')) return
  throw refused(snapshot.table, 'it keeps a change data feed, and what changed was not told')
}

/** Features that a table needs for what it holds and for what its properties ask for. */
interface NeededFeatures {
  readonly reader: readonly string[]
  /** Those of readers are not among them. */
  readonly writer: readonly string[]
}

function neededFeatures({ schema, configuration, mapping }: TableShape): NeededFeatures {
  const hasNtz = countTypes(schema, type => type.kind === 'primitive' && type.name === 'timestamp_ntz') > 0
  const isOn = (property: string): boolean => configuration[property] === 'true'
  const named = Object.entries(configuration).flatMap(([key, value]) =>
    key.startsWith('delta.feature.') && ['supported', 'enabled'].includes(value) ? [key.slice(14)] : [],
  )
  const all = [
    ...(hasNtz ? ['timestampNtz'] : []),
    ...(mapping === 'none' ? [] : ['columnMapping']),
    ...(isOn('delta.enableDeletionVectors') ? ['deletionVectors'] : []),
    ...(isOn('delta.enableTypeWidening') ? ['typeWidening'] : []),
    ...(configuration['delta.checkpointPolicy'] === 'v2' ? ['v2Checkpoint'] : []),
    ...(isOn('delta.enableChangeDataFeed') ? ['changeDataFeed'] : []),
    ...(isOn('delta.enableInCommitTimestamps') ? ['inCommitTimestamp'] : []),
    ...(isOn('delta.enableRowTracking') ? ['rowTracking', 'domainMetadata'] : []),
    ...(Object.keys(configuration).some(key => key.startsWith('delta.constraints.')) ? ['checkConstraints'] : []),
    ...named,
  ]
  const wanted = [...new Set(all)]
  return {
    reader: wanted.filter(feature => readerFeatures.has(feature)),
    writer: wanted.filter(feature => !readerFeatures.has(feature)),
  }
}

/** Features that readers have to know as well. */
const readerFeatures: ReadonlySet<string> = new Set([
  ...['timestampNtz', 'columnMapping', 'deletionVectors', 'typeWidening', 'v2Checkpoint', 'vacuumProtocolCheck'],
])

/** What every table of writer version 2 has. */
const oldest = ['appendOnly', 'invariants']

/** The least protocol for a new table. @throws `delta/unsupported-feature` for properties whose demands we cannot meet */
export function protocolFor(shape: TableShape, table: string): Protocol {
  const { reader, writer } = neededFeatures(shape)
  const unknown = [...reader, ...writer].filter(feature => !writableFeatures.has(feature))
  const iceberg = Object.keys(shape.configuration).find(key => /^delta\.enableIceberg/.test(key))
  if (unknown.length > 0 || iceberg !== undefined) {
    throw refused(table, `its properties ask for "${unknown[0] ?? iceberg}", which is not supported`)
  }
  if (reader.length === 0 && writer.length === 0) return { minReaderVersion: 1, minWriterVersion: 2 }
  const writerFeatures = [...reader, ...writer, ...oldest.filter(feature => !writer.includes(feature))]
  if (reader.length === 0) return { minReaderVersion: 1, minWriterVersion: 7, writerFeatures }
  return { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: reader, writerFeatures }
}

/** Features that each version of writers has brought, before tables listed them. */
const bundles: readonly (readonly [version: number, features: readonly string[]])[] = [
  [2, oldest],
  [3, ['checkConstraints']],
  [4, ['changeDataFeed', 'generatedColumns']],
  [5, ['columnMapping']],
  [6, ['identityColumns']],
]

/** What a protocol asks of writers, listed or implied. */
function writtenFeatures(protocol: Protocol): readonly string[] {
  if (protocol.minWriterVersion >= 7) return protocol.writerFeatures ?? []
  return bundles.flatMap(([version, features]) => (version <= protocol.minWriterVersion ? features : []))
}

/** The protocol after a change of columns; undefined if it stays. */
export function protocolChange(protocol: Protocol, shape: TableShape): Protocol | undefined {
  const written = writtenFeatures(protocol)
  const read = protocol.readerFeatures ?? (protocol.minReaderVersion === 2 ? ['columnMapping'] : [])
  const { reader, writer } = neededFeatures(shape)
  const missing = [...reader.filter(one => !read.includes(one)), ...writer.filter(one => !written.includes(one))]
  if (missing.length === 0) return undefined
  const features = [...new Set([...written, ...reader, ...writer])]
  const toRead = [...new Set([...read, ...reader])]
  if (toRead.length === 0) return { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: features }
  return { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: toRead, writerFeatures: features }
}

/** Whether every commit has to give its files row ids, be they in use or not. */
export function tracksRows(protocol: Protocol): boolean {
  return (protocol.writerFeatures ?? []).includes('rowTracking')
}

export function flagOf(metadata: Metadata, property: string): boolean {
  return metadata.configuration[property] === 'true'
}

function refused(table: string, reason: string): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/unsupported-feature',
    kind: 'Runtime',
    message: `The Delta table "${table}" cannot be written: ${reason}`,
    hint: 'Nothing was written; use the program that made the table, or write to another one',
  })
}
