/**
 * Snapshots kept as Delta tables. Only files that may hold rows in force are read and written anew; rows that have ended go to
 * files of their own, which no later run touches.
 */
import { quoteIdentifier } from '../base/sql-text.ts'
import type { RelationInfo } from '../base/sql-value.ts'
import type { AddFile } from '../delta/action.ts'
import { type Change, createChange, replaceChange } from '../delta/change.ts'
import { writeDataFiles } from '../delta/data-files.ts'
import { mayHoldRows } from '../delta/data-skipping.ts'
import { snapshotSql } from '../delta/scan.ts'
import type { StructType } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { FileFacts } from '../delta/statistics.ts'
import { createTable, type DeltaRows, realNames, schemaAfter, schemaOf } from './delta-rows.ts'
import { dropTables, temporaryTable } from './row-strategy.ts'
import { applyChanges, type EndColumn, endColumn, firstRows, storedHistory } from './snapshot-rows.ts'

export interface SnapshotPlace {
  /** What the database has under the name of the snapshot. */
  readonly existing: RelationInfo | undefined
  /** Reads the Delta table, as it stands after FROM. */
  readonly reader: string
}

/** Undefined if there is nothing to change. Data files are written; nobody sees them before the commit. */
export async function prepareSnapshotChange(
  rows: DeltaRows,
  base: Snapshot | undefined,
  { existing, reader }: SnapshotPlace,
): Promise<Change | undefined> {
  const { work, files } = rows
  const history = await storedHistory(work, existing, base === undefined ? undefined : reader)
  if (history === undefined) return createTable(rows, await firstRows(work))
  const end = await endColumn(work)
  const touched = base === undefined ? () => true : await openFiles(rows, base, end)
  const query = base === undefined ? history : await snapshotSql(files, base, { keep: touched })
  const stored = await temporaryTable(work, 'stored', query)
  const isChanged = await applyChanges(work, stored)
  try {
    if (base === undefined) return await createFrom(rows, stored.render(), end)
    if (!isChanged) return undefined
    const schema = await schemaAfter(rows, base, stored, touched)
    const { partitionColumns } = base
    const adds = await writeApart(rows, stored.render(), { schema, partitionColumns }, end)
    const parameters = { mode: 'Overwrite', strategy: 'snapshot' }
    return replaceChange(base, adds, { matches: touched, parameters, operation: 'MERGE', wasRead: true, schema })
  } finally {
    await dropTables(work, [stored])
  }
}

async function createFrom(rows: DeltaRows, table: string, end: EndColumn): Promise<Change> {
  const { work, options, writer } = rows
  const schema = await schemaOf(work, `from ${table}`)
  const partitionColumns = realNames(options.partitionBy, schema)
  const adds = await writeApart(rows, table, { schema, partitionColumns }, end)
  return createChange(
    { id: writer.ids(), schema, partitionColumns, configuration: options.properties, nowMs: writer.now() },
    adds,
  )
}

/** Rows in force and rows that have ended never share a file. */
async function writeApart(
  { writer }: DeltaRows,
  table: string,
  shape: { readonly schema: StructType; readonly partitionColumns: readonly string[] },
  end: EndColumn,
): Promise<AddFile[]> {
  const name = quoteIdentifier(end.name)
  const isOpen = end.open === undefined ? `${name} is null` : `(${name} is null or ${name} = ${end.open})`
  const open = await writeDataFiles(writer, { query: `from ${table} where ${isOpen}`, ...shape })
  const ended = await writeDataFiles(writer, { query: `from ${table} where (${isOpen}) is not true`, ...shape })
  return [...open, ...ended]
}

async function openFiles(
  { work }: DeltaRows,
  base: Snapshot,
  { name, open }: EndColumn,
): Promise<(file: FileFacts) => boolean> {
  const isNull = mayHoldRows(base, [{ column: name, kind: 'is null' }])
  if (open === undefined) return isNull
  const field = base.schema.fields.find(one => one.name.toLowerCase() === name.toLowerCase())
  const { rows } = await work.send(`select (${open})::varchar`, { begin: false })
  const value = rows[0]?.[0]
  if (field === undefined || typeof value !== 'string') return () => true
  const isOpenEnd = mayHoldRows(base, [{ column: name, kind: '=', value }])
  return file => isNull(file) || isOpenEnd(file)
}
