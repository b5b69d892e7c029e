/**
 * A command as a trace in Chrome's format (`{"traceEvents": […]}`), which ui.perfetto.dev and chrome://tracing show: a row
 * for the command with its phases, a row for each worker with its nodes, how each was compiled and executed, and its
 * statements, more rows where nodes ran beside others of a worker, and a row for the nodes that were ready and waited for
 * a worker. Times are microseconds from the start.
 *
 * The format: "Trace Event Format" of the Chromium project; `X` is a span, `b` and `e` are the ends of one that may
 * overlap others, `M` names a row.
 */
import type { CommandEvent } from '../../commands/command-event.ts'

interface Span {
  readonly name: string
  readonly category: string
  readonly row: string
  readonly startMs: number
  readonly endMs: number
  readonly details?: Readonly<Record<string, unknown>>
}

interface Open {
  readonly threadId: string
  readonly startMs: number
  executingMs?: number
  readonly statements: Omit<Span, 'row'>[]
}

const commandRow = 'command'
const waitingRow = 'waiting for a worker'
/** Longer statements are cut: a seed's would be most of the file. */
const maxSqlCharacters = 2000

export class RunTrace {
  private readonly startMs: number
  private readonly spans: Span[] = []
  private readonly nodes = new Map<string, Open>()
  /** When the last node of a row ended. */
  private readonly rowEnds = new Map<string, number>()
  private readonly statements = new Map<string, { readonly sql: string; readonly startMs: number }>()

  /** @param startMs monotonic, as the times of `note` */
  constructor(startMs: number) {
    this.startMs = startMs
  }

  note(event: CommandEvent, elapsedMs: number): void {
    switch (event.kind) {
      case 'phase ended':
        this.add(event.phase, 'phase', commandRow, elapsedMs - event.durationMs, elapsedMs)
        return
      case 'node started':
        if (event.waitedMs) this.waited(event.node.uniqueId, elapsedMs - event.waitedMs, elapsedMs)
        this.nodes.set(event.node.uniqueId, { threadId: event.threadId, startMs: elapsedMs, statements: [] })
        return
      case 'node executing': {
        const open = this.nodes.get(event.node.uniqueId)
        if (open !== undefined) open.executingMs = elapsedMs
        return
      }
      case 'node finished':
        this.nodeFinished(event, elapsedMs)
        return
      case 'statement started':
        this.statements.set(event.connection, { sql: event.sql, startMs: elapsedMs })
        return
      case 'statement finished':
        this.statementFinished(event, elapsedMs)
        return
    }
  }

  /** The whole file. @param endMs when the command ended */
  text(command: string, endMs: number): string {
    this.add(command, 'command', commandRow, this.startMs, endMs)
    const rows = [...new Set([commandRow, ...this.spans.map(span => span.row)])]
    const named = rows.map((row, tid) => ({ ph: 'M', name: 'thread_name', pid: 1, tid, args: { name: row } }))
    const events = this.spans.flatMap((span, id) => this.written(span, rows.indexOf(span.row), id))
    return `${JSON.stringify({ traceEvents: [...named, ...events], displayTimeUnit: 'ms' })}\n`
  }

  private nodeFinished(event: Extract<CommandEvent, { kind: 'node finished' }>, elapsedMs: number): void {
    const { uniqueId } = event.node
    const open = this.nodes.get(uniqueId)
    this.nodes.delete(uniqueId)
    if (open === undefined) return
    const { threadId, startMs, executingMs } = open
    const row = this.rowOf(threadId, startMs)
    this.rowEnds.set(row, elapsedMs)
    const { status, message, adapterResponse } = event.result
    this.add(uniqueId, 'node', row, startMs, elapsedMs, { status, message, ...adapterResponse })
    this.add('compile', 'compile', row, startMs, executingMs ?? elapsedMs)
    if (executingMs !== undefined) this.add('execute', 'execute', row, executingMs, elapsedMs)
    for (const statement of open.statements) this.spans.push({ ...statement, row })
  }

  private rowOf(threadId: string, startMs: number): string {
    for (let beside = 0; ; beside++) {
      const row = beside === 0 ? threadId : `${threadId}, beside it ${beside}`
      if ((this.rowEnds.get(row) ?? 0) <= startMs) return row
    }
  }

  private statementFinished(event: Extract<CommandEvent, { kind: 'statement finished' }>, elapsedMs: number): void {
    const started = this.statements.get(event.connection)
    this.statements.delete(event.connection)
    if (started === undefined) return
    const sql = started.sql.slice(0, maxSqlCharacters)
    const span = {
      name: title(sql),
      category: 'statement',
      startMs: started.startMs,
      endMs: elapsedMs,
      details: { sql, ...(event.error !== undefined && { error: event.error }) },
    }
    const open = this.nodes.get(event.connection)
    if (open) open.statements.push(span)
    else this.spans.push({ ...span, row: commandRow })
  }

  private waited(uniqueId: string, startMs: number, endMs: number): void {
    this.add(uniqueId, 'waiting', waitingRow, startMs, endMs)
  }

  private add(
    name: string,
    category: string,
    row: string,
    startMs: number,
    endMs: number,
    details?: Readonly<Record<string, unknown>>,
  ): void {
    this.spans.push({ name, category, row, startMs, endMs, ...(details && { details }) })
  }

  private written({ name, category, row, startMs, endMs, details }: Span, tid: number, id: number): object[] {
    const ts = Math.round((startMs - this.startMs) * 1000)
    const dur = Math.max(0, Math.round((endMs - startMs) * 1000))
    const same = { name, cat: category, pid: 1, tid }
    if (row === waitingRow)
      return [
        { ...same, ph: 'b', id, ts },
        { ...same, ph: 'e', id, ts: ts + dur },
      ]
    return [{ ...same, ph: 'X', ts, dur, ...(details && { args: details }) }]
  }
}

/** The first words of a statement, past the comment that names its node. */
function title(sql: string): string {
  const words = sql
    .replace(/^\s*\/\*[\s\S]*?\*\//, '')
    .trim()
    .split(/\s+/, 6)
  return words.join(' ').slice(0, 60) || 'statement'
}
