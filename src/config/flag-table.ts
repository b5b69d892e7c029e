/**
 * Every flag as data: how its value is read, what it is by default, and where it may be set besides the command line.
 * Values come as text from the environment, as text, bool or list from the command line, as YAML from `flags:`.
 */
import type { CommandFlags, Flags, GlobalFlags } from './flags.ts'

type FlagKind =
  | { readonly kind: 'bool' }
  | { readonly kind: 'text' }
  | { readonly kind: 'int' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'list'; readonly choices?: readonly string[] }
  | { readonly kind: 'yaml' }
  | { readonly kind: 'time' }
  | { readonly kind: 'sample' }
  | { readonly kind: 'warn-error-options' }

export interface FlagEntry {
  readonly reads: FlagKind
  /** Set by `DBT_X`, `DBT_ENGINE_X` and `EIDER_X`. */
  readonly environment: boolean
  /** May stand under `flags:` in the project file. */
  readonly project: boolean
  /** Commands whose environment twin counts; every command when absent. */
  readonly commands?: readonly string[]
}

/** Fields that are not read like a flag but follow from the others. */
type Derived = 'which' | 'invocationCommand'
export type FlagName = Exclude<keyof Flags, Derived>

const logFormats = ['text', 'debug', 'json', 'default']
const logLevels = ['debug', 'info', 'warn', 'error', 'none']
const resourceTypeChoices = [
  'metric',
  'semantic_model',
  'saved_query',
  'source',
  'analysis',
  'model',
  'test',
  'unit_test',
  'exposure',
  'snapshot',
  'seed',
  'function',
  'default',
]
const typed = ['build', 'list', 'ls', 'clone', 'test']

const bool = { kind: 'bool' } as const
const text = { kind: 'text' } as const
const int = { kind: 'int' } as const
const everywhere = (reads: FlagKind): FlagEntry => ({ reads, environment: true, project: true })
const twin = (reads: FlagKind, commands?: readonly string[]): FlagEntry => ({
  reads,
  environment: true,
  project: false,
  ...(commands && { commands }),
})
const here = (reads: FlagKind): FlagEntry => ({ reads, environment: false, project: false })

const globalFlags: { readonly [K in Exclude<keyof GlobalFlags, Derived>]: FlagEntry } = {
  cacheSelectedOnly: everywhere(bool),
  debug: everywhere(bool),
  defer: twin(bool),
  deferState: twin(text),
  failFast: everywhere(bool),
  favorState: twin(bool),
  indirectSelection: everywhere({ kind: 'choice', choices: ['eager', 'cautious', 'buildable', 'empty'] }),
  logCacheEvents: twin(bool),
  logFileMaxBytes: twin(int),
  logFormat: everywhere({ kind: 'choice', choices: logFormats }),
  logFormatFile: everywhere({ kind: 'choice', choices: logFormats }),
  logLevel: everywhere({ kind: 'choice', choices: logLevels }),
  logLevelFile: everywhere({ kind: 'choice', choices: logLevels }),
  logPath: twin(text),
  macroDebugging: twin(bool),
  partialParse: everywhere(bool),
  partialParseFileDiff: twin(bool),
  partialParseFilePath: twin(text),
  populateCache: everywhere(bool),
  print: twin(bool),
  printerWidth: everywhere(int),
  profile: twin(text),
  profilesDir: twin(text),
  projectDir: twin(text),
  quiet: twin(bool),
  recordTimingInfo: here(text),
  sendAnonymousUsageStats: everywhere(bool),
  showAllDeprecations: here(bool),
  showResourceReport: twin(bool),
  singleThreaded: twin(bool),
  state: twin(text),
  staticParser: everywhere(bool),
  target: twin(text),
  targetPath: twin(text),
  uploadToArtifactsIngestApi: twin(bool),
  useColors: everywhere(bool),
  useColorsFile: everywhere(bool),
  useExperimentalParser: everywhere(bool),
  useFastTestEdges: twin(bool),
  vars: here({ kind: 'yaml' }),
  versionCheck: everywhere(bool),
  warnError: everywhere(bool),
  warnErrorOptions: everywhere({ kind: 'warn-error-options' }),
  writeJson: everywhere(bool),
}

const commandFlags: { readonly [K in keyof CommandFlags]: FlagEntry } = {
  select: here({ kind: 'list' }),
  exclude: here({ kind: 'list' }),
  selector: here(text),
  resourceTypes: twin({ kind: 'list', choices: [...resourceTypeChoices, 'all'] }, typed),
  excludeResourceTypes: twin({ kind: 'list', choices: resourceTypeChoices }, typed),
  fullRefresh: twin(bool, ['build', 'compile', 'show', 'run', 'retry', 'clone', 'seed']),
  threads: here(int),
  empty: twin(bool, ['build', 'compile', 'run', 'snapshot', 'seed']),
  sample: twin({ kind: 'sample' }, ['build', 'run']),
  eventTimeStart: twin({ kind: 'time' }, ['build', 'run']),
  eventTimeEnd: twin({ kind: 'time' }, ['build', 'run']),
  storeFailures: twin(bool, ['build', 'test']),
  show: here(bool),
  sqlparse: here({ kind: 'yaml' }),
  exportSavedQueries: twin(bool, ['build']),
  includeSavedQuery: twin(bool, ['build']),
  inline: here(text),
  inlineDirect: here(text),
  introspect: twin(bool, ['compile', 'show']),
  injectEphemeralCtes: here(bool),
  output: here(text),
  outputKeys: here({ kind: 'list' }),
  limit: here(int),
  compile: here(bool),
  emptyCatalog: here(bool),
  static: here(bool),
  host: twin(text, ['serve']),
  port: here(int),
  browser: here(bool),
  cleanProjectFilesOnly: twin(bool, ['clean']),
  upgrade: here(bool),
  lock: here(bool),
  addPackage: here(text),
  source: here({ kind: 'choice', choices: ['hub', 'git', 'local'] }),
  connection: here(bool),
  configDir: here(bool),
  macro: here(text),
  args: here({ kind: 'yaml' }),
  projectName: here(text),
  skipProfileSetup: here(bool),
  dryRun: twin(bool),
  buildMissing: everywhere(bool),
}

export const flagTable: { readonly [K in FlagName]: FlagEntry } = { ...globalFlags, ...commandFlags }
export const flagNames = Object.keys(flagTable) as readonly FlagName[]
