/** What a source prints as: its quoted name, or where its data lie (`external_location`). */
import { createRelation } from '../context/relation.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { SourceNode } from './node.ts'

/** Keys of `meta`, and over them the keys of `config` that dbt itself does not know. */
function sourceOptions(meta: PyDict, config: PyDict): PyDict {
  const options = meta.copy()
  for (const [key, value] of config) if (!dbtKeys.has(String(key))) options.set(key, value)
  return options
}

const dbtKeys = new Set([
  'enabled',
  'event_time',
  'freshness',
  'loaded_at_field',
  'loaded_at_query',
  'meta',
  'tags',
  'static_analysis',
])

type SourcePlace = Pick<
  SourceNode,
  'database' | 'schema' | 'identifier' | 'name' | 'quoting' | 'meta' | 'config' | 'tags'
>

/** @param projectQuoting of the root project; a source's own quoting wins */
export function sourceRelationName(
  source: SourcePlace,
  projectQuoting: { readonly database: boolean; readonly schema: boolean; readonly identifier: boolean },
): string {
  const external = externalLocation(source)
  if (external !== undefined) return external
  const { database, schema, identifier, quoting } = source
  return createRelation(
    { database, schema, identifier },
    {
      quoting: {
        database: quoting.database ?? projectQuoting.database,
        schema: quoting.schema ?? projectQuoting.schema,
        identifier: quoting.identifier ?? projectQuoting.identifier,
      },
    },
  ).str()
}

/** `'path'` in quotes, or a call such as `read_parquet(...)` as it is. @returns undefined for an ordinary source */
function externalLocation(source: SourcePlace): string | undefined {
  const options = sourceOptions(source.meta, source.config)
  if (options.has('plugin')) return undefined
  const template = options.get('external_location')
  if (typeof template !== 'string') return undefined
  const fields = PyDict.of({
    name: source.name,
    identifier: source.identifier,
    schema: source.schema,
    database: source.database,
    tags: [...source.tags],
  })
  for (const [key, value] of options) fields.set(key, value)
  const location = fillIn(template, options.get('formatter') ?? 'newstyle', fields)
  return location.includes('(') || location.startsWith("'") ? location : `'${location}'`
}

function fillIn(template: string, formatter: Value, fields: PyDict): string {
  const text = (name: string, written: string): string => {
    const value = fields.get(name)
    return value === undefined ? written : str(value)
  }
  switch (formatter) {
    case 'oldstyle':
      return template.replace(/%%|%\((\w+)\)[a-z]/g, (written, name) =>
        name === undefined ? '%' : text(name, written),
      )
    case 'template':
      return template.replace(/\$\$|\$(\w+)|\$\{(\w+)\}/g, (written, plain, braced) =>
        written === '$$' ? '$' : text(plain ?? braced, written),
      )
    default:
      return template.replace(/\{\{|\}\}|\{(\w+)(?:![rsa])?(?::[^}]*)?\}/g, (written, name) =>
        name === undefined ? (written[0] ?? '') : text(name, written),
      )
  }
}
