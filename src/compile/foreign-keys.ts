/** Foreign keys of contracts: `to: ref('x')` as the relation it means, and which models hang together by them. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Graph } from '../graph/graph.ts'
import type { Constraint, GraphMember, ModelNode, Node } from '../project/node.ts'
import { PyDict, type Value } from '../template/value.ts'
import { isEphemeral, nodeRelation, sourceRelation } from './node-relation.ts'
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

function foreignKeys(node: Node): Constraint[] {
  if (node.resourceType !== 'model' || !node.contract.enforced) return []
  const all = [...node.constraints, ...[...node.columns.values()].flatMap(column => column.constraints)]
  return all.filter(one => one.type === 'foreign_key')
}

/** Puts relations in place of `ref` and `source` in a model's dictionary. @throws `compile/foreign-key` */
export function resolveForeignKeys(model: PyDict, node: ModelNode, state: RunState): void {
  if (foreignKeys(node).length === 0) return
  const resolve = (constraint: Value): Value => {
    if (!(constraint instanceof PyDict) || constraint.get('type') !== 'foreign_key') return constraint
    const to = constraint.get('to')
    return typeof to === 'string' && to !== '' ? constraint.copy().set('to', relationText(to, node, state)) : constraint
  }
  const resolveAll = (constraints: Value | undefined): Value =>
    Array.isArray(constraints) ? constraints.map(resolve) : []
  model.set('constraints', resolveAll(model.get('constraints')))
  const columns = model.get('columns')
  if (!(columns instanceof PyDict)) return
  const changed = Array.from(columns, ([name, column]) => {
    return [
      name,
      column instanceof PyDict ? column.copy().set('constraints', resolveAll(column.get('constraints'))) : column,
    ] as const
  })
  model.set('columns', PyDict.of(changed))
}

function relationText(to: string, node: ModelNode, state: RunState): string {
  const target = targetOf(to, state.graph, node.packageName)
  if (target?.resourceType === 'source') return sourceRelation(target).render()
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
    const keys = foreignKeys(node)
    if (keys.length === 0) continue
    found.add(node.uniqueId)
    for (const { to } of keys) {
      const target = to === null ? undefined : targetOf(to, graph, node.packageName)
      if (target) found.add(target.uniqueId)
    }
  }
  return found
}
