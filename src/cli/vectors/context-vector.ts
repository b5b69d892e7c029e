/** Suite `context`: templates inside a small project. */
import type { Vector } from './vector.ts'

export async function contextVector(vector: Vector): Promise<unknown> {
  throw new Error(`suite ${vector.suite} is to come`)
}
