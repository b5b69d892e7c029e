/**
 * Runs the generator of a compiled template. As long as nothing gives a promise, the result is there at once; from the
 * first promise on, the rest runs when it settles, and the caller gets a promise.
 */
import type { Value } from './value.ts'

export type Running<Result> = Generator<Promise<Value>, Result, Value>

export function drive<Result>(running: Running<Result>): Result | Promise<Result> {
  const step = running.next()
  return step.done ? step.value : resume(running, step.value)
}

async function resume<Result>(running: Running<Result>, first: Promise<Value>): Promise<Result> {
  let waiting = first
  for (;;) {
    const step = await waiting.then(
      value => running.next(value),
      (error: unknown) => running.throw(error),
    )
    if (step.done) return step.value
    waiting = step.value
  }
}
