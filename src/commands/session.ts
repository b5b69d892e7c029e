/**
 * One call of one command with everything it may touch: what the command line hands down, and what a program that calls
 * eider as a library fills in itself.
 */
import type { SpareTime } from '../base/spare-time.ts'
import type { Flags } from '../config/flags.ts'
import type { LaunchRequest } from '../config/load-config.ts'
import type { Builtins } from '../project/builtins.ts'
import type { CommandSink } from './command-event.ts'
import type { OutsideWorld } from './outside-world.ts'

/** What is known as soon as the project file was found: reporters are set up by it. */
export interface RunIdentity {
  readonly flags: Flags
  readonly environment: Readonly<Record<string, string>>
  readonly invocationId: string
  /** Absolute. */
  readonly projectFolder: string
}

export interface Session {
  readonly launch: LaunchRequest
  readonly builtins: () => Builtins
  /** Names the build, for what is kept from one run to the next; absent: nothing is kept. */
  readonly buildStamp: string | undefined
  readonly outside: OutsideWorld
  /** Aborting ends the run in good order. */
  readonly signal: AbortSignal
  readonly emit: CommandSink
  /** Counts a deprecated thing; `of` tells apart several under one name. @returns whether it is the first of its kind */
  readonly noteDeprecation: (name: string, code: string, of?: string) => boolean
  /** Called once by every command, before it emits anything. */
  readonly begin: (identity: RunIdentity) => void
  /** So many statements will run at the same time. Called before the database is opened. */
  readonly reserveThreads: (count: number) => void
  /** Content begins to stream to a bucket; what it gives is called when that has ended. */
  readonly beginStream: () => () => void
  /** For work that can wait until the database works, at the latest until the command has ended. */
  readonly spare: SpareTime
}

/**
 * How a command ended: `success` is exit code 0, `failure` 1 (something ran and failed), `interrupted` 130. What stops
 * before anything ran is thrown as a `CommandStopped`.
 */
export type Outcome = 'success' | 'failure' | 'interrupted'

export type Command = (session: Session) => Promise<Outcome>
