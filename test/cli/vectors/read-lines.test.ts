import { expect, test } from 'vitest'
import { readLines } from '../../../src/cli/vectors/read-lines.ts'

async function linesOf(...chunks: string[]): Promise<string[]> {
  async function* stream(): AsyncIterable<string> {
    yield* chunks
  }
  const lines: string[] = []
  for await (const line of readLines(stream())) lines.push(line)
  return lines
}

test('lines end with a line feed, wherever the pieces of the stream end', async () => {
  expect(await linesOf('{"a": 1}\n{"b"', ': 2}', '\n', '{"c": 3}')).toEqual(['{"a": 1}', '{"b": 2}', '{"c": 3}'])
  expect(await linesOf('a\n\n', 'b\n')).toEqual(['a', '', 'b'])
})

test('separators of lines and paragraphs inside of text end none', async () => {
  expect(await linesOf('"a\u2028b\u2029c\u0085d"\n"e"\n')).toEqual(['"a\u2028b\u2029c\u0085d"', '"e"'])
})
