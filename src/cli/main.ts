/**
 * One run of the command line, with the world as values: tests call it as the process does. Gives the exit code: 0 good,
 * 1 something failed, 2 stopped before anything ran, 130 interrupted. Never throws.
 */
import { type Diagnostic, diagnostic } from '../base/diagnostic.ts'
import { SpareTime } from '../base/spare-time.ts'
import { diagnosticsOf } from '../commands/command-stopped.ts'
import { deprecationTally } from '../commands/deprecations.ts'
import type { Outcome, RunIdentity, Session } from '../commands/session.ts'
import type { Flags } from '../config/flags.ts'
import { resolveFlags } from '../config/resolve-flags.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { renderNative } from '../template/template.ts'
import { PyDict } from '../template/value.ts'
import { type Arguments, parseArguments } from './args.ts'
import { checkFolders } from './check-folders.ts'
import { loadCommand } from './command-modules.ts'
import type { CommandEntry } from './command-table.ts'
import { renderHelp } from './help.ts'
import { openReporter } from './open-reporter.ts'
import { mainThread } from './reporters/log-line.ts'
import type { Reporter } from './reporters/reporter.ts'
import { RunTrace } from './reporters/run-trace.ts'
import { TimeAccount } from './reporters/time-account.ts'
import type { Surroundings } from './surroundings.ts'
import { UsageError } from './usage-error.ts'

const exitCodes: Readonly<Record<Outcome, number>> = { success: 0, failure: 1, interrupted: 130 }
const stoppedCode = 2

export async function main(options: Surroundings): Promise<number> {
  let parsed: Arguments
  try {
    parsed = parseArguments(options.argv)
    if (parsed.kind === 'command') checkFolders(parsed, options)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    options.stderr.write(error.text())
    return stoppedCode
  }
  switch (parsed.kind) {
    case 'version':
      options.stdout.write(`eider ${options.version}\n`)
      return 0
    case 'help':
      options.stdout.write(renderHelp(parsed.entry))
      return options.argv.length === 0 ? stoppedCode : 0
    case 'command':
      return runCommand(options, parsed)
  }
}

async function runCommand(options: Surroundings, parsed: Extract<Arguments, { kind: 'command' }>): Promise<number> {
  let reporter: Reporter | undefined
  const startedMs = options.clock.elapsedMs()
  const deprecations = deprecationTally()
  let flags: Flags | undefined
  const account = new TimeAccount()
  const tracePath = parsed.given.recordTimingInfo
  const trace = typeof tracePath === 'string' ? new RunTrace(startedMs) : undefined
  const begin = (identity: RunIdentity): void => {
    flags = identity.flags
    reporter?.close()
    reporter = openReporter(options, identity, () => account.spent())
    reportVersion(reporter, options)
  }
  const spare = new SpareTime(options.clock)
  const session: Session = {
    launch: {
      which: parsed.entry.which,
      invocationCommand: ['eider', ...options.argv].join(' '),
      words: options.argv,
      given: parsed.given,
      environment: options.environment,
      files: options.files,
      home: options.environment.HOME ?? options.environment.USERPROFILE ?? options.files.root,
      clock: options.clock,
      ids: options.ids,
      renderNative: (text, scope) => synchronous(renderNative(text, scope)),
    },
    builtins: options.builtins,
    buildStamp: options.buildStamp,
    outside: options.outside,
    signal: options.signal,
    emit: event => {
      if (event.kind === 'deprecation met') {
        const isFirst = deprecations.note(event.name, event.code)
        if (!event.isTold || (!isFirst && flags?.showAllDeprecations !== true)) return
      }
      const elapsedMs = options.clock.elapsedMs()
      account.note(event, elapsedMs)
      trace?.note(event, elapsedMs - ('heldMs' in event ? (event.heldMs ?? 0) : 0))
      reporter?.emit(event)
    },
    noteDeprecation: deprecations.note,
    begin,
    reserveThreads: options.reserveThreads,
    beginStream: options.beginStream ?? (() => () => {}),
    spare,
  }
  let exitCode = stoppedCode
  try {
    const command = await loadCommand(parsed.entry.words)
    exitCode = exitCodes[await command(session)]
  } catch (error) {
    const diagnostics = diagnosticsOf(error) ?? [bugReport(error)]
    const usage = reporter === undefined ? usageError(diagnostics, parsed.entry) : undefined
    if (usage) {
      options.stderr.write(usage.text())
      options.onStopped?.(diagnostics)
      return stoppedCode
    }
    if (reporter === undefined) begin(earlyIdentity(options, session))
    session.emit({ kind: 'command stopped', diagnostics })
    options.onStopped?.(diagnostics)
    if (options.signal.aborted) exitCode = exitCodes.interrupted
  }
  spare.finish()
  try {
    if (flags) deprecations.tell(session.emit, new WarningPolicy(flags), flags.showAllDeprecations)
  } catch (error) {
    const diagnostics = diagnosticsOf(error) ?? [bugReport(error)]
    session.emit({ kind: 'command stopped', diagnostics })
    options.onStopped?.(diagnostics)
    exitCode = stoppedCode
  }
  if (trace && typeof tracePath === 'string')
    writeTrace(options, session, tracePath, trace.text(`eider ${parsed.entry.words}`, options.clock.elapsedMs()))
  reportCompletion(reporter, options, parsed.entry.words, exitCode, startedMs)
  reporter?.close()
  return exitCode
}

