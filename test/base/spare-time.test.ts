import { expect, test } from 'vitest'
import type { Clock } from '../../src/base/clock.ts'
import { atOnce, SpareTime } from '../../src/base/spare-time.ts'

/** A clock that goes on by a millisecond each time it is asked. */
function slowClock(): Clock {
  let elapsedMs = 0
  return { now: () => 0, elapsedMs: () => elapsedMs++ }
}

function* pieces(done: number[], count: number): Generator<undefined, string, void> {
  for (let index = 0; index < count; index++) {
    done.push(index)
    yield
  }
  return 'all done'
}

test('a good moment is used for a few pieces of work, and the outcome does what is left', () => {
  const spare = new SpareTime(slowClock())
  const done: number[] = []
  const outcome = spare.add(pieces(done, 100))
  expect(done).toEqual([])
  expect(spare.use()).toBe(true)
  const early = done.length
  expect(early).toBeGreaterThan(0)
  expect(early).toBeLessThan(10)
  spare.use()
  expect(done.length).toBeGreaterThan(early)
  expect(outcome()).toBe('all done')
  expect(done).toEqual(Array.from({ length: 100 }, (_, index) => index))
  expect(spare.use()).toBe(false)
  expect(outcome()).toBe('all done')
  expect(done).toHaveLength(100)
})

test('what work throws is thrown to whoever asks for its outcome, not to whoever had time', () => {
  const spare = new SpareTime(slowClock())
  const outcome = spare.add(
    (function* (): Generator<undefined, number, void> {
      yield
      throw new Error('broken')
    })(),
  )
  for (let index = 0; index < 10; index++) spare.use()
  expect(outcome).toThrow('broken')
})

test('work follows other work', () => {
  const spare = new SpareTime({ now: () => 0, elapsedMs: () => 0 })
  const done: number[] = []
  spare.add(pieces(done, 2))
  spare.add(pieces(done, 3))
  spare.use()
  expect(done).toEqual([0, 1, 0, 1, 2])
})

test('work that nobody asks for can be done all the same', () => {
  const spare = new SpareTime(slowClock())
  const done: number[] = []
  spare.add(pieces(done, 50))
  spare.add(pieces(done, 50))
  spare.finish()
  expect(done).toHaveLength(100)
})

test('work can be done at once', () => {
  expect(atOnce(pieces([], 3))).toBe('all done')
})
