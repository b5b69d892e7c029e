import { expect, test } from 'vitest'
import type { CommandEvent } from '../../src/commands/command-event.ts'
import { deprecationTally } from '../../src/commands/deprecations.ts'
import { WarningPolicy } from '../../src/config/warning-policy.ts'

const policy = (error: readonly string[] | 'all', warn: readonly string[] = [], silence: readonly string[] = []) =>
  new WarningPolicy({ warnError: false, warnErrorOptions: { error, warn, silence }, showAllDeprecations: false })

test('deprecated things are counted and told at the end', () => {
  const tally = deprecationTally()
  const events: CommandEvent[] = []
  tally.tell(event => events.push(event), policy([]), false)
  expect(events).toEqual([])
  expect([tally.note('X', 'D001'), tally.note('X', 'D001'), tally.note('Y', 'D002')]).toEqual([true, false, true])
  tally.tell(event => events.push(event), policy([], [], ['DeprecationsSummary']), false)
  expect(events).toEqual([])
  tally.tell(event => events.push(event), policy([]), false)
  expect(events).toMatchObject([
    {
      name: 'DeprecationsSummary',
      data: {
        summaries: [
          { event_name: 'X', event_code: 'D001', occurrences: 2 },
          { event_name: 'Y', event_code: 'D002', occurrences: 1 },
        ],
        show_all_hint: true,
      },
    },
  ])
})

test('a named warning counts before the group of deprecations, and that before all', () => {
  expect(policy('all', ['Deprecations']).of('x', 'SomeDeprecation')).toBe('warn')
  expect(policy(['SomeDeprecation'], [], ['Deprecations']).of('x', 'SomeDeprecation')).toBe('error')
  expect(policy(['SomeDeprecation'], [], ['Deprecations']).of('x', 'OtherDeprecation')).toBe('silence')
  expect(policy('all').of('x', 'Anything')).toBe('error')
})
