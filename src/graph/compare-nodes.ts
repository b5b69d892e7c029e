/** Is a node the same as in an earlier manifest? dbt's rules per resource type; both sides are JSON of manifests. */
import { type JsonObject, objectIn, sameJson } from './previous-state.ts'

/** What a comparison has to know of the project. */
export interface CompareRules {
  /** `state_modified_compare_more_unrendered_values` */
  readonly unrendered: boolean
}

type Type = string

const runnable: readonly Type[] = [
  'model',
  'seed',
  'snapshot',
  'analysis',
  'test',
  'operation',
  'sql_operation',
  'function',
]

export function isRunnable(node: JsonObject): boolean {
  return runnable.includes(String(node.resource_type))
}

/** Everything but macros and contracts. */
export function sameContents(old: JsonObject, current: JsonObject, rules: CompareRules): boolean {
  switch (current.resource_type) {
    case 'source':
      return (
        sameRelation(old, current, rules) &&
        sameFields(old, current, ['fqn', 'quoting', 'freshness', 'loaded_at_field', 'external']) &&
        sameConfig(old, current)
      )
    case 'exposure':
      return (
        sameFields(old, current, ['fqn', 'type', 'owner', 'maturity', 'url', 'description', 'label']) &&
        sameSet(objectIn(old, 'depends_on').nodes, objectIn(current, 'depends_on').nodes) &&
        sameConfig(old, current)
      )
    case 'metric':
      return sameFields(old, current, ['type', 'description', 'label']) && sameConfig(old, current)
    case 'semantic_model':
      return sameFields(old, current, semanticFields)
    case 'saved_query':
      return sameSavedQuery(old, current)
    case 'unit_test':
      return sameFields(old, current, ['checksum'])
    default:
      return sameNode(old, current, rules)
  }
}

const semanticFields = [
  'model',
  'description',
  'defaults',
  'entities',
  'dimensions',
  'measures',
  'config',
  'primary_entity',
  'group',
]

function sameNode(old: JsonObject, current: JsonObject, rules: CompareRules): boolean {
  const placed = sameConfig(old, current) && sameFields(old, current, ['fqn'])
  if (current.resource_type === 'test' && current.test_metadata) return placed
  const shared = placed && sameBody(old, current) && sameDescriptions(old, current) && sameRelation(old, current, rules)
  if (current.resource_type === 'model') {
    return shared && sameFields(old, current, ['latest_version', 'access', 'deprecation_date'])
  }
  return current.resource_type === 'function' ? shared && sameFields(old, current, ['arguments', 'returns']) : shared
}

function sameSavedQuery(old: JsonObject, current: JsonObject): boolean {
  const [before, now] = [objectIn(old, 'query_params'), objectIn(current, 'query_params')]
  return (
    sameFields(before, now, ['metrics', 'group_by', 'where']) &&
    sameFields(old, current, ['description', 'label', 'config', 'group', 'tags']) &&
    sameJson(exportsOf(old), exportsOf(current))
  )
}

function exportsOf(query: JsonObject): unknown {
  const exports = Array.isArray(query.exports) ? query.exports : []
  return exports.map(one => {
    const config = objectIn(one, 'unrendered_config')
    return [(one as JsonObject).name, config.export_as, config.schema, config.alias]
  })
}

/** Seeds are compared by checksum, everything else by its text. */
export function sameBody(old: JsonObject, current: JsonObject): boolean {
  return sameFields(old, current, [current.resource_type === 'seed' ? 'checksum' : 'raw_code'])
}

/** Keys that only say where a node stands or which names it has. */
const placeKeys = ['alias', 'schema', 'database', 'tags', 'group']
const ignoredKeys: Readonly<Record<Type, readonly string[]>> = {
  source: [],
  exposure: [],
  metric: ['group'],
}
const testKeys = [
  'severity',
  'where',
  'limit',
  'fail_calc',
  'warn_if',
  'error_if',
  'store_failures',
  'store_failures_as',
]

/** Configuration as written, so that a change of target or variables is none. */
export function sameConfig(old: JsonObject, current: JsonObject): boolean {
  const type = String(current.resource_type)
  if (type === 'semantic_model' || type === 'saved_query') return sameFields(old, current, ['config'])
  const [before, now] = [objectIn(old, 'unrendered_config'), objectIn(current, 'unrendered_config')]
  const ignored = ignoredKeys[type] ?? placeKeys
  const keys = type === 'test' ? testKeys : [...Object.keys(before), ...Object.keys(now)]
  return keys.every(key => ignored.includes(key) || (key in before === key in now && sameJson(before[key], now[key])))
}

/** Descriptions count where they are written to the database. */
export function sameDescriptions(old: JsonObject, current: JsonObject): boolean {
  const persisted = objectIn(objectIn(current, 'config'), 'persist_docs')
  if (isOn(persisted.relation) && !sameFields(old, current, ['description'])) return false
  return !isOn(persisted.columns) || sameJson(columnDescriptions(old), columnDescriptions(current))
}

function isOn(value: unknown): boolean {
  return Boolean(value)
}

function columnDescriptions(node: JsonObject): JsonObject {
  const columns = Object.entries(objectIn(node, 'columns'))
  return Object.fromEntries(columns.map(([name, column]) => [name, (column as JsonObject).description]))
}

/** A node by its configured names, a source by its real ones. */
export function sameRelation(old: JsonObject, current: JsonObject, rules: CompareRules): boolean {
  if (current.resource_type === 'source') {
    const names = rules.unrendered ? ['unrendered_database', 'unrendered_schema'] : ['database', 'schema']
    return sameFields(old, current, [...names, 'identifier'])
  }
  const [before, now] = [objectIn(old, 'unrendered_config'), objectIn(current, 'unrendered_config')]
  return sameFields(before, now, ['database', 'schema', 'alias'])
}

function sameFields(old: JsonObject, current: JsonObject, fields: readonly string[]): boolean {
  return fields.every(field => sameJson(old[field], current[field]))
}

function sameSet(a: unknown, b: unknown): boolean {
  const [left, right] = [new Set(Array.isArray(a) ? a : []), new Set(Array.isArray(b) ? b : [])]
  return left.size === right.size && [...left].every(item => right.has(item))
}
