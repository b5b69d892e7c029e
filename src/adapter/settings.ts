/**
 * What a profile says about the DuckDB database: every key that dbt-duckdb knows, as a plain record. Filled by the
 * configuration phase; values are rendered already.
 */

/** A value of YAML or JSON shape, as option values are. */
export type SettingValue = null | boolean | number | string | readonly SettingValue[] | SettingRecord

export interface SettingRecord {
  readonly [key: string]: SettingValue
}

export interface ExtensionSetting {
  readonly name: string
  /** Where it would be installed from; only named in messages, nothing is downloaded. */
  readonly repository?: string
  /** Not missed where it is not installed. */
  readonly isOptional?: boolean
}

/** `fields` are every further key of the entry, in order, as they stand in CREATE SECRET. */
export interface SecretSetting {
  readonly type: string
  readonly name?: string
  readonly persistent?: boolean
  readonly provider?: string
  readonly scope?: string | readonly string[]
  readonly fields: SettingRecord
}

export interface AttachSetting {
  readonly path: string
  readonly alias?: string
  readonly type?: string
  readonly secret?: string
  readonly readOnly?: boolean
  readonly isDucklake?: boolean
  readonly options?: SettingRecord
}

/** Waits 1, 2, 4 … seconds between attempts. Exceptions carry dbt-duckdb's names (`IOException`). */
export interface RetrySetting {
  readonly connectAttempts: number
  readonly queryAttempts?: number
  readonly retryableExceptions: readonly string[]
}

export interface DuckdbSettings {
  /** `:memory:`, a file, or anything DuckDB attaches. */
  readonly path: string
  readonly database: string
  readonly schema: string
  readonly threads: number
  /** Given when the instance is opened. */
  readonly configOptions: SettingRecord
  /** SET on every new connection. */
  readonly settings: SettingRecord
  readonly extensions: readonly ExtensionSetting[]
  readonly secrets: readonly SecretSetting[]
  readonly attach: readonly AttachSetting[]
  readonly externalRoot: string
  readonly retries?: RetrySetting
  readonly disableTransactions: boolean
  readonly keepOpen: boolean
  readonly isDucklake: boolean
}

/** Facts about the machine, used where the profile says nothing. */
export interface Machine {
  /** DuckDB's own spelling: `6GB`. */
  readonly memoryLimit?: string
  /** Where statements that outgrow the memory limit put their data. */
  readonly temporaryFolder?: string
}

/** The settings of a profile that says nothing: an in-memory database. */
export const defaultDuckdbSettings: DuckdbSettings = {
  path: ':memory:',
  database: 'memory',
  schema: 'main',
  threads: 1,
  configOptions: {},
  settings: {},
  extensions: [],
  secrets: [],
  attach: [],
  externalRoot: '.',
  disableTransactions: false,
  keepOpen: true,
  isDucklake: false,
}
