/** What a source prints as: its quoted name, or where its data lie (`external_location`, filled in as dbt-duckdb does). */
import { DiagnosticError } from '../base/diagnostic.ts'
import { createRelation } from '../context/relation.ts'
import { percentFormat } from '../template/percent-format.ts'
import { str } from '../template/repr.ts'
import { type FieldAccess, formatText } from '../template/str-format.ts'
import { lookupError, valueError } from '../template/template-error.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { SourceNode } from './node.ts'

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

/** Keys of `meta`, and over them the keys of `config` that dbt itself does not know. */
export function sourceOptions({ meta, config }: Pick<SourceNode, 'meta' | 'config'>): PyDict {
  const options = meta.copy()
  for (const [key, value] of config) if (!dbtKeys.has(String(key)) && value !== null) options.set(key, value)
  return options
}

/**
 * @param projectQuoting of the root project; a source's own quoting wins
 * @throws DiagnosticError `project/external-location`
 */
export function sourceRelationName(
  source: SourcePlace,
  projectQuoting: { readonly database: boolean; readonly schema: boolean; readonly identifier: boolean },
): string {
  const external = externalText(source)
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

/**
 * `'path'` in quotes, or a call such as `read_parquet(...)` as it is. Undefined for an ordinary source and for one that a
 * plugin loads.
 * @throws DiagnosticError `project/external-location`
 */
export function externalText(source: SourcePlace): string | undefined {
  if (sourceOptions(source).has('plugin')) return undefined
  const location = filledIn(source)
  return location === undefined || location.includes('(') || location.startsWith("'") ? location : `'${location}'`
}

/** `external_location` without quotes, for plugins. @throws DiagnosticError `project/external-location` */
export function sourceLocation(source: SourcePlace): string | undefined {
  return filledIn(source)?.replace(/^'+|'+$/g, '')
}

function filledIn(source: SourcePlace): string | undefined {
  const options = sourceOptions(source)
  const template = options.get('external_location') ?? null
  if (template === null) return undefined
  if (typeof template !== 'string') throw badLocation(`external_location has to be a text, and is ${str(template)}`)
  const { name, identifier, schema, database, tags } = source
  const fields = PyDict.of({ name, identifier, schema, database, tags: [...tags] })
  for (const [key, value] of options) fields.set(key, value)
  try {
    return fillIn(template, options.get('formatter') ?? 'newstyle', fields)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    throw badLocation(`external_location "${template}" cannot be filled in: ${error.diagnostic.message}`)
  }
}

function fillIn(template: string, formatter: Value, fields: PyDict): string {
  switch (formatter) {
    case 'newstyle':
      return formatText(template, { args: [], named: name => fields.get(name) }, plainAccess)
    case 'oldstyle':
      return percentFormat(template, fields)
    case 'template':
      return substitute(template, fields)
    default:
      throw valueError(
        `Formatter ${str(formatter)} not recognized. Must be one of 'newstyle', 'oldstyle', or 'template'.`,
      )
  }
}

/** Fields reach into lists and dicts of YAML and no further. */
const plainAccess: FieldAccess = {
  attribute(_, name) {
    throw lookupError(`there is no attribute '${name}'`)
  },
  item(object, key) {
    const found = object instanceof PyDict ? object.get(key) : Array.isArray(object) ? object[Number(key)] : undefined
    if (found === undefined) throw lookupError(`there is no item '${str(key)}'`)
    return found
  },
}

/** Python's `string.Template(text).substitute(fields)`. */
function substitute(template: string, fields: PyDict): string {
  return template.replace(/\$(?:(\$)|([a-z_]\w*)|\{([a-z_]\w*)\})?/gi, (_, dollar, plain, braced) => {
    if (dollar !== undefined) return '$'
    const name = plain ?? braced
    if (name === undefined) throw valueError('Invalid placeholder in string')
    const value = fields.get(name)
    if (value === undefined) throw lookupError(`'${name}'`)
    return str(value)
  })
}

function badLocation(message: string): DiagnosticError {
  return new DiagnosticError({ code: 'project/external-location', message })
}
