import { afterEach, expect, test } from 'vitest'
import { appendChange, overwriteChange, replaceChange, replacePartitionsChange } from '../../src/delta/change.ts'
import { checkpointKey, commitKey } from '../../src/delta/log-path.ts'
import { changedShape, shapeOf } from '../../src/delta/table-shape.ts'
import { isCheckpointDue, writeCheckpoint } from '../../src/delta/write-checkpoint.ts'
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

const allTypes = `SELECT range::INTEGER AS i, range * 1000000007 * 9007199 AS l, range / 7 AS d, range::FLOAT AS f, 'text ''' || range AS s,
  range % 2 = 0 AS b, DATE '2020-01-31' + range::INTEGER AS dt, TIMESTAMPTZ '2020-01-01 00:00:00.123456+00' + to_days(range::INTEGER) AS tz,
  TIMESTAMP '1999-12-31 23:59:59.999999' AS ntz, (range * 1.25)::DECIMAL(20, 4) AS dc, encode('x' || range) AS bl,
  {'a': range, 'b': ['q', NULL]} AS st, [range, NULL] AS li, MAP {'k': range} AS m, NULL::BIGINT AS nothing, range::UTINYINT AS ut,
  gen_random_uuid()::UUID AS u FROM range(20)`

test('what was written is read back, whatever its type', async () => {
  const rig = await start()
  await rig.files.reader.rows(`CREATE TEMP TABLE src AS ${allTypes}`)
  expect(await rig.create('SELECT * FROM src')).toEqual({ kind: 'committed', version: 0 })
  const cast = 'SELECT * REPLACE (u::VARCHAR AS u, ut::SMALLINT AS ut) FROM src'
  const expected = await rig.files.reader.rows(`SELECT to_json(t)::VARCHAR AS line FROM (${cast}) AS t ORDER BY 1`)
  expect(await rig.rows()).toEqual(expected.map(row => row.line))
})

test('partition values come back, also odd and missing ones', async () => {
  const rig = await start()
  const query = `SELECT * FROM (VALUES (1, 'a/b c', DATE '2020-01-01', TIMESTAMPTZ '2020-06-01 12:00:00.5+02'), (2, NULL, NULL, NULL),
    (3, '', DATE '1900-01-01', TIMESTAMPTZ '2020-06-01 12:00:00+00'), (4, 'ü=%41', DATE '2020-01-01', NULL)) AS t(i, p, d, t)`
  await rig.create(query, ['p', 'd', 't'])
  const expected = await rig.files.reader.rows(
    `SELECT to_json(whole)::VARCHAR AS line FROM (SELECT i, nullif(p, '') AS p, d, t FROM (${query})) AS whole ORDER BY 1`,
  )
  expect(await rig.rows()).toEqual(expected.map(row => row.line))
})

test('appending adds rows and may add columns', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  const query = "SELECT 2 AS i, 'x' AS s"
  const base = await rig.snapshot()
  const shape = changedShape(base, { schema: await rig.schemaOf(query), partitionColumns: [] }, rig.writer.ids)
  expect(await rig.commit(appendChange(base, await rig.write(query, shape), shape))).toEqual({
    kind: 'committed',
    version: 1,
  })
  expect(await rig.rows()).toEqual(['{"i":1,"s":null}', '{"i":2,"s":"x"}'])
  expect(await rig.rows(0)).toEqual(['{"i":1}'])
})

test('overwriting leaves only the new rows and keeps the old version', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  const query = "SELECT 'new' AS s"
  const shape = await rig.shapeOf(query)
  await rig.commit(overwriteChange(await rig.snapshot(), await rig.write(query), shape))
  expect(await rig.rows()).toEqual(['{"s":"new"}'])
  expect(await rig.rows(0)).toEqual(['{"i":1}'])
})

test('replacing partitions leaves the others alone', async () => {
  const rig = await start()
  await rig.create(
    "SELECT range::INTEGER AS i, CASE WHEN range < 2 THEN 'a' WHEN range < 4 THEN 'b' END AS p FROM range(6)",
    ['p'],
  )
  const adds = await rig.write("SELECT 9 AS i, 'b' AS p UNION ALL SELECT 8, NULL", ['p'])
  await rig.commit(replacePartitionsChange(await rig.snapshot(), adds))
  expect(await rig.rows()).toEqual(['{"i":0,"p":"a"}', '{"i":1,"p":"a"}', '{"i":8,"p":null}', '{"i":9,"p":"b"}'])
})

