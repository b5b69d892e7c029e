/** Makes a table what it was at an earlier version, by a new commit: nothing of the history is lost. */
import type { Change } from './change.ts'
import { fileKey } from './replay.ts'
import type { Snapshot } from './snapshot.ts'
import { missingFile, placeOf, type TableFiles } from './table-files.ts'
import { requireRemovable, requireWritable } from './write-protocol.ts'

/** Undefined if the table is that already. @throws `delta/missing-file` if a file of that version was removed by a vacuum */
export async function restoreChange(files: TableFiles, base: Snapshot, earlier: Snapshot): Promise<Change | undefined> {
  requireWritable(base)
  const now = new Set(base.files.map(fileKey))
  const then = new Set(earlier.files.map(fileKey))
  const adds = earlier.files.filter(file => !now.has(fileKey(file)))
  const removes = base.files.filter(file => !then.has(fileKey(file)))
  const isSame = JSON.stringify(base.metadata) === JSON.stringify(earlier.metadata)
  if (adds.length === 0 && removes.length === 0 && isSame) return undefined
  if (removes.length > 0) requireRemovable(base)
  for (const add of adds) {
    const place = placeOf(files, add.path)
    if ((await place.store.head(place.key)) === undefined) throw missingFile(place)
  }
  return {
    base,
    operation: 'RESTORE',
    parameters: { version: earlier.version, timestamp: null },
    ...(isSame ? {} : { metadata: earlier.metadata }),
    reusesFiles: true,
    adds: adds.map(add => ({ ...add, dataChange: true })),
    removes,
    scope: { kind: 'read', matches: () => true },
  }
}
