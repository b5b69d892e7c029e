/** Edges between rows: the parents of each row in their order, and the other way round. */

/** As kept: how many parents each row has, and all of them one after the other. */
export interface WrittenEdges {
  readonly counts: readonly number[]
  readonly targets: readonly number[]
}

/** Parents of some rows by their ids; the others have none. */
export function writtenEdges(
  ids: Iterable<string>,
  rowOf: ReadonlyMap<string, number>,
  parents: ReadonlyMap<string, readonly string[]>,
): WrittenEdges {
  const counts: number[] = []
  const targets: number[] = []
  for (const id of ids) {
    const above = parents.get(id) ?? []
    counts.push(above.length)
    for (const parent of above) targets.push(rowOf.get(parent) ?? 0)
  }
  return { counts, targets }
}

export class EdgeTable {
  private readonly ids: readonly string[]
  private readonly starts: Uint32Array
  private readonly targets: readonly number[]
  private backward: { readonly starts: Uint32Array; readonly targets: Uint32Array } | undefined

  constructor(ids: readonly string[], { counts, targets }: WrittenEdges) {
    this.ids = ids
    this.targets = targets
    this.starts = sums(counts)
  }

  /** In the order in which they were written. */
  parents(row: number): readonly string[] {
    return this.targets.slice(this.starts[row], this.starts[row + 1]).map(target => this.idOf(target))
  }

  /** Sorted by id. */
  children(row: number): readonly string[] {
    this.backward ??= this.reversed()
    const { starts, targets } = this.backward
    return Array.from(targets.subarray(starts[row], starts[row + 1]), target => this.idOf(target)).sort()
  }

  private reversed(): { readonly starts: Uint32Array; readonly targets: Uint32Array } {
    const counts = new Uint32Array(this.ids.length)
    for (const target of this.targets) counts[target]!++
    const starts = sums(counts)
    const free = starts.slice()
    const targets = new Uint32Array(this.targets.length)
    for (let row = 0; row + 1 < this.starts.length; row++) {
      for (let at = this.starts[row] ?? 0; at < (this.starts[row + 1] ?? 0); at++) {
        const parent = this.targets[at] ?? 0
        targets[free[parent]!++] = row
      }
    }
    return { starts, targets }
  }

  private idOf(row: number): string {
    return this.ids[row] ?? ''
  }
}

/** Where each part begins, and where the last one ends. */
function sums(counts: ArrayLike<number>): Uint32Array {
  const starts = new Uint32Array(counts.length + 1)
  for (let index = 0; index < counts.length; index++) starts[index + 1] = (starts[index] ?? 0) + (counts[index] ?? 0)
  return starts
}
