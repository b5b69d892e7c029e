/** One version of a Delta table as an immutable record, and how it is loaded. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Action, AddFile, DomainMetadata, Metadata, Protocol, RemoveFile, Transaction } from './action.ts'
import { readCheckpoint } from './checkpoint.ts'
import { type CommitFile, findLogSegment, type LogSegment } from './log-segment.ts'
import { parseActions } from './parse-actions.ts'
import { columnMappingOf, requirePartitionColumns, requireReadable, requireReadableChanges } from './protocol.ts'
import { startReplay, type TableState } from './replay.ts'
import { type ColumnMapping, parseSchema, type StructType } from './schema.ts'
import { missingFile, type TableFiles } from './table-files.ts'

export interface Snapshot {
  /** What messages call the table. */
  readonly table: string
  readonly version: number
  readonly protocol: Protocol
  readonly metadata: Metadata
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly mapping: ColumnMapping
  readonly files: readonly AddFile[]
  readonly tombstones: readonly RemoveFile[]
  readonly transactions: ReadonlyMap<string, Transaction>
  readonly domains: ReadonlyMap<string, DomainMetadata>
  readonly segment: LogSegment
}

/** Where there is no log at all. */
export async function findSnapshot(files: TableFiles, version?: number): Promise<Snapshot | undefined> {
  const segment = await findLogSegment(files.store, version)
  return segment === undefined ? undefined : loadSegment(files, segment)
}

/** The newest version or the given one; `delta/not-a-table`, `delta/version-unavailable` or a refusal otherwise. */
export async function requireSnapshot(files: TableFiles, version?: number): Promise<Snapshot> {
  const snapshot = await findSnapshot(files, version)
  if (snapshot === undefined) throw notATable(files.store.name)
  return snapshot
}

export function notATable(name: string): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/not-a-table',
    kind: 'Runtime',
    message: `"${name}" is not a Delta table: its "_delta_log" holds no commit and no checkpoint`,
  })
}

async function loadSegment(files: TableFiles, segment: LogSegment): Promise<Snapshot> {
  const damaged = new Set<string>()
  for (let current = segment; ; ) {
    try {
      return await replaySegment(files, current)
    } catch (error) {
      const keys = current.checkpoint?.keys ?? []
      if (keys.length === 0 || !(error instanceof DiagnosticError) || !checkpointFaults.has(error.diagnostic.code))
        throw error
      // An older checkpoint, or all commits, say the same as long as they are there.
      for (const key of keys) damaged.add(key)
      const other = await findLogSegment(files.store, segment.version, damaged).catch(() => undefined)
      if (other === undefined) throw error
      current = other
    }
  }
}

const checkpointFaults: ReadonlySet<string> = new Set([
  'delta/bad-checkpoint',
  'delta/bad-action',
  'delta/missing-file',
])

async function replaySegment(files: TableFiles, segment: LogSegment): Promise<Snapshot> {
  const replay = startReplay()
  if (segment.checkpoint !== undefined) replay.apply(await readCheckpoint(files, segment.checkpoint))
  for (const actions of await readCommits(files, segment.commits)) replay.apply(actions)
  return snapshotOf(files.store.name, segment, replay.state())
}

/** Checks the state and makes it a snapshot. */
function snapshotOf(table: string, segment: LogSegment, state: TableState): Snapshot {
  const { protocol, metadata } = state
  if (protocol === undefined) throw incomplete(table, segment.version, 'protocol', 'delta/no-protocol')
  requireReadable(table, protocol)
  if (metadata === undefined) throw incomplete(table, segment.version, 'metadata', 'delta/no-metadata')
  if (metadata.schemaString === undefined) {
    throw incomplete(table, segment.version, 'schema in its metadata', 'delta/no-metadata')
  }
  const schema = parseSchema(metadata.schemaString, table)
  requireReadableChanges(table, schema)
  requirePartitionColumns(table, schema, metadata.partitionColumns)
  return {
    ...state,
    table,
    version: segment.version,
    protocol,
    metadata,
    schema,
    partitionColumns: metadata.partitionColumns,
    mapping: columnMappingOf(table, protocol, metadata),
    segment,
  }
}

const concurrentReads = 16

/** The actions of each commit, in order of the commits. */
async function readCommits(files: TableFiles, commits: readonly CommitFile[]): Promise<readonly Action[][]> {
  const read: Action[][] = []
  for (let start = 0; start < commits.length; start += concurrentReads) {
    const chunk = commits.slice(start, start + concurrentReads)
    read.push(...(await Promise.all(chunk.map(commit => readCommit(files, commit.key)))))
  }
  return read
}

export async function readCommit(files: TableFiles, key: string): Promise<Action[]> {
  const found = await files.store.get(key)
  if (found === undefined) throw missingFile({ store: files.store, key })
  return parseActions(new TextDecoder().decode(found.bytes), key)
}

function incomplete(
  table: string,
  version: number,
  what: string,
  code: 'delta/no-protocol' | 'delta/no-metadata',
): DiagnosticError {
  return new DiagnosticError({
    code,
    kind: 'Runtime',
    message: `The log of the Delta table "${table}" has no ${what} up to version ${version}, so the table cannot be read`,
  })
}
