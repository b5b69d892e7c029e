/** Answers conformance vectors: one JSON vector a line on standard input, one JSON answer a line on standard output. */
import { createInterface } from 'node:readline'
import { packedBuiltins } from './cli/packed-builtins.ts'
import { answerVector } from './cli/vectors/answer-vector.ts'
import type { Vector } from './cli/vectors/vector.ts'

let packed: ReturnType<typeof packedBuiltins> | undefined

async function answerAll(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue
    const answer = await answerVector(JSON.parse(line) as Vector, () => (packed ??= packedBuiltins()))
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
}

void answerAll()
