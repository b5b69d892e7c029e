/**
 * The gate before anything is written: a feature may be listed if we know what it asks of writers and either keep to it
 * or see that the table does not use it (PROTOCOL.md "Requirements for Writers").
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Metadata, Protocol } from './action.ts'
import { countTypes, type DeltaField, type StructType } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

const writableFeatures: ReadonlySet<string> = new Set([
  ...['appendOnly', 'invariants', 'checkConstraints', 'generatedColumns', 'allowColumnDefaults', 'changeDataFeed'],
  ...['columnMapping', 'identityColumns', 'deletionVectors', 'timestampNtz', 'domainMetadata', 'v2Checkpoint'],
  ...['inCommitTimestamp', 'typeWidening', 'typeWidening-preview', 'vacuumProtocolCheck', 'clustering'],
  ...['materializePartitionColumns', 'checkpointProtection'],
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
  if (snapshot.mapping !== 'none')
    throw refused(table, 'it maps its columns to other names, which is only supported for reading')
  const constraint = Object.keys(snapshot.metadata.configuration).find(key => key.startsWith('delta.constraints.'))
  if (constraint !== undefined) {
    throw refused(table, `its constraint "${constraint.slice('delta.constraints.'.length)}" cannot be checked`)
  }
  for (const field of snapshot.schema.fields) checkField(table, field, field.name)
}

const activeKeys: Readonly<Record<string, string>> = {
  'delta.invariants': 'has an invariant that cannot be checked',
  'delta.generationExpression': 'is generated from others, which is not supported',
  'delta.identity.start': 'is an identity column, which is not supported',
  'delta.identity.step': 'is an identity column, which is not supported',
}

function checkField(table: string, field: DeltaField, path: string): void {
  for (const [key, reason] of Object.entries(activeKeys)) {
    if (field.metadata[key] !== undefined) throw refused(table, `its column "${path}" ${reason}`)
  }
  if (field.type.kind !== 'struct') return
  for (const inner of field.type.fields) checkField(table, inner, `${path}.${inner.name}`)
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
  throw refused(
    snapshot.table,
    'it keeps a change data feed ("delta.enableChangeDataFeed"), so only whole partitions or all rows can be replaced',
  )
}

/** The least protocol for a new table with this schema. */
export function protocolFor(schema: StructType): Protocol {
  const hasNtz = countTypes(schema, type => type.kind === 'primitive' && type.name === 'timestamp_ntz') > 0
  if (!hasNtz) return { minReaderVersion: 1, minWriterVersion: 2 }
  const writerFeatures = ['timestampNtz', 'appendOnly', 'invariants']
  return { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['timestampNtz'], writerFeatures }
}

/** The protocol after a schema change; undefined if it stays. */
export function protocolChange(protocol: Protocol, schema: StructType): Protocol | undefined {
  const wanted = protocolFor(schema)
  const missing = (wanted.readerFeatures ?? []).filter(feature => !(protocol.readerFeatures ?? []).includes(feature))
  if (missing.length === 0) return undefined
  if (protocol.minWriterVersion < 7 && protocol.minWriterVersion > 2) return undefined
  return {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: [...(protocol.readerFeatures ?? []), ...missing],
    writerFeatures: [...new Set([...(protocol.writerFeatures ?? ['appendOnly', 'invariants']), ...missing])],
  }
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
