/** Puts small files of a partition together or lays all of them out anew, and drops deleted rows for good. The rows of the table stay the same. */
import type { AddFile } from './action.ts'
import type { Change } from './change.ts'
import { type FileWriter, targetFileBytes, writeDataFiles } from './data-files.ts'
import { partitionKeys } from './partition-value.ts'
import { snapshotSql } from './scan.ts'
import type { Snapshot } from './snapshot.ts'
import { recordCount } from './statistics.ts'
import type { TableFiles } from './table-files.ts'
import { shapeOf } from './table-shape.ts'
import { requireWritable } from './write-protocol.ts'
import { writeOrdered } from './z-order.ts'

export interface OptimizeOptions {
  /** Size that files are to have; the table's own wish or 256 MB if not given. Files from three quarters of it on are left alone. */
  readonly targetBytes?: number
  /** Columns by which all files are laid out anew. */
  readonly zOrderBy?: readonly string[]
}

/** Undefined if there is nothing to gain. */
export async function optimizeChange(
  files: TableFiles,
  writer: FileWriter,
  base: Snapshot,
  options: OptimizeOptions = {},
): Promise<Change | undefined> {
  requireWritable(base)
  const targetBytes = options.targetBytes ?? targetFileBytes(base.metadata.configuration)
  const columns = options.zOrderBy ?? []
  const removes = columns.length > 0 ? base.files : compactable(base, targetBytes)
  if (removes.length === 0) return undefined
  const wanted = new Set(removes)
  const shape = shapeOf(base)
  const query = await snapshotSql(files, base, { keep: file => wanted.has(file) })
  const adds =
    columns.length > 0
      ? await writeOrdered(writer, { query, shape, columns, rowCount: rowsAFile(removes, targetBytes) })
      : await writeDataFiles(writer, { query, shape, fileBytes: targetBytes })
  return {
    base,
    operation: 'OPTIMIZE',
    parameters: { predicate: '[]', zOrderBy: JSON.stringify(columns), targetSize: String(targetBytes) },
    adds: adds.map(add => ({ ...add, dataChange: false })),
    removes,
    scope: { kind: 'append' },
    changesData: false,
  }
}

/** By the rows that the same number of bytes holds now. */
function rowsAFile(files: readonly AddFile[], targetBytes: number): number {
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  const rows = files.reduce((sum, file) => sum + (recordCount(file) ?? Number.NaN), 0)
  // Without statistics, rows of a few hundred bytes are a guess that does no harm.
  return Number.isNaN(rows) || bytes === 0 ? targetBytes / 256 : (rows * targetBytes) / bytes
}

/** Two or more small files of one partition, or any file with deleted rows. */
function compactable(base: Snapshot, targetBytes: number): AddFile[] {
  const keyOf = partitionKeys(base)
  const groups = new Map<string, AddFile[]>()
  for (const file of base.files) {
    if (file.size >= targetBytes * 0.75 && file.deletionVector === undefined) continue
    const key = keyOf(file)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [file])
    else group.push(file)
  }
  return [...groups.values()].filter(group => group.length > 1 || group[0]?.deletionVector !== undefined).flat()
}
