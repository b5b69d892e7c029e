/** Plans for tests of execution: every node that the command takes, after its parents. */
import type { Graph } from '../../src/graph/graph.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { GraphMember } from '../../src/project/node.ts'

const takes: Readonly<Record<string, readonly string[]>> = {
  run: ['model'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  test: ['test', 'unit_test'],
  build: ['model', 'seed', 'snapshot', 'test', 'unit_test', 'exposure', 'saved_query', 'function'],
}

export function simplePlan(graph: Graph, command: string, only?: readonly string[]): Plan {
  const kinds = takes[command] ?? takes.build ?? []
  const chosen = [...graph.members.values()].filter(
    member => kinds.includes(member.resourceType) && (!only || only.includes(member.name)),
  )
  const ids = new Set(chosen.map(member => member.uniqueId))
  const testsOf = (id: string): string[] => {
    return chosen
      .filter(member => member.resourceType === 'test' && (graph.parents.get(member.uniqueId) ?? []).includes(id))
      .map(member => member.uniqueId)
  }
  const after = (member: GraphMember): string[] => {
    const parents = (graph.parents.get(member.uniqueId) ?? []).filter(id => ids.has(id))
    if (command !== 'build' || member.resourceType === 'test') return parents
    if (member.resourceType === 'unit_test') {
      return parents.flatMap(id => (graph.parents.get(id) ?? []).filter(one => ids.has(one)))
    }
    const unitTests = chosen.filter(
      one => one.resourceType === 'unit_test' && (graph.parents.get(one.uniqueId) ?? []).includes(member.uniqueId),
    )
    return [...parents, ...parents.flatMap(testsOf), ...unitTests.map(one => one.uniqueId)]
  }
  return {
    graph,
    command,
    steps: chosen.map(node => ({
      node,
      mode: { kind: 'create' },
      reason: 'chosen by the test',
      after: after(node),
      addedUpstream: false,
    })),
  }
}
