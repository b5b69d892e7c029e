/**
 * Answers conformance vectors: one JSON vector a line on standard input, one JSON answer a line on standard output.
 * An answer is `{"id", "output"}` or `{"id", "error": {"kind", "message", "line"}}`.
 */
import { createInterface } from 'node:readline'
import { blockVector } from './cli/vectors/block-vector.ts'
import { renderVector } from './cli/vectors/render-vector.ts'
import { type Answer, type Vector, vectorError } from './cli/vectors/vector.ts'

async function answer(vector: Vector): Promise<Answer> {
  try {
    return { id: vector.id, output: await outputOf(vector) }
  } catch (error) {
    return { id: vector.id, error: vectorError(error) }
  }
}

async function outputOf(vector: Vector): Promise<unknown> {
  switch (vector.suite) {
    case 'render':
      return renderVector(vector)
    case 'blocks':
      return blockVector(vector)
    case 'context':
      return (await import('./cli/vectors/context-vector.ts')).contextVector(vector)
  }
}

async function answerAll(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Vector))}\n`)
  }
}

void answerAll()
