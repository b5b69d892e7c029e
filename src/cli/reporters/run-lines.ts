/** Events of a run as lines of dbt's log. Keeps what lines need of earlier events: when a node started, and who it was. */

import { unreachable } from '../../base/unreachable.ts'
import type { RunEvent } from '../../execution/event.ts'
import type { GraphMember, GroupNode } from '../../project/node.ts'
import { batchLines } from './batch-lines.ts'
import { groupData } from './group-data.ts'
import { hookLines } from './hook-lines.ts'
import { type Counted, formatting, type LogLine, mainThread, statusLine, textLine } from './log-line.ts'
import { movedLine } from './moved-bytes.ts'
import { type LazyNodeInfo, type NodeLineOptions, nodeInfo } from './node-info.ts'
import { endLine, newerVersionLine, nodeFinished, nodeStart } from './node-lines.ts'
import { countData, resultLine } from './result-lines.ts'
import { type RowsLineOptions, rowsLine } from './rows-line.ts'
import { statementLine } from './statement-line.ts'
import { failureLinesNow, freshnessLines, type SummaryContext, summaryLines } from './summary-lines.ts'
import type { TimeSpent } from './time-account.ts'

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
  private readonly nodes = new Map<string, GraphMember>()
  private readonly startedAtMs = new Map<string, number>()
  /** By unique id. */
  private readonly threads = new Map<string, string>()
  /** Unique ids by thread. */
  private readonly lastOfThread = new Map<string, string>()
  /** What a node is at, by unique id. */
  private readonly phases = new Map<string, 'compiling' | 'executing'>()
  private readonly groups = new Map<string, GroupNode>()
  private command = ''
  private counts = 0

  constructor(options: RunLinesOptions) {
    this.options = options
  }

  knowGroups(groups: Iterable<GroupNode>): void {
    for (const group of groups) this.groups.set(group.name, group)
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
        return [newerVersionLine(event, this.infoOf(event.node, 'compiling'), this.threadOf(event.node.uniqueId))]
      case 'node finished':
        return this.nodeFinished(event)
      case 'node skipped':
        return this.nodeSkipped(event)
      case 'batch started':
      case 'batch finished':
        return batchLines(event, {
          ...this.nodeOptions(event.node),
          details: this.options.details,
          group: this.groupOf(event.node),
        })
      case 'statement started':
      case 'statement finished':
      case 'statement cancelled':
        return [
          statementLine(event, {
            info: this.infoOfId(event.connection),
            thread: this.threadOf(event.connection),
            width: this.options.width,
          }),
        ]
      case 'template log': {
        const [name, code] = event.level === 'info' ? ['JinjaLogInfo', 'I062'] : ['JinjaLogDebug', 'I063']
        const data = { msg: event.message, ...this.infoOfId(event.node) }
        return [textLine(name, code, event.level, atMs, event.message, { data, thread: this.threadOf(event.node) })]
      }
      case 'template print':
        return [textLine('PrintEvent', 'Z052', 'info', atMs, event.message, { thread: this.threadOf(event.node) })]
      case 'warning':
        return [{ ...warningLine(event.name, event.message, atMs), thread: this.threadOf(event.node) }]
      case 'deprecation met':
        return [deprecationLine(event)]
      case 'rows shown':
        return [rowsLine(event, this.options)]
      case 'bytes moved':
        return []
      case 'run finished':
        return this.runFinished(event)
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
    this.nodes.set(node.uniqueId, node)
    if (event.kind === 'hook started') this.startedAtMs.set(node.uniqueId, atMs)
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
      this.phases.set(node.uniqueId, word)
      const data = { node_info: this.infoOf(node, word) }
      return [textLine(name, code, 'debug', atMs, `Began ${word} node ${node.uniqueId}`, { data, thread })]
    }
    this.nodes.set(node.uniqueId, node)
    this.startedAtMs.set(node.uniqueId, atMs)
    this.threads.set(node.uniqueId, thread)
    const info = { node_info: this.infoOf(node, 'started') }
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
    this.nodes.set(node.uniqueId, node)
    const finished = nodeFinished(node, event.result, {
      info: this.infoOf(node, event.result.status, atMs),
      thread,
      atMs,
      command: this.command,
    })
    if (event.counted === undefined || withoutProgress.has(this.command)) return finished
    const startedAtMs = this.startedAtMs.get(node.uniqueId)
    const told = resultLine(event, {
      width: this.options.width,
      startedAtMs,
      group: name => this.groups.get(name),
    })
    return [...this.caught(event), told, ...finished]
  }

  /** What went wrong, as soon as it did: the summary repeats it. */
  private caught({ node, result, atMs, threadId: thread }: Extract<RunEvent, { kind: 'node finished' }>): LogLine[] {
    if (result.status !== 'error' || result.message === null) return []
    const data = {
      exc: result.message,
      exc_info: '',
      node_info: this.infoOf(node, this.phases.get(node.uniqueId) ?? 'started'),
    }
    return [textLine('CatchableExceptionOnRun', 'W002', 'debug', atMs, result.message, { data, thread })]
  }

  private nodeSkipped(event: Extract<RunEvent, { kind: 'node skipped' }>): LogLine[] {
    const { node, atMs, result, threadId: thread } = event
    this.nodes.set(node.uniqueId, node)
    this.startedAtMs.set(node.uniqueId, atMs)
    if (event.counted === undefined || withoutSummary.has(this.command)) return []
    const begun = nodeStart(node, { data: { node_info: this.infoOf(node, 'started') }, thread }, atMs)
    const finished = nodeFinished(node, result, {
      info: this.infoOf(node, 'skipped'),
      thread,
      atMs,
      command: this.command,
    })
    const { ephemeralCause } = event
    const cause = ephemeralCause ? failureLinesNow(ephemeralCause, this.summaryContext(atMs)) : []
    return [begun, this.skipLine(event, event.counted), ...cause, ...finished]
  }

  private skipLine(event: Extract<RunEvent, { kind: 'node skipped' }>, counted: Counted): LogLine {
    const { node, atMs, threadId: thread } = event
    const schema = 'schema' in node ? node.schema : ''
    const width = this.options.width
    const isRelation = ['model', 'seed', 'snapshot'].includes(node.resourceType)
    const what = isRelation ? `relation ${schema}.${node.name}` : `${node.resourceType} ${node.name}`
    const data = { schema, ...countData(counted), ...this.groupOf(node) }
    if (event.ephemeralCause !== undefined) {
      const { status } = event.ephemeralCause
      const message = `SKIP ${what} due to ephemeral model status '${status}'`
      return {
        name: 'LogSkipBecauseError',
        code: 'Z034',
        level: 'error',
        text: paint => statusLine({ message, status: paint.red('ERROR SKIP'), counted, width }),
        data: { ...data, relation: node.name, status },
        thread,
        atMs,
      }
    }
    return {
      name: 'SkippingDetails',
      code: 'Q034',
      level: 'info',
      text: paint => statusLine({ message: `SKIP ${what}`, status: paint.yellow('SKIP'), counted, width }),
      data: {
        ...data,
        resource_type: node.resourceType,
        node_name: node.name,
        node_info: this.infoOf(node, 'skipped'),
      },
      thread,
      atMs,
    }
  }

  private runFinished(event: Extract<RunEvent, { kind: 'run finished' }>): LogLine[] {
    const { atMs, result } = event
    const ended = endLine(result, atMs)
    if ((this.counts === 0 && this.command !== 'clone') || withoutSummary.has(this.command)) return [ended]
    const seconds = result.elapsedMs / 1000
    const execution = ` in ${spelledDuration(seconds)}`
    const text = `Finished running ${event.statLine}${execution} (${seconds.toFixed(2)}s).`
    const lines = withoutProgress.has(this.command)
      ? []
      : [
          formatting(atMs),
          textLine('FinishedRunningStats', 'E047', 'info', atMs, text, {
            data: { stat_line: event.statLine, execution, execution_time: seconds },
          }),
          timeLine(this.options.timeSpent(), atMs),
          ...(result.moved === undefined ? [] : [movedLine(result.moved, atMs)]),
        ]
    const told = this.command === 'freshness' ? freshnessLines : summaryLines
    return [...lines, ended, ...told(result, this.summaryContext(atMs))]
  }

  private summaryContext(atMs: number): SummaryContext {
    return { ...this.options, atMs, node: id => this.nodes.get(id), group: name => this.groups.get(name) }
  }

  private nodeOptions(node: GraphMember): NodeLineOptions {
    return {
      width: this.options.width,
      info: (status, finishedAtMs) => this.infoOf(node, status, finishedAtMs),
    }
  }

  private infoOfId(uniqueId: string | null): { readonly node_info?: LazyNodeInfo } {
    const node = uniqueId === null ? undefined : this.nodes.get(uniqueId)
    return node === undefined ? {} : { node_info: this.infoOf(node, this.phases.get(node.uniqueId) ?? 'started') }
  }

  private threadOf(uniqueId: string | null): string {
    return (uniqueId === null ? undefined : this.threads.get(uniqueId)) ?? mainThread
  }

  /** DuckDB's connections are a worker's: each node takes over that of the node before. */
  private reusedLine(uniqueId: string, thread: string, atMs: number): LogLine {
    const data = { conn_name: uniqueId, orig_conn_name: this.lastOfThread.get(thread) ?? 'master' }
    this.lastOfThread.set(thread, uniqueId)
    const text = `Re-using an available connection from the pool (formerly ${data.orig_conn_name}, now ${uniqueId})`
    return textLine('ConnectionReused', 'E006', 'debug', atMs, text, { data, thread })
  }

  private groupOf(node: GraphMember): ReturnType<typeof groupData> {
    return groupData(node, name => this.groups.get(name))
  }

  private infoOf(node: GraphMember, status: string, finishedAtMs?: number): LazyNodeInfo {
    return nodeInfo(node, { status, startedAtMs: this.startedAtMs.get(node.uniqueId), finishedAtMs })
  }
}

