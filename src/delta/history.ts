/** What the log tells of the commits of a table. */
import type { CommitInfo } from './action.ts'
import { listLog } from './log-segment.ts'
import { notATable, readCommit } from './snapshot.ts'
import type { TableFiles } from './table-files.ts'

export interface HistoryEntry {
  readonly version: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timestampMs: number
  readonly operation: string
  readonly engine: string | undefined
  readonly userMetadata: string | undefined
  readonly addedFiles: number
  readonly removedFiles: number
}

/** The newest commits first, at most `limit`. */
export async function history(files: TableFiles, limit: number): Promise<HistoryEntry[]> {
  const { commits } = await listLog(files.store)
  if (commits.size === 0) throw notATable(files.store.name)
  const newest = [...commits.values()].sort((left, right) => right.version - left.version).slice(0, limit)
  return Promise.all(
    newest.map(async ({ version, key, modifiedMs }) => {
      const actions = await readCommit(files, key)
      const info = actions.find((action): action is CommitInfo => action.kind === 'commitInfo')
      return {
        version,
        timestampMs: info?.inCommitTimestamp ?? info?.timestamp ?? modifiedMs,
        operation: info?.operation ?? 'unknown',
        engine: info?.engineInfo,
        userMetadata: info?.userMetadata,
        addedFiles: actions.filter(action => action.kind === 'add').length,
        removedFiles: actions.filter(action => action.kind === 'remove').length,
      }
    }),
  )
}
