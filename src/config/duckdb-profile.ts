/**
 * The keys of a dbt-duckdb target -> settings for the adapter and the `target` that templates see. What needs Python or
 * a service of others is told in one sentence; it stops the run only where dbt could not do without it either.
 */
import type {
  AttachSetting,
  DuckdbSettings,
  ExtensionSetting,
  RetrySetting,
  SecretSetting,
  SettingRecord,
  SettingValue,
} from '../adapter/settings.ts'
import { fromPython } from '../template/plain-data.ts'
import { PyDict, type Value } from '../template/value.ts'
import { databaseName, isDucklakePath, isMotherduckPath } from './database-name.ts'
import type { FieldReader } from './field-reader.ts'
import type { PluginSetting, Target } from './target.ts'

export interface TargetNames {
  readonly profileName: string
  readonly targetName: string
  readonly threads: number
}

/** Every key of a target of dbt-duckdb. */
export const profileKeys: readonly string[] = [
  'type',
  'threads',
  'database',
  'schema',
  'path',
  'config_options',
  'extensions',
  'settings',
  'secrets',
  'external_root',
  'use_credential_provider',
  'attach',
  'filesystems',
  'remote',
  'plugins',
  'disable_transactions',
  'keep_open',
  'module_paths',
  'retries',
  'flights',
  'is_ducklake',
  'motherduck_token',
]
const attachKeys = ['path', 'type', 'alias', 'secret', 'read_only', 'options', 'is_ducklake']
const builtInPlugins = ['delta', 'excel', 'glue', 'gsheet', 'iceberg', 'motherduck', 'postgres', 'sqlalchemy']

/** `undefined` when a diagnostic says why there is no target. */
export function duckdbTarget(fields: FieldReader, names: TargetNames): Target | undefined {
  fields.tellUnknown(profileKeys, 'warning')
  const path = fields.text('path') ?? ':memory:'
  const plugins = pluginSettings(fields)
  const attach = [...attachSettings(fields), ...plugins.flatMap(one => postgresAttachment(one, fields))]
  const database = chosenDatabase(fields, path, attach)
  if (!checkReachable(fields, path, attach) || database === undefined) return undefined
  const settings = mergedSettings(fields)
  const duckdb: DuckdbSettings = {
    path,
    database,
    schema: fields.text('schema') ?? 'main',
    threads: names.threads,
    configOptions: record(fields.dict('config_options')),
    settings: record(settings),
    extensions: extensionSettings(fields),
    secrets: secretSettings(fields),
    attach,
    externalRoot: fields.text('external_root') ?? '.',
    disableTransactions: fields.bool('disable_transactions') ?? false,
    keepOpen: fields.bool('keep_open') ?? true,
    isDucklake: fields.bool('is_ducklake') === true || isDucklakePath(path),
    ...retrySetting(fields),
  }
  return {
    ...names,
    type: 'duckdb',
    database,
    schema: duckdb.schema,
    duckdb,
    plugins,
    filesystems: fields.list('filesystems') ?? [],
    useCredentialProvider: fields.text('use_credential_provider'),
    ducklakeDatabases: ducklakeDatabases(duckdb),
    context: targetContext(fields, names, duckdb, settings),
  }
}

function chosenDatabase(fields: FieldReader, path: string, attach: readonly AttachSetting[]): string | undefined {
  const derived = databaseName(path)
  const written = fields.text('database')
  if (derived === '') {
    fields.report('Unable to determine target database name from "path" field in profile', ['path'])
    return undefined
  }
  if (written === null || written === derived || attach.some(one => one.alias === written)) return written ?? derived
  fields.report(
    `Inconsistency detected between 'path' and 'database' fields in profile; the 'database' property must be set to '${derived}' to match the 'path'`,
    ['database'],
  )
  return undefined
}

