/**
 * Work that nobody waits for yet, done in small pieces in moments when this process would only wait for something else.
 * What is left of it is done when its outcome is asked for.
 */
import type { Clock } from './clock.ts'

/** Whoever has its answer by then waits so long. */
const sliceMs = 2

/** All of it now. */
export function atOnce<T>(work: Generator<unknown, T, void>): T {
  let step = work.next()
  while (step.done !== true) step = work.next()
  return step.value
}

export class SpareTime {
  private readonly clock: Clock
  /** Each does a piece; false when it has nothing left. */
  private readonly jobs = new Set<() => boolean>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  /**
   * @param work gives way after each small piece
   * @returns does what is left and gives the outcome, or throws what the work has thrown
   */
  add<T>(work: Generator<unknown, T, void>): () => T {
    let outcome: (() => T) | undefined
    const advance = (): boolean => {
      try {
        const step = work.next()
        if (step.done === true) outcome = () => step.value
      } catch (error) {
        outcome = () => {
          throw error
        }
      }
      return outcome === undefined
    }
    this.jobs.add(advance)
    return () => {
      while (outcome === undefined) advance()
      this.jobs.delete(advance)
      return outcome()
    }
  }

  /**
   * A good moment for some of the work. Never throws.
   * @returns whether something is left
   */
  use(): boolean {
    const untilMs = this.clock.elapsedMs() + sliceMs
    for (const advance of this.jobs) {
      while (advance()) if (this.clock.elapsedMs() >= untilMs) return true
      this.jobs.delete(advance)
    }
    return false
  }

  /** Does everything that is left, whether or not anyone asks for its outcome. Never throws. */
  finish(): void {
    for (const advance of this.jobs) while (advance());
    this.jobs.clear()
  }
}
