/**
 * Removes files that no version within the retention needs: left over from failed writes, or taken out of the table long
 * enough ago. Versions older than that cannot be read afterwards.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { placeOfVector } from './deletion-vector.ts'
import type { Snapshot } from './snapshot.ts'
import { type FilePlace, placeOf, type TableFiles } from './table-files.ts'
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
  const needed = neededPlaces(files, snapshot, oldestMs)
  const keys: string[] = []
  let sizeBytes = 0
  for await (const info of files.store.list('')) {
    if (isHidden(info.key) || needed.has(files.store.locate(info.key)) || info.modifiedMs > oldestMs) continue
    keys.push(info.key)
    sizeBytes += info.sizeBytes
  }
  if (!options.dryRun) for (const key of keys) await files.store.delete(key)
  return { keys, sizeBytes }
}

/** Places and not keys: a log may name a file of the table by its whole path. */
function neededPlaces(files: TableFiles, snapshot: Snapshot, oldestMs: number): ReadonlySet<string> {
  const recent = snapshot.tombstones.filter(file => (file.deletionTimestamp ?? 0) > oldestMs)
  const needed = new Set<string>()
  const add = ({ store, key }: FilePlace): void => void needed.add(store.locate(key))
  for (const file of [...snapshot.files, ...recent]) {
    add(placeOf(files, file.path))
    const vector = file.deletionVector
    if (vector !== undefined && vector.storageType !== 'i') add(placeOfVector(files, vector))
  }
  return needed
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
