/**
 * The statements that make a fresh DuckDB instance what the profile says, as text. Wording and order are those of
 * dbt-duckdb: extensions, secrets, attached databases; then the settings, once for every connection.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteString } from '../base/sql-text.ts'
import type { AttachSetting, DuckdbSettings, Machine, SecretSetting, SettingRecord, SettingValue } from './settings.ts'

/**
 * Options that the instance is opened with. The file cache of DuckDB gives stale footers for a file rewritten within
 * one second, and extensions are never downloaded behind the user's back; the profile can ask for both.
 */
export function instanceOptions(settings: DuckdbSettings, machine: Machine = {}): Record<string, string> {
  const options: Record<string, string> = {
    enable_external_file_cache: 'false',
    autoinstall_known_extensions: 'false',
  }
  if (machine.memoryLimit !== undefined) options.memory_limit = machine.memoryLimit
  if (machine.temporaryFolder !== undefined) options.temp_directory = machine.temporaryFolder
  for (const key of Object.keys(settings.settings)) delete options[optionName(key)]
  for (const [key, value] of Object.entries(settings.configOptions)) {
    delete options[optionName(key)]
    options[key] = plainText(value)
  }
  return options
}

/** DuckDB knows some options by several names. */
function optionName(key: string): string {
  const name = key.toLowerCase()
  return name === 'max_memory' ? 'memory_limit' : name
}

export function settingStatements(settings: SettingRecord): string[] {
  return Object.entries(settings).map(([key, value]) => `SET ${key} = ${quoteString(plainText(value))}`)
}

/** Unnamed secrets are called `_dbt_secret_1`, `_dbt_secret_2` … by their place in the list. */
export function secretStatements(secrets: readonly SecretSetting[]): string[] {
  return secrets.map((secret, index) => secretStatement(secret, secret.name ?? `_dbt_secret_${index + 1}`))
}

function secretStatement(secret: SecretSetting, name: string): string {
  const parts = [`type ${secret.type}`]
  if (secret.provider !== undefined) parts.push(`provider ${secret.provider}`)
  for (const [key, value] of Object.entries(secret.fields)) if (value !== null) parts.push(secretField(key, value))
  for (const scope of [secret.scope ?? []].flat()) parts.push(`scope ${quoteString(scope)}`)
  const persistent = secret.persistent === true ? ' PERSISTENT' : ''
  return `CREATE OR REPLACE${persistent} SECRET ${name} (\n    ${parts.join(',\n    ')}\n)`
}

function secretField(key: string, value: SettingValue): string {
  if (Array.isArray(value)) return `${key} array [${value.map(one => quoteString(plainText(one))).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, one]) => `${quoteString(name)}: ${quoteString(plainText(one))}`)
    return `${key} map {${entries.join(', ')}}`
  }
  return key === 'extra_http_headers' ? `${key} ${plainText(value)}` : `${key} ${quoteString(plainText(value))}`
}

/** @throws `adapter/attach-conflict` for an option given both as a key and inside `options` */
export function attachStatement(attach: AttachSetting): string {
  const path = /^(md|motherduck):/.test(attach.path) ? (attach.path.split('?', 1)[0] ?? '') : attach.path
  const options = attachOptions(attach)
  const alias = attach.alias === undefined ? '' : ` AS ${attach.alias}`
  return `ATTACH IF NOT EXISTS ${quoteString(path)}${alias}${options.length > 0 ? ` (${options.join(', ')})` : ''}`
}

function attachOptions(attach: AttachSetting): string[] {
  const more = attach.options ?? {}
  refuseConflicts(attach, more)
  const options: string[] = []
  const type = attach.type ?? more.type
  if (type) options.push(`TYPE ${plainText(type)}`)
  const secret = attach.secret ?? more.secret
  if (secret) options.push(`SECRET ${plainText(secret)}`)
  if (attach.readOnly || more.read_only) options.push('READ_ONLY')
  for (const [key, value] of Object.entries(more)) {
    if (key === 'type' || key === 'secret' || key === 'read_only') continue
    const option = attachOption(key.toUpperCase(), value)
    if (option !== undefined) options.push(option)
  }
  return options
}

function refuseConflicts(attach: AttachSetting, options: SettingRecord): void {
  const conflicts: string[] = []
  if (attach.type && 'type' in options) conflicts.push('type')
  if (attach.secret && 'secret' in options) conflicts.push('secret')
  if (attach.readOnly && 'read_only' in options) conflicts.push('read_only')
  if (conflicts.length === 0) return
  const names = conflicts.map(name => `'${name}'`).join(', ')
  throw new DiagnosticError({
    code: 'adapter/attach-conflict',
    kind: 'Runtime',
    message: `Attachment option(s) [${names}] specified in both direct fields and options dict. Please specify each option in only one location.`,
  })
}

/** True flags stand alone, false ones are left out, text is quoted unless it is already. */
function attachOption(name: string, value: SettingValue): string | undefined {
  if (value === null || value === false) return undefined
  if (value === true) return name
  if (typeof value !== 'string') return `${name} ${plainText(value)}`
  const text = value.trim()
  const quoted = text.length >= 2 && (/^'.*'$/s.test(text) || /^".*"$/s.test(text))
  return `${name} ${quoted ? value : quoteString(value)}`
}

/** A value as Python's `str` shows it, which is how dbt-duckdb hands it on. */
function plainText(value: SettingValue): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (value === null) return 'None'
  if (typeof value === 'object') return JSON.stringify(value)
  return String(value)
}

const secretKey = /secret|token|password|passwd|credential|connection_string|^key$|api_key|access_key/i

/** Replaces every secret value of the settings in a text by stars. */
export function secretMask(settings: DuckdbSettings): (text: string) => string {
  const values = new Set<string>()
  const collect = (record: SettingRecord): void => {
    for (const [key, value] of Object.entries(record)) {
      if (typeof value === 'string' && value.length >= 4 && secretKey.test(key)) values.add(value)
      else if (value !== null && typeof value === 'object' && !Array.isArray(value)) collect(value as SettingRecord)
    }
  }
  for (const secret of settings.secrets) collect(secret.fields)
  collect(settings.settings)
  collect(settings.configOptions)
  for (const attach of settings.attach) collect(attach.options ?? {})
  for (const match of settings.path.matchAll(/token=([^&]{4,})/g)) values.add(match[1] ?? '')
  if (values.size === 0) return text => text
  const longestFirst = [...values].sort((a, b) => b.length - a.length)
  return text => longestFirst.reduce((masked, value) => masked.replaceAll(value, '*****'), text)
}
