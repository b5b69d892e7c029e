import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { localTable } from '../../src/delta/local-table.ts'
import { commitKey } from '../../src/delta/log-path.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import { findSnapshot, requireSnapshot } from '../../src/delta/snapshot.ts'
import { add, metaData, protocol, remove, tableOf } from '../rig/delta-log.ts'
import { openTestReader } from '../rig/parquet-reader.ts'

const columns = { id: 'long' }

async function pathsOf(commits: Parameters<typeof tableOf>[0], version?: number): Promise<string[]> {
  return (await requireSnapshot(await tableOf(commits), version)).files.map(file => file.path)
}

test('a folder without a log is no table', async () => {
  const files = await tableOf([])
  expect(await findSnapshot(files)).toBeUndefined()
  await expect(requireSnapshot(files)).rejects.toMatchObject({ diagnostic: { code: 'delta/not-a-table' } })
})

test('files are those added and not removed later', async () => {
  const commits = [[protocol, metaData(columns), add('a'), add('b')], [remove('a'), add('c')], [add('a')]]
  expect(await pathsOf(commits)).toEqual(['b', 'c', 'a'])
  expect(await pathsOf(commits, 1)).toEqual(['b', 'c'])
})

test('a path is the same file however its characters are escaped', async () => {
  expect(await pathsOf([[protocol, metaData(columns), add('x%20y')], [remove('x y')]])).toEqual([])
})

test('the same path with another deletion vector is another file, and removes go before adds', async () => {
  const vector = { storageType: 'i', pathOrInlineDv: 'x', sizeInBytes: 1, cardinality: 1 }
  const snapshot = await requireSnapshot(
    await tableOf([
      [protocol, metaData(columns), add('a')],
      [add('a', { deletionVector: vector }), remove('a')],
    ]),
  )
  expect(snapshot.files).toHaveLength(1)
  expect(snapshot.files[0]?.deletionVector?.cardinality).toBe(1)
})

test('the newest transaction, domain, protocol and metadata count', async () => {
  const snapshot = await requireSnapshot(
    await tableOf([
      [
        protocol,
        metaData(columns),
        { txn: { appId: 'a', version: 1 } },
        { domainMetadata: { domain: 'd', configuration: 'x' } },
      ],
      [
        metaData({ id: 'long', b: 'string' }),
        { txn: { appId: 'a', version: 2 } },
        { domainMetadata: { domain: 'd', removed: true } },
      ],
    ]),
  )
  expect(snapshot.transactions.get('a')?.version).toBe(2)
  expect(snapshot.domains.size).toBe(0)
  expect(snapshot.schema.fields.map(field => field.name)).toEqual(['id', 'b'])
})

test('a missing commit in the middle is named', async () => {
  await expect(requireSnapshot(await tableOf([[protocol, metaData(columns)], undefined, [add('a')]]))).rejects.toThrow(
    'the commit of version 1 is missing',
  )
})

test('a listing that missed a commit while it arrived is made again', async () => {
  const files = await tableOf([[protocol, metaData(columns)], [add('a')], [add('b')]])
  let isFirst = true
  const list: typeof files.store.list = async function* (prefix, after) {
    const isHasty = isFirst
    isFirst = false
    for await (const info of files.store.list(prefix, after)) if (!isHasty || info.key !== commitKey(1)) yield info
  }
  const snapshot = await requireSnapshot({ ...files, store: { ...files.store, list } })
  expect(snapshot.files).toHaveLength(2)
})

test('a version beyond the newest names the newest', async () => {
  await expect(requireSnapshot(await tableOf([[protocol, metaData(columns)]]), 5)).rejects.toThrow(
    'newest version is 0',
  )
})

test('a log without protocol or without metadata is refused by name', async () => {
  await expect(requireSnapshot(await tableOf([[metaData(columns)]]))).rejects.toMatchObject({
    diagnostic: { code: 'delta/no-protocol' },
  })
  await expect(requireSnapshot(await tableOf([[protocol]]))).rejects.toMatchObject({
    diagnostic: { code: 'delta/no-metadata' },
  })
})

test.each([
  [{ minReaderVersion: 99, minWriterVersion: 99 }, 'reader version 99'],
  [{ minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['deletionVectors', 'flying'] }, '"flying"'],
])('a protocol that is not known is refused: %j', async (unknown, words) => {
  await expect(requireSnapshot(await tableOf([[{ protocol: unknown }, metaData(columns)]]))).rejects.toThrow(words)
})

test('features that only concern writers do not stop a reader', async () => {
  const writers = { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['flying', 'rowTracking'] }
  expect(await pathsOf([[{ protocol: writers }, metaData(columns), add('a')]])).toEqual(['a'])
})

test('unknown actions and fields are left out, damaged ones name their file', async () => {
  expect(await pathsOf([[protocol, metaData(columns), { wonder: { x: 1 } }, add('a', { wonder: 1 })]])).toEqual(['a'])
  await expect(pathsOf([[protocol, metaData(columns), { add: { path: 5 } }]])).rejects.toThrow(
    '00000000000000000000.json',
  )
})

test('an unknown column type is refused with the name of the column', async () => {
  await expect(pathsOf([[protocol, metaData({ s: 'long', v: 'variant' })]])).rejects.toThrow('"v"')
})

test('a commit that went through a formatter is read, one with text between its actions is not', async () => {
  const files = await tableOf([[protocol, metaData(columns), add('a"}{b'), add('c')]])
  const found = await files.store.get(commitKey(0))
  const actions = new TextDecoder().decode(found?.bytes).trim().split('\n')
  const store = (text: string): typeof files.store => ({
    ...files.store,
    get: async () => ({ ...found!, bytes: new TextEncoder().encode(text) }),
  })
  const read = async (text: string): Promise<string[]> =>
    (await requireSnapshot({ ...files, store: store(text) })).files.map(file => file.path)
  expect(await read(actions.map(action => JSON.stringify(JSON.parse(action), null, 2)).join('\n'))).toEqual([
    'a"}{b',
    'c',
  ])
  expect(await read(actions.join(''))).toEqual(['a"}{b', 'c'])
  await expect(read(actions.join('x\n'))).rejects.toThrow('a line is not JSON')
  await expect(read(`${actions.join('\n').slice(0, -1)}`)).rejects.toThrow('a line is not JSON')
})

test('a file at a place that a table on disk cannot reach is named', async () => {
  const reader = await openTestReader()
  const folder = mkdtempSync(join(tmpdir(), 'eider-clone-'))
  try {
    const files = localTable(folder, reader)
    const commits = [protocol, metaData(columns), add('s3://elsewhere/a.parquet')]
    await files.store.put(
      commitKey(0),
      new TextEncoder().encode(commits.map(action => JSON.stringify(action)).join('\n')),
    )
    const snapshot = await requireSnapshot(files)
    await expect(snapshotSql(files, snapshot)).rejects.toThrow(
      'its file "s3://elsewhere/a.parquet" is not where the table is',
    )
  } finally {
    reader.close()
    rmSync(folder, { recursive: true })
  }
})
