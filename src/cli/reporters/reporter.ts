/**
 * Where all that is told goes: every event becomes lines, and every line goes to the terminal and to the log file, each
 * with its own format, level and colours. Secrets are masked here, in whatever is written.
 */
import type { Clock } from '../../base/clock.ts'
import type { CommandEvent } from '../../commands/command-event.ts'
import type { LogFormat, LogLevel } from '../../config/flags.ts'
import type { RunEvent } from '../../execution/event.ts'
import { commandLines } from './command-lines.ts'
import type { FileLog } from './file-log.ts'
import { jsonLine } from './json.ts'
import type { LiveLine } from './live-line.ts'
import { colours, isPrinted, type LogLine, noColours } from './log-line.ts'
import { movedText } from './moved-bytes.ts'
import { RunLines, type RunLinesOptions } from './run-lines.ts'
import { longText, shortText } from './text.ts'

export interface Channel {
  readonly format: LogFormat
  /** Of the two text formats, the one that `default` means. */
  readonly defaultFormat: 'text' | 'debug'
  readonly level: LogLevel
  readonly colours: boolean
  write(text: string): void
}

export interface ReporterOptions extends RunLinesOptions {
  /** The command. */
  readonly which: string
  readonly clock: Clock
  readonly invocationId: string
  readonly processId: number
  /** Variables of the environment that every JSON line carries. */
  readonly extra: Readonly<Record<string, string>>
  readonly terminal: Channel
  readonly file: Channel | undefined
  readonly fileLog: FileLog | undefined
  readonly live: LiveLine | undefined
  /** `print()` in templates is shown. */
  readonly print: boolean
  /** Whoever reads the output takes lines without a time for nodes. */
  readonly timeOnEveryLine: boolean
  /** Replaces secrets. */
  readonly mask: (text: string) => string
}

const severity: Readonly<Record<LogLevel, number>> = { debug: 10, info: 20, warn: 30, error: 40, none: 50 }

/** Events that only commands make; all others are of a run. */
const commandKinds = new Set<CommandEvent['kind']>([
  'project found',
  'problem found',
  'command stopped',
  'operation failed',
  'output',
  'node compiled',
  'artifact written',
  'plan shown',
  'phase ended',
  'note',
])

function isRunEvent(event: CommandEvent): event is RunEvent {
  return !commandKinds.has(event.kind)
}

export class Reporter {
  private readonly options: ReporterOptions
  private readonly runLines: RunLines

  constructor(options: ReporterOptions) {
    this.options = options
    this.runLines = new RunLines(options)
  }

  readonly emit = (event: CommandEvent): void => {
    if (event.kind === 'template print' && !this.options.print) return
    if (isRunEvent(event)) {
      this.follow(event)
      for (const line of this.runLines.of(event)) this.line(line)
    } else {
      if (event.kind === 'project found') this.runLines.knowGroups(event.groups.values())
      for (const line of commandLines(event, this.options.clock.now(), this.options)) this.line(line)
    }
  }

  line(line: LogLine): void {
    const { terminal, file, live } = this.options
    const rank = severity[isPrinted(line) ? 'error' : line.level]
    if (rank >= severity[terminal.level]) {
      live?.clear()
      this.write(terminal, line)
    }
    if (file !== undefined && rank >= severity[file.level]) this.write(file, line)
  }

  close(): void {
    this.options.live?.stop()
    this.options.fileLog?.flush()
  }

  private write(channel: Channel, line: LogLine): void {
    channel.write(this.options.mask(this.rendered(channel, line)))
  }

  private rendered(channel: Channel, line: LogLine): string {
    const paint = channel.colours ? colours : noColours
    const format = channel.format === 'default' ? channel.defaultFormat : channel.format
    switch (format) {
      case 'json':
        return jsonLine(line, paint, this.options)
      case 'debug':
        return longText(line, paint, this.options.invocationId)
      default:
        return shortText(line, paint, channel === this.options.terminal && this.options.timeOnEveryLine)
    }
  }

  private follow(event: RunEvent): void {
    const { live } = this.options
    if (live === undefined) return
    if (event.kind === 'node started' && event.counted !== undefined) {
      live.started(event.node.uniqueId, event.description, event.counted.total)
    } else if (event.kind === 'node finished') live.ended(event.node.uniqueId)
    else if (event.kind === 'bytes moved') live.transferred(movedText(event.moved))
    else if (event.kind === 'run finished' || event.kind === 'run broken off') live.stop()
  }
}

/** The least severe level that is shown on the terminal. */
export function terminalLevel(flags: { quiet: boolean; debug: boolean; logLevel: LogLevel }): LogLevel {
  if (flags.logLevel === 'none') return 'none'
  if (flags.quiet) return 'error'
  return flags.debug ? 'debug' : flags.logLevel
}
