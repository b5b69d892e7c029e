/**
 * Every flag of the command line, resolved: command line before environment before `flags:` of the project file before
 * default. Field names are dbt's in camelCase, so `flags.FULL_REFRESH` in a template is `fullRefresh` here
 * (`snakeCase` of behaviour-flags.ts, in capitals).
 *
 * 1. Every field is set for every command; a flag that the command does not have holds its default.
 * 2. Paths are as given. `projectDir` and `profilesDir` start from the working directory when they are relative, all
 *    others from the project folder.
 */
import type { PyDict } from '../template/value.ts'

export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty'
export type LogFormat = 'text' | 'json' | 'debug' | 'default'
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'none'

/** Which warnings become errors and which go unsaid: names of events, `all` or `*`, or our diagnostic codes. */
export interface WarnErrorOptions {
  readonly error: readonly string[] | 'all' | '*'
  readonly warn: readonly string[]
  readonly silence: readonly string[]
}

/** Half-open: `[startMs, endMs)`, milliseconds since 1970-01-01 UTC. */
export interface TimeWindow {
  readonly startMs: number
  readonly endMs: number
}

/** Flags that every command has. */
export interface GlobalFlags {
  /** dbt's name of the command: `run`, `build`, `freshness` (of `source freshness`), `generate` (of `docs generate`). */
  readonly which: string
  /** The whole command line, for artifacts: `eider run --select x`. */
  readonly invocationCommand: string
  readonly cacheSelectedOnly: boolean
  readonly debug: boolean
  readonly defer: boolean
  readonly deferState: string | null
  readonly failFast: boolean
  readonly favorState: boolean
  readonly indirectSelection: IndirectSelection
  readonly logCacheEvents: boolean
  readonly logFileMaxBytes: number
  readonly logFormat: LogFormat
  readonly logFormatFile: LogFormat
  readonly logLevel: LogLevel
  readonly logLevelFile: LogLevel
  readonly logPath: string
  readonly macroDebugging: boolean
  readonly partialParse: boolean
  readonly partialParseFileDiff: boolean
  readonly partialParseFilePath: string | null
  readonly populateCache: boolean
  readonly print: boolean
  readonly printerWidth: number
  readonly profile: string | null
  readonly profilesDir: string | null
  readonly projectDir: string | null
  readonly quiet: boolean
  /** `--profile-run`, dbt's name for it: the file that a trace of the command goes to. */
  readonly recordTimingInfo: string | null
  readonly sendAnonymousUsageStats: boolean
  readonly showAllDeprecations: boolean
  readonly showResourceReport: boolean
  readonly singleThreaded: boolean
  readonly state: string | null
  readonly staticParser: boolean
  readonly target: string | null
  readonly targetPath: string
  readonly uploadToArtifactsIngestApi: boolean
  readonly useColors: boolean
  readonly useColorsFile: boolean
  readonly useExperimentalParser: boolean
  readonly useFastTestEdges: boolean
  readonly vars: PyDict
  readonly versionCheck: boolean
  readonly warnError: boolean
  readonly warnErrorOptions: WarnErrorOptions
  readonly writeJson: boolean
}

/** Flags that some commands have. */
export interface CommandFlags {
  readonly select: readonly string[]
  readonly exclude: readonly string[]
  readonly selector: string | null
  readonly resourceTypes: readonly string[]
  readonly excludeResourceTypes: readonly string[]
  readonly fullRefresh: boolean
  /** `null`: the profile's number counts. */
  readonly threads: number | null
  readonly empty: boolean
  readonly sample: TimeWindow | null
  readonly eventTimeStart: number | null
  readonly eventTimeEnd: number | null
  readonly storeFailures: boolean
  readonly show: boolean
  /** Accepted, without effect: there is no sqlparse here. */
  readonly sqlparse: PyDict
  readonly exportSavedQueries: boolean
  readonly includeSavedQuery: boolean
  readonly inline: string | null
  readonly inlineDirect: string | null
  readonly introspect: boolean
  readonly injectEphemeralCtes: boolean
  /** `list`: selector, name, path, json. `compile` and `show`: text, json. `source freshness`: a path. `null`: not given. */
  readonly output: string | null
  readonly outputKeys: readonly string[]
  /** Rows that `show` prints; -1 for all. */
  readonly limit: number
  readonly compile: boolean
  readonly emptyCatalog: boolean
  readonly static: boolean
  readonly host: string
  readonly port: number
  readonly browser: boolean
  readonly cleanProjectFilesOnly: boolean
  readonly upgrade: boolean
  readonly lock: boolean
  readonly addPackage: string | null
  readonly source: 'hub' | 'git' | 'local'
  readonly connection: boolean
  readonly configDir: boolean
  readonly macro: string | null
  readonly args: PyDict
  readonly projectName: string | null
  readonly skipProfileSetup: boolean
  /** Ours: show the plan and stop. */
  readonly dryRun: boolean
  /** Ours: build upstream nodes that the target lacks (projects with a `project.yml`). */
  readonly buildMissing: boolean
}

export interface Flags extends GlobalFlags, CommandFlags {}
