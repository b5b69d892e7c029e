/** Time and identity as values that are passed in, so that everything above is deterministic under test. */
import { randomUUID } from 'node:crypto'

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Monotonic milliseconds with fraction, for durations only. */
  elapsedMs(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsedMs: () => performance.now(),
}

/** Gives a new unique id on each call: a UUID v4 in the running program, a counter in tests. */
export type IdSource = () => string

export const randomIds: IdSource = () => randomUUID()
