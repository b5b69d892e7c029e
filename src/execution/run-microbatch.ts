/**
 * A microbatch model: its batches one after the other, each compiled for its stretch of time and run like a model. The
 * first batch may make the table, so nothing runs before it is there; when it fails the others are not tried.
 * DuckDB uses all its threads for each batch, so they are not run side by side.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { batchLabel, type MicrobatchSize, microbatchSizes } from '../compile/batch-label.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { beginOf } from '../project/microbatch.ts'
import type { ModelNode } from '../project/node.ts'
import { fn, type Value } from '../template/value.ts'
import { relationText } from './describe-node.ts'
import type { EventSink } from './event.ts'
import { failureText } from './failure-text.ts'
import { type Batch, batchesOf } from './microbatch.ts'
import type { RunOutput } from './run.ts'
import { runNode } from './run-node.ts'
import type { BatchResults, NodeStatus } from './run-result.ts'

export interface MicrobatchRun {
  readonly node: ModelNode
  readonly session: NodeSession
  readonly sink: EventSink
  readonly output: RunOutput
  /** Of the run that is retried: only its failed batches run again. */
  readonly previous: BatchResults | undefined
  readonly executing: () => void
}

export interface MicrobatchOutcome {
  readonly status: 'success' | 'partial success' | 'error'
  readonly message: string
  readonly batchResults: BatchResults
  /** Why batches failed. */
  readonly failures: readonly DiagnosticError[]
}

export async function runMicrobatch(run: MicrobatchRun): Promise<MicrobatchOutcome> {
  const { node, session, previous } = run
  const size = batchSizeOf(node)
  const incremental = await isIncremental(node, session)
  const batches = previous ? previous.failed : plannedBatches(node, session, size, incremental)
  run.executing()
  const successful: Batch[] = []
  const failed: Batch[] = []
  const failures: DiagnosticError[] = []
  for (const [index, batch] of batches.entries()) {
    const first = failed.length > 0 && index > 0 && successful.length === 0
    const failure = first ? 'skipped' : await runBatch(run, { batch, size, index, total: batches.length, incremental })
    if (failure === undefined) successful.push(batch)
    else failed.push(batch)
    if (first) tellSkipped(run, batch, size, index, batches.length)
    if (failure instanceof DiagnosticError) failures.push(failure)
    if (session.state.signal.aborted) {
      failed.push(...batches.slice(index + 1))
      break
    }
  }
  const total = successful.length + failed.length
  const batchResults = { successful: [...successful, ...(previous?.successful ?? [])], failed }
  if (failed.length === 0) return { status: 'success', message: total === 0 ? '' : 'SUCCESS', batchResults, failures }
  if (successful.length === 0) return { status: 'error', message: 'ERROR', batchResults, failures }
  const message = `PARTIAL SUCCESS (${successful.length}/${total})`
  return { status: 'partial success', message, batchResults, failures }
}

function batchSizeOf(node: ModelNode): MicrobatchSize {
  const size = microbatchSizes.find(one => one === node.config.get('batch_size'))
  if (size) return size
  throw new DiagnosticError({
    code: 'execution/microbatch-size',
    kind: 'Runtime',
    message: `Microbatch model '${node.name}' does not have a 'batch_size' config (one of ['hour', 'day', 'month', 'year']) specificed.`,
    node: node.uniqueId,
  })
}

async function isIncremental(node: ModelNode, session: NodeSession): Promise<boolean> {
  const existing = await session.getRelation(node.database, node.schema, node.alias)
  const fullRefresh = node.config.get('full_refresh') ?? session.state.config.flags.fullRefresh
  return existing?.kind === 'table' && fullRefresh !== true
}

function plannedBatches(node: ModelNode, session: NodeSession, size: MicrobatchSize, incremental: boolean): Batch[] {
  const { flags, startedAtMs } = session.state.config
  const lookback = node.config.get('lookback')
  const begin = beginOf(node)
  return batchesOf({
    modelName: node.name,
    batchSize: size,
    // As in dbt, what its clock shows counts, whatever its zone is.
    beginMs: begin ? Number(begin.local / 1000n) : null,
    lookback: typeof lookback === 'number' ? lookback : 1,
    incremental,
    startMs: flags.sample?.startMs ?? flags.eventTimeStart,
    endMs: flags.sample?.endMs ?? flags.eventTimeEnd,
    nowMs: startedAtMs,
  })
}

interface BatchTurn {
  readonly batch: Batch
  readonly size: MicrobatchSize
  readonly index: number
  readonly total: number
  readonly incremental: boolean
}

async function runBatch(run: MicrobatchRun, turn: BatchTurn): Promise<DiagnosticError | undefined> {
  const { node, session, sink, output } = run
  const { batch, size, index, total } = turn
  const { clock, target } = session.state.config
  const suffix = batchLabel(batch[0], size)
  const description = `batch ${suffix} of ${relationText(node, target.database)}`
  const shared = { node, description, threadId: session.lane.threadId, index: index + 1, total }
  sink({ kind: 'batch started', atMs: clock.now(), ...shared })
  const startedAt = clock.elapsedMs()
  const tell = (status: NodeStatus, message: string | null, failure?: DiagnosticError): void => {
    const diagnostics = failure ? [failure.diagnostic] : []
    const executionTimeMs = clock.elapsedMs() - startedAt
    sink({ kind: 'batch finished', atMs: clock.now(), ...shared, status, message, executionTimeMs, diagnostics })
  }
  try {
    const outcome = await runNode(node, session, {
      compiled: step => output.compiled(step, suffix),
      executing: () => {},
      write: sql => output.ran(node, sql, suffix),
      batch: { startMs: batch[0], endMs: batch[1], size },
      configChanges: hooksOfBatch(index, total),
      runExtra: index > 0 || turn.incremental ? incrementalNames : new Map(),
    })
    await session.lane.release()
    tell('success', outcome.message)
    return undefined
  } catch (error) {
    await session.lane.release()
    if (!(error instanceof DiagnosticError)) throw error
    tell('error', failureText(error.diagnostic, node), error)
    return error
  }
}

/** A batch adds rows to what is there, whatever the command line says. */
const incrementalNames: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['is_incremental', fn('is_incremental', () => true)],
  ['should_full_refresh', fn('should_full_refresh', () => false)],
])

/** Hooks before run with the first batch alone, hooks after with the last. */
function hooksOfBatch(index: number, total: number): ReadonlyMap<string, Value> {
  const changes = new Map<string, Value>()
  if (index > 0) changes.set('pre_hook', [])
  if (index < total - 1) changes.set('post_hook', [])
  return changes
}

function tellSkipped(run: MicrobatchRun, batch: Batch, size: MicrobatchSize, index: number, total: number): void {
  const { node, session, sink } = run
  const { clock, target } = session.state.config
  sink({
    kind: 'batch finished',
    atMs: clock.now(),
    node,
    description: `batch ${batchLabel(batch[0], size)} of ${relationText(node, target.database)}`,
    threadId: session.lane.threadId,
    index: index + 1,
    total,
    status: 'skipped',
    message: 'SKIPPED',
    executionTimeMs: 0,
    diagnostics: [],
  })
}
