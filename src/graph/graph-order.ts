/** All members of a graph, parents before children, ties by unique id: worked out once per graph. */
import { topologicalOrder } from './dag.ts'
import type { Graph } from './graph.ts'

const known = new WeakMap<Graph, readonly string[]>()

export function graphOrder(graph: Graph): readonly string[] {
  let order = known.get(graph)
  if (!order) {
    order = topologicalOrder(graph.members.keys(), graph.parents, graph.children)
    known.set(graph, order)
  }
  return order
}
