/**
 * One line of the log, under dbt's name and code: what the text, JSON and file reporters print each in its way. Programs
 * that read dbt's log find the same names, codes and data here.
 */

export type LineLevel = 'debug' | 'info' | 'warn' | 'error'

/** Puts colour on a stretch of text, or does not. */
export interface Paint {
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

export interface LogLine {
  readonly name: string
  readonly code: string
  readonly level: LineLevel
  readonly text: (paint: Paint) => string
  /** For programs, without what the text says beyond dbt's words; the same where it is absent. */
  readonly brief?: (paint: Paint) => string
  /** dbt's `data`, without `node_info` where there is no node. A function among the values stands for what it gives. */
  readonly data: Readonly<Record<string, unknown>>
  readonly thread: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly atMs: number
}

const coloured = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`
export const colours: Paint = { red: coloured(31), green: coloured(32), yellow: coloured(33) }
const same = (text: string): string => text
export const noColours: Paint = { red: same, green: same, yellow: same }

export const mainThread = 'MainThread'

/** Lines that are output, not log: printed as they are, even with `--quiet`. */
const printedNames = new Set(['PrintEvent', 'ShowNode', 'CompiledNode'])

export function isPrinted(line: LogLine): boolean {
  return printedNames.has(line.name)
}

export function textLine(
  name: string,
  code: string,
  level: LineLevel,
  atMs: number,
  message: string,
  more: { readonly data?: Readonly<Record<string, unknown>>; readonly thread?: string } = {},
): LogLine {
  const { data = { msg: message }, thread = mainThread } = more
  return { name, code, level, text: () => message, data, thread, atMs }
}

/** An empty line, or a line of no further meaning. */
export function formatting(atMs: number, message = ''): LogLine {
  return textLine('Formatting', 'Z017', 'info', atMs, message)
}

export interface Counted {
  readonly index: number
  readonly total: number
}

interface StatusLine {
  readonly message: string
  /** Painted already. */
  readonly status: string
  readonly counted: Counted | undefined
  readonly width: number
  readonly executionTimeMs?: number
  readonly truncate?: boolean
}

/** `1 of 9 OK created sql view model main.x ........ [OK in 0.05s]` */
export function statusLine(line: StatusLine): string {
  const progress = line.counted === undefined ? '' : `${line.counted.index} of ${line.counted.total} `
  let dotted = `${progress}${line.message} `.padEnd(line.width, '.')
  if (line.truncate === true && dotted.length > line.width - 3) dotted = `${dotted.slice(0, line.width - 3)}...`
  const time = line.executionTimeMs === undefined ? '' : ` in ${(line.executionTimeMs / 1000).toFixed(2)}s`
  return `${dotted} [${line.status}${time}]`
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** `09:05:07` in UTC, as every line of the log has it. */
export function clockTime(atMs: number): string {
  return isoTime(atMs).slice(11, 19)
}

/** `2024-02-01T09:05:07.123000`, in UTC, with the six digits that Python writes. */
export function isoTime(atMs: number): string {
  if (atMs !== last.atMs) last = { atMs, text: `${new Date(atMs).toISOString().slice(0, 23)}000` }
  return last.text
}

/** Many lines have the same time, and making its text takes longer than making a line. */
let last = { atMs: Number.NaN, text: '' }