test('an empty result makes an empty table and leaves no file', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i WHERE false')
  expect((await rig.snapshot()).files).toEqual([])
  expect(await rig.rows()).toEqual([])
})

test('two appends from one version both hold', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  const base = await rig.snapshot()
  const changes = [
    appendChange(base, await rig.write('SELECT 2 AS i')),
    appendChange(base, await rig.write('SELECT 3 AS i')),
  ]
  const outcomes = await Promise.all(changes.map(change => rig.commit(change)))
  expect(outcomes.map(outcome => outcome.kind)).toEqual(['committed', 'committed'])
  expect(await rig.rows()).toEqual(['{"i":1}', '{"i":2}', '{"i":3}'])
})

test('an overwrite after a foreign append is a conflict that names the operation', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  const base = await rig.snapshot()
  await rig.commit(appendChange(base, await rig.write('SELECT 2 AS i')))
  const outcome = await rig.commit(overwriteChange(base, await rig.write('SELECT 3 AS i')))
  expect(outcome).toMatchObject({ kind: 'conflict', version: 1, operation: 'WRITE' })
  expect(await rig.rows()).toEqual(['{"i":1}', '{"i":2}'])
})

test('replacing one partition goes with an append to another and not with one to the same', async () => {
  const rig = await start()
  await rig.create("SELECT 1 AS i, 'a' AS p UNION ALL SELECT 2, 'b'", ['p'])
  const base = await rig.snapshot()
  await rig.commit(appendChange(base, await rig.write("SELECT 3 AS i, 'b' AS p", ['p'])))
  const intoA = replacePartitionsChange(base, await rig.write("SELECT 4 AS i, 'a' AS p", ['p']))
  const intoB = replacePartitionsChange(base, await rig.write("SELECT 5 AS i, 'b' AS p", ['p']))
  expect((await rig.commit(intoA)).kind).toBe('committed')
  expect((await rig.commit(intoB)).kind).toBe('conflict')
  expect(await rig.rows()).toEqual(['{"i":2,"p":"b"}', '{"i":3,"p":"b"}', '{"i":4,"p":"a"}'])
})

test('two removals of one file, a foreign schema change and a second creation are conflicts', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  const base = await rig.snapshot()
  const all = { matches: () => true, parameters: {}, wasRead: true }
  const first = replaceChange(base, await rig.write('SELECT 2 AS i'), all)
  const second = replaceChange(base, await rig.write('SELECT 3 AS i'), all)
  expect((await rig.commit(first)).kind).toBe('committed')
  expect((await rig.commit(second)).kind).toBe('conflict')
  const wide = await rig.shapeOf('SELECT 1 AS i, 2 AS j')
  const now = await rig.snapshot()
  await rig.commit(appendChange(now, [], wide))
  expect((await rig.commit(appendChange(now, await rig.write('SELECT 4 AS i')))).kind).toBe('conflict')
  expect((await rig.create('SELECT 1 AS i')).kind).toBe('conflict')
})

test('a transaction of the same application is committed once', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  const base = await rig.snapshot()
  const transaction = { appId: 'model', version: 7 }
  const adds = await rig.write('SELECT 2 AS i')
  expect((await rig.commit({ ...appendChange(base, adds), transaction })).kind).toBe('committed')
  expect((await rig.commit({ ...appendChange(base, adds), transaction })).kind).toBe('conflict')
  expect((await rig.snapshot()).transactions.get('model')?.version).toBe(7)
})

test('a table that only takes new rows refuses to replace any', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i', [], { 'delta.appendOnly': 'true' })
  const base = await rig.snapshot()
  expect(() => overwriteChange(base, [])).toThrow('delta.appendOnly')
  expect((await rig.commit(appendChange(base, await rig.write('SELECT 2 AS i')))).kind).toBe('committed')
})

