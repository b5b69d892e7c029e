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
import { recordCount } from './statistics.ts'
import type { TableFiles } from './table-files.ts'
import { flagOf, tracksRows } from './write-protocol.ts'

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
  let highestRowId = rowIdMark(change.base?.domains.get(rowDomain))
  for (let attempt = 0; attempt < attempts; attempt++) {
    const nowMs = Math.max(surroundings.clock.now(), previousMs + 1)
    const { engine } = surroundings
    const lines = commitLines(change, { version, transactionId, nowMs, engine, highestRowId })
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
    highestRowId = Math.max(highestRowId, ...winner.map(rowIdMark))
    version += 1
  }
  return { kind: 'retryable', cause: new Error(`${attempts} other commits were first`) }
}

interface Attempt {
  readonly version: number
  readonly transactionId: string
  readonly nowMs: number
  readonly engine: string
  /** Of all rows before this commit; -1 if there are none. */
  readonly highestRowId: number
}

/** The actions of a commit as newline-delimited JSON, `commitInfo` first. */
function commitLines(change: Change, attempt: Attempt): string {
  const { metadata, protocol, transaction } = change
  const isTracked = hasTrackedRows(change)
  const rows = isTracked ? withRowIds(change, attempt) : { adds: change.adds, mark: attempt.highestRowId }
  const lines: object[] = [{ commitInfo: commitInfo(change, attempt) }]
  if (protocol !== undefined) lines.push({ protocol })
  if (metadata !== undefined) lines.push({ metaData: metadata })
  if (transaction !== undefined) lines.push({ txn: { ...transaction, lastUpdated: attempt.nowMs } })
  if (isTracked) {
    const configuration = JSON.stringify({ rowIdHighWaterMark: rows.mark })
    lines.push({ domainMetadata: { domain: rowDomain, configuration, removed: false } })
  }
  for (const file of change.removes) {
    lines.push({ remove: removeOf(file, attempt.nowMs, change.changesData !== false) })
  }
  for (const { kind: _, ...add } of rows.adds) lines.push({ add })
  for (const { kind: _, ...cdc } of change.changes ?? []) lines.push({ cdc: { ...cdc, dataChange: false } })
  return `${lines.map(line => JSON.stringify(line)).join('\n')}\n`
}

function commitInfo(change: Change, attempt: Attempt): object {
  const { base } = change
  // Rows that were copied have got new ids.
  const copiesRows = hasTrackedRows(change) && change.removes.length > 0 && change.adds.length > 0
  return {
    ...(hasCommitTimes(change) ? { inCommitTimestamp: attempt.nowMs } : {}),
    timestamp: attempt.nowMs,
    operation: change.operation,
    operationParameters: change.parameters,
    ...(base === undefined ? {} : { readVersion: base.version }),
    isolationLevel: 'Serializable',
    isBlindAppend: change.scope.kind === 'append' && change.removes.length === 0,
    engineInfo: attempt.engine,
    ...(copiesRows ? { tags: { 'delta.rowTracking.preserved': 'false' } } : {}),
    ...(change.userMetadata === undefined ? {} : { userMetadata: change.userMetadata }),
    txnId: attempt.transactionId,
  }
}

const rowDomain = 'delta.rowTracking'

/** The highest row id that an action speaks of; -1 for every other action. */
function rowIdMark(action: Action | undefined): number {
  if (action?.kind !== 'domainMetadata' || action.domain !== rowDomain) return -1
  const digits = /"rowIdHighWaterMark"\s*:\s*(-?\d+)/.exec(action.configuration)?.[1]
  return digits === undefined ? -1 : Number(digits)
}

/** PROTOCOL.md "Row Tracking": each new file has ids of its own; files that come back keep theirs. */
function withRowIds(change: Change, { version, highestRowId }: Attempt): { adds: AddFile[]; mark: number } {
  let mark = highestRowId
  const adds = change.adds.map(add => {
    if (add.baseRowId !== undefined) return add
    const baseRowId = mark + 1
    mark += recordCount(add) ?? 0
    return { ...add, baseRowId, defaultRowCommitVersion: version }
  })
  return { adds, mark }
}

function hasTrackedRows(change: Change): boolean {
  const protocol = change.protocol ?? change.base?.protocol
  return protocol !== undefined && tracksRows(protocol)
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
