/**
 * Which files of `_delta_log` make up one version of a table.
 *
 * 1. The commits are contiguous, in order, and end at `version`.
 * 2. With a checkpoint they start right after it, without one at version 0.
 * 3. The checkpoint is complete: every part of it is there.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { ObjectInfo, ObjectStore } from '../storage/object-store.ts'
import { lastCheckpointKey, logFolder, paddedVersion, parseLogPath } from './log-path.ts'

export interface CommitFile {
  readonly version: number
  readonly key: string
  readonly modifiedMs: number
}

export interface CheckpointFiles {
  readonly version: number
  readonly format: 'json' | 'parquet'
  readonly keys: readonly string[]
}

export interface LogSegment {
  readonly version: number
  readonly checkpoint?: CheckpointFiles
  readonly commits: readonly CommitFile[]
}

/** Everything in a log that a segment can be made of. */
export interface LogListing {
  readonly commits: ReadonlyMap<number, CommitFile>
  /** Complete ones only, in order of version. */
  readonly checkpoints: readonly CheckpointFiles[]
}

/**
 * The segment of the newest version, or of the given one. A table that is not there is undefined.
 * @param damaged keys of checkpoint files to do without
 */
export async function findLogSegment(
  store: ObjectStore,
  version?: number,
  damaged: ReadonlySet<string> = new Set(),
): Promise<LogSegment | undefined> {
  const listed = (from?: number): Promise<LogListing> => listLog(store, from, damaged)
  const hint = await hintedVersion(store)
  if (hint !== undefined && (version === undefined || version >= hint)) {
    const listing = await listed(hint)
    if (listing.checkpoints.some(one => one.version <= (version ?? one.version)))
      return segmentOf(store.name, listing, version)
  }
  const listing = await listed()
  if (listing.commits.size === 0 && listing.checkpoints.length === 0) return undefined
  try {
    return segmentOf(store.name, listing, version)
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error.diagnostic.code !== 'delta/log-gap') throw error
    // A listing that runs while commits arrive may hold a later one and not the one before it.
    return segmentOf(store.name, await listed(), version)
  }
}

/** Lists the log from a version on, without the keys that are left out. */
export async function listLog(
  store: ObjectStore,
  from = 0,
  leftOut: ReadonlySet<string> = new Set(),
): Promise<LogListing> {
  const commits = new Map<number, CommitFile>()
  const checkpoints: { version: number; of: number; format: 'json' | 'parquet'; key: string }[] = []
  // The bare number sorts before every name that starts with it.
  for await (const info of store.list(logFolder, logFolder + paddedVersion(from))) {
    const name = info.key.slice(logFolder.length)
    if (name > ':') break
    const path = parseLogPath(name)
    if (path?.kind === 'commit') commits.set(path.version, commitFile(path.version, info))
    if (path?.kind !== 'checkpoint' || leftOut.has(info.key)) continue
    const of = path.form.kind === 'part' ? path.form.of : 1
    const format = path.form.kind === 'unique' ? path.form.format : 'parquet'
    checkpoints.push({ version: path.version, of, format, key: info.key })
  }
  return { commits, checkpoints: completeCheckpoints(checkpoints) }
}

/** Assembles a version from what a listing holds; says what is missing if it cannot. */
function segmentOf(table: string, listing: LogListing, wanted?: number): LogSegment {
  const newest = Math.max(-1, ...listing.commits.keys(), ...listing.checkpoints.map(one => one.version))
  const version = wanted ?? newest
  if (version > newest || version < 0 || !Number.isInteger(version)) {
    throw unavailable(table, version, `the newest version is ${newest}`)
  }
  const checkpoint = listing.checkpoints.filter(one => one.version <= version).at(-1)
  const first = checkpoint === undefined ? 0 : checkpoint.version + 1
  const commits: CommitFile[] = []
  for (let at = first; at <= version; at++) {
    const commit = listing.commits.get(at)
    if (commit === undefined) throw gap(table, listing, at, version)
    commits.push(commit)
  }
  return checkpoint === undefined ? { version, commits } : { version, checkpoint, commits }
}

function gap(table: string, listing: LogListing, missing: number, version: number): DiagnosticError {
  const oldest = listing.commits.has(0) ? 0 : listing.checkpoints[0]?.version
  if (oldest !== undefined && version < oldest) {
    return unavailable(table, version, `the log was cleaned up and the oldest version still there is ${oldest}`)
  }
  return new DiagnosticError({
    code: 'delta/log-gap',
    kind: 'Runtime',
    message: `The log of the Delta table "${table}" has a gap: the commit of version ${missing} is missing, version ${version} cannot be put together`,
    hint: `Restore "${logFolder}${paddedVersion(missing)}.json" or read a version before it`,
  })
}

function unavailable(table: string, version: number, reason: string): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/version-unavailable',
    kind: 'Runtime',
    message: `Version ${version} of the Delta table "${table}" is not available: ${reason}`,
  })
}

function commitFile(version: number, info: ObjectInfo): CommitFile {
  return { version, key: info.key, modifiedMs: info.modifiedMs }
}

/** Of several checkpoints of one version any will do, since all hold the same state; a single file is taken first. */
function completeCheckpoints(
  files: readonly { version: number; of: number; format: 'json' | 'parquet'; key: string }[],
): CheckpointFiles[] {
  const found = new Map<number, CheckpointFiles>()
  const sets = new Map<string, string[]>()
  for (const file of files) {
    if (file.of === 1) {
      found.set(file.version, { version: file.version, format: file.format, keys: [file.key] })
      continue
    }
    const id = `${file.version}/${file.of}`
    const keys = [...(sets.get(id) ?? []), file.key]
    sets.set(id, keys)
    if (keys.length === file.of && !found.has(file.version)) {
      found.set(file.version, { version: file.version, format: 'parquet', keys })
    }
  }
  return [...found.values()].sort((left, right) => left.version - right.version)
}

/** The hint may be missing, stale or damaged; it only saves listing the log from its start. */
export async function hintedVersion(store: ObjectStore): Promise<number | undefined> {
  const found = await store.get(lastCheckpointKey)
  if (found === undefined) return undefined
  const version = /"version"\s*:\s*(\d+)/.exec(new TextDecoder().decode(found.bytes))?.[1]
  return version === undefined ? undefined : Number(version)
}
