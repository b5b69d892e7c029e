/**
 * One line at the bottom of a terminal that tells what has been running for a while. It is taken away before anything
 * else is written, and it is never written where the output is not a terminal.
 */
import type { Clock } from '../../base/clock.ts'

/** Shorter nodes come and go without it. */
const patienceMs = 800
const intervalMs = 200
const eraseLine = '\r\u001b[2K'

interface Running {
  readonly description: string
  readonly sinceMs: number
}

export interface LiveTerminal {
  write(text: string): void
  readonly columns: number
}

export class LiveLine {
  private readonly terminal: LiveTerminal
  private readonly clock: Clock
  private readonly running = new Map<string, Running>()
  private finished = 0
  private total = 0
  private shown = false
  private moved = ''
  private timer: NodeJS.Timeout | undefined

  constructor(terminal: LiveTerminal, clock: Clock) {
    this.terminal = terminal
    this.clock = clock
  }

  started(uniqueId: string, description: string, total: number): void {
    this.total = total
    this.running.set(uniqueId, { description, sinceMs: this.clock.elapsedMs() })
    if (this.timer !== undefined) return
    this.timer = setInterval(() => this.draw(), intervalMs)
    this.timer.unref()
  }

  ended(uniqueId: string): void {
    if (!this.running.delete(uniqueId)) return
    this.finished += 1
    if (this.running.size === 0) this.stop()
  }

  /** What has gone over the network so far, in words. */
  transferred(text: string): void {
    this.moved = text
  }

  /** Call before writing anything else to the terminal. */
  clear(): void {
    if (!this.shown) return
    this.terminal.write(eraseLine)
    this.shown = false
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
    this.clear()
  }

  private draw(): void {
    const text = this.text()
    if (text === '') return
    this.terminal.write(eraseLine + text)
    this.shown = true
  }

  /** The node that has run longest, and how many others run beside it. */
  text(): string {
    const now = this.clock.elapsedMs()
    const [longest] = [...this.running.values()].sort((a, b) => a.sinceMs - b.sinceMs)
    if (longest === undefined || now - longest.sinceMs < patienceMs) return ''
    const seconds = Math.floor((now - longest.sinceMs) / 1000)
    const others = this.running.size > 1 ? ` and ${this.running.size - 1} more` : ''
    const text = `${this.finished} of ${this.total} done, running ${longest.description}${others} (${seconds}s)${this.moved === '' ? '' : `, ${this.moved}`}`
    return text.slice(0, Math.max(0, this.terminal.columns - 1))
  }
}
