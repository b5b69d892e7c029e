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
  // Numbers in the order of the names: comparing them is cheaper than comparing names.
  const names = [...new Set(ids)].sort()
  const numbers = new Map(names.map((name, number) => [name, number]))
  const waiting = new Uint32Array(names.length)
  const ready = new NumberHeap()
  for (const [name, number] of numbers) {
    for (const parent of distinct(parents.get(name) ?? none)) if (numbers.has(parent)) waiting[number]!++
    if (waiting[number] === 0) ready.push(number)
  }
  const order: string[] = []
  for (let number = ready.pop(); number !== undefined; number = ready.pop()) {
    const name = names[number] ?? ''
    order.push(name)
    for (const child of distinct(children.get(name) ?? none)) {
      const waits = numbers.get(child)
      if (waits !== undefined && --waiting[waits]! === 0) ready.push(waits)
    }
  }
  return order
}

function distinct(names: readonly string[]): Iterable<string> {
  return names.length > 1 ? new Set(names) : names
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

/** A binary heap, smallest first. */
class NumberHeap {
  private readonly items: number[] = []

  push(number: number): void {
    const { items } = this
    let at = items.length
    items.push(number)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (items[above]! <= number) break
      items[at] = items[above]!
      at = above
    }
    items[at] = number
  }

  pop(): number | undefined {
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
