/** The flags that count, from the command line, the environment, the project file and the defaults. Pure. */
import type { DiagnosticCode } from '../base/codes.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { PyDict, type Value } from '../template/value.ts'
import { snakeCase } from './behaviour-flags.ts'
import { enginePrefix, isNegated, variablesOf } from './engine-variables.ts'
import { type FlagEntry, type FlagName, flagNames, flagTable } from './flag-table.ts'
import type { Flags, WarnErrorOptions } from './flags.ts'
import { sampleWindow, timePoint } from './time-window.ts'
import { readWarnErrorOptions } from './warn-error-options.ts'
import { yamlValue } from './yaml-value.ts'

/** As the command line gives it: not yet looked into. */
export type GivenFlag = string | number | boolean | readonly string[]

export interface FlagSources {
  readonly which: string
  readonly invocationCommand: string
  /** What really stood on the command line, by field name. */
  readonly given: Readonly<Record<string, GivenFlag>>
  readonly environment: Readonly<Record<string, string>>
  /** As the process got it; where it is there, problems name the variable that was really set. */
  readonly outside?: Readonly<Record<string, string>>
  /** `flags:` of the project file, or what an old profiles.yml has under `config:`. */
  readonly project: PyDict
  /** `target-path` and `log-path` of the project file. */
  readonly paths: { readonly target: string | null; readonly log: string | null }
  readonly nowMs: number
}

const noOptions: WarnErrorOptions = { error: [], warn: [], silence: [] }

function defaults(sources: FlagSources): Flags {
  return {
    which: sources.which,
    invocationCommand: sources.invocationCommand,
    cacheSelectedOnly: false,
    debug: false,
    defer: false,
    deferState: null,
    failFast: false,
    favorState: false,
    indirectSelection: 'eager',
    logCacheEvents: false,
    logFileMaxBytes: 10_485_760,
    logFormat: 'default',
    logFormatFile: 'debug',
    logLevel: 'info',
    logLevelFile: 'debug',
    logPath: sources.paths.log ?? 'logs',
    macroDebugging: false,
    partialParse: true,
    partialParseFileDiff: true,
    partialParseFilePath: null,
    populateCache: true,
    print: true,
    printerWidth: 80,
    profile: null,
    profilesDir: null,
    projectDir: null,
    quiet: false,
    recordTimingInfo: null,
    sendAnonymousUsageStats: true,
    showAllDeprecations: false,
    showResourceReport: false,
    singleThreaded: false,
    state: null,
    staticParser: true,
    target: null,
    targetPath: sources.paths.target ?? 'target',
    uploadToArtifactsIngestApi: false,
    useColors: true,
    useColorsFile: true,
    useExperimentalParser: false,
    useFastTestEdges: false,
    vars: new PyDict(),
    versionCheck: true,
    warnError: false,
    warnErrorOptions: noOptions,
    writeJson: true,
    select: [],
    exclude: [],
    selector: null,
    resourceTypes: [],
    excludeResourceTypes: [],
    fullRefresh: false,
    threads: null,
    empty: false,
    sample: null,
    eventTimeStart: null,
    eventTimeEnd: null,
    storeFailures: false,
    show: false,
    sqlparse: new PyDict(),
    exportSavedQueries: false,
    includeSavedQuery: false,
    inline: null,
    inlineDirect: null,
    introspect: true,
    injectEphemeralCtes: true,
    output: null,
    outputKeys: [],
    limit: 5,
    compile: true,
    emptyCatalog: false,
    static: false,
    host: '127.0.0.1',
    port: 8080,
    browser: true,
    cleanProjectFilesOnly: true,
    upgrade: false,
    lock: false,
    addPackage: null,
    source: 'hub',
    connection: false,
    configDir: false,
    macro: null,
    args: new PyDict(),
    projectName: null,
    skipProfileSetup: false,
    dryRun: false,
    buildMissing: true,
  }
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
  const flags: Flags = { ...defaults(sources), ...(Object.fromEntries(set) as Partial<Flags>) }
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
  if (given !== undefined) return read(entry, name, given, sources, `'${optionText(name)}'`)
  if (entry.environment && (!entry.commands || entry.commands.includes(sources.which))) {
    for (const variable of variablesOf(name)) {
      const value = sources.environment[variable]
      if (value === undefined || value === '') continue
      // In dbt this one is a text, and any text is true.
      if (variable.endsWith('_FAVOR_STATE_MODE')) return true
      const where = `'${optionText(name)}' (env var: '${shownVariable(variable, sources)}')`
      const meant = read(entry, name, value, sources, where)
      if (meant !== undefined) return isNegated(variable) ? meant === false : meant
    }
  }
  if (!entry.project) return undefined
  const value = sources.project.get(snakeCase(name))
  if (value === undefined || value === null) return undefined
  return fromProject(entry, name, value)
}

/** Of the two names that dbt gives each variable, the one that is set. */
function shownVariable(variable: string, { outside = {} }: FlagSources): string {
  const older = variable.replace(`${enginePrefix}_`, 'DBT_')
  return outside[variable] === undefined && outside[older] !== undefined ? older : variable
}

