/** The reporter that the flags ask for: what goes to the terminal and what to the log file, in which form. */
import { customEnvironment } from '../artifacts/artifact-metadata.ts'
import { compiledPath, hasCompiledFile } from '../artifacts/target-paths.ts'
import type { RunIdentity } from '../commands/session.ts'
import { secretValues, withoutSecrets } from '../config/secrets.ts'
import { renderDetails } from './render-diagnostic.ts'
import { openFileLog } from './reporters/file-log.ts'
import { LiveLine } from './reporters/live-line.ts'
import { type Channel, Reporter, terminalLevel } from './reporters/reporter.ts'
import type { TimeSpent } from './reporters/time-account.ts'
import type { Surroundings } from './surroundings.ts'

export function openReporter(
  options: Pick<Surroundings, 'stdout' | 'clock' | 'processId'>,
  identity: RunIdentity,
  timeSpent: () => TimeSpent,
): Reporter {
  const { flags, projectFolder, environment, invocationId } = identity
  const { stdout, clock, processId } = options
  const secrets = secretValues(environment, flags.vars)
  const level = terminalLevel(flags)
  const terminal: Channel = {
    format: flags.logFormat,
    defaultFormat: 'text',
    level,
    colours: flags.useColors && stdout.isTerminal && environment.NO_COLOR === undefined,
    write: text => stdout.write(`${text}\n`),
  }
  const fileLevel = flags.debug ? 'debug' : flags.logLevelFile
  const fileLog =
    fileLevel === 'none' ? undefined : openFileLog(inFolder(projectFolder, flags.logPath), flags.logFileMaxBytes)
  const isText = flags.logFormat === 'default' || flags.logFormat === 'text'
  return new Reporter({
    clock,
    processId,
    invocationId,
    extra: customEnvironment(environment),
    width: flags.printerWidth,
    quiet: flags.quiet,
    output: flags.output === 'json' ? 'json' : 'text',
    which: flags.which,
    print: flags.print,
    timeOnEveryLine: flags.which === 'list' || flags.which === 'ls',
    mask: secrets.length === 0 ? text => text : text => withoutSecrets(text, secrets),
    details: renderDetails,
    timeSpent,
    compiledPath: node => (hasCompiledFile(node) ? compiledPath(flags.targetPath, node) : undefined),
    terminal,
    file: fileLog && {
      format: flags.logFormatFile,
      defaultFormat: 'debug',
      level: fileLevel,
      colours: false,
      write: text => fileLog.write(text),
    },
    fileLog,
    live:
      stdout.isTerminal && isText && level !== 'none' && level !== 'error' ? new LiveLine(stdout, clock) : undefined,
  })
}

function inFolder(folder: string, path: string): string {
  return path.startsWith('/') || /^[A-Za-z]:/.test(path) ? path : `${folder}/${path}`
}
