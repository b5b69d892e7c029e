/**
 * What selected nodes need and the target does not have. Projects with a `project.yml` build it along; projects of dbt
 * are left to fail as they do there.
 */
import type { Graph } from '../graph/graph.ts'
import type { GraphMember } from '../project/node.ts'

export interface MissingUpstream {
  readonly node: GraphMember
  /** Name of the selected node that led to it. */
  readonly neededBy: string
}

/** `isThere` answers for models, seeds and snapshots that were not selected. */
export function missingUpstream(
  graph: Graph,
  selected: readonly string[],
  isThere: (node: GraphMember) => boolean,
): MissingUpstream[] {
  const found = new Map<string, MissingUpstream>()
  const seen = new Set(selected)
  const queue = selected.map(id => ({ id, neededBy: graph.members.get(id)?.name ?? id }))
  for (const { id, neededBy } of queue) {
    for (const parent of graph.parents.get(id) ?? []) {
      if (seen.has(parent)) continue
      seen.add(parent)
      const node = graph.members.get(parent)
      if (!node || !isBuildable(node)) continue
      const ephemeral = node.config.get('materialized') === 'ephemeral'
      if (!ephemeral && isThere(node)) continue
      if (!ephemeral) found.set(parent, { node, neededBy })
      queue.push({ id: parent, neededBy })
    }
  }
  return [...found.values()]
}

function isBuildable(node: GraphMember): node is Extract<GraphMember, { resourceType: 'model' | 'seed' | 'snapshot' }> {
  return node.resourceType === 'model' || node.resourceType === 'seed' || node.resourceType === 'snapshot'
}
