/** `target` in templates: what dbt-duckdb shows of a target, under its names and in its order. No secrets. */
import type { DuckdbSettings } from '../adapter/settings.ts'
import { mergedDicts } from '../template/dict-access.ts'
import { PyDict, type Value } from '../template/value.ts'

export interface TargetNames {
  readonly profileName: string
  readonly targetName: string
  readonly threads: number
}

interface TargetValues {
  /** The target as in the profile, rendered. */
  readonly values: PyDict
  /** `settings`, with what other keys put into them. */
  readonly settings: PyDict
}

/** What has a default shows it. */
export function targetContext(names: TargetNames, duckdb: DuckdbSettings, { values, settings }: TargetValues): PyDict {
  const orNone = (key: string): Value => values.get(key) ?? null
  return PyDict.of({
    database: duckdb.database,
    schema: duckdb.schema,
    path: duckdb.path,
    config_options: orNone('config_options'),
    extensions: orNone('extensions'),
    settings,
    external_root: duckdb.externalRoot,
    use_credential_provider: orNone('use_credential_provider'),
    attach: withEveryKey(orNone('attach'), {
      path: null,
      type: null,
      alias: null,
      secret: null,
      read_only: false,
      options: null,
      is_ducklake: null,
    }),
    filesystems: orNone('filesystems'),
    remote: orNone('remote'),
    plugins: withEveryKey(orNone('plugins'), { module: null, alias: null, config: null }),
    disable_transactions: duckdb.disableTransactions,
    type: 'duckdb',
    threads: names.threads,
    name: names.targetName,
    target_name: names.targetName,
    profile_name: names.profileName,
  })
}

function withEveryKey(list: Value, defaults: Readonly<Record<string, Value>>): Value {
  if (!Array.isArray(list)) return list
  return list.map(one => (one instanceof PyDict ? mergedDicts(PyDict.of(defaults), one) : one))
}
