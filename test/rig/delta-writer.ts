/** A Delta table in a temporary folder that tests write to, step by step. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/base/clock.ts'
import type { AddFile } from '../../src/delta/action.ts'
import { type Change, createChange } from '../../src/delta/change.ts'
import { type CommitOutcome, commitChange } from '../../src/delta/commit.ts'
import { type FileWriter, writeDataFiles } from '../../src/delta/data-files.ts'
import { localTable } from '../../src/delta/local-table.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import type { StructType } from '../../src/delta/schema.ts'
import { requireSnapshot, type Snapshot } from '../../src/delta/snapshot.ts'
import type { TableFiles } from '../../src/delta/table-files.ts'
import { newShape, type TableShape } from '../../src/delta/table-shape.ts'
import { deltaField } from '../../src/delta/type-from-duckdb.ts'
import { localStore } from '../../src/storage/local-store.ts'
import { openTestReader } from './parquet-reader.ts'

export interface DeltaRig {
  readonly files: TableFiles
  readonly writer: FileWriter
  readonly root: string
  readonly clock: Clock & { ms: number }
  schemaOf(query: string): Promise<StructType>
  /** Of a new table. */
  shapeOf(
    query: string,
    partitionColumns?: readonly string[],
    configuration?: Readonly<Record<string, string>>,
  ): Promise<TableShape>
  /** Files for a table of the given shape, or for a new one partitioned by the given columns. */
  write(query: string, shape?: TableShape | readonly string[]): Promise<AddFile[]>
  create(
    query: string,
    partitionColumns?: readonly string[],
    configuration?: Readonly<Record<string, string>>,
  ): Promise<CommitOutcome>
  commit(change: Change): Promise<CommitOutcome>
  snapshot(version?: number): Promise<Snapshot>
  /** Rows of the newest version, sorted by their first column, as JSON texts. */
  rows(version?: number): Promise<string[]>
  close(): void
}

export async function deltaRig(remoteFiles?: (files: TableFiles) => TableFiles): Promise<DeltaRig> {
  const folder = mkdtempSync(join(tmpdir(), 'eider-delta-'))
  const root = join(folder, 'table')
  const reader = await openTestReader()
  const local = localTable(root, reader)
  const files = remoteFiles?.(local) ?? local
  const clock = { ms: 1_700_000_000_000, now: () => clock.ms, elapsedMs: () => 0 }
  let idCount = 0
  const ids = (): string => `00000000-0000-4000-8000-${String(++idCount).padStart(12, '0')}`
  const writer: FileWriter = {
    rows: reader.rows,
    store: files.store,
    scratch: localStore(join(folder, 'scratch')),
    ...(remoteFiles === undefined ? { tableFolder: root } : {}),
    ids,
    now: clock.now,
  }
  const rig: DeltaRig = {
    files,
    writer,
    root,
    clock,
    async schemaOf(query) {
      const columns = await reader.rows(`DESCRIBE ${query}`)
      return {
        kind: 'struct',
        fields: columns.map(row => deltaField(String(row.column_name), String(row.column_type))),
      }
    },
    shapeOf: async (query, partitionColumns = [], configuration = {}) =>
      newShape({ schema: await rig.schemaOf(query), partitionColumns, configuration }, ids),
    write: async (query, shape = []) =>
      writeDataFiles(writer, { query, shape: 'schema' in shape ? shape : await rig.shapeOf(query, shape) }),
    async create(query, partitionColumns = [], configuration = {}) {
      const shape = await rig.shapeOf(query, partitionColumns, configuration)
      const table = { id: ids(), name: 'table', shape, nowMs: clock.now() }
      return rig.commit(createChange(table, await rig.write(query, shape)))
    },
    commit: change => commitChange(files, change, { clock, ids, engine: 'test' }),
    snapshot: version => requireSnapshot(files, version),
    async rows(version) {
      const sql = await snapshotSql(files, await rig.snapshot(version))
      const rows = await reader.rows(`SELECT to_json(whole)::VARCHAR AS line FROM (${sql}) AS whole ORDER BY 1`)
      return rows.map(row => String(row.line))
    },
    close: () => {
      reader.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return rig
}
