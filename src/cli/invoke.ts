/**
 * One call of a command from another program, in its process: `await invoke(['run', '--select', 'orders'])`. Calls may
 * run side by side; relative paths of data files start from the process's working directory.
 */
import packageJson from '../../package.json' with { type: 'json' }
import { randomIds, systemClock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { localFiles } from '../storage/local-files.ts'
import { localWorld } from './local-world.ts'
import { main } from './main.ts'
import { buildStamp, packedBuiltins } from './packed-builtins.ts'
import type { Output } from './surroundings.ts'

export interface InvokeOptions {
  /** Where the project is looked for, and what relative options start from. Default: the working directory. */
  readonly folder?: string
  /** Default: the environment of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Aborting ends the run in good order: exit code 130. */
  readonly signal?: AbortSignal
  /** Takes output as it is written. Default: it is gathered in the result alone. */
  readonly onOutput?: (text: string) => void
}

export interface InvokeResult {
  /** 0 good, 1 something failed, 2 stopped before anything ran, 130 interrupted. */
  readonly exitCode: number
  readonly success: boolean
  readonly stdout: string
  readonly stderr: string
  /** What the command stopped on, with exit code 2. */
  readonly diagnostics: readonly Diagnostic[]
}

export async function invoke(argv: readonly string[], options: InvokeOptions = {}): Promise<InvokeResult> {
  const told = { stdout: '', stderr: '' }
  let diagnostics: readonly Diagnostic[] = []
  const output = (name: 'stdout' | 'stderr'): Output => ({
    write: text => {
      told[name] += text
      options.onOutput?.(text)
    },
    isTerminal: false,
    columns: 80,
  })
  const exitCode = await main({
    argv,
    version: packageJson.version,
    environment: definedOnly(options.environment ?? process.env),
    files: localFiles(options.folder ?? process.cwd()),
    builtins: packedBuiltins,
    buildStamp: buildStamp(),
    outside: localWorld,
    stdout: output('stdout'),
    stderr: output('stderr'),
    clock: systemClock,
    ids: randomIds,
    signal: options.signal ?? new AbortController().signal,
    processId: process.pid,
    // The host program has started its threads already.
    reserveThreads: () => {},
    onStopped: stopped => {
      diagnostics = stopped
    },
  })
  return { exitCode, success: exitCode === 0, ...told, diagnostics }
}

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
