import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { appendChange, overwriteChange, replaceChange } from '../../src/delta/change.ts'
import { changeFeedSql } from '../../src/delta/change-feed.ts'
import { writeChangeFiles } from '../../src/delta/data-files.ts'
import { optimizeChange } from '../../src/delta/optimize.ts'
import { publishChange } from '../../src/delta/publish.ts'
import { restoreChange } from '../../src/delta/restore.ts'
import { requireSnapshot } from '../../src/delta/snapshot.ts'
import { shapeOf } from '../../src/delta/table-shape.ts'
import { requireWritable } from '../../src/delta/write-protocol.ts'
import { tableOf } from '../rig/delta-log.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const rigs: DeltaRig[] = []
async function start(): Promise<DeltaRig> {
  const rig = await deltaRig()
  rigs.push(rig)
  return rig
}
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.close()
})

async function append(rig: DeltaRig, query: string): Promise<void> {
  const base = await rig.snapshot()
  await rig.commit(appendChange(base, await rig.write(query, shapeOf(base))))
}

test.each([
  [{}, { minReaderVersion: 1, minWriterVersion: 2 }],
  [
    { 'delta.enableChangeDataFeed': 'true', 'delta.minReaderVersion': '2' },
    { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['changeDataFeed', 'appendOnly', 'invariants'] },
  ],
  [
    { 'delta.enableRowTracking': 'true', 'delta.enableDeletionVectors': 'true' },
    {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['deletionVectors'],
      writerFeatures: ['deletionVectors', 'rowTracking', 'domainMetadata', 'appendOnly', 'invariants'],
    },
  ],
])('properties %o ask for their features', async (configuration, protocol) => {
  const rig = await start()
  await rig.create('SELECT 1 AS i', [], configuration)
  expect((await rig.snapshot()).protocol).toEqual(protocol)
})

test('properties that ask for what cannot be done are refused', async () => {
  const rig = await start()
  for (const configuration of [
    { 'delta.enableIcebergCompatV2': 'true' },
    { 'delta.feature.catalogManaged': 'supported' },
  ]) {
    await expect(rig.create('SELECT 1 AS i', [], configuration)).rejects.toMatchObject({
      diagnostic: { code: 'delta/unsupported-feature' },
    })
  }
})

test.each([
  ['before writers knew it', { minReaderVersion: 1, minWriterVersion: 3 }, true],
  ['since writers have to know it', { minReaderVersion: 1, minWriterVersion: 6 }, false],
  ['not listed', { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['appendOnly'] }, true],
  [
    'listed',
    { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['generatedColumns', 'identityColumns'] },
    false,
  ],
] as const)('what a column is made from means something with the feature alone: %s', async (_, demands, isWritable) => {
  for (const [key, value] of [
    ['delta.generationExpression', 'i + 1'],
    ['delta.identity.start', 1],
  ] as const) {
    const schemaString = JSON.stringify({
      type: 'struct',
      fields: [{ name: 'i', type: 'long', nullable: true, metadata: { [key]: value } }],
    })
    const about = { metaData: { id: 't', format: {}, partitionColumns: [], configuration: {}, schemaString } }
    const snapshot = await requireSnapshot(await tableOf([[{ protocol: demands }, about]]))
    const check = (): void => requireWritable(snapshot)
    if (isWritable) expect(check).not.toThrow()
    else expect(check).toThrow('cannot be written: its column "i" is')
  }
})

test('rows have ids that rise and stay, whoever is first', async () => {
  const rig = await start()
  await rig.create('SELECT range AS i FROM range(3)', [], { 'delta.enableRowTracking': 'true' })
  const base = await rig.snapshot()
  const changes = await Promise.all(
    [0, 1].map(async () => appendChange(base, await rig.write('SELECT range AS i FROM range(2)', shapeOf(base)))),
  )
  for (const change of changes) await rig.commit(change)
  const tracked = async (): Promise<unknown[]> =>
    (await rig.snapshot()).files.map(file => [file.baseRowId, file.defaultRowCommitVersion])
  expect(await tracked()).toEqual([
    [0, 0],
    [3, 1],
    [5, 2],
  ])
  const change = await optimizeChange(rig.files, rig.writer, await rig.snapshot())
  if (change !== undefined) await rig.commit(change)
  expect(await tracked()).toEqual([[7, 3]])
  expect(readFileSync(join(rig.root, '_delta_log/00000000000000000003.json'), 'utf8')).toContain(
    '"delta.rowTracking.preserved":"false"',
  )
  expect((await rig.snapshot()).domains.get('delta.rowTracking')?.configuration).toBe('{"rowIdHighWaterMark":13}')
  const back = await restoreChange(rig.files, await rig.snapshot(), await rig.snapshot(1))
  if (back !== undefined) await rig.commit(back)
  expect(await tracked()).toEqual([
    [0, 0],
    [3, 1],
  ])
})

