/** Nodes and sources as relations: name, quoting, and what stands for the name where files do. */
import type { Quoting as ProjectQuoting } from '../config/project-file.ts'
import { createRelation, type Relation, type RelationOptions } from '../context/relation.ts'
import type { Quoting } from '../context/relation-fields.ts'
import type { GraphMember, Node, SourceNode } from '../project/node.ts'
import { externalText } from '../project/source-location.ts'

/** The project's quoting with DuckDB's defaults filled in: everything is quoted. */
export function quotingOf(quoting: ProjectQuoting): Quoting {
  return {
    database: quoting.database ?? true,
    schema: quoting.schema ?? true,
    identifier: quoting.identifier ?? true,
  }
}

export function isEphemeral(member: GraphMember): boolean {
  return member.resourceType === 'model' && member.config.get('materialized') === 'ephemeral'
}

/** The relation that a node makes. */
export function nodeRelation(node: Node, quoting: Quoting, options: RelationOptions = {}): Relation {
  const path = { database: node.database, schema: node.schema, identifier: node.alias }
  return createRelation(path, { quoting, ...options })
}

/** The project's quoting does not apply to sources. */
export function sourceRelation(source: SourceNode, options: RelationOptions = {}): Relation {
  const { database, schema, identifier } = source.quoting
  const path = { database: source.database, schema: source.schema, identifier: source.identifier }
  return createRelation(path, {
    quoting: {
      ...(database === null ? {} : { database }),
      ...(schema === null ? {} : { schema }),
      ...(identifier === null ? {} : { identifier }),
    },
    external: externalText(source) ?? null,
    ...options,
  })
}
