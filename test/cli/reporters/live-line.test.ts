import { expect, test } from 'vitest'
import { LiveLine } from '../../../src/cli/reporters/live-line.ts'

function started(): { live: LiveLine; passes: (milliseconds: number) => void; written: string[] } {
  const written: string[] = []
  let now = 0
  const clock = { now: () => now, elapsedMs: () => now }
  const live = new LiveLine({ write: text => written.push(text), columns: 60 }, clock)
  return { live, written, passes: milliseconds => (now += milliseconds) }
}

test('says nothing of what is over soon', () => {
  const { live, passes } = started()
  live.started('model.shop.a', 'sql table model main.a', 3)
  passes(500)
  expect(live.text()).toBe('')
  live.stop()
})

test('tells what has run longest, and how much is done', () => {
  const { live, passes } = started()
  live.started('model.shop.a', 'sql table model main.a', 3)
  passes(1000)
  live.started('model.shop.b', 'sql view model main.b', 3)
  live.started('model.shop.c', 'sql view model main.c', 3)
  live.ended('model.shop.c')
  passes(4000)
  expect(live.text()).toBe('1 of 3 done, running sql table model main.a and 1 more (5s)')
  live.stop()
})

test('is cut to the width of the terminal', () => {
  const { live, passes } = started()
  live.started('model.shop.a', `sql table model main.${'a'.repeat(80)}`, 3)
  passes(1000)
  expect(live.text()).toHaveLength(59)
  live.stop()
})

test('tells how much has gone over the network', () => {
  const { live, passes } = started()
  live.started('model.shop.a', 'a', 3)
  live.transferred('12.3 MB down')
  passes(1000)
  expect(live.text()).toMatch(/\(1s\), 12\.3 MB down$/)
  live.stop()
})
