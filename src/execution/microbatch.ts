/**
 * The batches of a microbatch model: which stretches of event time a run covers. All times are milliseconds UTC; batches
 * are half-open and begin on whole hours, days, months or years.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { MicrobatchSize } from '../compile/batch-label.ts'

export type Batch = readonly [startMs: number, endMs: number]

export interface BatchRequest {
  readonly modelName: string
  /** As configured: `batch_size`, `begin`, `lookback`. */
  readonly batchSize: MicrobatchSize
  readonly beginMs: number | null
  readonly lookback: number
  /** The relation exists and is added to; else everything from `begin` on is made. */
  readonly incremental: boolean
  /** `--event-time-start` and `--event-time-end`, or the ends of the sample. */
  readonly startMs: number | null
  readonly endMs: number | null
  /** Start of the run, or of the run that is retried. */
  readonly nowMs: number
}

/** @throws `execution/microbatch-begin` when the first run has neither `begin` nor a start */
export function batchesOf(request: BatchRequest): Batch[] {
  const { batchSize } = request
  const end = ceiling(request.endMs ?? request.nowMs, batchSize)
  let start = firstStart(request, end)
  const batches: Batch[] = []
  do {
    const next = offset(start, batchSize, 1)
    batches.push([start, next])
    start = next
  } while (start < end)
  const last = batches.at(-1)
  if (last) batches[batches.length - 1] = [last[0], end]
  return batches
}

/** A checkpoint on a boundary belongs to the batch before it, hence one batch more. */
function firstStart(request: BatchRequest, checkpoint: number): number {
  const { batchSize } = request
  if (request.startMs !== null) return truncate(request.startMs, batchSize)
  if (request.incremental) {
    const onBoundary = checkpoint === truncate(checkpoint, batchSize)
    return offset(checkpoint, batchSize, -(request.lookback + (onBoundary ? 1 : 0)))
  }
  if (request.beginMs === null) {
    throw new DiagnosticError({
      code: 'execution/microbatch-begin',
      kind: 'Runtime',
      message: `Microbatch model '${request.modelName}' requires a 'begin' configuration.`,
    })
  }
  return truncate(request.beginMs, batchSize)
}

function truncate(ms: number, size: MicrobatchSize): number {
  const date = new Date(ms)
  const month = size === 'year' ? 0 : date.getUTCMonth()
  const day = size === 'year' || size === 'month' ? 1 : date.getUTCDate()
  return utc(date.getUTCFullYear(), month, day, size === 'hour' ? date.getUTCHours() : 0)
}

function ceiling(ms: number, size: MicrobatchSize): number {
  const start = truncate(ms, size)
  return start === ms ? start : offset(start, size, 1)
}

/** Goes by whole batches from the start of the batch that `ms` is in. */
function offset(ms: number, size: MicrobatchSize, count: number): number {
  const date = new Date(truncate(ms, size))
  const years = size === 'year' ? count : 0
  const months = size === 'month' ? count : 0
  const days = size === 'day' ? count : 0
  const hours = size === 'hour' ? count : 0
  const [year, month, day] = [date.getUTCFullYear() + years, date.getUTCMonth() + months, date.getUTCDate() + days]
  return utc(year, month, day, date.getUTCHours() + hours)
}

/** `Date.UTC` takes years below 100 for years of the twentieth century. */
function utc(year: number, month: number, day: number, hour: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  date.setUTCHours(hour)
  return date.getTime()
}
