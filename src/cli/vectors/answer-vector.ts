/** One conformance vector -> its answer: `{"id", "output"}` or `{"id", "error": {"kind", "message", "line"}}`. */
import type { Builtins } from '../../project/builtins.ts'
import { blockVector } from './block-vector.ts'
import { contextVector } from './context-vector.ts'
import { renderVector } from './render-vector.ts'
import { type Answer, type Vector, vectorError } from './vector.ts'

/** @param builtins the built-in macros, read when a vector is about a project */
export async function answerVector(vector: Vector, builtins: () => Builtins): Promise<Answer> {
  try {
    return { id: vector.id, output: await outputOf(vector, builtins) }
  } catch (error) {
    return { id: vector.id, error: vectorError(error) }
  }
}

async function outputOf(vector: Vector, builtins: () => Builtins): Promise<unknown> {
  switch (vector.suite) {
    case 'render':
      return renderVector(vector)
    case 'blocks':
      return blockVector(vector)
    case 'context':
      return contextVector(vector, builtins)
  }
}
