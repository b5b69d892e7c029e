/** Puts small files of a partition together, and drops deleted rows for good. The rows of the table stay the same. */
import type { AddFile } from './action.ts'
import type { Change } from './change.ts'
import { type FileWriter, writeDataFiles } from './data-files.ts'
import { partitionKeys } from './partition-value.ts'
import { snapshotSql } from './scan.ts'
import type { Snapshot } from './snapshot.ts'
import type { TableFiles } from './table-files.ts'
import { shapeOf } from './table-shape.ts'
import { requireWritable } from './write-protocol.ts'

/** Files from three quarters of it on are left alone. */
const targetBytes = 256 * 1024 * 1024

/** Undefined if there is nothing to gain. */
export async function optimizeChange(
  files: TableFiles,
  writer: FileWriter,
  base: Snapshot,
): Promise<Change | undefined> {
  requireWritable(base)
  const removes = compactable(base)
  if (removes.length === 0) return undefined
  const wanted = new Set(removes)
  const query = await snapshotSql(files, base, { keep: file => wanted.has(file) })
  const adds = await writeDataFiles(writer, { query, shape: shapeOf(base) })
  return {
    base,
    operation: 'OPTIMIZE',
    parameters: { predicate: '[]', targetSize: String(targetBytes) },
    adds: adds.map(add => ({ ...add, dataChange: false })),
    removes,
    scope: { kind: 'append' },
    changesData: false,
  }
}

/** Two or more small files of one partition, or any file with deleted rows. */
function compactable(base: Snapshot): AddFile[] {
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
