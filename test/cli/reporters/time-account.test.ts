import { expect, test } from 'vitest'
import { TimeAccount } from '../../../src/cli/reporters/time-account.ts'
import type { CommandEvent } from '../../../src/commands/command-event.ts'
import type { GraphMember } from '../../../src/project/node.ts'

const node = { uniqueId: 'model.shop.a' } as GraphMember

test('a moment at which a statement runs is the database’s, however many run and whatever is compiled beside them', () => {
  const account = new TimeAccount()
  const events: [number, CommandEvent][] = [
    [10, { kind: 'phase ended', phase: 'parse', durationMs: 8 }],
    [20, { kind: 'node compiling', atMs: 0, node, threadId: 'Thread-1' }],
    [25, { kind: 'statement started', atMs: 0, connection: 'one', sql: 'select 1' }],
    [30, { kind: 'statement started', atMs: 0, connection: 'two', sql: 'select 2' }],
    [40, { kind: 'statement finished', atMs: 0, connection: 'one', elapsedMs: 15 }],
    [50, { kind: 'statement finished', atMs: 0, connection: 'two', elapsedMs: 20 }],
    [53, { kind: 'node executing', atMs: 0, node, threadId: 'Thread-1' }],
    [99, { kind: 'nothing to do', atMs: 0, command: 'run' }],
  ]
  for (const [elapsedMs, event] of events) account.note(event, elapsedMs)
  expect(account.spent()).toEqual({ readingMs: 8, compilingMs: 8, databaseMs: 25 })
})
