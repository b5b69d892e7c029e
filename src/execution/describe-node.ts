/** What a node is called in log lines: dbt's descriptions. */

import { isNode } from '../compile/node-providers.ts'
import { isMicrobatch } from '../project/microbatch.ts'
import type { GraphMember, Node } from '../project/node.ts'

/** `main.customers`; with the database in front when it is not the target's. */
export function relationText(node: Node, targetDatabase: string): string {
  const name = `${node.schema}.${node.alias}`
  return node.database === targetDatabase || node.database === null ? name : `${node.database}.${name}`
}

export function describeNode(member: GraphMember, targetDatabase: string): string {
  switch (member.resourceType) {
    case 'model':
      return `${member.language} ${describeKind(member)} model ${relationText(member, targetDatabase)}`
    case 'seed':
      return `seed file ${relationText(member, targetDatabase)}`
    case 'snapshot':
      return `snapshot ${relationText(member, targetDatabase)}`
    case 'function':
      return `function ${relationText(member, targetDatabase)}`
    case 'unit_test':
      return `unit_test ${member.model}::${member.name}`
    case 'saved_query':
      return `saved query ${member.name}`
    case 'source':
      return `freshness of ${member.sourceName}.${member.name}`
    default:
      return `${member.resourceType} ${member.name}`
  }
}

function describeKind(model: Node): string {
  return isMicrobatch(model) ? 'microbatch' : String(model.config.get('materialized') ?? 'view')
}

/** `2 view models, 1 seed`: what was run, counted by kind. */
export function statLine(members: readonly GraphMember[]): string {
  const counts = new Map<string, number>()
  for (const member of members) {
    const kind = countedKind(member)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts]
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([kind, count]) => `${count} ${count === 1 ? kind : plural(kind)}`.replaceAll('_', ' '))
    .join(', ')
}

function countedKind(member: GraphMember): string {
  if (member.resourceType === 'operation') return 'project hook'
  if (!isNode(member) || member.resourceType !== 'model') return member.resourceType
  return `${String(member.config.get('materialized') ?? 'view')} model`
}

function plural(kind: string): string {
  switch (kind) {
    case 'test':
      return 'data_tests'
    case 'saved_query':
      return 'saved_queries'
    case 'analysis':
      return 'analyses'
    default:
      return `${kind}s`
  }
}
