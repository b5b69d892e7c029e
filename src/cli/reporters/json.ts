/** A line of the log as dbt's JSON: `info` says what happened, `data` holds the parts. Keys are sorted, as dbt sorts them. */
import { isoTime, type LogLine, type Paint } from './log-line.ts'

export interface JsonContext {
  readonly invocationId: string
  readonly processId: number
  /** Variables of the environment that every line carries. */
  readonly extra: Readonly<Record<string, string>>
}

export function jsonLine(line: LogLine, paint: Paint, context: JsonContext): string {
  const info = {
    category: '',
    code: line.code,
    extra: context.extra,
    invocation_id: context.invocationId,
    level: line.level,
    msg: (line.brief ?? line.text)(paint),
    name: line.name,
    pid: context.processId,
    thread: line.thread === 'main' ? 'MainThread' : line.thread,
    ts: `${isoTime(line.atMs)}Z`,
  }
  return JSON.stringify(sorted({ data: line.data, info }))
}

function sorted(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  // What is costly to make is given as a function.
  if (typeof value === 'function') return sorted(value())
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
