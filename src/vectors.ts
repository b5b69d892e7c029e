/** Answers conformance vectors: one JSON vector a line on standard input, one JSON answer a line on standard output. */
import { packedBuiltins } from './cli/packed-builtins.ts'
import { answerVector } from './cli/vectors/answer-vector.ts'
import { readLines } from './cli/vectors/read-lines.ts'
import type { Vector } from './cli/vectors/vector.ts'

let packed: ReturnType<typeof packedBuiltins> | undefined

async function answerAll(): Promise<void> {
  process.stdin.setEncoding('utf8')
  for await (const line of readLines(process.stdin)) {
    if (line.trim() === '') continue
    const answer = await answerVector(JSON.parse(line) as Vector, () => (packed ??= packedBuiltins()))
    process.stdout.write(`${JSON.stringify(answer)}\n`)
  }
}

void answerAll()
