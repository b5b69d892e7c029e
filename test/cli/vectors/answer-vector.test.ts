import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { answerVector } from '../../../src/cli/vectors/answer-vector.ts'
import type { Vector } from '../../../src/cli/vectors/vector.ts'
import { sourceBuiltins } from '../../rig/source-builtins.ts'
import { type ExpectedError, meetsError } from '../../template/vector-expectation.ts'

type Recorded = Vector & {
  readonly setup?: string
  readonly files?: Record<string, string>
  readonly normalize?: 'ws'
  readonly expect?: unknown
  readonly expect_error?: ExpectedError
}
type Setup = { readonly files: Record<string, string> }

const folder = new URL('../../vectors/', import.meta.url)
const setups = JSON.parse(readFileSync(new URL('context_setups.json', folder), 'utf8')) as Record<string, Setup>

function vectorsOf(file: string, suite: Vector['suite']): Recorded[] {
  return readFileSync(new URL(file, folder), 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => ({ ...(JSON.parse(line) as Recorded), suite }))
}

async function answerTo({
  expect: _,
  expect_error: __,
  ...vector
}: Recorded): Promise<Awaited<ReturnType<typeof answerVector>>> {
  const setup = vector.setup === undefined ? undefined : setups[vector.setup]
  const files = { ...setup?.files, ...vector.files }
  return answerVector({ ...setup, ...vector, ...(setup && { files }) } as Vector, sourceBuiltins)
}

/** White space that a vector says does not count is one blank, in text and in every value of a record. */
function normal(value: unknown, { normalize }: Recorded): unknown {
  if (normalize !== 'ws') return value
  if (typeof value === 'string') return value.replace(/\s+/g, ' ').trim()
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item, { normalize } as Recorded)]))
}

async function check(vector: Recorded): Promise<void> {
  const answer = await answerTo(vector)
  if (vector.expect_error) expect(meetsError(vector.expect_error, answer as Parameters<typeof meetsError>[1])).toBe('')
  else if ('output' in answer) expect(normal(answer.output, vector)).toEqual(normal(vector.expect, vector))
  else expect(answer.error).toBe(vector.expect)
}

describe('templates see in a project what they see in dbt', () => {
  for (const file of ['context.jsonl', 'context_more.jsonl']) {
    test.each(vectorsOf(file, 'context').map(one => [one.id, one] as const))('%s', async (_id, vector) => check(vector))
  }
})

describe('the program for vectors answers as the engine does', () => {
  test.each(vectorsOf('blocks.jsonl', 'blocks').map(one => [one.id, one] as const))('%s', (_id, one) => check(one))
  test.each(
    vectorsOf('render.jsonl', 'render')
      .filter((_, index) => index % 7 === 0)
      .map(one => [one.id, one] as const),
  )('%s', async (_id, vector) => check(vector))
})
