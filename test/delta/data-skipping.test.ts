import { expect, test } from 'vitest'
import { mayHoldRows, type Predicate } from '../../src/delta/data-skipping.ts'
import { requireSnapshot } from '../../src/delta/snapshot.ts'
import { add, metaData, protocol, tableOf } from '../rig/delta-log.ts'

const columns = { id: 'long', s: 'string', t: 'timestamp', d: 'decimal(10,2)', p: 'integer' }
const stats = (min: object, max: object, nullCount: object): string =>
  JSON.stringify({ numRecords: 10, minValues: min, maxValues: max, nullCount })
const snapshot = await requireSnapshot(
  await tableOf([
    [
      protocol,
      metaData(columns, ['p']),
      add('one', {
        partitionValues: { p: '1' },
        stats: stats(
          { id: 1, s: 'a', t: '2024-01-01T00:00:00.000Z', d: 1.5 },
          { id: 9, s: 'f', t: '2024-01-02T00:00:00.123Z', d: 2.25 },
          { id: 0, s: 10, t: 0, d: 0 },
        ),
      }),
      add('two', {
        partitionValues: { p: null },
        stats:
          '{"numRecords":5,"minValues":{"id":9007199254740993},"maxValues":{"id":9007199254740995},"nullCount":{"id":1}}',
      }),
      add('bare', { partitionValues: { p: '-3' } }),
    ],
  ]),
)

const kept = (...predicates: Predicate[]): string =>
  snapshot.files
    .filter(mayHoldRows(snapshot, predicates))
    .map(file => file.path)
    .join(' ')

test.each<[Predicate, string]>([
  [{ column: 'p', kind: '=', value: '1' }, 'one'],
  [{ column: 'P', kind: '<', value: '0' }, 'bare'],
  [{ column: 'p', kind: 'is null' }, 'two'],
  [{ column: 'p', kind: 'in', values: ['1', '-3'] }, 'one bare'],
  [{ column: 'id', kind: '=', value: '5' }, 'one bare'],
  [{ column: 'id', kind: '>', value: '9' }, 'two bare'],
  [{ column: 'id', kind: '>', value: '9007199254740994' }, 'two bare'],
  [{ column: 'id', kind: '>', value: '9007199254740995' }, 'bare'],
  [{ column: 'id', kind: 'is null' }, 'two bare'],
  [{ column: 's', kind: '=', value: 'c' }, 'two bare'],
  [{ column: 's', kind: 'is not null' }, 'two bare'],
  [{ column: 't', kind: '>', value: '2024-01-02T00:00:00.123900Z' }, 'one two bare'],
  [{ column: 't', kind: '>', value: '2024-01-02T00:00:00.124Z' }, 'two bare'],
  [{ column: 'd', kind: '<', value: '1.5' }, 'two bare'],
  [{ column: 'd', kind: '<=', value: '1.50' }, 'one two bare'],
  [{ column: 'nothing', kind: '=', value: '1' }, 'one two bare'],
])('%j keeps %s', (predicate, expected) => {
  expect(kept(predicate)).toBe(expected)
})

test('all conditions must be met', () => {
  expect(kept({ column: 'p', kind: '=', value: '1' }, { column: 'id', kind: '>', value: '9' })).toBe('')
})
