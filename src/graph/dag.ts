/**
 * Directed graphs of names, whatever they stand for. `parents` and `children` are maps from a name to its neighbours;
 * a name without an entry has none. Everything in here is linear in nodes and edges, or nearly.
 */

export type Neighbours = ReadonlyMap<string, readonly string[]>

const none: readonly string[] = []

/** The edges the other way round, in order of first mention; every key of `edges` has an entry. */
export function reversed(edges: Neighbours): Map<string, string[]> {
  const result = new Map<string, string[]>()
  for (const id of edges.keys()) result.set(id, [])
  for (const [from, targets] of edges) {
    for (const target of targets) {
      const back = result.get(target)
      if (back) back.push(from)
      else result.set(target, [from])
    }
  }
  return result
}

/** Parents before children, ties by name. Names in cycles are left out. */
export function topologicalOrder(ids: Iterable<string>, parents: Neighbours, children: Neighbours): string[] {
  const all = new Set(ids)
  const waiting = new Map<string, number>()
  const ready = new NameHeap()
  for (const id of all) {
    const count = distinctIn(parents.get(id) ?? none, all)
    waiting.set(id, count)
    if (count === 0) ready.push(id)
  }
  const order: string[] = []
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    order.push(id)
    for (const child of new Set(children.get(id) ?? none)) {
      const left = waiting.get(child)
      if (left === undefined) continue
      waiting.set(child, left - 1)
      if (left === 1) ready.push(child)
    }
  }
  return order
}

function distinctIn(ids: readonly string[], all: ReadonlySet<string>): number {
  let count = 0
  for (const id of new Set(ids)) if (all.has(id)) count++
  return count
}

/** A cycle as a path along `children`, its first name repeated at the end; `undefined` if there is none. */
export function findCycle(ids: Iterable<string>, children: Neighbours): readonly string[] | undefined {
  const finished = new Set<string>()
  const onPath = new Map<string, number>()
  for (const start of ids) {
    if (finished.has(start)) continue
    const path: { readonly id: string; readonly rest: Iterator<string> }[] = []
    const enter = (id: string): void => {
      onPath.set(id, path.length)
      path.push({ id, rest: (children.get(id) ?? none)[Symbol.iterator]() })
    }
    enter(start)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { done, value: next } = top.rest.next()
      if (done) {
        finished.add(top.id)
        onPath.delete(top.id)
        path.pop()
        continue
      }
      const place = onPath.get(next)
      if (place !== undefined) return [...path.slice(place).map(one => one.id), next]
      if (!finished.has(next)) enter(next)
    }
  }
  return undefined
}

/**
 * Everything that can be reached from `start` along `edges` in at most `depth` steps. A start is in the result only if
 * another one reaches it.
 */
export function reachable(start: Iterable<string>, edges: Neighbours, depth = Number.POSITIVE_INFINITY): Set<string> {
  const reached = new Set<string>()
  let layer: Iterable<string> = start
  for (let step = 0; step < depth; step++) {
    const next: string[] = []
    for (const id of layer) {
      for (const neighbour of edges.get(id) ?? none) {
        if (reached.has(neighbour)) continue
        reached.add(neighbour)
        next.push(neighbour)
      }
    }
    if (next.length === 0) break
    layer = next
  }
  return reached
}

/** A binary heap of names, smallest first. */
class NameHeap {
  private readonly items: string[] = []

  push(id: string): void {
    const { items } = this
    let at = items.length
    items.push(id)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (items[above]! <= id) break
      items[at] = items[above]!
      at = above
    }
    items[at] = id
  }

  pop(): string | undefined {
    const { items } = this
    const top = items[0]
    const last = items.pop()
    if (last === undefined || items.length === 0) return top
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= items.length) break
      if (below + 1 < items.length && items[below + 1]! < items[below]!) below++
      if (items[below]! >= last) break
      items[at] = items[below]!
      at = below
    }
    items[at] = last
    return top
  }
}
