/**
 * `graph_summary.json`: the edges alone, every node by a number; for `build`, again with those by which nodes wait for
 * tests.
 */
import { type Neighbours, reversed } from '../graph/dag.ts'
import type { Graph } from '../graph/graph.ts'
import { testsBefore } from '../plan/test-order.ts'

export interface SummaryRequest {
  readonly invocationId: string
  readonly withTestEdges: boolean
}

export function renderGraphSummary(graph: Graph, { invocationId, withTestEdges }: SummaryRequest): string {
  return JSON.stringify({
    _invocation_id: invocationId,
    linked: numbered(graph, graph.children),
    ...(withTestEdges ? { with_test_edges: numbered(graph, withTests(graph)) } : {}),
  })
}

function numbered(graph: Graph, children: Neighbours): Record<string, unknown> {
  const numbers = new Map([...graph.members.keys()].map((id, index) => [id, index]))
  const nodes: Record<string, unknown> = {}
  for (const [id, index] of numbers) {
    const successors = (children.get(id) ?? []).map(child => numbers.get(child))
    const type = graph.members.get(id)?.resourceType
    nodes[String(index)] = { name: id, type, ...(successors.length > 0 ? { succ: successors } : {}) }
  }
  return nodes
}

function withTests(graph: Graph): Neighbours {
  const tests = [...graph.members.values()].filter(one => one.resourceType === 'test').map(one => one.uniqueId)
  const waiting = reversed(testsBefore(graph, tests))
  return new Map(Array.from(graph.children, ([id, children]) => [id, [...children, ...(waiting.get(id) ?? [])]]))
}
