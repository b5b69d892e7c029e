/** The flags that count, from the command line, the environment, the project file and the defaults. Pure. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { PyDict } from '../template/value.ts'
import { snakeCase } from './behaviour-flags.ts'
import { enginePrefix, isNegated, variablesOf } from './engine-variables.ts'
import { type FlagGround, flagDefaults } from './flag-defaults.ts'
import { type FlagEntry, type FlagName, flagNames, flagTable } from './flag-table.ts'
import type { Flags } from './flags.ts'
import { dictFromText, type GivenFlag, readFlag, readProjectFlag } from './read-flag.ts'

export interface FlagSources extends FlagGround {
  /** What really stood on the command line, by field name. */
  readonly given: Readonly<Record<string, GivenFlag>>
  readonly environment: Readonly<Record<string, string>>
  /** As the process got it; where it is there, problems name the variable that was really set. */
  readonly outside?: Readonly<Record<string, string>>
  /** `flags:` of the project file, or what an old profiles.yml has under `config:`. */
  readonly project: PyDict
  readonly nowMs: number
}

/** @throws DiagnosticError `config/bad-flag`, `config/bad-vars` or `config/flag-conflict` */
export function resolveFlags(sources: FlagSources): Flags {
  const set = new Map<string, unknown>()
  for (const name of flagNames) {
    const value = fromOutside(sources, name)
    if (value !== undefined) set.set(name, value)
  }
  follow(set, 'useColors', 'useColorsFile')
  follow(set, 'logLevel', 'logLevelFile')
  follow(set, 'logFormat', 'logFormatFile')
  exclusive(set, 'warnError', 'warnErrorOptions')
  exclusive(set, 'select', 'inline')
  exclusive(set, 'selector', 'inline')
  if (isTruthy(sources.environment.DO_NOT_TRACK)) set.set('sendAnonymousUsageStats', false)
  const flags: Flags = { ...flagDefaults(sources), ...(Object.fromEntries(set) as Partial<Flags>) }
  checkEventTimes(flags)
  return flags
}

/** A flag that leads another one sets it too, unless that was set itself. */
function follow(set: Map<string, unknown>, lead: FlagName, follower: FlagName): void {
  if (set.has(lead) && !set.has(follower)) set.set(follower, set.get(lead))
}

function exclusive(set: ReadonlyMap<string, unknown>, first: FlagName, second: FlagName): void {
  if (!set.has(first) || !set.has(second)) return
  throw new DiagnosticError({
    code: 'config/flag-conflict',
    kind: 'Validation',
    message: `${snakeCase(second)}: not allowed with argument ${snakeCase(first)}`,
  })
}

function fromOutside(sources: FlagSources, name: FlagName): unknown {
  const entry: FlagEntry = flagTable[name]
  const given = sources.given[name]
  if (given !== undefined) return readFlag(name, given, { where: `'${optionText(name)}'`, nowMs: sources.nowMs })
  if (entry.environment && (!entry.commands || entry.commands.includes(sources.which))) {
    for (const variable of variablesOf(name)) {
      const value = sources.environment[variable]
      if (value === undefined || value === '') continue
      // In dbt this one is a text, and any text is true.
      if (variable.endsWith('_FAVOR_STATE_MODE')) return true
      const where = `'${optionText(name)}' (env var: '${shownVariable(variable, sources)}')`
      const meant = readFlag(name, value, { where, nowMs: sources.nowMs })
      if (meant !== undefined) return isNegated(variable) ? meant === false : meant
    }
  }
  if (!entry.project) return undefined
  const value = sources.project.get(snakeCase(name))
  if (value === undefined || value === null) return undefined
  return readProjectFlag(name, value)
}

/** Of the two names that dbt gives each variable, the one that is set. */
function shownVariable(variable: string, { outside = {} }: FlagSources): string {
  const older = variable.replace(`${enginePrefix}_`, 'DBT_')
  return outside[variable] === undefined && outside[older] !== undefined ? older : variable
}

function optionText(name: FlagName): string {
  return `--${snakeCase(name).replaceAll('_', '-')}`
}

function isTruthy(value: string | undefined): boolean {
  return value !== undefined && ['1', 't', 'true', 'y', 'yes'].includes(value.toLowerCase())
}

/** `warn_error_options` in every place that has it, also where another one counts. */
export function writtenWarnErrorOptions({ given, environment, project }: FlagSources): readonly PyDict[] {
  const texts = [given.warnErrorOptions, ...variablesOf('warnErrorOptions').map(name => environment[name])]
  const [told] = texts.filter(one => typeof one === 'string').filter(one => one !== '')
  const ofProject = project.get(snakeCase('warnErrorOptions'))
  // dbt reads a variable once before the command and once after it.
  const times = given.warnErrorOptions === undefined ? 2 : 1
  return [
    ...(told === undefined ? [] : Array<PyDict>(times).fill(dictFromText('warn-error-options', told))),
    ...(ofProject instanceof PyDict ? [ofProject] : []),
  ]
}

function checkEventTimes(flags: Flags): void {
  const { eventTimeStart: start, eventTimeEnd: end } = flags
  if (start === null && end === null) return
  const fail = (message: string): DiagnosticError =>
    new DiagnosticError({ code: 'config/flag-conflict', kind: 'Validation', message })
  const missing = (given: string, needed: string): string =>
    `The flag \`${given}\` was specified, but \`${needed}\` was not. When specifying \`${given}\`, \`${needed}\` must also be present.`
  if (start === null) throw fail(missing('--event-time-end', '--event-time-start'))
  if (end === null) throw fail(missing('--event-time-start', '--event-time-end'))
  if (start >= end) throw fail('Value for `--event-time-start` must be less than `--event-time-end`')
}
