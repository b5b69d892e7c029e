/**
 * Runs units of work in the order their dependencies allow, a bounded number at a time. Knows nothing of nodes.
 *
 * 1. A unit starts once every unit it waits for has ended, whatever way it ended; what that means is the caller's.
 * 2. Units queue up as they become able to start, and start in that order. Of those that may start at one moment, at the
 *    beginning or because one unit has ended, the one nearest to the beginning comes first, at one depth the one whose id
 *    sorts first. So does dbt, and projects lean on it where a model reads another one, or a seed, that it does not name.
 *    With a seed units of one moment go by chance.
 * 3. Units of one group may run abreast although there is one worker. They start in the order of that one worker, which is
 *    known beforehand, and none starts past one that still waits for others. Whoever waits to be first before telling what
 *    came of it tells everything in that order, too; what depends on it may start before then, once it says that it is done.
 * 4. After an abort nothing starts; the call ends when what was running has ended.
 */
import { byDepth, linkUnits, orderOfOne, type Pending, type Unit } from './unit-order.ts'

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

/** What a running unit may ask of the schedule, and what it tells it. */
export interface Turn {
  /** Number of the worker, from 1. No two units that are not done have the same at one time. */
  readonly worker: number
  /** How long the unit could have run, had there been a worker for it. */
  readonly waitedMs: number
  /** Every unit that started before it has ended. */
  readonly isFirst: boolean
  /** Ids of the units that started before it and are not done, in that order. */
  before(): readonly string[]
  /** Calls back when it is the first; at once if it is. */
  whenFirst(callback: () => void): void
  /** Resolves when it is the first. */
  comeFirst(): Promise<void>
  /** What it will still do is known: it does not keep back those that wait for it to be settled. */
  settle(): void
  /** Resolves when every unit that started before it is settled, or done. */
  settledBefore(): Promise<void>
  /** What waits for the unit may start, and so may others in its place; it only waits to tell what came of it. */
  done(): void
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

/** A unit that has started and not ended. */
interface Running {
  readonly one: Pending
  readonly worker: number
  state: 'busy' | 'waits' | 'done'
  settled: boolean
  readonly whenFirst: (() => void)[]
  readonly whenSettledBefore: (() => void)[]
}

class Schedule {
  private readonly pending: readonly Pending[]
  /** With one worker every unit, in the order in which it takes them; with more, those that are ready. */
  private readonly queue: Pending[]
  /** Where the queue of units to start begins. */
  private next = 0
  /** The lowest number last: it goes next. */
  private readonly idleWorkers: number[]
  private readonly wishes: (() => void)[] = []
  private readonly started = new Set<Pending>()
  /** In the order in which they started. */
  private readonly running = new Set<Running>()
  private busyAlone = false
  private failure: { readonly error: unknown } | undefined
  private readonly run: (id: string, turn: Turn) => Promise<void>
  private readonly options: ScheduleOptions
  private resolve: (ids: readonly string[]) => void = () => {}
  private reject: (error: unknown) => void = () => {}

  constructor(units: readonly Unit[], run: (id: string, turn: Turn) => Promise<void>, options: ScheduleOptions) {
    this.run = run
    this.options = options
    this.pending = linkUnits(units, options.seed)
    const places = Math.max(1, options.workers, options.abreast ?? 0)
    this.idleWorkers = Array.from({ length: places }, (_, index) => places - index)
    this.queue = this.hasOneWorker ? orderOfOne(this.pending) : []
    this.becomeReady(this.pending.filter(one => one.waitsFor === 0))
  }

  private get hasOneWorker(): boolean {
    return this.options.workers <= 1
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
    if (this.wishes.length > 0 && !this.busyAlone && this.count('busy') === this.wishes.length) {
      this.busyAlone = true
      this.wishes.shift()?.()
      return
    }
    const open = !this.options.signal?.aborted && this.failure === undefined
    while (open && this.wishes.length === 0 && !this.busyAlone && this.idleWorkers.length > 0) {
      const one = this.queue[this.next]
      if (!one || one.waitsFor > 0 || !this.hasRoomFor(one)) break
      this.next++
      this.start(one, this.idleWorkers.pop() ?? 1)
    }
    if (this.running.size > 0) return
    if (this.failure) this.reject(this.failure.error)
    else this.resolve(this.pending.filter(one => !this.started.has(one)).map(one => one.id))
  }

