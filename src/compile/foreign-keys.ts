/** Foreign keys of contracts: `to: ref('x')` as the relation it means, and which models hang together by them. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Graph } from '../graph/graph.ts'
import { foreignKeys } from '../project/foreign-keys.ts'
import type { GraphMember, ModelNode } from '../project/node.ts'
import { isEphemeral, nodeRelation, sourceRelation } from './node-relation.ts'
import { deferRelation } from './references.ts'
import type { RunState } from './run-state.ts'

const call = /^\s*(?:\{\{)?\s*(ref|source)\s*\(([^()]*)\)\s*(?:\}\})?\s*$/

/** What a `to` names; `undefined` when it is no call of `ref` or `source`, or names nothing. */
function targetOf(expression: string, graph: Graph, packageName: string): GraphMember | undefined {
  const match = call.exec(expression)
  if (!match) return undefined
  const args = (match[2] ?? '').split(',').map(text => text.trim())
  const texts = args.filter(text => /^['"].*['"]$/.test(text)).map(text => text.slice(1, -1))
  const [first = '', second] = texts
  if (match[1] === 'source') return second === undefined ? undefined : graph.resolveSource(first, second, packageName)
  const version = args.map(text => /^(?:v|version)\s*=\s*['"]?(.*?)['"]?$/.exec(text)?.[1]).find(Boolean) ?? null
  const name = second ?? first
  return graph.resolveRef({ name, package: second === undefined ? null : first, version }, packageName)
}

/** What stands under `to` of a model's foreign keys. */
function targetTexts(node: ModelNode): string[] {
  return foreignKeys(node).flatMap(({ to }) => (to !== null && to !== '' ? [to] : []))
}

/**
 * The relations that foreign keys of a model mean, by what stands under `to`; `undefined` where it has none.
 * @throws DiagnosticError `compile/foreign-key`
 */
export function foreignKeyRelations(node: GraphMember, state: RunState): ReadonlyMap<string, string> | undefined {
  if (node.resourceType !== 'model') return undefined
  const keys = targetTexts(node)
  return keys.length === 0 ? undefined : new Map(keys.map(to => [to, relationText(to, node, state)] as const))
}

function relationText(to: string, node: ModelNode, state: RunState): string {
  const target = targetOf(to, state.graph, node.packageName)
  if (target?.resourceType === 'source') return sourceRelation(target).render()
  const elsewhere = target && state.deferral?.active ? state.deferral.relations.get(target.uniqueId) : undefined
  if (elsewhere) return deferRelation(elsewhere).render()
  if (target && 'alias' in target && !isEphemeral(target))
    return nodeRelation(target, state.adapterFacts.quoting).render()
  throw new DiagnosticError({
    code: 'compile/foreign-key',
    message: `'${node.uniqueId}' defines a foreign key constraint 'to' expression which is not valid 'ref' or 'source' syntax: ${to}.`,
    node: node.uniqueId,
  })
}

/** Unique ids of models that have a foreign key or are pointed at by one: DuckDB lets only one of them change at a time. */
export function modelsWithForeignKeys(graph: Graph): ReadonlySet<string> {
  const found = new Set<string>()
  for (const node of graph.project.nodes.values()) {
    const keys = node.resourceType === 'model' && node.contract.enforced ? targetTexts(node) : []
    if (keys.length === 0) continue
    found.add(node.uniqueId)
    for (const to of keys) {
      const target = targetOf(to, graph, node.packageName)
      if (target) found.add(target.uniqueId)
    }
  }
  return found
}
