/** The checksum that tells whether a contract changed: sha256 over the columns as Python prints dbt's records. */
import { sha256 } from '../base/fingerprint.ts'
import { repr } from '../template/repr.ts'
import type { Column, Constraint } from './node.ts'

export function contractChecksum(
  columns: ReadonlyMap<string, Column>,
  constraints: readonly Constraint[],
  materialized: string,
): string {
  let state = ''
  const sorted = [...columns.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  for (const column of sorted) {
    state += `|${column.name}${column.dataType ?? 'None'}`
    state += `[${column.constraints.map(one => printed(one, 'ColumnLevelConstraint')).join(', ')}]`
  }
  if (materialized === 'table' || materialized === 'incremental') {
    state += `${materialized}[${constraints.map(one => printed(one, 'ModelLevelConstraint')).join(', ')}]`
  }
  return sha256(state)
}

function printed(constraint: Constraint, className: string): string {
  const fields = [
    `type=<ConstraintType.${constraint.type}: '${constraint.type}'>`,
    `name=${repr(constraint.name)}`,
    `expression=${repr(constraint.expression)}`,
    `warn_unenforced=${repr(constraint.warnUnenforced)}`,
    `warn_unsupported=${repr(constraint.warnUnsupported)}`,
    `to=${repr(constraint.to)}`,
    `to_columns=${repr([...constraint.toColumns])}`,
  ]
  if (className === 'ModelLevelConstraint') fields.push(`columns=${repr([...constraint.columns])}`)
  return `${className}(${fields.join(', ')})`
}
