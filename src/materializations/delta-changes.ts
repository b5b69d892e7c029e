/** What a strategy has really changed, for tables that keep a feed of changes: rows before and after are compared. */
import { quoteIdentifier } from '../base/sql-text.ts'
import type { ChangeFile } from '../delta/action.ts'
import { changeTypeColumn, type FileWriter, writeChangeFiles } from '../delta/data-files.ts'
import { duckdbType, type StructType } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { TableShape } from '../delta/table-shape.ts'
import { flagOf } from '../delta/write-protocol.ts'

export interface ComparedRows {
  /** SQL for the rows that were read. */
  readonly before: string
  /** SQL for those that are written in their place. */
  readonly after: string
  /** Columns that make a deleted and an inserted row one that was updated. */
  readonly key: readonly string[]
}

/** Undefined for a table without such a feed. */
export async function writeChanges(
  writer: FileWriter,
  base: Snapshot,
  shape: TableShape,
  rows: ComparedRows,
): Promise<readonly ChangeFile[] | undefined> {
  if (!flagOf(base.metadata, 'delta.enableChangeDataFeed')) return undefined
  return writeChangeFiles(writer, { query: changesSql(base.schema, shape.schema, rows), shape })
}

/** Columns that came with the change are NULL before it; columns that went are in no row of the feed. */
function changesSql(old: StructType, now: StructType, { before, after, key }: ComparedRows): string {
  const known = new Set(old.fields.map(field => field.name.toLowerCase()))
  const list = (isBefore: boolean): string =>
    now.fields
      .map(field => {
        const name = quoteIdentifier(field.name)
        const isMissing = isBefore && !known.has(field.name.toLowerCase())
        return `CAST(${isMissing ? 'NULL' : name} AS ${duckdbType(field.type)}) AS ${name}`
      })
      .join(', ')
  const type = (own: string, other: string, single: string, paired: string): string =>
    key.length === 0 ? `'${single}'` : `CASE WHEN ${sameKey(own, other, key)} THEN '${paired}' ELSE '${single}' END`
  const column = quoteIdentifier(changeTypeColumn)
  return `WITH before AS (SELECT ${list(true)} FROM (${before})), after AS (SELECT ${list(false)} FROM (${after})),
gone AS MATERIALIZED (FROM before EXCEPT ALL FROM after), came AS MATERIALIZED (FROM after EXCEPT ALL FROM before)
SELECT *, ${type('gone', 'came', 'delete', 'update_preimage')} AS ${column} FROM gone
UNION ALL
SELECT *, ${type('came', 'gone', 'insert', 'update_postimage')} FROM came`
}

function sameKey(own: string, other: string, key: readonly string[]): string {
  const parts = key.map(quoteIdentifier).map(name => `${own}.${name} = ${other}.${name}`)
  return `EXISTS (SELECT 1 FROM ${other} WHERE ${parts.join(' AND ')})`
}
