/** Names of files in `_delta_log`, parsed once into what they stand for (PROTOCOL.md "Delta Log Entries", "Checkpoints"). */

export const logFolder = '_delta_log/'
export const sidecarFolder = '_delta_log/_sidecars/'
export const lastCheckpointKey = '_delta_log/_last_checkpoint'

export type LogPath =
  | { readonly kind: 'commit'; readonly version: number }
  | { readonly kind: 'checkpoint'; readonly version: number; readonly form: CheckpointForm }
  | { readonly kind: 'compaction'; readonly version: number; readonly to: number }
  | { readonly kind: 'checksum'; readonly version: number }

type CheckpointForm =
  | { readonly kind: 'single' }
  | { readonly kind: 'part'; readonly part: number; readonly of: number }
  | { readonly kind: 'unique'; readonly format: 'json' | 'parquet' }

const patterns = {
  commit: /^(\d{20})\.json$/,
  single: /^(\d{20})\.checkpoint\.parquet$/,
  part: /^(\d{20})\.checkpoint\.(\d{10})\.(\d{10})\.parquet$/,
  unique: /^(\d{20})\.checkpoint\.[0-9a-fA-F-]{36}\.(json|parquet)$/,
  compaction: /^(\d{20})\.(\d{20})\.compacted\.json$/,
  checksum: /^(\d{20})\.crc$/,
}

/** Takes the name below `_delta_log/`; any other name (temporary files, folders of other programs) is undefined. */
export function parseLogPath(name: string): LogPath | undefined {
  const commit = patterns.commit.exec(name)
  if (commit) return { kind: 'commit', version: Number(commit[1]) }
  const single = patterns.single.exec(name)
  if (single) return { kind: 'checkpoint', version: Number(single[1]), form: { kind: 'single' } }
  const part = patterns.part.exec(name)
  if (part) {
    const form: CheckpointForm = { kind: 'part', part: Number(part[2]), of: Number(part[3]) }
    return { kind: 'checkpoint', version: Number(part[1]), form }
  }
  const unique = patterns.unique.exec(name)
  if (unique) {
    const form: CheckpointForm = { kind: 'unique', format: unique[2] === 'json' ? 'json' : 'parquet' }
    return { kind: 'checkpoint', version: Number(unique[1]), form }
  }
  const compaction = patterns.compaction.exec(name)
  if (compaction) return { kind: 'compaction', version: Number(compaction[1]), to: Number(compaction[2]) }
  const checksum = patterns.checksum.exec(name)
  return checksum ? { kind: 'checksum', version: Number(checksum[1]) } : undefined
}

export function paddedVersion(version: number): string {
  return String(version).padStart(20, '0')
}

export function commitKey(version: number): string {
  return `${logFolder}${paddedVersion(version)}.json`
}

export function checkpointKey(version: number): string {
  return `${logFolder}${paddedVersion(version)}.checkpoint.parquet`
}
