/** Replaces rows instead of whole files: the rows to keep of the touched files are written anew beside the new ones. */
import { snapshotSql } from './scan.ts'
import type { Snapshot } from './snapshot.ts'
import type { FileFacts } from './statistics.ts'
import type { TableFiles } from './table-files.ts'

export interface RowReplacement {
  /** SQL for the new rows. */
  readonly rows: string
  /** SQL condition over the columns of the table: which old rows go. Rows for which it is not known stay. */
  readonly condition: string
  /** Which files may hold such rows; the same test goes into `replaceChange` with `wasRead`. */
  readonly matches: (file: FileFacts) => boolean
}

/** The query whose rows are to be written for such a replacement. */
export async function replacementSql(
  files: TableFiles,
  snapshot: Snapshot,
  replacement: RowReplacement,
): Promise<string> {
  const touched = await snapshotSql(files, snapshot, { keep: replacement.matches })
  return `SELECT * FROM (${replacement.rows})
UNION ALL BY NAME
SELECT * FROM (${touched}) WHERE (${replacement.condition}) IS NOT TRUE`
}
