/**
 * Removes files that no version within the retention needs: left over from failed writes, or taken out of the table long
 * enough ago. Versions older than that cannot be read afterwards.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { DeletionVectorDescriptor } from './action.ts'
import { placeOfVector } from './deletion-vector.ts'
import type { Snapshot } from './snapshot.ts'
import { decodePath, type TableFiles } from './table-files.ts'
import { retentionMs } from './write-checkpoint.ts'
import { requireWritable } from './write-protocol.ts'

export interface VacuumOptions {
  readonly nowMs: number
  /** Keep what was needed since so long; the table's own retention if not given. */
  readonly retainMs?: number
  /** Allow to keep less than the table's own retention: readers and writers at work may lose their files. */
  readonly force?: boolean
  /** Only say what would go. */
  readonly dryRun: boolean
}

export interface Vacuumed {
  readonly keys: readonly string[]
  readonly sizeBytes: number
}

/** @throws `delta/retention` for less than the table's own retention without `force` */
export async function vacuum(files: TableFiles, snapshot: Snapshot, options: VacuumOptions): Promise<Vacuumed> {
  requireWritable(snapshot)
  const usualMs = retentionMs(snapshot)
  const retainMs = options.retainMs ?? usualMs
  if (retainMs < usualMs && options.force !== true) throw tooShort(snapshot, retainMs, usualMs)
  const oldestMs = options.nowMs - retainMs
  const needed = neededKeys(files, snapshot, oldestMs)
  const keys: string[] = []
  let sizeBytes = 0
  for await (const info of files.store.list('')) {
    if (isHidden(info.key) || needed.has(info.key) || info.modifiedMs > oldestMs) continue
    keys.push(info.key)
    sizeBytes += info.sizeBytes
  }
  if (!options.dryRun) for (const key of keys) await files.store.delete(key)
  return { keys, sizeBytes }
}

function neededKeys(files: TableFiles, snapshot: Snapshot, oldestMs: number): ReadonlySet<string> {
  const recent = snapshot.tombstones.filter(file => (file.deletionTimestamp ?? 0) > oldestMs)
  const needed = new Set<string>()
  for (const file of [...snapshot.files, ...recent]) {
    needed.add(decodePath(file.path))
    const vector = file.deletionVector && vectorKey(files, file.deletionVector)
    if (vector !== undefined) needed.add(vector)
  }
  return needed
}

function vectorKey(files: TableFiles, vector: DeletionVectorDescriptor): string | undefined {
  return vector.storageType === 'u' ? placeOfVector(files, vector).key : undefined
}

/** Names that begin with `_` or `.` belong to others, but for change files and folders of partitions. */
function isHidden(key: string): boolean {
  const parts = key.split('/')
  if (parts[0] === '_change_data') return false
  return parts.some((part, at) => /^[_.]/.test(part) && !(at < parts.length - 1 && part.includes('=')))
}

function tooShort(snapshot: Snapshot, retainMs: number, usualMs: number): DiagnosticError {
  const hours = (ms: number): string => `${ms / 3_600_000} hours`
  return new DiagnosticError({
    code: 'delta/retention',
    kind: 'Runtime',
    message: `The Delta table "${snapshot.table}" keeps files for ${hours(usualMs)}, and ${hours(retainMs)} are asked for`,
    hint: 'Readers and writers that are at work could lose their files; --force does it all the same',
  })
}