function checkReachable(fields: FieldReader, path: string, attach: readonly AttachSetting[]): boolean {
  let reachable = true
  if (isMotherduckPath(path)) {
    fields.report('MotherDuck databases cannot be opened: set "path" to a local DuckDB file', ['path'])
    reachable = false
  }
  for (const [index, one] of attach.entries()) {
    if (!isMotherduckPath(one.path)) continue
    fields.report('MotherDuck databases cannot be attached: attach a DuckDB file or a lake', ['attach', index])
    reachable = false
  }
  if (fields.has('remote')) {
    fields.report('A remote Buena Vista server cannot be used: set "path" to a local DuckDB file', ['remote'])
    reachable = false
  }
  const provider = fields.text('use_credential_provider')
  if (provider !== null && provider !== 'aws') {
    fields.report(`Unsupported value for use_credential_provider: ${provider}`, ['use_credential_provider'])
    reachable = false
  }
  const unused: readonly (readonly [string, string])[] = [
    ['filesystems', 'File systems of fsspec need Python and are left out: read S3, GCS and HTTP paths with "secrets"'],
    ['module_paths', 'Python modules are not loaded: "module_paths" is left out'],
    ['flights', 'MotherDuck Flights run Python models and are left out'],
  ]
  for (const [key, message] of unused) if (fields.has(key)) fields.report(message, [key], 'warning')
  return reachable
}

function mergedSettings(fields: FieldReader): PyDict {
  const settings = fields.dict('settings').copy()
  const token = fields.text('motherduck_token')
  if (token === null) return settings
  const other = settings.get('motherduck_token') ?? null
  if (other !== null && other !== token) {
    fields.report('Conflicting values for motherduck_token found in the profile; please set it in only one place', [
      'motherduck_token',
    ])
  }
  return settings.set('motherduck_token', token)
}

function extensionSettings(fields: FieldReader): ExtensionSetting[] {
  return (fields.list('extensions') ?? []).flatMap((one, index): ExtensionSetting[] => {
    if (typeof one === 'string') return [{ name: one }]
    const name = one instanceof PyDict ? one.get('name') : undefined
    const repository = one instanceof PyDict ? one.get('repo') : undefined
    if (typeof name !== 'string') {
      fields.report('An extension is a name, or a dictionary with "name" and "repo"', ['extensions', index])
      return []
    }
    return [typeof repository === 'string' ? { name, repository } : { name }]
  })
}

const secretKeys = ['type', 'name', 'persistent', 'provider', 'scope']

function secretSettings(fields: FieldReader): SecretSetting[] {
  const written = fields.list('secrets') ?? []
  const chain =
    fields.text('use_credential_provider') === 'aws' ? [PyDict.of({ type: 's3', provider: 'credential_chain' })] : []
  return [...written, ...chain].flatMap((one, index): SecretSetting[] => {
    const type = one instanceof PyDict ? one.get('type') : undefined
    if (!(one instanceof PyDict) || typeof type !== 'string') {
      fields.report('A secret is a dictionary with a "type"', ['secrets', index])
      return []
    }
    const scope = one.get('scope')
    const rest = PyDict.of([...one].filter(([key]) => !secretKeys.includes(String(key))))
    return [
      {
        type,
        name: textIn(one, 'name') ?? `_dbt_secret_${index + 1}`,
        ...(typeof one.get('persistent') === 'boolean' && { persistent: one.get('persistent') === true }),
        ...(textIn(one, 'provider') !== undefined && { provider: textIn(one, 'provider')! }),
        ...(typeof scope === 'string' && { scope }),
        ...(Array.isArray(scope) && { scope: scope.map(String) }),
        fields: record(rest),
      },
    ]
  })
}

function attachSettings(fields: FieldReader): AttachSetting[] {
  return (fields.list('attach') ?? []).flatMap((one, index): AttachSetting[] => {
    const path = one instanceof PyDict ? textIn(one, 'path') : undefined
    if (!(one instanceof PyDict) || path === undefined) {
      fields.report('An attached database is a dictionary with a "path"', ['attach', index])
      return []
    }
    const odd = Array.from(one.keys(), String).find(key => !attachKeys.includes(key))
    if (odd !== undefined)
      fields.report(`The key "${odd}" of an attached database is not known`, ['attach', index], 'warning')
    const options = one.get('options')
    checkTwice(fields, one, options, index)
    const alias = textIn(one, 'alias')
    const type = textIn(one, 'type')
    const secret = textIn(one, 'secret')
    return [
      {
        path,
        ...(alias !== undefined && { alias }),
        ...(type !== undefined && { type }),
        ...(secret !== undefined && { secret }),
        ...(typeof one.get('read_only') === 'boolean' && { readOnly: one.get('read_only') === true }),
        ...(typeof one.get('is_ducklake') === 'boolean' && { isDucklake: one.get('is_ducklake') === true }),
        ...(options instanceof PyDict && { options: record(options) }),
      },
    ]
  })
}

