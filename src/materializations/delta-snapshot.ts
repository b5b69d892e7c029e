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
import type { Snapshot } from '../delta/snapshot.ts'
import type { FileFacts } from '../delta/statistics.ts'
import type { TableShape } from '../delta/table-shape.ts'
import { requireRemovable, requireWritable } from '../delta/write-protocol.ts'
import { writeChanges } from './delta-changes.ts'
import { createTable, type DeltaRows, firstShape, newTable, schemaOf, shapeAfter } from './delta-table.ts'
import { dropTables, temporaryTable } from './row-strategy.ts'
import { applyChanges, type EndColumn, endColumn, firstRows, scdColumn, storedHistory } from './snapshot-rows.ts'

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
  const { work, files, writer } = rows
  if (base !== undefined) {
    requireWritable(base)
    requireRemovable(base)
  }
  const history = await storedHistory(work, existing, base === undefined ? undefined : reader)
  if (history === undefined) return createTable(rows, await firstRows(work))
  const end = await endColumn(work)
  const touched = base === undefined ? () => true : await openFiles(rows, base, end)
  const before = base === undefined ? history : await snapshotSql(files, base, { keep: touched })
  const stored = await temporaryTable(work, 'stored', before)
  const isChanged = await applyChanges(work, stored)
  try {
    if (base === undefined) return await createFrom(rows, stored.render(), end)
    if (!isChanged) return undefined
    const shape = await shapeAfter(rows, base, stored, touched)
    const adds = await writeApart(rows, stored.render(), shape, end)
    const compared = { before, after: `from ${stored.render()}`, key: [await scdColumn(work)] }
    const changes = await writeChanges(writer, base, shape, compared)
    return replaceChange(base, adds, {
      matches: touched,
      parameters: { mode: 'Overwrite', strategy: 'snapshot' },
      operation: 'MERGE',
      wasRead: true,
      shape,
      ...(changes === undefined ? {} : { changes }),
    })
  } finally {
    await dropTables(work, [stored])
  }
}

async function createFrom(rows: DeltaRows, table: string, end: EndColumn): Promise<Change> {
  const shape = firstShape(rows, await schemaOf(rows.work, `from ${table}`))
  const change = createChange(newTable(rows, shape), [])
  return { ...change, adds: await writeApart(rows, table, shape, end) }
}

/** Rows in force and rows that have ended never share a file. */
async function writeApart({ writer }: DeltaRows, table: string, shape: TableShape, end: EndColumn): Promise<AddFile[]> {
  const name = quoteIdentifier(end.name)
  const isOpen = end.open === undefined ? `${name} is null` : `(${name} is null or ${name} = ${end.open})`
  const open = await writeDataFiles(writer, { query: `from ${table} where ${isOpen}`, shape })
  const ended = await writeDataFiles(writer, { query: `from ${table} where (${isOpen}) is not true`, shape })
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
