/**
 * Where the time of a command went, kept up to date event by event. Every moment counts once: while a statement runs it
 * is the database's, whatever else goes on beside it; else compiling, where a node is being compiled; the phases before
 * the run are reading.
 */
import type { CommandEvent } from '../../commands/command-event.ts'
import { type LogLine, textLine } from './log-line.ts'

export interface TimeSpent {
  readonly readingMs: number
  readonly compilingMs: number
  readonly databaseMs: number
}

const readingPhases = new Set(['read settings', 'read parse cache', 'parse', 'link', 'keep parse'])

export class TimeAccount {
  private readingMs = 0
  private compilingMs = 0
  private databaseMs = 0
  private readonly statements = new Set<string>()
  private readonly compiling = new Set<string>()
  private sinceMs = 0

  /** @param elapsedMs monotonic */
  note(event: CommandEvent, elapsedMs: number): void {
    if (this.statements.size > 0) this.databaseMs += elapsedMs - this.sinceMs
    else if (this.compiling.size > 0) this.compilingMs += elapsedMs - this.sinceMs
    this.sinceMs = elapsedMs
    switch (event.kind) {
      case 'phase ended':
        if (readingPhases.has(event.phase)) this.readingMs += event.durationMs
        return
      case 'statement started':
        this.statements.add(event.connection)
        return
      case 'statement finished':
        this.statements.delete(event.connection)
        return
      case 'node compiling':
        this.compiling.add(event.node.uniqueId)
        return
      case 'node executing':
      case 'node finished':
        this.compiling.delete(event.node.uniqueId)
        return
    }
  }

  spent(): TimeSpent {
    const { readingMs, compilingMs, databaseMs } = this
    return { readingMs, compilingMs, databaseMs }
  }
}

/** At the end of a run, for people who want their runs faster. */
export function timeLine({ readingMs, compilingMs, databaseMs }: TimeSpent, atMs: number): LogLine {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)}s`
  const text = `Time went to reading the project ${seconds(readingMs)}, compiling ${seconds(compilingMs)}, the database ${seconds(databaseMs)}`
  return textLine('TimeSpent', 'E101', 'info', atMs, text, {
    data: { reading: readingMs / 1000, compiling: compilingMs / 1000, database: databaseMs / 1000 },
  })
}