function checkTwice(fields: FieldReader, one: PyDict, options: Value | undefined, index: number): void {
  if (!(options instanceof PyDict)) return
  const twice = ['type', 'secret', 'read_only'].filter(key => {
    const direct = one.get(key) ?? null
    return direct !== null && direct !== false && direct !== '' && options.has(key)
  })
  if (twice.length === 0) return
  const names = twice.map(key => `'${key}'`).join(', ')
  fields.report(
    `Attachment option(s) [${names}] specified in both direct fields and options dict. Please specify each option in only one location`,
    ['attach', index],
  )
}

function retrySetting(fields: FieldReader): { retries?: RetrySetting } {
  if (!fields.has('retries')) return {}
  const dict = fields.dict('retries')
  const attempts = dict.get('connect_attempts')
  const queryAttempts = dict.get('query_attempts')
  const exceptions = dict.get('retryable_exceptions')
  return {
    retries: {
      connectAttempts: typeof attempts === 'number' ? attempts : 1,
      ...(typeof queryAttempts === 'number' && { queryAttempts }),
      retryableExceptions: Array.isArray(exceptions) ? exceptions.map(String) : ['IOException'],
    },
  }
}

function pluginSettings(fields: FieldReader): PluginSetting[] {
  return (fields.list('plugins') ?? []).flatMap((one, index): PluginSetting[] => {
    const module = one instanceof PyDict ? textIn(one, 'module') : undefined
    if (!(one instanceof PyDict) || module === undefined) {
      fields.report('A plugin is a dictionary with a "module"', ['plugins', index])
      return []
    }
    if (!builtInPlugins.includes(module)) {
      fields.report(`The plugin "${module}" is a Python module and is left out`, ['plugins', index], 'warning')
    }
    const config = one.get('config')
    return [{ module, alias: textIn(one, 'alias') ?? null, config: config instanceof PyDict ? config : new PyDict() }]
  })
}

/** What the plugin `postgres` of dbt-duckdb does: it attaches a database. */
function postgresAttachment({ module, config }: PluginSetting, fields: FieldReader): AttachSetting[] {
  if (module !== 'postgres') return []
  const path = textIn(config, 'dsn')
  if (path === undefined || path === '') {
    fields.report("'dsn' is a required argument for the postgres plugin!", ['plugins'])
    return []
  }
  const schema = textIn(config, 'pg_schema')
  const secret = textIn(config, 'secret')
  const more = config.get('attach_options')
  return [
    {
      path,
      type: 'postgres',
      alias: textIn(config, 'duckdb_alias') ?? 'postgres_db',
      readOnly: config.get('read_only') === true,
      ...(secret !== undefined && { secret }),
      options: { ...(schema !== undefined && { schema }), ...(more instanceof PyDict && record(more)) },
    },
  ]
}

function ducklakeDatabases(duckdb: DuckdbSettings): string[] {
  const attached = duckdb.attach
    .filter(one => one.isDucklake === true || isDucklakePath(one.path))
    .map(one => one.alias ?? databaseName(one.path))
  return [...new Set([...(duckdb.isDucklake ? [databaseName(duckdb.path)] : []), ...attached])]
}

/** What dbt-duckdb shows of a target: no secrets. */
function targetContext(fields: FieldReader, names: TargetNames, duckdb: DuckdbSettings, settings: PyDict): PyDict {
  const orNone = (key: string): Value => fields.values.get(key) ?? null
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
  return list.map(one => {
    if (!(one instanceof PyDict)) return one
    const whole = PyDict.of(defaults)
    for (const [key, value] of one) whole.set(key, value)
    return whole
  })
}

function textIn(dict: PyDict, key: string): string | undefined {
  const value = dict.get(key)
  return typeof value === 'string' ? value : undefined
}

function record(dict: PyDict): SettingRecord {
  return fromPython(dict) as { [key: string]: SettingValue }
}
