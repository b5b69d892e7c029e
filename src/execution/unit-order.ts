/** Units of work, linked by what they wait for, and the order in which one worker takes them. */

export interface Unit {
  readonly id: string
  /** Ids of units to wait for; those that are not scheduled are ignored. */
  readonly after: readonly string[]
  /** Units with the same do not mind each other. */
  readonly group?: string
}

/** A unit, and how much of what it waits for has not ended. */
export interface Pending {
  readonly id: string
  readonly group: string | undefined
  readonly dependants: Pending[]
  waitsFor: number
  rank: number
  /** Number of units in the longest chain before it. */
  depth: number
  /** When it could have started. */
  readyAtMs: number
}

/** One worker takes first what was ready first. Units of a circle are not in it. */
export function orderOfOne(units: readonly Pending[]): Pending[] {
  const left = new Map(units.map(one => [one, one.waitsFor]))
  const order = units.filter(one => one.waitsFor === 0).sort(byDepth)
  for (const one of order) {
    const ready = one.dependants.filter(dependant => {
      const count = (left.get(dependant) ?? 0) - 1
      left.set(dependant, count)
      return count === 0
    })
    for (const next of ready.sort(byDepth)) order.push(next)
  }
  return order
}

/** Of units of one moment those of equal depth go by their ids, or by chance where there is a seed. */
export function linkUnits(units: readonly Unit[], seed: number | undefined): Pending[] {
  const chance = seed === undefined ? undefined : randomNumbers(seed)
  const byId = new Map<string, Pending>()
  for (const { id, group } of units) {
    byId.set(id, {
      id,
      group,
      dependants: [],
      waitsFor: 0,
      rank: chance ? chance() : 0,
      depth: 0,
      readyAtMs: 0,
    })
  }
  for (const { id, after } of units) {
    const own = byId.get(id)
    for (const other of new Set(after)) {
      const parent = byId.get(other)
      if (!own || !parent || own === parent) continue
      parent.dependants.push(own)
      own.waitsFor++
    }
  }
  const all = [...byId.values()]
  measureDepths(all)
  return all
}

function measureDepths(all: readonly Pending[]): void {
  const left = new Map(all.map(one => [one, one.waitsFor]))
  const order = all.filter(one => one.waitsFor === 0)
  for (const one of order) {
    for (const dependant of one.dependants) {
      const count = (left.get(dependant) ?? 0) - 1
      left.set(dependant, count)
      dependant.depth = Math.max(dependant.depth, one.depth + 1)
      if (count === 0) order.push(dependant)
    }
  }
}

/** mulberry32: small, and the same numbers on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Which of two that may start at one moment comes first. */
export function byDepth(one: Pending, other: Pending): number {
  return one.depth - other.depth || one.rank - other.rank || (one.id < other.id ? -1 : 1)
}
