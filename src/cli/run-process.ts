/** `main` bound to this process: its arguments, streams, signals and exit code. */
import { randomIds, systemClock } from '../base/clock.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { localFiles } from '../storage/local-files.ts'
import { localWorld } from './local-world.ts'
import { main } from './main.ts'
import { buildStamp, packedBuiltins } from './packed-builtins.ts'
import type { Output } from './surroundings.ts'
import { beginStream, YoungSpace } from './v8-settings.ts'

/** Threads of libuv beside those that run SQL: for files and name look-ups. */
const spareThreads = 4

export async function runProcess(version: string): Promise<void> {
  const youngSpace = new YoungSpace()
  const interrupt = new AbortController()
  // The first signal ends the run in good order, the second ends the process.
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(130)
    interrupt.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  // The SDK would tell every user of an S3 bucket which Node it will want one day.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const exitCode = await main({
    argv: process.argv.slice(2),
    version,
    environment: definedOnly(process.env),
    files: watched(localFiles(process.cwd()), youngSpace),
    builtins: packedBuiltins,
    buildStamp: buildStamp(),
    outside: localWorld,
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    clock: systemClock,
    ids: randomIds,
    signal: interrupt.signal,
    processId: process.pid,
    reserveThreads: count => {
      reserveThreads(count)
      youngSpace.hold()
    },
    beginStream,
  })
  process.off('SIGINT', onSignal)
  process.off('SIGTERM', onSignal)
  process.exitCode = exitCode
  // As when the program was loaded: V8 would not take code that it keeps from now on under other settings.
  youngSpace.hold()
}

function watched(files: FileSystem, youngSpace: YoungSpace): FileSystem {
  return {
    ...files,
    read: path => {
      youngSpace.noteFile()
      return files.read(path)
    },
    stat: path => {
      youngSpace.noteFile()
      return files.stat(path)
    },
  }
}

/** libuv reads the number when it first needs a thread, which is when the database is opened. */
function reserveThreads(count: number): void {
  process.env.UV_THREADPOOL_SIZE ??= String(count + spareThreads)
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // A reader that went away, such as `head`, is no error of ours.
  stream.on('error', error => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    write: text => {
      stream.write(text)
    },
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 80,
  }
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
