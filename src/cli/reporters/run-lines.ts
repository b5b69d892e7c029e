/** Events of a run as lines of dbt's log, in order. One object a run: lines tell of what earlier events said. */

import { unreachable } from '../../base/unreachable.ts'
import type { RunEvent } from '../../execution/event.ts'
import type { GraphMember, GroupNode } from '../../project/node.ts'
import { batchLines } from './batch-lines.ts'
import { hookLines } from './hook-lines.ts'
import { KnownNodes } from './known-nodes.ts'
import { formatting, type LogLine, statusLine, textLine } from './log-line.ts'
import { movedLine } from './moved-bytes.ts'
import type { NodeLineOptions } from './node-info.ts'
import { endLine, newerVersionLine, nodeFinished, nodeStart } from './node-lines.ts'
import { countData, resultLine } from './result-lines.ts'
import { type RowsLineOptions, rowsLine } from './rows-line.ts'
import { skipLine } from './skip-line.ts'
import { statementLine } from './statement-line.ts'
import { ephemeralFailureLines, freshnessLines, type SummaryContext, summaryLines } from './summary-lines.ts'
import { templateLine } from './template-line.ts'
import { type TimeSpent, timeLine } from './time-account.ts'

export interface RunLinesOptions extends RowsLineOptions, Omit<SummaryContext, 'atMs' | 'node' | 'group'> {
  readonly width: number
  readonly timeSpent: () => TimeSpent
}

/** Commands whose end is not told by totals. */
const withoutSummary = new Set(['compile', 'generate', 'show', 'run-operation', 'list', 'parse'])
/** Commands with totals even where nothing was selected. */
const summedUpAlways = new Set(['seed', 'clone'])
/** Commands that tell of a node only what its templates say. */
const withoutProgress = new Set([...withoutSummary, 'clone'])

export class RunLines {
  private readonly options: RunLinesOptions
  private readonly known = new KnownNodes()
  /** Unique ids by thread. */
  private readonly lastOfThread = new Map<string, string>()
  private command = ''
  private counts = 0

  constructor(options: RunLinesOptions) {
    this.options = options
  }

  knowGroups(groups: Iterable<GroupNode>): void {
    this.known.knowGroups(groups)
  }

  of(event: RunEvent): LogLine[] {
    const { atMs } = event
    switch (event.kind) {
      case 'run started':
        return this.runStarted(event)
      case 'nothing to do': {
        const text = 'Nothing to do. Try checking your model configs and model specification args'
        const nothing = { results: [], elapsedMs: 0, interrupted: false }
        const summary = summedUpAlways.has(event.command) ? summaryLines(nothing, this.summaryContext(atMs)) : []
        return [textLine('NothingToDo', 'Q035', 'warn', atMs, text, { data: {} }), ...summary, endLine(nothing, atMs)]
      }
      case 'hook started':
      case 'hook finished':
        return this.hookLines(event)
      case 'node started':
      case 'node compiling':
      case 'node executing':
        return this.progressLines(event)
      case 'newer version':
        return [
          newerVersionLine(event, this.known.infoOf(event.node, 'compiling'), this.known.threadOf(event.node.uniqueId)),
        ]
      case 'node finished':
        return this.nodeFinished(event)
      case 'node skipped':
        return this.nodeSkipped(event)
      case 'batch started':
      case 'batch finished':
        return batchLines(event, {
          ...this.nodeOptions(event.node),
          details: this.options.details,
          group: this.known.groupOf(event.node),
        })
      case 'statement started':
      case 'statement finished':
      case 'statement cancelled':
        return [
          statementLine(event, {
            info: this.known.infoOfId(event.connection),
            thread: this.known.threadOf(event.connection),
            width: this.options.width,
          }),
        ]
      case 'template log':
      case 'template print':
      case 'warning':
      case 'deprecation met':
        return [templateLine(event, this.known, this.options.width)]
      case 'rows shown':
        return [rowsLine(event, this.options)]
      case 'bytes moved':
        return []
      case 'run finished':
        return this.runFinished(event)
      case 'run broken off':
        return withoutProgress.has(this.command) ? [] : finishedLines(event.statLine, event.elapsedMs, atMs)
      default:
        return unreachable(event)
    }
  }

  private runStarted(event: Extract<RunEvent, { kind: 'run started' }>): LogLine[] {
    this.command = event.command
    this.counts = event.nodeCount
    if (event.nodeCount === 0 || event.command === 'run-operation') return []
    const text = `Concurrency: ${event.threads} threads (target='${event.targetName}')`
    const data = { num_threads: event.threads, target_name: event.targetName, node_count: event.nodeCount }
    return [
      formatting(event.atMs),
      textLine('ConcurrencyLine', 'Q027', 'info', event.atMs, text, { data }),
      formatting(event.atMs),
    ]
  }

  private hookLines(event: Extract<RunEvent, { kind: 'hook started' | 'hook finished' }>): LogLine[] {
    const { node, atMs } = event
    if (event.kind === 'hook started') this.known.start(node, atMs)
    else this.known.meet(node)
    return hookLines(event, this.nodeOptions(node))
  }