/** Values of options and variables that cannot be used are told like words that are not understood. */
function usageError(diagnostics: readonly Diagnostic[], entry: CommandEntry): UsageError | undefined {
  const found = diagnostics.find(one => one.kind === 'Validation' && usageCodes.includes(one.code))
  return found && new UsageError(found.message, entry)
}

const usageCodes: readonly string[] = ['config/bad-flag', 'config/bad-vars', 'config/flag-conflict']

/** What the command did stands, whether or not it can be written down how long it took. */
function writeTrace(options: Surroundings, session: Session, path: string, text: string): void {
  try {
    options.files.write(path, text)
  } catch (error) {
    for (const found of diagnosticsOf(error) ?? [bugReport(error)])
      session.emit({ kind: 'problem found', diagnostic: { ...found, severity: 'warning' } })
  }
}

/** YAML values are rendered where nothing can wait. */
function synchronous<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new Error('a template of a configuration file cannot query the database')
  return value
}

/** What reporters need when the command stopped before it had found the project. */
function earlyIdentity(options: Surroundings, session: Session): RunIdentity {
  return {
    flags: earlyFlags(session),
    environment: options.environment,
    invocationId: options.ids(),
    projectFolder: options.files.root,
  }
}

function earlyFlags(session: Session): Flags {
  const { which, invocationCommand, given, environment, clock } = session.launch
  const sources = {
    which,
    invocationCommand,
    given,
    environment,
    project: new PyDict(),
    paths: { target: null, log: null },
    nowMs: clock.now(),
  }
  try {
    return { ...resolveFlags(sources), logLevelFile: 'none' }
  } catch {
    // A wrong flag is what stopped the command: it is told in the plainest way.
    return { ...resolveFlags({ ...sources, given: {}, environment: {} }), logLevelFile: 'none' }
  }
}

/** A failure that is no diagnostic is a fault of this program, and says so. */
function bugReport(error: unknown): Diagnostic {
  const message = error instanceof Error ? error.message : String(error)
  return diagnostic({
    code: 'cli/unexpected',
    kind: 'Internal',
    message: message === '' ? 'an error without a message' : message,
    notes: error instanceof Error && error.stack !== undefined ? [{ message: error.stack }] : [],
    hint: 'this is a bug in eider, please report it with the lines above',
  })
}

function reportVersion(reporter: Reporter, options: Surroundings): void {
  const version = `=${options.version}`
  reporter.line({
    name: 'MainReportVersion',
    code: 'A001',
    level: 'info',
    text: () => `Running with eider${version}`,
    data: { version, log_version: 3 },
    thread: mainThread,
    atMs: options.clock.now(),
  })
  reporter.line({
    name: 'MainReportArgs',
    code: 'A002',
    level: 'debug',
    text: () => `running eider with arguments ${JSON.stringify(options.argv)}`,
    data: { args: { invocation_command: ['eider', ...options.argv].join(' ') } },
    thread: mainThread,
    atMs: options.clock.now(),
  })
}

function reportCompletion(
  reporter: Reporter | undefined,
  options: Surroundings,
  words: string,
  exitCode: number,
  startedMs: number,
): void {
  const success = exitCode === 0
  const elapsed = (options.clock.elapsedMs() - startedMs) / 1000
  const completedAt = new Date(options.clock.now()).toISOString()
  const text = `Command \`eider ${words}\` ${success ? 'succeeded' : 'failed'} at ${completedAt.slice(11, 23)}000 after ${elapsed.toFixed(2)} seconds`
  reporter?.line({
    name: 'CommandCompleted',
    code: 'Q039',
    level: 'debug',
    text: () => text,
    data: { command: `eider ${words}`, completed_at: completedAt, elapsed, success },
    thread: mainThread,
    atMs: options.clock.now(),
  })
}
