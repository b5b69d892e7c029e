/**
 * One output of a profile: where the run writes and how DuckDB is set up. Rendered, checked, secrets included: the
 * record is never printed as a whole; `context` is what templates see.
 */
import type { DuckdbSettings } from '../adapter/settings.ts'
import type { PyDict, Value } from '../template/value.ts'

/** A plugin that the profile names. Python ones cannot be run; eider has replacements for some. */
export interface PluginSetting {
  readonly module: string
  readonly alias: string | null
  readonly config: PyDict
}

export interface Target {
  readonly profileName: string
  readonly targetName: string
  readonly type: 'duckdb'
  readonly database: string
  readonly schema: string
  readonly threads: number
  readonly duckdb: DuckdbSettings
  readonly plugins: readonly PluginSetting[]
  /** fsspec file systems of the profile, as written. */
  readonly filesystems: readonly Value[]
  readonly useCredentialProvider: string | null
  /** Names of the databases, the main one included, that are DuckLake catalogues. */
  readonly ducklakeDatabases: readonly string[]
  /** `target` in templates, under dbt's names and in dbt's order. */
  readonly context: PyDict
}
