/**
 * In `build`, tests stand between what they test and what is built from it: a node waits for every test whose parents
 * are all among its ancestors. Only the edges that are needed are made; the others follow from them.
 */
import type { Neighbours } from '../graph/dag.ts'
import type { Graph } from '../graph/graph.ts'

/** For each node that waits for tests: which ones. */
export function testsBefore(graph: Graph, tests: readonly string[]): Map<string, string[]> {
  const before = new Map<string, string[]>()
  const add = (node: string, test: string): void => {
    const known = before.get(node)
    if (known) known.push(test)
    else before.set(node, [test])
  }
  let ancestors: Ancestors | undefined
  for (const test of tests) {
    const parents = [...new Set(graph.dependsOn.get(test) ?? [])]
    const [only] = parents
    if (only === undefined) continue
    if (parents.length === 1) {
      for (const child of graph.children.get(only) ?? []) if (waits(graph, child)) add(child, test)
      continue
    }
    ancestors ??= new Ancestors(graph)
    for (const node of firstAfterAll(graph.children, parents, ancestors, id => waits(graph, id))) add(node, test)
  }
  return before
}

/** Models, seeds, snapshots and the like wait; tests, exposures and what only describes do not. */
function waits(graph: Graph, id: string): boolean {
  const member = graph.members.get(id)
  return member !== undefined && 'rawCode' in member && member.resourceType !== 'test'
}

/** The nearest descendants of all parents: what is below them follows anyway. */
function firstAfterAll(
  children: Neighbours,
  parents: readonly string[],
  ancestors: Ancestors,
  counts: (id: string) => boolean,
): string[] {
  const last = ancestors.lastOf(parents)
  const others = parents.filter(parent => parent !== last)
  const found: string[] = []
  const seen = new Set<string>([last])
  for (const id of seen) {
    for (const child of children.get(id) ?? []) {
      if (seen.has(child) || !counts(child)) continue
      if (others.every(other => ancestors.has(child, other))) {
        if (!found.includes(child)) found.push(child)
      } else seen.add(child)
    }
  }
  return found
}

/** One bit per pair of members: n² / 8 bytes, and no walk per question. */
class Ancestors {
  private readonly places = new Map<string, number>()
  private readonly bits: readonly Uint32Array[]

  constructor(graph: Graph) {
    const ids = graph.order().filter(id => graph.members.get(id)?.resourceType !== 'test')
    for (const [place, id] of ids.entries()) this.places.set(id, place)
    const words = (ids.length >> 5) + 1
    const bits: Uint32Array[] = []
    for (const id of ids) {
      const own = new Uint32Array(words)
      for (const parent of graph.parents.get(id) ?? []) {
        const place = this.places.get(parent)
        const above = place === undefined ? undefined : bits[place]
        if (place === undefined || !above) continue
        for (let word = 0; word < words; word++) own[word]! |= above[word]!
        own[place >> 5]! |= 1 << (place & 31)
      }
      bits.push(own)
    }
    this.bits = bits
  }

  has(id: string, ancestor: string): boolean {
    const place = this.places.get(ancestor)
    const own = this.bits[this.places.get(id) ?? -1]
    return place !== undefined && own !== undefined && ((own[place >> 5] ?? 0) & (1 << (place & 31))) !== 0
  }

  /** The one that comes last in graph order. */
  lastOf(ids: readonly string[]): string {
    return ids.reduce((last, id) => ((this.places.get(id) ?? -1) > (this.places.get(last) ?? -1) ? id : last))
  }
}
