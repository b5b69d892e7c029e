/** What a commit is to do to a table, prepared once and independent of the version that it will get. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { AddFile, Metadata, Protocol } from './action.ts'
import { sameName } from './protocol.ts'
import { renderDeltaType, type StructType } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import type { FileFacts } from './statistics.ts'
import { schemaJson } from './type-from-duckdb.ts'
import {
  protocolChange,
  protocolFor,
  requireNoChangeFeed,
  requireRemovable,
  requireWritable,
} from './write-protocol.ts'

/** Which rows of others would make the change wrong. */
export type ChangeScope =
  /** None: rows are only added, and nothing was read. */
  | { readonly kind: 'append' }
  /** Those in the place of what is replaced. */
  | { readonly kind: 'replace'; matches(file: FileFacts): boolean }
  /** Those that were read to find out what to write. */
  | { readonly kind: 'read'; matches(file: FileFacts): boolean }

export interface Change {
  /** The version it was made from; undefined for a new table. */
  readonly base: Snapshot | undefined
  readonly operation: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly protocol?: Protocol
  readonly metadata?: Metadata
  readonly adds: readonly AddFile[]
  readonly removes: readonly AddFile[]
  readonly scope: ChangeScope
  /** False where the same rows are only stored in another way. */
  readonly changesData?: boolean
  /** Makes a repeated run known; a second commit with the same or an older version is left out by the caller. */
  readonly transaction?: { readonly appId: string; readonly version: number }
  /** What else the log is to say about the commit, such as who made it; shown as `userMetadata`. */
  readonly userMetadata?: string
}

export interface NewTable {
  readonly id: string
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly configuration?: Readonly<Record<string, string>>
  readonly nowMs: number
}

export function createChange(table: NewTable, adds: readonly AddFile[]): Change {
  return {
    base: undefined,
    operation: 'CREATE TABLE AS SELECT',
    parameters: { partitionBy: JSON.stringify(table.partitionColumns) },
    protocol: protocolFor(table.schema),
    metadata: {
      id: table.id,
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify(schemaJson(table.schema)),
      partitionColumns: table.partitionColumns,
      configuration: table.configuration ?? {},
      createdTime: table.nowMs,
    },
    adds,
    removes: [],
    scope: { kind: 'append' },
  }
}

export function appendChange(base: Snapshot, adds: readonly AddFile[], schema: StructType = base.schema): Change {
  requireWritable(base)
  return {
    base,
    operation: 'WRITE',
    parameters: { mode: 'Append' },
    ...schemaChange(base, schema, base.partitionColumns),
    adds,
    removes: [],
    scope: { kind: 'append' },
  }
}

/** Replaces every row, and the schema if another one is given. */
export function overwriteChange(
  base: Snapshot,
  adds: readonly AddFile[],
  shape: { readonly schema: StructType; readonly partitionColumns: readonly string[] } = base,
): Change {
  requireWritable(base)
  requireRemovable(base)
  return {
    base,
    operation: 'WRITE',
    parameters: { mode: 'Overwrite' },
    ...schemaChange(base, shape.schema, shape.partitionColumns),
    adds,
    removes: base.files,
    scope: { kind: 'replace', matches: () => true },
  }
}

/**
 * Replaces the files that `matches` names, whole: the rows to keep of them must be among the added ones. With `wasRead`
 * the new rows were made from the old ones, so that rows taken away by others count as well.
 */
export function replaceChange(
  base: Snapshot,
  adds: readonly AddFile[],
  options: {
    readonly matches: (file: FileFacts) => boolean
    readonly parameters: Readonly<Record<string, unknown>>
    readonly operation?: string
    readonly wasRead?: boolean
    /** The schema from now on; that of the table if not given. */
    readonly schema?: StructType
  },
): Change {
  requireWritable(base)
  requireRemovable(base)
  // Rows that were copied into new files would look deleted and inserted to readers of the feed.
  if (options.wasRead === true) requireNoChangeFeed(base)
  return {
    base,
    operation: options.operation ?? 'WRITE',
    parameters: options.parameters,
    ...schemaChange(base, options.schema ?? base.schema, base.partitionColumns),
    adds,
    removes: base.files.filter(options.matches),
    scope: { kind: options.wasRead === true ? 'read' : 'replace', matches: options.matches },
  }
}

/** Replaces the partitions that the new files are in. */
export function replacePartitionsChange(base: Snapshot, adds: readonly AddFile[]): Change {
  const keyOf = (file: FileFacts): string =>
    JSON.stringify(base.partitionColumns.map(column => file.partitionValues[column] || null))
  const touched = new Set(adds.map(keyOf))
  const parameters = { mode: 'Overwrite', partitionBy: JSON.stringify(base.partitionColumns) }
  return replaceChange(base, adds, { matches: file => touched.has(keyOf(file)), parameters })
}

/** The schema with the columns that only the new rows have; `delta/schema-mismatch` for a column of another type. */
export function mergedSchema(base: Snapshot, rows: StructType): StructType {
  const added = rows.fields.filter(field => {
    const known = base.schema.fields.find(one => sameName(one.name, field.name))
    if (known === undefined) return true
    if (renderDeltaType(known.type) === renderDeltaType(field.type)) return false
    throw new DiagnosticError({
      code: 'delta/schema-mismatch',
      kind: 'Runtime',
      message: `The column "${field.name}" of the Delta table "${base.table}" is "${renderDeltaType(known.type)}", the new rows have "${renderDeltaType(field.type)}"`,
      hint: 'Cast the column in the model, or rebuild the table with --full-refresh',
    })
  })
  return { kind: 'struct', fields: [...base.schema.fields, ...added] }
}

function schemaChange(
  base: Snapshot,
  schema: StructType,
  partitionColumns: readonly string[],
): Pick<Change, 'metadata' | 'protocol'> {
  const schemaString = JSON.stringify(schemaJson(schema))
  const isSame = schemaString === JSON.stringify(schemaJson(base.schema))
  if (isSame && partitionColumns.join('\n') === base.partitionColumns.join('\n')) return {}
  const protocol = protocolChange(base.protocol, schema)
  return {
    metadata: { ...base.metadata, schemaString, partitionColumns },
    ...(protocol === undefined ? {} : { protocol }),
  }
}
