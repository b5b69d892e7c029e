/** The databases that a target attaches: those under `attach`, and those of the plugin `postgres`. */
import type { AttachSetting } from '../adapter/settings.ts'
import { boolIn, textIn } from '../template/dict-access.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { FieldReader } from './field-reader.ts'
import { settingRecord } from './setting-record.ts'
import type { PluginSetting } from './target.ts'

const attachKeys = ['path', 'type', 'alias', 'secret', 'read_only', 'options', 'is_ducklake']

/** What is wrong with an entry leaves it out. */
export function attachSettings(fields: FieldReader): AttachSetting[] {
  return (fields.list('attach') ?? []).flatMap((one, index): AttachSetting[] => {
    const path = one instanceof PyDict ? textIn(one, 'path') : null
    if (!(one instanceof PyDict) || path === null) {
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
    const readOnly = boolIn(one, 'read_only')
    const isDucklake = boolIn(one, 'is_ducklake')
    return [
      {
        path,
        ...(alias !== null && { alias }),
        ...(type !== null && { type }),
        ...(secret !== null && { secret }),
        ...(readOnly !== null && { readOnly }),
        ...(isDucklake !== null && { isDucklake }),
        ...(options instanceof PyDict && { options: settingRecord(options) }),
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

/** What the plugin `postgres` of dbt-duckdb does: it attaches a database. */
export function postgresAttachment({ module, config }: PluginSetting, fields: FieldReader): AttachSetting[] {
  if (module !== 'postgres') return []
  const path = textIn(config, 'dsn')
  if (path === null || path === '') {
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
      ...(secret !== null && { secret }),
      options: { ...(schema !== null && { schema }), ...(more instanceof PyDict && settingRecord(more)) },
    },
  ]
}
