/**
 * `project.yml` or `dbt_project.yml` as a record: names checked, defaults filled in, values rendered where dbt renders
 * them when it loads the file. Hooks, vars and the query comment stay as written.
 */
import type { SourceFile } from '../base/source-file.ts'
import type { PyDict } from '../template/value.ts'
import type { BehaviourFlags } from './behaviour-flags.ts'

/** Sections that configure resources by their place in the project. `data_tests` holds `tests` too. */
export const configTreeNames = [
  'models',
  'seeds',
  'snapshots',
  'sources',
  'data_tests',
  'unit_tests',
  'analyses',
  'exposures',
  'metrics',
  'semantic-models',
  'saved-queries',
  'functions',
] as const
export type ConfigTreeName = (typeof configTreeNames)[number]
export type ConfigTrees = Readonly<Record<ConfigTreeName, PyDict>>

/** Folders relative to the project folder, `/` as separator, as written. */
export interface ResourcePaths {
  readonly models: readonly string[]
  readonly macros: readonly string[]
  readonly seeds: readonly string[]
  readonly tests: readonly string[]
  readonly analyses: readonly string[]
  /** Where `*.md` files with doc blocks are looked for; dbt's default is every path of the other kinds. */
  readonly docs: readonly string[]
  readonly assets: readonly string[]
  readonly snapshots: readonly string[]
  readonly functions: readonly string[]
}

/** `null`: the adapter decides (for DuckDB, true). */
export interface Quoting {
  readonly database: boolean | null
  readonly schema: boolean | null
  readonly identifier: boolean | null
}

export interface DispatchEntry {
  readonly macroNamespace: string
  readonly searchOrder: readonly string[]
}

export interface QueryComment {
  /** A template. `null`: dbt's own comment; empty: none. */
  readonly comment: string | null
  readonly append: boolean
  readonly jobLabel: boolean
}

export interface ProjectFile {
  readonly file: SourceFile
  /** `project`: the file is called `project.yml`, and our own manners apply. */
  readonly flavour: 'project' | 'dbt_project'
  /** Absolute path of the folder that holds the file. */
  readonly folder: string
  readonly name: string
  readonly version: string | null
  readonly configVersion: number
  /** The profile's name, rendered. */
  readonly profile: string | null
  readonly paths: ResourcePaths
  /** As in the file or dbt's default; `Flags.targetPath` is the one that counts. */
  readonly targetPath: string
  readonly logPath: string
  readonly packagesInstallPath: string
  /** `null`: the target folder of the command. */
  readonly cleanTargets: readonly string[] | null
  readonly quoting: Quoting
  readonly onRunStart: readonly string[]
  readonly onRunEnd: readonly string[]
  /** Version specifiers, one comparison each: `['>=1.0.0', '<2.0.0']`. */
  readonly requireDbtVersion: readonly string[]
  readonly dispatch: readonly DispatchEntry[]
  readonly trees: ConfigTrees
  /** The same as written, for `unrendered_config`. */
  readonly unrenderedTrees: ConfigTrees
  /** With the package-scoped dicts inside; `package-vars.ts` knows the order of lookup. */
  readonly vars: PyDict
  /** `flags:` as written. */
  readonly flags: PyDict
  readonly behaviour: BehaviourFlags
  readonly queryComment: QueryComment
  readonly restrictAccess: boolean
  readonly dbtCloud: PyDict
}
