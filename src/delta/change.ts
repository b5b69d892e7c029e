/** What a commit is to do to a table, prepared once and independent of the version that it will get. */
import type { AddFile, ChangeFile, Metadata, Protocol } from './action.ts'
import { partitionKeys } from './partition-value.ts'
import type { Snapshot } from './snapshot.ts'
import type { FileFacts } from './statistics.ts'
import { isSameShape, shapeOf, type TableShape } from './table-shape.ts'
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
  /** Files of the change data feed; without any, readers of the feed take added and removed files for the changes. */
  readonly changes?: readonly ChangeFile[]
  readonly scope: ChangeScope
  /** The added files were there before: a commit that does not come about must not take them away. */
  readonly reusesFiles?: boolean
  /** False where the same rows are only stored in another way. */
  readonly changesData?: boolean
  /** Makes a repeated run known; a second commit with the same or an older version is left out by the caller. */
  readonly transaction?: { readonly appId: string; readonly version: number }
  /** What else the log is to say about the commit, such as who made it; shown as `userMetadata`. */
  readonly userMetadata?: string
}

export interface NewTable {
  readonly id: string
  /** What messages call it. */
  readonly name: string
  readonly shape: TableShape
  readonly nowMs: number
}

/** @throws `delta/unsupported-feature` for properties that ask for what we cannot do */
export function createChange({ id, name, shape, nowMs }: NewTable, adds: readonly AddFile[]): Change {
  return {
    base: undefined,
    operation: 'CREATE TABLE AS SELECT',
    parameters: { partitionBy: JSON.stringify(shape.partitionColumns) },
    protocol: protocolFor(shape, name),
    metadata: {
      id,
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify(schemaJson(shape.schema)),
      partitionColumns: shape.partitionColumns,
      configuration: shape.configuration,
      createdTime: nowMs,
    },
    adds,
    removes: [],
    scope: { kind: 'append' },
  }
}

export function appendChange(base: Snapshot, adds: readonly AddFile[], shape: TableShape = shapeOf(base)): Change {
  requireWritable(base)
  return {
    base,
    operation: 'WRITE',
    parameters: { mode: 'Append' },
    ...shapeChange(base, shape),
    adds,
    removes: [],
    scope: { kind: 'append' },
  }
}

/** Replaces every row, and the columns if others are given. */
export function overwriteChange(base: Snapshot, adds: readonly AddFile[], shape: TableShape = shapeOf(base)): Change {
  requireWritable(base)
  requireRemovable(base)
  return {
    base,
    operation: 'WRITE',
    parameters: { mode: 'Overwrite' },
    ...shapeChange(base, shape),
    adds,
    removes: base.files,
    scope: { kind: 'replace', matches: () => true },
  }
}

/**
 * Replaces files, those that `matches` names or some of them, whole: the rows to keep of them must be among the added ones. With `wasRead`
 * the new rows were made from the old ones, so that rows taken away by others count as well.
 * @throws `delta/unsupported-feature` for a table with a change data feed that the change does not feed
 */
export function replaceChange(
  base: Snapshot,
  adds: readonly AddFile[],
  options: {
    readonly matches: (file: FileFacts) => boolean
    readonly parameters: Readonly<Record<string, unknown>>
    readonly operation?: string
    readonly wasRead?: boolean
    /** The table from now on; as it is if not given. */
    readonly shape?: TableShape
    /** Those of the matching files that really go; all of them if not given. */
    readonly removes?: readonly AddFile[]
    /** Which rows really changed, where the table keeps a feed of changes and rows were copied. */
    readonly changes?: readonly ChangeFile[]
  },
): Change {
  requireWritable(base)
  requireRemovable(base)
  // Rows that were copied into new files would look deleted and inserted to readers of the feed.
  if (options.wasRead === true && options.changes === undefined) requireNoChangeFeed(base)
  // Then rows were only copied, and the feed must not take the files for changes.
  const isCopy = options.changes?.length === 0
  return {
    base,
    operation: options.operation ?? 'WRITE',
    parameters: options.parameters,
    ...shapeChange(base, options.shape ?? shapeOf(base)),
    ...(isCopy ? { changesData: false } : {}),
    adds: isCopy ? adds.map(add => ({ ...add, dataChange: false })) : adds,
    removes: options.removes ?? base.files.filter(options.matches),
    scope: { kind: options.wasRead === true ? 'read' : 'replace', matches: options.matches },
    ...(options.changes === undefined ? {} : { changes: options.changes }),
  }
}

/** Replaces the partitions that the new files are in. */
export function replacePartitionsChange(base: Snapshot, adds: readonly AddFile[]): Change {
  const keyOf = partitionKeys(base)
  const touched = new Set(adds.map(keyOf))
  const parameters = { mode: 'Overwrite', partitionBy: JSON.stringify(base.partitionColumns) }
  return replaceChange(base, adds, { matches: file => touched.has(keyOf(file)), parameters })
}

function shapeChange(base: Snapshot, shape: TableShape): Pick<Change, 'metadata' | 'protocol'> {
  if (isSameShape(shape, shapeOf(base))) return {}
  const protocol = protocolChange(base.protocol, shape)
  const schemaString = JSON.stringify(schemaJson(shape.schema))
  const { partitionColumns, configuration } = shape
  return {
    metadata: { ...base.metadata, schemaString, partitionColumns, configuration },
    ...(protocol === undefined ? {} : { protocol }),
  }
}
