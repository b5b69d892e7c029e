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
} from '../adapter/settings.ts'
import { boolIn, dictIn, textIn } from '../template/dict-access.ts'
import { PyDict } from '../template/value.ts'
import { attachSettings, postgresAttachment } from './attach-settings.ts'
import { databaseName, isDucklakePath, isMotherduckPath } from './database-name.ts'
import type { FieldReader } from './field-reader.ts'
import { settingRecord } from './setting-record.ts'
import type { PluginSetting, Target } from './target.ts'
import { type TargetNames, targetContext } from './target-context.ts'

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
    configOptions: settingRecord(fields.dict('config_options')),
    settings: settingRecord(settings),
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
    context: targetContext(names, duckdb, { values: fields.values, settings }),
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
    const persistent = boolIn(one, 'persistent')
    const provider = textIn(one, 'provider')
    const scope = one.get('scope')
    const rest = PyDict.of([...one].filter(([key]) => !secretKeys.includes(String(key))))
    return [
      {
        type,
        name: textIn(one, 'name') ?? `_dbt_secret_${index + 1}`,
        ...(persistent !== null && { persistent }),
        ...(provider !== null && { provider }),
        ...(typeof scope === 'string' && { scope }),
        ...(Array.isArray(scope) && { scope: scope.map(String) }),
        fields: settingRecord(rest),
      },
    ]
  })
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
    const module = one instanceof PyDict ? textIn(one, 'module') : null
    if (!(one instanceof PyDict) || module === null) {
      fields.report('A plugin is a dictionary with a "module"', ['plugins', index])
      return []
    }
    if (!builtInPlugins.includes(module)) {
      fields.report(`The plugin "${module}" is a Python module and is left out`, ['plugins', index], 'warning')
    }
    return [{ module, alias: textIn(one, 'alias'), config: dictIn(one, 'config') }]
  })
}

function ducklakeDatabases(duckdb: DuckdbSettings): string[] {
  const attached = duckdb.attach
    .filter(one => one.isDucklake === true || isDucklakePath(one.path))
    .map(one => one.alias ?? databaseName(one.path))
  return [...new Set([...(duckdb.isDucklake ? [databaseName(duckdb.path)] : []), ...attached])]
}
