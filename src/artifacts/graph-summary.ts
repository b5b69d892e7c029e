/** `graph_summary.json`: the edges alone, every node by a number. */
import type { Graph } from '../graph/graph.ts'

export function renderGraphSummary(graph: Graph, invocationId: string): string {
  const ids = [...graph.members.keys()]
  const numbers = new Map(ids.map((id, index) => [id, index]))
  const linked: Record<string, unknown> = {}
  for (const [id, index] of numbers) {
    const successors = (graph.children.get(id) ?? []).map(child => numbers.get(child))
    const type = graph.members.get(id)?.resourceType
    linked[String(index)] = { name: id, type, ...(successors.length > 0 ? { succ: successors } : {}) }
  }
  return JSON.stringify({ _invocation_id: invocationId, linked })
}