  private count(state: Running['state']): number {
    let count = 0
    for (const other of this.running) if (other.state === state) count++
    return count
  }

  private hasRoomFor({ group }: Pending): boolean {
    if (this.running.size < Math.max(1, this.options.workers)) return true
    return group !== undefined && [...this.running].every(({ one }) => one.group === group)
  }

  private becomeReady(units: Pending[]): void {
    const now = this.elapsedMs()
    for (const one of units.sort(byDepth)) {
      one.readyAtMs = now
      if (!this.hasOneWorker) this.queue.push(one)
    }
  }

  private elapsedMs(): number {
    return this.options.elapsedMs?.() ?? 0
  }

  private start(one: Pending, worker: number): void {
    this.started.add(one)
    const own: Running = { one, worker, state: 'busy', settled: false, whenFirst: [], whenSettledBefore: [] }
    this.running.add(own)
    const ended = (): void => {
      this.running.delete(own)
      this.leaveWork(own)
      this.tellWaiting()
      this.step()
    }
    this.run(one.id, this.turnOf(own)).then(ended, error => {
      this.failure ??= { error }
      ended()
    })
  }

  /** The unit's worker takes others, and what waited for the unit is ready. */
  private leaveWork(own: Running): void {
    if (own.state === 'done') return
    own.state = 'done'
    this.idleWorkers.push(own.worker)
    this.idleWorkers.sort((one, other) => other - one)
    this.becomeReady(own.one.dependants.filter(dependant => --dependant.waitsFor === 0))
  }

  private turnOf(own: Running): Turn {
    const isFirst = (): boolean => this.first() === own
    const whenFirst = (callback: () => void): void => {
      if (isFirst()) callback()
      else own.whenFirst.push(callback)
    }
    return {
      worker: own.worker,
      waitedMs: this.elapsedMs() - own.one.readyAtMs,
      get isFirst() {
        return isFirst()
      },
      before: () => this.before(own).map(({ one }) => one.id),
      whenFirst,
      comeFirst: async () => {
        if (!isFirst()) await this.waiting(own, whenFirst)
      },
      settle: () => {
        own.settled = true
        this.tellWaiting()
      },
      settledBefore: async () => {
        if (!this.isSettledBefore(own)) await this.waiting(own, resolve => own.whenSettledBefore.push(resolve))
      },
      done: () => {
        this.leaveWork(own)
        this.tellWaiting()
        this.step()
      },
      alone: work => this.alone(work),
    }
  }

  /** A unit that waits for others counts as idle. */
  private async waiting(own: Running, begin: (resolve: () => void) => void): Promise<void> {
    const isBusy = own.state === 'busy'
    if (isBusy) {
      own.state = 'waits'
      this.step()
    }
    await new Promise<void>(begin)
    if (isBusy) own.state = 'busy'
  }

  private first(): Running | undefined {
    const [first] = this.running
    return first
  }

  /** Those that started before it and are not done. */
  private before(own: Running): Running[] {
    const found: Running[] = []
    for (const other of this.running) {
      if (other === own) break
      if (other.state !== 'done') found.push(other)
    }
    return found
  }

  private isSettledBefore(own: Running): boolean {
    const isLetOn = !this.busyAlone && this.wishes.length === 0
    return isLetOn && this.before(own).every(other => other.settled)
  }

  private tellWaiting(): void {
    const first = this.first()
    if (first) this.tell(first.whenFirst)
    for (const one of this.running) {
      if (one.whenSettledBefore.length > 0 && this.isSettledBefore(one)) this.tell(one.whenSettledBefore)
    }
  }

  private tell(callbacks: (() => void)[]): void {
    for (const callback of callbacks.splice(0)) {
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
      queueMicrotask(() => {
        this.tellWaiting()
        this.step()
      })
    }
  }
}
