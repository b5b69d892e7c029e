/**
 * What the run was asked to be: the first record of the eight. Made by `load-config.ts`, frozen afterwards.
 * Everything that a later phase needs from outside (files, environment, time, ids) is in here as a value.
 */
import type { Clock, IdSource } from '../base/clock.ts'
import type { FileSystem } from '../storage/file-system.ts'
import type { PyDict } from '../template/value.ts'
import type { Flags } from './flags.ts'
import type { InstalledPackage } from './packages.ts'
import type { ProjectFile } from './project-file.ts'
import type { Target } from './target.ts'

/** Environment variables, as given when the process started and completed from `.env`. */
export type Environment = Readonly<Record<string, string>>

export interface Config {
  /** Absolute path of the folder that holds the project file; relative paths of `files` start here. */
  readonly projectFolder: string
  readonly files: FileSystem
  readonly projectFile: ProjectFile
  readonly target: Target
  /** The root project's installed packages, in the order of their folders' names, each with its own project file. */
  readonly packages: readonly InstalledPackage[]
  /** `--vars`, rendered. */
  readonly cliVars: PyDict
  readonly flags: Flags
  readonly environment: Environment
  readonly clock: Clock
  readonly ids: IdSource
  readonly invocationId: string
  /** Milliseconds since 1970-01-01 UTC; `run_started_at` in templates. */
  readonly startedAtMs: number
}
