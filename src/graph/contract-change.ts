/** What a model's enforced contract lost since an earlier state: columns, types, constraints. Nodes are JSON of manifests. */
import { isObject, type JsonObject, listIn, objectIn, sameJson } from './previous-state.ts'

export type ContractChange =
  | { readonly kind: 'same' }
  /** Something was added, or enforcing began. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'breaking'; readonly reasons: readonly string[] }

/** Kinds of constraints that DuckDB enforces. */
const enforcedKinds: readonly unknown[] = ['check', 'not_null', 'unique', 'primary_key', 'foreign_key']

export function contractChange(old: JsonObject, current: JsonObject): ContractChange {
  const [before, now] = [objectIn(old, 'contract'), objectIn(current, 'contract')]
  const [wasEnforced, isEnforced] = [before.enforced === true, now.enforced === true]
  if (!wasEnforced) return { kind: isEnforced ? 'changed' : 'same' }
  if (isEnforced && sameJson(before.checksum, now.checksum)) return { kind: 'same' }
  const reasons = [
    ...(isEnforced ? [] : [enforcementRemoved]),
    ...columnReasons(old, current),
    ...constraintReasons(old, current),
    ...materializationReasons(old, current),
  ]
  return reasons.length > 0 ? { kind: 'breaking', reasons } : { kind: 'changed' }
}

const enforcementRemoved =
  'Contract enforcement was removed: Previously, this model had an enforced contract. It is no longer configured to ' +
  'enforce its contract, and this is a breaking change.'

function list(heading: string, items: readonly string[]): string[] {
  return items.length > 0 ? [`${heading}: \n    - ${items.join('\n    - ')}`] : []
}

function columnReasons(old: JsonObject, current: JsonObject): string[] {
  const columns = objectIn(current, 'columns')
  const removed: string[] = []
  const retyped: string[] = []
  for (const [key, column] of sortedEntries(objectIn(old, 'columns'))) {
    const now = columns[key]
    const [oldType, newType] = [dataType(column), dataType(now)]
    if (now === undefined) removed.push(String(objectOr(column).name))
    else if (baseType(oldType) !== baseType(newType)) {
      retyped.push(`${String(objectOr(column).name)} (${oldType ?? 'None'} -> ${newType ?? 'None'})`)
    }
  }
  return [...list('Columns were removed', removed), ...list('Columns with data_type changes', retyped)]
}

function constraintReasons(old: JsonObject, current: JsonObject): string[] {
  if (!enforcesConstraints(old)) return []
  const columns = objectIn(current, 'columns')
  const onColumns = sortedEntries(objectIn(old, 'columns')).flatMap(([key, column]) => {
    if (columns[key] === undefined) return []
    const lost = lostConstraints(listIn(column, 'constraints'), listIn(columns[key], 'constraints'))
    return lost.map(one => `'${constraintName(one)}' constraint on column ${key}`)
  })
  const lost = lostConstraints(listIn(old, 'constraints'), listIn(current, 'constraints'))
  const onModel = lost.map(one => {
    const names = listIn(one, 'columns').map(name => `'${String(name)}'`)
    return `'${constraintName(one)}' constraint on columns [${names.join(', ')}]`
  })
  return [
    ...list('Enforced column level constraints were removed', onColumns),
    ...list('Enforced model level constraints were removed', onModel),
  ]
}

function lostConstraints(before: readonly unknown[], now: readonly unknown[]): JsonObject[] {
  return before
    .filter(isObject)
    .filter(one => enforcedKinds.includes(one.type) && !now.some(other => sameJson(one, other)))
}

function constraintName(constraint: JsonObject): string {
  return String(constraint.name ?? constraint.type)
}

function materializationReasons(old: JsonObject, current: JsonObject): string[] {
  if (!enforcesConstraints(old) || enforcesConstraints(current)) return []
  const onColumns = Object.values(objectIn(old, 'columns')).some(column => listIn(column, 'constraints').length > 0)
  if (!onColumns && listIn(old, 'constraints').length === 0) return []
  const change = `${String(materialized(old))} -> ${String(materialized(current))}`
  return list('Materialization changed with enforced constraints', [change])
}

function enforcesConstraints(node: JsonObject): boolean {
  const kind = materialized(node)
  return kind === 'table' || kind === 'incremental'
}

function materialized(node: JsonObject): unknown {
  return objectIn(node, 'config').materialized
}

function dataType(column: unknown): string | null {
  const type = objectOr(column).data_type
  return typeof type === 'string' ? type : null
}

/** Size, precision and scale may change. */
function baseType(type: string | null): string | null {
  return type && (type.split('(')[0] ?? '').trim().toLowerCase()
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function sortedEntries(data: JsonObject): (readonly [string, unknown])[] {
  return Object.entries(data).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
}
