/** What a relation is made of, and how it prints. Pure records and functions; the Python object is in relation.ts. */
import type { RelationKind } from '../base/sql-value.ts'

export interface RelationPath {
  readonly database: string | null
  readonly schema: string | null
  readonly identifier: string | null
}

/** Which parts of a name are quoted, or shown. */
export interface Quoting {
  readonly database: boolean
  readonly schema: boolean
  readonly identifier: boolean
}

export const pathParts = ['database', 'schema', 'identifier'] as const
export const allParts: Quoting = { database: true, schema: true, identifier: true }

/** Rows with `start <= field < end`; the bounds are Python's text of a datetime. */
export interface EventTimeFilter {
  readonly fieldName: string
  readonly start: string | null
  readonly end: string | null
}

export interface RelationFields {
  readonly path: RelationPath
  readonly type: RelationKind | null
  readonly quotePolicy: Quoting
  readonly includePolicy: Quoting
  /** 0 under `--empty`. */
  readonly limit: number | null
  readonly eventTimeFilter: EventTimeFilter | null
  /** Printed instead of the name: `'s3://…'` or `read_parquet(…)`. */
  readonly external: string | null
  readonly dbtCreated: boolean
  readonly catalog: string | null
  /** Set for `information_schema(view)`: the view, null for the schema itself. */
  readonly informationSchema?: string | null
}

export const bareFields: RelationFields = {
  path: { database: null, schema: null, identifier: null },
  type: null,
  quotePolicy: allParts,
  includePolicy: allParts,
  limit: null,
  eventTimeFilter: null,
  external: null,
  dbtCreated: false,
  catalog: null,
}

/** The name alone, or the external location. */
export function renderName(fields: RelationFields): string {
  const { path, quotePolicy, includePolicy, external, informationSchema } = fields
  if (external) return external
  const shown: string[] = []
  for (const part of pathParts) {
    const text = includePolicy[part] ? path[part] : null
    if (text !== null) shown.push(quotePolicy[part] ? `"${text}"` : text)
  }
  if (informationSchema) shown.push(informationSchema)
  return shown.join('.')
}

export function renderLimited(fields: RelationFields): string {
  const { limit } = fields
  const name = renderName(fields)
  if (limit === null) return name
  return limit === 0 ? `(select * from ${name} where false limit 0)` : `(select * from ${name} limit ${limit})`
}

/** The filter's subquery stands around the limit's, never inside it. */
export function renderFiltered(fields: RelationFields, inner: string): string {
  const filter = fields.eventTimeFilter
  if (!filter) return inner
  const { fieldName, start, end } = filter
  const bounds: string[] = []
  if (start) bounds.push(`${fieldName} >= '${start}'`)
  if (end) bounds.push(`${fieldName} < '${end}'`)
  return bounds.length === 0 ? inner : `(select * from ${inner} where ${bounds.join(' and ')})`
}

/** The whole: what a relation prints as. */
export function renderRelation(fields: RelationFields): string {
  if (fields.type === 'function') return renderName(fields)
  return renderFiltered(fields, renderLimited(fields))
}

/** `<database>.INFORMATION_SCHEMA[.view]`. */
export function informationSchemaFields(fields: RelationFields, view: string | null): RelationFields {
  const { path, includePolicy, quotePolicy } = fields
  return {
    ...bareFields,
    type: 'view',
    path: { database: path.database, schema: null, identifier: 'INFORMATION_SCHEMA' },
    includePolicy: { ...includePolicy, database: path.database !== null, schema: false, identifier: true },
    quotePolicy: { ...quotePolicy, identifier: false },
    informationSchema: view,
  }
}