test('columns that may not be null are guarded at any depth', async () => {
  const rig = await start()
  await rig.create("SELECT 1 AS i, {'a': 1, 'b': [1]} AS st, MAP {'k': 1} AS m")
  const base = await rig.snapshot()
  const strict = (nullable: readonly string[]) => {
    const fields = base.schema.fields.map(field => {
      const { type } = field
      if (field.name === 'st' && type.kind === 'struct') {
        const inner = type.fields.map(one => ({
          ...one,
          nullable: one.name !== 'a',
          ...(one.type.kind === 'array' ? { type: { ...one.type, containsNull: false } } : {}),
        }))
        return { ...field, type: { ...type, fields: inner } }
      }
      if (type.kind === 'map') return { ...field, type: { ...type, valueContainsNull: false } }
      return { ...field, nullable: nullable.includes(field.name) }
    })
    return { ...shapeOf(base), schema: { kind: 'struct' as const, fields } }
  }
  const shape = strict([])
  const good = ["SELECT 1 AS i, {'a': 1, 'b': [1]} AS st, MAP {'k': 1} AS m", 'SELECT 1 AS i, NULL AS st, NULL AS m']
  for (const query of good) expect(await rig.write(query, shape)).toHaveLength(1)
  const bad = [
    ['SELECT NULL AS i, NULL AS st, NULL AS m', '"i"'],
    ["SELECT 1 AS i, {'a': NULL, 'b': [1]} AS st, NULL AS m", '"st"'],
    ["SELECT 1 AS i, {'a': 1, 'b': [1, NULL]} AS st, NULL AS m", '"st"'],
    ["SELECT 1 AS i, NULL AS st, MAP {'k': NULL} AS m", '"m"'],
  ] as const
  for (const [query, name] of bad) {
    await expect(rig.write(query, shape)).rejects.toMatchObject({ diagnostic: { code: 'delta/null-value' } })
    await expect(rig.write(query, shape)).rejects.toThrow(name)
  }
  const names: string[] = []
  for await (const { key } of rig.files.store.list('')) names.push(key)
  expect(names.filter(name => name.endsWith('.parquet'))).toHaveLength(1 + good.length)
})

test('change files tell the feed what happened, also under column mapping', async () => {
  for (const mode of ['none', 'name', 'id']) {
    const rig = await start()
    const configuration = {
      'delta.enableChangeDataFeed': 'true',
      ...(mode === 'none' ? {} : { 'delta.columnMapping.mode': mode }),
    }
    await rig.create("SELECT 1 AS i, 'a' AS p UNION ALL SELECT 2, 'b'", ['p'], configuration)
    const base = await rig.snapshot()
    const shape = shapeOf(base)
    const adds = await rig.write("SELECT 9 AS i, 'a' AS p", shape)
    const query =
      "SELECT 1 AS i, 'a' AS p, 'update_preimage' AS _change_type UNION ALL SELECT 9, 'a', 'update_postimage'"
    const changes = await writeChangeFiles(rig.writer, { query, shape })
    expect(changes[0]?.path).toMatch(/^_change_data\//)
    const matches = (file: { partitionValues: Readonly<Record<string, string | null>> }): boolean =>
      Object.values(file.partitionValues)[0] === 'a'
    await rig.commit(replaceChange(base, adds, { matches, parameters: {}, operation: 'MERGE', wasRead: true, changes }))
    expect(await rig.rows()).toEqual(['{"i":2,"p":"b"}', '{"i":9,"p":"a"}'])
    const feed = await changeFeedSql(rig.files, { from: 1 })
    const rows = await rig.files.reader.rows(
      `SELECT to_json(whole)::VARCHAR AS line FROM (SELECT i, p, _change_type FROM (${feed})) AS whole ORDER BY 1`,
    )
    expect(rows.map(row => row.line)).toEqual([
      '{"i":1,"p":"a","_change_type":"update_preimage"}',
      '{"i":9,"p":"a","_change_type":"update_postimage"}',
    ])
  }
})

test('a table may be overwritten as a whole although it has constraints, which hold for the new rows', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i', [], { 'delta.constraints.small': '`i` < 10 and i is not null' })
  await append(rig, 'SELECT 2 AS i')
  const base = await rig.snapshot()
  await rig.commit(overwriteChange(base, await rig.write('SELECT 3 AS i', shapeOf(base))))
  expect(await rig.rows()).toEqual(['{"i":3}'])
})

test('a commit that does not come about leaves the files that a restore brings back', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  const first = await rig.snapshot()
  await rig.commit(overwriteChange(first, await rig.write('SELECT 2 AS i')))
  const back = await restoreChange(rig.files, await rig.snapshot(), first)
  if (back === undefined) throw new Error('nothing to restore')
  await append(rig, 'SELECT 3 AS i')
  const surroundings = { clock: rig.clock, ids: rig.writer.ids, engine: 'test' }
  expect((await publishChange(rig.files, rig.writer, back, surroundings)).outcome.kind).toBe('conflict')
  expect(await rig.rows(0)).toEqual(['{"i":1}'])
})
