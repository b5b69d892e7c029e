/** Lines of the batches of a microbatch model. */
import type { Diagnostic } from '../../base/diagnostic.ts'
import type { RunEvent } from '../../execution/event.ts'
import type { groupData } from './group-data.ts'
import { type LogLine, statusLine, textLine } from './log-line.ts'
import type { NodeLineOptions } from './node-info.ts'

type BatchEvent = Extract<RunEvent, { kind: 'batch started' | 'batch finished' }>

interface BatchLineOptions extends NodeLineOptions {
  readonly details: (diagnostic: Diagnostic) => string
  readonly group: ReturnType<typeof groupData>
}

export function batchLines(event: BatchEvent, options: BatchLineOptions): LogLine[] {
  return [...failure(event, options), progress(event, options)]
}

/** Why a batch failed: the summary counts a model with good batches as a partial success, and says no more. */
function failure(event: BatchEvent, { info, details: detailsOf }: BatchLineOptions): LogLine[] {
  if (event.kind === 'batch started' || event.status !== 'error' || event.message === null) return []
  const { node, message, atMs, threadId: thread, diagnostics } = event
  const details = diagnostics.map(one => detailsOf(one)).filter(one => one !== '')
  const text = [`Failure in ${event.description}`, `  ${message}`, ...details].join('\n')
  const data = { exc: message, unique_id: node.uniqueId, node_info: info('error', atMs) }
  return [textLine('GenericExceptionOnRun', 'W004', 'error', atMs, text, { data, thread })]
}

function progress(event: BatchEvent, { width, info, group }: BatchLineOptions): LogLine {
  const { description, atMs, threadId: thread } = event
  const data = { description, batch_index: event.index, total_batches: event.total }
  if (event.kind === 'batch started') {
    return {
      name: 'LogStartBatch',
      code: 'Q045',
      level: 'info',
      text: () => `Batch ${statusLine({ message: `START ${description}`, status: 'RUN', counted: event, width })}`,
      data: { ...data, node_info: info('started') },
      thread,
      atMs,
    }
  }
  const [words, colour] =
    event.status === 'error'
      ? (['ERROR creating', 'red'] as const)
      : event.status === 'skipped'
        ? (['SKIP', 'yellow'] as const)
        : (['OK created', 'green'] as const)
  const told = colour === 'green' ? (event.message ?? 'OK') : event.status.toUpperCase()
  const { executionTimeMs } = event
  return {
    name: 'LogBatchResult',
    code: 'Q046',
    level: event.status === 'error' ? 'error' : 'info',
    text: paint =>
      `Batch ${statusLine({ message: `${words} ${description}`, status: paint[colour](told), counted: event, width, executionTimeMs })}`,
    data: {
      ...data,
      status: colour === 'green' ? told : event.status,
      execution_time: executionTimeMs / 1000,
      node_info: info(event.status, atMs),
      ...group,
    },
    thread,
    atMs,
  }
}
