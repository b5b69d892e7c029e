/** Which relations the target has, looked up by name. DuckDB's names do not depend on case. */
import type { RelationInfo, RelationKind } from '../base/sql-value.ts'
import type { GraphMember } from '../project/node.ts'

export interface ExistingRelations {
  /** `undefined`: there is none. */
  readonly kindOf: (member: GraphMember) => RelationKind | undefined
}

export function existingRelations(relations: Iterable<RelationInfo>): ExistingRelations {
  const kinds = new Map<string, RelationKind>()
  for (const { database, schema, identifier, kind } of relations) kinds.set(keyOf(database, schema, identifier), kind)
  return {
    kindOf: member => {
      if (!('alias' in member) || member.database === null) return undefined
      return kinds.get(keyOf(member.database, member.schema, member.alias))
    },
  }
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\0').toLowerCase()
}
