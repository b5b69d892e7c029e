import { describe, expect, test } from 'vitest'
import type { Action, AddFile } from '../../src/delta/action.ts'
import type { Change } from '../../src/delta/change.ts'
import { conflictWith } from '../../src/delta/conflict.ts'

function file(path: string, p: string): AddFile {
  return { kind: 'add', path, partitionValues: { p }, size: 1, modificationTime: 1, dataChange: true }
}

const inA = file('a1', 'a')
const isInA = ({ partitionValues }: { partitionValues: AddFile['partitionValues'] }): boolean =>
  partitionValues.p === 'a'

function change(parts: Partial<Change>): Change {
  return {
    base: undefined,
    operation: 'WRITE',
    parameters: {},
    adds: [],
    removes: [],
    scope: { kind: 'append' },
    ...parts,
  }
}

/** Ours: what it removes, and which rows of others it minds. */
const ours = {
  'blind append': change({ adds: [file('n', 'a')] }),
  'full overwrite': change({ removes: [inA], scope: { kind: 'replace', matches: () => true } }),
  'partition overwrite': change({ removes: [inA], scope: { kind: 'replace', matches: isInA } }),
  merge: change({ removes: [inA], scope: { kind: 'read', matches: isInA } }),
  'merge of the whole table': change({ removes: [inA], scope: { kind: 'read', matches: () => true } }),
  compaction: change({ removes: [inA], changesData: false }),
} as const

const remove = (path: string, p: string, dataChange = true): Action => ({
  kind: 'remove',
  path,
  dataChange,
  partitionValues: { p },
})

/** What was committed before us. */
const winners: Readonly<Record<string, readonly Action[]>> = {
  'append to a': [file('w', 'a')],
  'append to b': [file('w', 'b')],
  'removal of our file': [remove('a1', 'a')],
  'removal of another file in a': [remove('a2', 'a')],
  'removal of a file in b': [remove('b1', 'b')],
  'compaction of our file': [remove('a1', 'a', false), { ...file('w', 'a'), dataChange: false }],
  'compaction of another file in a': [remove('a2', 'a', false), { ...file('w', 'a'), dataChange: false }],
  'compaction in b': [remove('b1', 'b', false), { ...file('w', 'b'), dataChange: false }],
  'another schema': [
    {
      kind: 'metaData',
      metadata: { id: '', format: { provider: 'parquet', options: {} }, partitionColumns: [], configuration: {} },
    },
  ],
  'another protocol': [{ kind: 'protocol', protocol: { minReaderVersion: 1, minWriterVersion: 2 } }],
  nothing: [{ kind: 'commitInfo' }],
}

/** Which winners make ours wrong. */
const conflicts: Readonly<Record<keyof typeof ours, readonly string[]>> = {
  'blind append': ['another schema', 'another protocol'],
  'full overwrite': [
    'append to a',
    'append to b',
    'removal of our file',
    'compaction of our file',
    'another schema',
    'another protocol',
  ],
  'partition overwrite': [
    'append to a',
    'removal of our file',
    'compaction of our file',
    'another schema',
    'another protocol',
  ],
  merge: [
    ...['append to a', 'removal of our file', 'removal of another file in a', 'compaction of our file'],
    ...['another schema', 'another protocol'],
  ],
  'merge of the whole table': [
    ...['append to a', 'append to b', 'removal of our file', 'removal of another file in a', 'removal of a file in b'],
    ...['compaction of our file', 'another schema', 'another protocol'],
  ],
  compaction: ['removal of our file', 'compaction of our file', 'another schema', 'another protocol'],
}

describe.each(Object.keys(ours) as (keyof typeof ours)[])('%s', kind => {
  test.each(Object.keys(winners))('after %s', winner => {
    const reason = conflictWith(ours[kind], winners[winner] ?? [])
    expect(reason !== undefined, reason).toBe(conflicts[kind].includes(winner))
  })
})

test('a file is told from the same file with another deletion vector', () => {
  const vector = { storageType: 'i' as const, pathOrInlineDv: 'x', sizeInBytes: 1, cardinality: 1 }
  const merge = { ...ours.merge, removes: [{ ...inA, deletionVector: vector }], scope: { kind: 'append' as const } }
  expect(conflictWith(merge, [remove('a1', 'a')])).toBeUndefined()
  expect(conflictWith(merge, [{ ...remove('a1', 'a'), deletionVector: vector } as Action])).toContain('a1')
})

test('a removal that does not say its partition may be anywhere', () => {
  expect(conflictWith(ours.merge, [{ kind: 'remove', path: 'z', dataChange: true }])).toContain('z')
})

test('two commits of one application are a conflict, of two are none', () => {
  const signed = { ...ours['blind append'], transaction: { appId: 'x', version: 2 } }
  expect(conflictWith(signed, [{ kind: 'txn', appId: 'x', version: 1 }])).toContain('"x"')
  expect(conflictWith(signed, [{ kind: 'txn', appId: 'y', version: 9 }])).toBeUndefined()
})