function optionText(name: FlagName): string {
  return `--${snakeCase(name).replaceAll('_', '-')}`
}

function read(entry: FlagEntry, name: FlagName, given: GivenFlag, sources: FlagSources, where: string): unknown {
  const { reads } = entry
  switch (reads.kind) {
    case 'bool':
      return readBool(given, where)
    case 'text':
      return String(given)
    case 'int':
      if (!/^\s*[+-]?\d+\s*$/.test(String(given))) throw badFlag(where, `'${given}' is not a valid integer.`)
      return Number(given)
    case 'choice':
      return readChoice(String(given), reads.choices, where)
    case 'list': {
      const items = Array.isArray(given) ? given.map(String) : String(given).split(/\s+/).filter(Boolean)
      return reads.choices ? items.map(item => readChoice(item, reads.choices ?? [], where)) : items
    }
    case 'yaml':
      return dictFromText(name === 'vars' ? 'vars' : snakeCase(name), String(given))
    case 'time':
      return readTime(String(given), where)
    case 'sample': {
      const window = sampleWindow(String(given), sources.nowMs)
      if ('problem' in window) throw badFlag(where, window.problem)
      return window
    }
    case 'warn-error-options':
      return warnErrorOptions(dictFromText('warn-error-options', String(given)), where)
  }
}

const truths = new Set(['1', 'true', 't', 'yes', 'y', 'on'])
const lies = new Set(['0', 'false', 'f', 'no', 'n', 'off'])

function isTruthy(value: string | undefined): boolean {
  return value !== undefined && ['1', 't', 'true', 'y', 'yes'].includes(value.toLowerCase())
}

function readBool(given: GivenFlag, where: string): boolean | undefined {
  if (typeof given === 'boolean') return given
  const word = String(given).trim().toLowerCase()
  // What dbt takes for no value at all.
  if (word === '') return undefined
  if (truths.has(word)) return true
  if (lies.has(word)) return false
  throw badFlag(
    where,
    `'${given}' is not a valid boolean. Recognized values: , 0, 1, f, false, n, no, off, on, t, true, y, yes`,
  )
}

function readChoice(given: string, choices: readonly string[], where: string): string {
  const chosen = chosenFrom(given, choices)
  if (chosen !== undefined) return chosen
  throw badFlag(where, choiceProblem(given, choices))
}

function chosenFrom(given: string, choices: readonly string[]): string | undefined {
  return choices.find(choice => choice === given.toLowerCase()) ?? choices.find(choice => choice === given)
}

function choiceProblem(given: string, choices: readonly string[]): string {
  return `'${given}' is not one of ${choices.map(choice => `'${choice}'`).join(', ')}.`
}

function readTime(given: string, where: string): number {
  const ms = timePoint(given)
  if (ms !== undefined) return ms
  throw badFlag(where, `'${given}' does not match the formats '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S'.`)
}

function badFlag(where: string, problem: string): DiagnosticError {
  const message = `Invalid value for ${where}: ${problem}`
  return new DiagnosticError({ code: 'config/bad-flag', kind: 'Validation', message })
}

/**
 * The dictionary of a YAML text from the command line.
 * @throws DiagnosticError `config/bad-vars`
 */
function dictFromText(option: string, text: string): PyDict {
  const fail = (problem: string): DiagnosticError =>
    new DiagnosticError({ code: 'config/bad-vars', kind: 'Validation', message: problem })
  let value: Value
  try {
    value = yamlValue(parseYaml({ path: `--${option}`, text }).root)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    throw fail(`Invalid value for '--${option}': String '${text}' is not valid YAML`)
  }
  if (value instanceof PyDict) return value
  throw fail(`Invalid value for '--${option}': String '${text}' is not valid YAML`)
}

function fromProject(entry: FlagEntry, name: FlagName, value: Value): unknown {
  const where = `"${snakeCase(name)}" under "flags" in the project file`
  const wrong = (problem: string, code: DiagnosticCode = 'config/ignored-flags'): DiagnosticError =>
    new DiagnosticError({ code, kind: 'Runtime', message: `Invalid value for ${where}: ${problem}` })
  const { reads } = entry
  switch (reads.kind) {
    case 'warn-error-options': {
      const options = value instanceof PyDict ? readWarnErrorOptions(value) : { problem: 'a dictionary is expected' }
      // What dbt takes for a mistake it tells; what has the wrong type makes it forget all flags.
      if ('problem' in options) throw wrong(options.problem, 'config/bad-flag')
      return options
    }
    case 'bool':
      if (typeof value === 'boolean') return value
      throw wrong(`${JSON.stringify(value)} is not a boolean`)
    case 'int':
      if (typeof value === 'number') return value
      throw wrong(`${JSON.stringify(value)} is not an integer`)
    case 'choice': {
      const chosen = chosenFrom(String(value), reads.choices)
      if (chosen === undefined) throw wrong(choiceProblem(String(value), reads.choices))
      return chosen
    }
    default:
      return typeof value === 'string' ? value : undefined
  }
}

function warnErrorOptions(dict: PyDict, where: string): WarnErrorOptions {
  const options = readWarnErrorOptions(dict)
  if ('problem' in options) throw badFlag(where, options.problem)
  return options
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