  private progressLines(
    event: Extract<RunEvent, { kind: 'node started' | 'node compiling' | 'node executing' }>,
  ): LogLine[] {
    const { node, atMs, threadId: thread } = event
    if (event.kind !== 'node started') {
      const [name, code, word] =
        event.kind === 'node compiling'
          ? (['NodeCompiling', 'Q030', 'compiling'] as const)
          : (['NodeExecuting', 'Q031', 'executing'] as const)
      this.known.enter(node, word)
      const data = { node_info: this.known.infoOf(node, word) }
      return [textLine(name, code, 'debug', atMs, `Began ${word} node ${node.uniqueId}`, { data, thread })]
    }
    this.known.start(node, atMs, thread)
    const info = { node_info: this.known.infoOf(node, 'started') }
    const begun = nodeStart(node, { data: info, thread }, atMs)
    const reused = this.reusedLine(node.uniqueId, thread, atMs)
    if (event.counted === undefined || withoutProgress.has(this.command)) return [begun, reused]
    const { description, counted } = event
    const width = this.options.width
    const started: LogLine = {
      name: 'LogStartLine',
      code: 'Q011',
      level: 'info',
      text: () => statusLine({ message: `START ${description}`, status: 'RUN', counted, width }),
      data: { description, ...countData(counted), ...info },
      thread,
      atMs,
    }
    return [begun, started, reused]
  }

  private nodeFinished(event: Extract<RunEvent, { kind: 'node finished' }>): LogLine[] {
    const { node, atMs, threadId: thread } = event
    this.known.meet(node)
    const finished = nodeFinished(node, event.result, {
      info: this.known.infoOf(node, event.result.status, atMs),
      thread,
      atMs,
      command: this.command,
    })
    if (event.counted === undefined || withoutProgress.has(this.command)) return finished
    const told = resultLine(event, {
      width: this.options.width,
      startedAtMs: this.known.startedAtMs(node),
      group: this.known.group,
    })
    return [...this.caught(event), told, ...finished]
  }

  /** What went wrong, as soon as it did: the summary repeats it. */
  private caught({ node, result, atMs, threadId: thread }: Extract<RunEvent, { kind: 'node finished' }>): LogLine[] {
    if (result.status !== 'error' || result.message === null) return []
    const data = {
      exc: result.message,
      exc_info: '',
      node_info: this.known.currentInfo(node),
    }
    return [textLine('CatchableExceptionOnRun', 'W002', 'debug', atMs, result.message, { data, thread })]
  }

  private nodeSkipped(event: Extract<RunEvent, { kind: 'node skipped' }>): LogLine[] {
    const { node, atMs, result, threadId: thread } = event
    this.known.start(node, atMs)
    if (event.counted === undefined || withoutSummary.has(this.command)) return []
    const begun = nodeStart(node, { data: { node_info: this.known.infoOf(node, 'started') }, thread }, atMs)
    const finished = nodeFinished(node, result, {
      info: this.known.infoOf(node, 'skipped'),
      thread,
      atMs,
      command: this.command,
    })
    const { ephemeralCause } = event
    const cause = ephemeralCause ? ephemeralFailureLines(ephemeralCause, this.summaryContext(atMs)) : []
    return [
      begun,
      skipLine(event, event.counted, { known: this.known, width: this.options.width }),
      ...cause,
      ...finished,
    ]
  }

  private runFinished(event: Extract<RunEvent, { kind: 'run finished' }>): LogLine[] {
    const { atMs, result } = event
    const ended = endLine(result, atMs)
    if ((this.counts === 0 && this.command !== 'clone') || withoutSummary.has(this.command)) return [ended]
    const lines = withoutProgress.has(this.command)
      ? []
      : [
          ...finishedLines(event.statLine, result.elapsedMs, atMs),
          timeLine(this.options.timeSpent(), atMs),
          ...(result.moved === undefined ? [] : [movedLine(result.moved, atMs)]),
        ]
    const told = this.command === 'freshness' ? freshnessLines : summaryLines
    return [...lines, ended, ...told(result, this.summaryContext(atMs))]
  }

  private summaryContext(atMs: number): SummaryContext {
    return { ...this.options, atMs, node: this.known.node, group: this.known.group }
  }

  private nodeOptions(node: GraphMember): NodeLineOptions {
    return {
      width: this.options.width,
      info: (status, finishedAtMs) => this.known.infoOf(node, status, finishedAtMs),
    }
  }

  /** DuckDB's connections are a worker's: each node takes over that of the node before. */
  private reusedLine(uniqueId: string, thread: string, atMs: number): LogLine {
    const data = { conn_name: uniqueId, orig_conn_name: this.lastOfThread.get(thread) ?? 'master' }
    this.lastOfThread.set(thread, uniqueId)
    const text = `Re-using an available connection from the pool (formerly ${data.orig_conn_name}, now ${uniqueId})`
    return textLine('ConnectionReused', 'E006', 'debug', atMs, text, { data, thread })
  }
}

function finishedLines(statLine: string, elapsedMs: number, atMs: number): LogLine[] {
  const seconds = elapsedMs / 1000
  const execution = ` in ${spelledDuration(seconds)}`
  const text = `Finished running ${statLine}${execution} (${seconds.toFixed(2)}s).`
  const data = { stat_line: statLine, execution, execution_time: seconds }
  return [formatting(atMs), textLine('FinishedRunningStats', 'E047', 'info', atMs, text, { data })]
}

function spelledDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return `${hours} hours ${minutes} minutes and ${(seconds % 60).toFixed(2)} seconds`
}
