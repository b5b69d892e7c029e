/** Which version of a table was the newest at a moment (PROTOCOL.md "In-Commit Timestamps"). */
import { DiagnosticError } from '../base/diagnostic.ts'
import { type CommitFile, listLog } from './log-segment.ts'
import { notATable, readCommit, requireSnapshot, type Snapshot } from './snapshot.ts'
import type { TableFiles } from './table-files.ts'

export interface VersionTime {
  readonly version: number
  /** Milliseconds since 1970-01-01 UTC; later for every later version. */
  readonly timestampMs: number
}

/** The newest version that is not younger than the moment; `delta/version-unavailable` if all are younger. */
export async function versionAt(files: TableFiles, timestampMs: number): Promise<number> {
  const times = await versionTimes(files)
  const first = times[0]
  if (first === undefined) throw notATable(files.store.name)
  const found = times.findLast(time => time.timestampMs <= timestampMs)
  if (found !== undefined) return found.version
  throw new DiagnosticError({
    code: 'delta/version-unavailable',
    kind: 'Runtime',
    message: `The Delta table "${files.store.name}" has no version as of ${isoOf(timestampMs)}: the oldest one there is, ${first.version}, is of ${isoOf(first.timestampMs)}`,
  })
}

/** The time of each commit whose version can still be read, in order. */
export async function versionTimes(files: TableFiles): Promise<VersionTime[]> {
  const listing = await listLog(files.store)
  const oldest = listing.commits.has(0) ? 0 : (listing.checkpoints[0]?.version ?? Number.POSITIVE_INFINITY)
  const commits = [...listing.commits.values()]
    .filter(commit => commit.version >= oldest)
    .sort((left, right) => left.version - right.version)
  const newest = commits.at(-1)
  if (newest === undefined) return []
  const enabledAt = inCommitStart(await requireSnapshot(files))
  const written = commits.filter(commit => commit.version >= enabledAt)
  const inside = await Promise.all(written.map(commit => inCommitTime(files, commit)))
  const before = fileTimes(commits.filter(commit => commit.version < enabledAt))
  return [...bounded(before, inside[0]?.timestampMs), ...inside]
}

/** First version whose commit holds its own time; infinite if none does. */
function inCommitStart(snapshot: Snapshot): number {
  const { configuration } = snapshot.metadata
  if (configuration['delta.enableInCommitTimestamps'] !== 'true') return Number.POSITIVE_INFINITY
  return Number(configuration['delta.inCommitTimestampEnablementVersion'] ?? 0)
}

async function inCommitTime(files: TableFiles, commit: CommitFile): Promise<VersionTime> {
  const actions = await readCommit(files, commit.key)
  const info = actions.find(action => action.kind === 'commitInfo')
  return { version: commit.version, timestampMs: info?.inCommitTimestamp ?? commit.modifiedMs }
}

/** File times need not rise from commit to commit, so each is at least a millisecond after the one before. */
function fileTimes(commits: readonly CommitFile[]): VersionTime[] {
  const times: VersionTime[] = []
  for (const commit of commits) {
    const earliest = (times.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY) + 1
    times.push({ version: commit.version, timestampMs: Math.max(Math.floor(commit.modifiedMs), earliest) })
  }
  return times
}

/** A copied log has file times after its in-commit times; commits before the first of those were earlier all the same. */
function bounded(times: readonly VersionTime[], endMs: number | undefined): VersionTime[] {
  let end = endMs ?? Number.POSITIVE_INFINITY
  return times
    .toReversed()
    .map(time => {
      end = Math.min(time.timestampMs, end - 1)
      return { version: time.version, timestampMs: end }
    })
    .reverse()
}

function isoOf(timestampMs: number): string {
  return Number.isFinite(timestampMs) ? new Date(timestampMs).toISOString() : String(timestampMs)
}