const warningCodes: Readonly<Record<string, string>> = {
  JinjaLogWarning: 'I061',
  CollectFreshnessReturnSignature: 'D012',
}

/** Warnings of templates and of the adapter, under the name of dbt's event. */
function warningLine(name: string, message: string, atMs: number): LogLine {
  return textLine(name, warningCodes[name] ?? 'Z050', 'warn', atMs, message)
}

function deprecationLine({ name, code, message, atMs }: Extract<RunEvent, { kind: 'deprecation met' }>): LogLine {
  const text = `Deprecated functionality\n${message}`
  const line = textLine(name, code, 'warn', atMs, text, { data: {} })
  return { ...line, text: paint => `[${paint.yellow('WARNING')}]: ${text}` }
}

/** Where the time went, for people who want their runs faster. */
function timeLine({ readingMs, compilingMs, databaseMs }: TimeSpent, atMs: number): LogLine {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)}s`
  const text = `Time went to reading the project ${seconds(readingMs)}, compiling ${seconds(compilingMs)}, the database ${seconds(databaseMs)}`
  return textLine('TimeSpent', 'E101', 'info', atMs, text, {
    data: { reading: readingMs / 1000, compiling: compilingMs / 1000, database: databaseMs / 1000 },
  })
}

function spelledDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  return `${hours} hours ${minutes} minutes and ${(seconds % 60).toFixed(2)} seconds`
}
