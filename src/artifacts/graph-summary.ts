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

/** @param linked what `edgeParts` gives */
export function* graphSummaryParts(
  graph: Graph,
  linked: Iterable<string | Uint8Array>,
  { invocationId, withTestEdges }: SummaryRequest,
): Iterable<string | Uint8Array> {
  yield `{"_invocation_id":${JSON.stringify(invocationId)},"linked":{`
  yield* linked
  if (withTestEdges) {
    yield '},"with_test_edges":{'
    yield* edgeParts(graph, withTests(graph))
  }
  yield '}}'
}

export function* edgeParts(graph: Graph, children: Neighbours = graph.children): Iterable<string> {
  const numbers = new Map(Array.from(graph.members.keys(), (id, index) => [id, index]))
  let before = ''
  for (const [id, { resourceType }] of graph.members) {
    const successors = children.get(id)?.map(child => numbers.get(child)) ?? []
    const succ = successors.length > 0 ? `,"succ":[${successors.join(',')}]` : ''
    yield `${before}"${numbers.get(id)}":{"name":${JSON.stringify(id)},"type":"${resourceType}"${succ}}`
    before = ','
  }
}

function withTests(graph: Graph): Neighbours {
  const tests = [...graph.members.values()].filter(one => one.resourceType === 'test').map(one => one.uniqueId)
  const waiting = reversed(testsBefore(graph, tests))
  return new Map(Array.from(graph.children, ([id, children]) => [id, [...children, ...(waiting.get(id) ?? [])]]))
}
