/**
 * Puts a prepared change into the log: one put-if-absent of the next version, tried again on top of every winner that it
 * goes with. The outcome is a value; only bugs and lost storage throw.
 */
import type { Clock, IdSource } from '../base/clock.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Action, AddFile } from './action.ts'
import type { Change } from './change.ts'
import { conflictWith, operationOf } from './conflict.ts'
import { commitKey } from './log-path.ts'
import { readCommit } from './snapshot.ts'
import type { TableFiles } from './table-files.ts'
import { flagOf } from './write-protocol.ts'

export type CommitOutcome =
  | { readonly kind: 'committed'; readonly version: number }
  /** Another commit made the change wrong: what was read has to be read again. */
  | {
      readonly kind: 'conflict'
      readonly version: number
      readonly reason: string
      readonly operation: string | undefined
    }
  /** Nothing was written, and the same change may be tried again. */
  | { readonly kind: 'retryable'; readonly cause: unknown }

export interface CommitSurroundings {
  readonly clock: Clock
  readonly ids: IdSource
  /** Written into the log as the program that made the commit. */
  readonly engine: string
  /** How many winners are gone on top of before it is given up as `retryable`. */
  readonly attempts?: number
}

export async function commitChange(
  files: TableFiles,
  change: Change,
  surroundings: CommitSurroundings,
): Promise<CommitOutcome> {
  const transactionId = surroundings.ids()
  const attempts = surroundings.attempts ?? 50
  let version = (change.base?.version ?? -1) + 1
  let previousMs = await previousTime(files, change)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const nowMs = Math.max(surroundings.clock.now(), previousMs + 1)
    const lines = commitLines(change, { transactionId, nowMs, engine: surroundings.engine })
    const key = commitKey(version)
    let failure: unknown
    try {
      const outcome = await files.store.put(key, Buffer.from(lines), { ifAbsent: true })
      if (outcome.kind === 'written') return { kind: 'committed', version }
    } catch (error) {
      if (!isLostAnswer(error)) throw error
      failure = error
    }
    const winner = await commitIfThere(files, key)
    if (winner === undefined) return { kind: 'retryable', cause: failure }
    // A store may report a conflict with what is our own commit, whose answer was lost.
    if (idOf(winner) === transactionId) return { kind: 'committed', version }
    const reason = change.base === undefined ? 'the table was created by another run' : conflictWith(change, winner)
    if (reason !== undefined) return { kind: 'conflict', version, reason, operation: operationOf(winner) }
    previousMs = timeOf(winner) ?? previousMs
    version += 1
  }
  return { kind: 'retryable', cause: new Error(`${attempts} other commits were first`) }
}

/** The actions of a commit as newline-delimited JSON, `commitInfo` first. */
function commitLines(
  change: Change,
  commit: { readonly transactionId: string; readonly nowMs: number; readonly engine: string },
): string {
  const { metadata, protocol, transaction, base } = change
  const isTimed = hasCommitTimes(change)
  const lines: object[] = [
    {
      commitInfo: {
        ...(isTimed ? { inCommitTimestamp: commit.nowMs } : {}),
        timestamp: commit.nowMs,
        operation: change.operation,
        operationParameters: change.parameters,
        ...(base === undefined ? {} : { readVersion: base.version }),
        isolationLevel: 'Serializable',
        isBlindAppend: change.scope.kind === 'append' && change.removes.length === 0,
        engineInfo: commit.engine,
        ...(change.userMetadata === undefined ? {} : { userMetadata: change.userMetadata }),
        txnId: commit.transactionId,
      },
    },
  ]
  if (protocol !== undefined) lines.push({ protocol })
  if (metadata !== undefined) lines.push({ metaData: metadata })
  if (transaction !== undefined) lines.push({ txn: { ...transaction, lastUpdated: commit.nowMs } })
  for (const file of change.removes) lines.push({ remove: removeOf(file, commit.nowMs, change.changesData !== false) })
  for (const { kind: _, ...add } of change.adds) lines.push({ add })
  return `${lines.map(line => JSON.stringify(line)).join('\n')}\n`
}

/** Carries the same path text and deletion vector as the add that it cancels. */
function removeOf(file: AddFile, nowMs: number, dataChange: boolean): object {
  const { path, partitionValues, size, deletionVector, baseRowId, defaultRowCommitVersion } = file
  return {
    path,
    deletionTimestamp: nowMs,
    dataChange,
    extendedFileMetadata: true,
    partitionValues,
    size,
    ...(deletionVector === undefined ? {} : { deletionVector }),
    ...(baseRowId === undefined ? {} : { baseRowId }),
    ...(defaultRowCommitVersion === undefined ? {} : { defaultRowCommitVersion }),
  }
}

function hasCommitTimes(change: Change): boolean {
  const metadata = change.metadata ?? change.base?.metadata
  return metadata !== undefined && flagOf(metadata, 'delta.enableInCommitTimestamps')
}

/** In-commit times must rise, so the one before has to be known. */
async function previousTime(files: TableFiles, change: Change): Promise<number> {
  if (change.base === undefined || !hasCommitTimes(change)) return Number.NEGATIVE_INFINITY
  const actions = await commitIfThere(files, commitKey(change.base.version))
  return (actions && timeOf(actions)) ?? Number.NEGATIVE_INFINITY
}

async function commitIfThere(files: TableFiles, key: string): Promise<readonly Action[] | undefined> {
  return (await files.store.head(key)) === undefined ? undefined : readCommit(files, key)
}

function timeOf(actions: readonly Action[]): number | undefined {
  return actions.find(action => action.kind === 'commitInfo')?.inCommitTimestamp
}

function idOf(actions: readonly Action[]): string | undefined {
  return actions.find(action => action.kind === 'commitInfo')?.txnId
}

function isLostAnswer(error: unknown): boolean {
  if (!(error instanceof DiagnosticError)) return false
  return error.diagnostic.code === 'storage/unreachable' || error.diagnostic.code === 'storage/unavailable'
}
