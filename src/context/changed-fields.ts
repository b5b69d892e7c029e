/** Fields of a relation as templates give them: checked, and merged into those that the relation has. */
import type { RelationKind } from '../base/sql-value.ts'
import { valueError } from '../template/template-error.ts'
import { PyDict, Undefined, type Value } from '../template/value.ts'
import { pathParts, type Quoting, type RelationFields, type RelationPath } from './relation-fields.ts'

/** Fields are merged one by one, paths and policies part by part; a field that there is none of is ignored. */
export function changedFields(fields: RelationFields, changes: PyDict): RelationFields {
  const path = changes.get('path')
  const quotes = changes.get('quote_policy')
  const includes = changes.get('include_policy')
  const type = changes.get('type')
  const limit = changes.get('limit')
  if (path !== undefined && !(path instanceof PyDict)) throw invalidField('path', 'Path', path)
  return {
    ...fields,
    path: path ? changedPath(fields.path, path) : fields.path,
    quotePolicy: quotes instanceof PyDict ? changedPolicy(fields.quotePolicy, quotes) : fields.quotePolicy,
    includePolicy: includes instanceof PyDict ? changedPolicy(fields.includePolicy, includes) : fields.includePolicy,
    type: type === undefined ? fields.type : relationKind(type),
    limit: typeof limit === 'number' || limit === null ? limit : fields.limit,
  }
}

/** What templates call the kinds that are constants of the class. */
export const kindNames: Readonly<Record<string, RelationKind>> = {
  Table: 'table',
  View: 'view',
  CTE: 'cte',
  MaterializedView: 'materialized_view',
  PointerTable: 'pointer_table',
  External: 'external',
  Function: 'function',
}

/** `Relation.Table` and its like, of the class and of every relation. */
export function kindConstant(name: string): RelationKind | undefined {
  return Object.hasOwn(kindNames, name) ? kindNames[name] : undefined
}

const relationKinds: readonly RelationKind[] = [
  'table',
  'view',
  'cte',
  'materialized_view',
  'ephemeral',
  'external',
  'pointer_table',
  'function',
]

/** @throws `template/value` for a word that is not a kind of relation */
export function relationKind(value: Value): RelationKind | null {
  if (value === null) return null
  const kind = relationKinds.find(one => one === value)
  if (kind === undefined) throw invalidField('type', 'Optional[RelationType]', value)
  return kind
}

function invalidField(field: string, type: string, value: Value): Error {
  const shown = value instanceof Undefined ? 'Undefined' : String(value)
  return valueError(`Field "${field}" of type ${type} in DuckDBRelation has invalid value ${shown}`)
}

/** A part of a name: text or None. @throws `template/value` for anything else, undefined values above all */
export function pathPart(value: Value, part: string): string | null {
  if (value === null || typeof value === 'string') return value
  throw invalidField('path', `Path (${part})`, value)
}

/** A policy with those of `changes` that are true or false put in. */
export function changedPolicy(policy: Quoting, changes: PyDict): Quoting {
  const changed: Record<(typeof pathParts)[number], boolean> = { ...policy }
  for (const part of pathParts) {
    const value = changes.get(part)
    if (typeof value === 'boolean') changed[part] = value
  }
  return changed
}

export function changedPath(path: RelationPath, changes: PyDict): RelationPath {
  const changed: Record<(typeof pathParts)[number], string | null> = { ...path }
  for (const part of pathParts) {
    const value = changes.get(part)
    if (value !== undefined) changed[part] = pathPart(value, part)
  }
  return changed
}
