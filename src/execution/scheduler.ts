/**
 * Runs units of work in the order their dependencies allow, a bounded number at a time. Knows nothing of nodes.
 *
 * 1. A unit starts once every unit it waits for has ended, whatever way it ended; what that means is the caller's.
 * 2. Units queue up as they become able to start, and start in that order. Of those that may start at one moment, at the
 *    beginning or because one unit has ended, the one nearest to the beginning comes first, at one depth the one whose id
 *    sorts first. So does dbt, and projects lean on it where a model reads another one, or a seed, that it does not name.
 *    With a seed units of one moment go by chance.
 * 3. Units of one group may run abreast beyond the number of workers, as long as nothing else runs. They start in the same
 *    order, so whoever waits to be first before telling what came of it tells everything in the order of a single worker.
 * 4. After an abort nothing starts; the call ends when what was running has ended.
 */

export interface Unit {
  readonly id: string
  /** Ids of units to wait for; those that are not scheduled are ignored. */
  readonly after: readonly string[]
  /** Units with the same do not mind each other. */
  readonly group?: string
}

export interface ScheduleOptions {
  /** How many units run at a time. */
  readonly workers: number
  /** How many of one group do, if that is more. */
  readonly abreast?: number
  readonly signal?: AbortSignal
  /** Orders units of one moment by chance, the same way for the same seed. */
  readonly seed?: number
  /** Monotonic milliseconds, for `waitedMs`. Absent: waiting is not measured. */
  readonly elapsedMs?: () => number
}

/** What a running unit may ask of the schedule. */
export interface Turn {
  /** Number of the worker, from 1. No two units have the same at one time. */
  readonly worker: number
  /** How long the unit could have run, had there been a worker for it. */
  readonly waitedMs: number
  /** Every unit that started before it has ended. */
  readonly isFirst: boolean
  /** Calls back when it is the first; at once if it is. */
  whenFirst(callback: () => void): void
  /** Resolves when it is the first. A unit that waits for it counts as idle. */
  comeFirst(): Promise<void>
  /** Runs `work` while nothing else runs: waits for what is running and holds back what is ready. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

/** Resolves to the ids that never started. Rejects with the first error that `run` lets out: a unit's own failure is no error. */
export function schedule(
  units: readonly Unit[],
  run: (id: string, turn: Turn) => Promise<void>,
  options: ScheduleOptions,
): Promise<readonly string[]> {
  return new Schedule(units, run, options).finish()
}

interface Pending {
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

class Schedule {
  private readonly pending: readonly Pending[]
  private readonly ready: Pending[] = []
  /** Where the queue of ready units begins. */
  private next = 0
  /** The lowest number last: it goes next. */
  private readonly idleWorkers: number[]
  private readonly wishes: (() => void)[] = []
  private readonly started = new Set<Pending>()
  /** In the order in which they started, each with who waits for it to be the first. */
  private readonly running = new Map<Pending, (() => void)[]>()
  /** Of those that run: how many only wait to be the first. */
  private idle = 0
  private busyAlone = false
  private failure: { readonly error: unknown } | undefined
  private readonly run: (id: string, turn: Turn) => Promise<void>
  private readonly options: ScheduleOptions
  private resolve: (ids: readonly string[]) => void = () => {}
  private reject: (error: unknown) => void = () => {}

  constructor(units: readonly Unit[], run: (id: string, turn: Turn) => Promise<void>, options: ScheduleOptions) {
    this.run = run
    this.options = options
    this.pending = link(units, options.seed)
    const places = Math.max(1, options.workers, options.abreast ?? 0)
    this.idleWorkers = Array.from({ length: places }, (_, index) => places - index)
    this.becomeReady(this.pending.filter(one => one.waitsFor === 0))
  }

  finish(): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
      this.step()
    })
  }

  /** Starts whatever may start; settles the promise when nothing runs and nothing will. */
  private step(): void {
    if (this.running.size - this.idle === this.wishes.length && this.wishes.length > 0 && !this.busyAlone) {
      this.busyAlone = true
      this.wishes.shift()?.()
      return
    }
    const open = !this.options.signal?.aborted && this.failure === undefined
    while (open && this.wishes.length === 0 && !this.busyAlone && this.idleWorkers.length > 0) {
      const one = this.ready[this.next]
      if (!one || !this.hasRoomFor(one)) break
      this.next++
      this.start(one, this.idleWorkers.pop() ?? 1)
    }
    if (this.running.size > 0) return
    if (this.failure) this.reject(this.failure.error)
    else this.resolve(this.pending.filter(one => !this.started.has(one)).map(one => one.id))
  }

  private hasRoomFor({ group }: Pending): boolean {
    if (this.running.size < Math.max(1, this.options.workers)) return true
    return group !== undefined && [...this.running.keys()].every(one => one.group === group)
  }

  private becomeReady(units: Pending[]): void {
    const now = this.elapsedMs()
    for (const one of units.sort(inOrder)) {
      one.readyAtMs = now
      this.ready.push(one)
    }
  }

  private elapsedMs(): number {
    return this.options.elapsedMs?.() ?? 0
  }

  private start(one: Pending, worker: number): void {
    this.started.add(one)
    this.running.set(one, [])
    const turn = this.turnOf(one, worker)
    const ended = (): void => {
      this.running.delete(one)
      this.tellFirst()
      this.idleWorkers.push(worker)
      this.idleWorkers.sort((one, other) => other - one)
      this.becomeReady(one.dependants.filter(dependant => --dependant.waitsFor === 0))
      this.step()
    }
    this.run(one.id, turn).then(ended, error => {
      this.failure ??= { error }
      ended()
    })
  }

  private turnOf(one: Pending, worker: number): Turn {
    const isFirst = (): boolean => this.first() === one
    const whenFirst = (callback: () => void): void => {
      if (isFirst()) callback()
      else this.running.get(one)?.push(callback)
    }
    return {
      worker,
      waitedMs: this.elapsedMs() - one.readyAtMs,
      get isFirst() {
        return isFirst()
      },
      whenFirst,
      comeFirst: async () => {
        if (isFirst()) return
        this.idle++
        this.step()
        await new Promise<void>(resolve => {
          whenFirst(() => {
            this.idle--
            resolve()
          })
        })
      },
      alone: work => this.alone(work),
    }
  }

  private first(): Pending | undefined {
    const [first] = this.running.keys()
    return first
  }

  private tellFirst(): void {
    const first = this.first()
    for (const callback of (first && this.running.get(first)?.splice(0)) ?? []) {
      try {
        callback()
      } catch (error) {
        this.failure ??= { error }
      }
    }
  }

  private async alone<T>(work: () => Promise<T>): Promise<T> {
    await new Promise<void>(resolve => {
      this.wishes.push(resolve)
      this.step()
    })
    try {
      return await work()
    } finally {
      this.busyAlone = false
      queueMicrotask(() => this.step())
    }
  }
}

function link(units: readonly Unit[], seed: number | undefined): Pending[] {
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

function inOrder(one: Pending, other: Pending): number {
  return one.depth - other.depth || one.rank - other.rank || (one.id < other.id ? -1 : 1)
}
