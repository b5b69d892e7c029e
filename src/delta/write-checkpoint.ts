/**
 * Writes the state of a version as a classic checkpoint, so that readers need not replay the whole log. Best effort: a
 * table without one is read all the same, so the caller turns a failure into a warning.
 */
import type { AddFile, RemoveFile } from './action.ts'
import type { FileWriter } from './data-files.ts'
import { checkpointKey, lastCheckpointKey } from './log-path.ts'
import { hintedVersion } from './log-segment.ts'
import type { Snapshot } from './snapshot.ts'
import { quoteText } from './sql-words.ts'

const defaultInterval = 10
const defaultRetentionMs = 7 * 24 * 3600 * 1000

/** Whether the table's interval (`delta.checkpointInterval`) asks for a checkpoint at this version. */
export function isCheckpointDue(snapshot: Snapshot): boolean {
  const interval = Number(snapshot.metadata.configuration['delta.checkpointInterval'] ?? defaultInterval)
  return snapshot.version > 0 && interval > 0 && snapshot.version % interval === 0
}

export async function writeCheckpoint(writer: FileWriter, snapshot: Snapshot): Promise<void> {
  const folder = `checkpoint-${writer.ids()}`
  const source = `${folder}/actions.json`
  const target = `${folder}/checkpoint.parquet`
  const lines = checkpointLines(snapshot, writer.now())
  try {
    await writer.scratch.put(source, Buffer.from(lines.join('\n')))
    const columns = Object.entries(checkpointTypes).map(([name, type]) => `${quoteText(name)}: ${quoteText(type)}`)
    const read = `read_json(${quoteText(writer.scratch.locate(source))}, format = 'newline_delimited', maximum_object_size = 268435456, columns = {${columns.join(', ')}})`
    await writer.rows(
      `COPY (FROM ${read}) TO ${quoteText(writer.scratch.locate(target))} (FORMAT parquet, COMPRESSION snappy)`,
    )
    const written = await writer.scratch.get(target)
    if (written === undefined) return
    await writer.store.put(checkpointKey(snapshot.version), written.bytes)
    const newest = await hintedVersion(writer.store)
    if (newest !== undefined && newest >= snapshot.version) return
    const hint = {
      version: snapshot.version,
      size: lines.length,
      sizeInBytes: written.sizeBytes,
      numOfAddFiles: snapshot.files.length,
    }
    await writer.store.put(lastCheckpointKey, Buffer.from(JSON.stringify(hint)))
  } finally {
    await writer.scratch.delete(source)
    await writer.scratch.delete(target)
  }
}

/** One JSON action a line; removed files stay until their time has run out. */
function checkpointLines(snapshot: Snapshot, nowMs: number): string[] {
  const oldestMs = nowMs - retentionMs(snapshot)
  const tombstones = snapshot.tombstones.filter(file => (file.deletionTimestamp ?? 0) > oldestMs)
  const actions: object[] = [
    { protocol: snapshot.protocol },
    { metaData: snapshot.metadata },
    ...[...snapshot.transactions.values()].map(({ kind: _, ...txn }) => ({ txn })),
    ...[...snapshot.domains.values()].map(({ kind: _, ...domainMetadata }) => ({ domainMetadata })),
    ...tombstones.map(file => ({ remove: tombstoneOf(file) })),
    ...snapshot.files.map(file => ({ add: entryOf(file) })),
  ]
  return actions.map(action => JSON.stringify(action))
}

function entryOf({ kind: _, ...add }: AddFile): object {
  return { ...add, dataChange: false }
}

function tombstoneOf({ kind: _, ...remove }: RemoveFile): object {
  return { ...remove, dataChange: false }
}

/** `delta.deletedFileRetentionDuration`, such as `interval 7 days`. */
export function retentionMs(snapshot: Snapshot): number {
  const text = snapshot.metadata.configuration['delta.deletedFileRetentionDuration'] ?? ''
  const match = /^(?:interval\s+)?(\d+)\s+(second|minute|hour|day|week)s?$/i.exec(text.trim())
  if (match === null) return defaultRetentionMs
  const units: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800 }
  return Number(match[1]) * (units[match[2]?.toLowerCase() ?? ''] ?? 0) * 1000
}

const texts = 'MAP(VARCHAR, VARCHAR)'
const vector =
  'STRUCT("storageType" VARCHAR, "pathOrInlineDv" VARCHAR, "offset" INTEGER, "sizeInBytes" INTEGER, "cardinality" BIGINT)'
const rowIds = '"baseRowId" BIGINT, "defaultRowCommitVersion" BIGINT'

/** PROTOCOL.md "Checkpoint Schema". */
const checkpointTypes = {
  txn: 'STRUCT("appId" VARCHAR, "version" BIGINT, "lastUpdated" BIGINT)',
  add: `STRUCT("path" VARCHAR, "partitionValues" ${texts}, "size" BIGINT, "modificationTime" BIGINT, "dataChange" BOOLEAN, "stats" VARCHAR, "tags" ${texts}, "deletionVector" ${vector}, ${rowIds}, "clusteringProvider" VARCHAR)`,
  remove: `STRUCT("path" VARCHAR, "deletionTimestamp" BIGINT, "dataChange" BOOLEAN, "extendedFileMetadata" BOOLEAN, "partitionValues" ${texts}, "size" BIGINT, "deletionVector" ${vector}, ${rowIds})`,
  metaData: `STRUCT("id" VARCHAR, "name" VARCHAR, "description" VARCHAR, "format" STRUCT("provider" VARCHAR, "options" ${texts}), "schemaString" VARCHAR, "partitionColumns" VARCHAR[], "configuration" ${texts}, "createdTime" BIGINT)`,
  protocol:
    'STRUCT("minReaderVersion" INTEGER, "minWriterVersion" INTEGER, "readerFeatures" VARCHAR[], "writerFeatures" VARCHAR[])',
  domainMetadata: 'STRUCT("domain" VARCHAR, "configuration" VARCHAR, "removed" BOOLEAN)',
} as const
