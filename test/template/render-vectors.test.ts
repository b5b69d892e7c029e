import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type ExpectedError, meetsError } from './vector-expectation.ts'
import { describeError, type RenderVector, renderVector, settingOf } from './vector-setting.ts'

type Vector = RenderVector & { readonly expect?: string; readonly expect_error?: ExpectedError }

const vectors = readFileSync(new URL('../vectors/render.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line) as Vector)

describe('templates render as Jinja2 renders them in dbt', () => {
  test.each(vectors.map(vector => [vector.id, vector] as const))('%s', async (_id, vector) => {
    let got: { output: unknown } | { error: ReturnType<typeof describeError> }
    try {
      got = { output: await renderVector(vector, settingOf(vector)) }
    } catch (error) {
      got = { error: describeError(error) }
    }
    if (vector.expect_error) expect(meetsError(vector.expect_error, got)).toBe('')
    else expect(got).toEqual({ output: vector.expect })
  })
})
