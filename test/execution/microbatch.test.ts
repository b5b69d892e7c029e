import { describe, expect, test } from 'vitest'
import { batchId, batchLabel } from '../../src/compile/batch-label.ts'
import { type BatchRequest, batchesOf } from '../../src/execution/microbatch.ts'

const at = (text: string): number => Date.parse(`${text}Z`)

const request: BatchRequest = {
  modelName: 'm',
  batchSize: 'day',
  beginMs: at('2024-01-01T05:00:00'),
  lookback: 1,
  incremental: true,
  startMs: null,
  endMs: null,
  nowMs: at('2024-01-03T12:00:00'),
}

function shown(changes: Partial<BatchRequest>): string[] {
  const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 13)
  return batchesOf({ ...request, ...changes }).map(([start, end]) => `${iso(start)} ${iso(end)}`)
}

describe('the batches of a microbatch model', () => {
  test('reach from begin to now on the first run', () => {
    expect(shown({ incremental: false })).toEqual([
      '2024-01-01T00 2024-01-02T00',
      '2024-01-02T00 2024-01-03T00',
      '2024-01-03T00 2024-01-04T00',
    ])
  })

  test('look back from now when rows are added', () => {
    expect(shown({})).toEqual(['2024-01-02T00 2024-01-03T00', '2024-01-03T00 2024-01-04T00'])
    expect(shown({ lookback: 0 })).toEqual(['2024-01-03T00 2024-01-04T00'])
  })

  test('do not reach into the batch that begins just now', () => {
    expect(shown({ nowMs: at('2024-01-03T00:00:00') })).toEqual([
      '2024-01-01T00 2024-01-02T00',
      '2024-01-02T00 2024-01-03T00',
    ])
  })

  test('cover a given window, its ends moved out to whole batches', () => {
    const window = { startMs: at('2023-12-31T20:00:00'), endMs: at('2024-01-01T01:00:00') }
    expect(shown(window)).toEqual(['2023-12-31T00 2024-01-01T00', '2024-01-01T00 2024-01-02T00'])
  })

  test('step by months and years of their own length', () => {
    const window = { startMs: at('2024-01-31T00:00:00'), endMs: at('2024-03-01T00:00:00') }
    expect(shown({ batchSize: 'month', ...window })).toEqual([
      '2024-01-01T00 2024-02-01T00',
      '2024-02-01T00 2024-03-01T00',
    ])
    expect(shown({ batchSize: 'year', lookback: 1 })).toEqual([
      '2023-01-01T00 2024-01-01T00',
      '2024-01-01T00 2025-01-01T00',
    ])
    expect(shown({ batchSize: 'hour', lookback: 0 })).toEqual(['2024-01-03T11 2024-01-03T12'])
  })

  test('cannot be told on a first run without begin', () => {
    expect(() => shown({ incremental: false, beginMs: null })).toThrow(
      "Microbatch model 'm' requires a 'begin' configuration.",
    )
  })

  test('have a label and an id as fine as their size', () => {
    const start = at('2024-09-17T16:00:00')
    expect(['hour', 'day', 'month', 'year'].map(size => batchLabel(start, size as BatchRequest['batchSize']))).toEqual([
      '2024-09-17T16',
      '2024-09-17',
      '2024-09',
      '2024',
    ])
    expect(batchId(start, 'day')).toBe('20240917')
  })
})
