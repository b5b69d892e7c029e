/** The world as `main` sees it: the process fills it in, and so do tests. */
import type { Clock, IdSource } from '../base/clock.ts'
import type { FileSystem } from '../storage/file-system.ts'

export interface Output {
  write(text: string): void
  readonly isTerminal: boolean
  readonly columns: number
}

export interface Surroundings {
  readonly argv: readonly string[]
  readonly version: string
  readonly environment: Readonly<Record<string, string>>
  /** Rooted at the working directory. */
  readonly files: FileSystem
  readonly stdout: Output
  readonly stderr: Output
  readonly clock: Clock
  readonly ids: IdSource
  readonly signal: AbortSignal
  readonly processId: number
  readonly reserveThreads: (count: number) => void
}