test('a constraint that cannot be checked stops the write before it begins', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i', [], { 'delta.constraints.positive': 'i > 0' })
  const base = await rig.snapshot()
  const odd = { ...base.metadata.configuration, 'delta.constraints.odd': "regexp_like(i, '1')" }
  const strict = { ...base, metadata: { ...base.metadata, configuration: odd } }
  expect(() => appendChange(strict, [])).toThrow('"odd"')
  expect((await rig.commit(appendChange(base, await rig.write('SELECT 2 AS i', shapeOf(base))))).kind).toBe('committed')
  await expect(rig.write('SELECT -1 AS i', shapeOf(base))).rejects.toMatchObject({
    diagnostic: { code: 'delta/broken-constraint' },
  })
  await expect(rig.write('SELECT NULL::INTEGER AS i', shapeOf(base))).rejects.toThrow('"positive"')
})

test('commit times rise even if the clock goes back', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i', [], { 'delta.enableInCommitTimestamps': 'true' })
  rig.clock.ms -= 5000
  await rig.commit(appendChange(await rig.snapshot(), await rig.write('SELECT 2 AS i')))
  const { versionTimes } = await import('../../src/delta/time-travel.ts')
  expect((await versionTimes(rig.files)).map(time => time.timestampMs)).toEqual([1_700_000_000_000, 1_700_000_000_001])
})

test('a checkpoint holds the same state as the commits', async () => {
  const rig = await start()
  await rig.create("SELECT range::INTEGER AS i, 'p' || range AS p FROM range(3)", ['p'])
  for (let index = 1; index <= 10; index++) {
    await rig.commit(appendChange(await rig.snapshot(), await rig.write(`SELECT ${index} AS i, 'p1' AS p`, ['p'])))
  }
  const before = await rig.snapshot()
  expect(isCheckpointDue(before)).toBe(true)
  await writeCheckpoint(rig.writer, before)
  const after = await rig.snapshot()
  expect(after.segment.checkpoint?.version).toBe(10)
  expect(after.segment.commits).toEqual([])
  expect(after.files).toEqual(before.files.map(file => ({ ...file, dataChange: false })))
  expect(after.metadata).toEqual(before.metadata)
  expect(after.protocol).toEqual(before.protocol)
})

test('columns that a table cannot have are refused', async () => {
  const rig = await start()
  await expect(rig.create('SELECT 1 AS a', ['a'])).rejects.toThrow('every column is a partition column')
  await expect(rig.create('SELECT 1 AS a, INTERVAL 1 DAY AS gap')).rejects.toThrow('"gap"')
})

test('a damaged checkpoint is done without as long as the commits are there', async () => {
  const rig = await start()
  await rig.create('SELECT 0 AS i')
  for (const id of [1, 2, 3]) {
    await rig.commit(appendChange(await rig.snapshot(), await rig.write(`SELECT ${id} AS i`)))
    if (id < 3) await writeCheckpoint(rig.writer, await rig.snapshot())
  }
  const before = await rig.rows()
  expect((await rig.snapshot()).segment.checkpoint?.version).toBe(2)
  await rig.files.store.put(checkpointKey(2), Buffer.from('PAR1 is not enough'))
  expect(await rig.rows()).toEqual(before)
  expect((await rig.snapshot()).segment.checkpoint?.version).toBe(1)
  await rig.files.store.put(checkpointKey(1), new Uint8Array())
  expect(await rig.rows()).toEqual(before)
  await rig.files.store.delete(commitKey(0))
  await expect(rig.snapshot()).rejects.toMatchObject({ diagnostic: { code: 'delta/bad-checkpoint' } })
})

test('of two checkpoints of one version the one that is whole counts, though no commit before them is left', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS i')
  await rig.commit(appendChange(await rig.snapshot(), await rig.write('SELECT 2 AS i')))
  await writeCheckpoint(rig.writer, await rig.snapshot())
  const single = checkpointKey(1)
  const unique = single.replace('.parquet', '.80a083e8-7026-4e79-81be-64bd76c43a11.parquet')
  const whole = (await rig.files.store.get(single))?.bytes ?? new Uint8Array()
  for (const version of [0, 1]) await rig.files.store.delete(commitKey(version))
  for (const [good, bad] of [
    [single, unique],
    [unique, single],
  ] as const) {
    await rig.files.store.put(good, whole)
    await rig.files.store.put(bad, Buffer.from('PAR1 is not enough'))
    expect(await rig.rows()).toEqual(['{"i":1}', '{"i":2}'])
  }
})
