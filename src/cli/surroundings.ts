/** The world as `main` sees it: the process fills it in, and so do tests. */
import type { Clock, IdSource } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { OutsideWorld } from '../commands/outside-world.ts'
import type { Builtins } from '../project/builtins.ts'
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
  /** The built-in macros; asked for when a project is read. */
  readonly builtins: () => Builtins
  /** Names the build, for what is kept from one run to the next; absent: nothing is kept. */
  readonly buildStamp?: string | undefined
  readonly outside: OutsideWorld
  readonly stdout: Output
  readonly stderr: Output
  readonly clock: Clock
  readonly ids: IdSource
  readonly signal: AbortSignal
  readonly processId: number
  readonly reserveThreads: (count: number) => void
  /** Content begins to stream to a bucket; what it gives is called when that has ended. */
  readonly beginStream?: () => () => void
  /** Hears what stopped the command, beside what is printed. */
  readonly onStopped?: (diagnostics: readonly Diagnostic[]) => void
}
