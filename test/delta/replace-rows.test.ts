import { afterEach, expect, test } from 'vitest'
import { appendChange, replaceChange } from '../../src/delta/change.ts'
import { mayHoldRows } from '../../src/delta/data-skipping.ts'
import { replacementSql } from '../../src/delta/replace-rows.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const rigs: DeltaRig[] = []

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.close()
})

/** Two files with the keys 0 to 4 and 10 to 14; a NULL in each. */
async function start(configuration: Readonly<Record<string, string>> = {}): Promise<DeltaRig> {
  const rig = await deltaRig()
  rigs.push(rig)
  await rig.create(
    "SELECT range::INTEGER AS i, CASE WHEN range > 0 THEN 'old' END AS s FROM range(5)",
    [],
    configuration,
  )
  const more = "SELECT (range + 10)::INTEGER AS i, CASE WHEN range > 0 THEN 'old' END AS s FROM range(5)"
  await rig.commit(appendChange(await rig.snapshot(), await rig.write(more)))
  return rig
}

test('rows with the same key are replaced, the others stay, and untouched files are not rewritten', async () => {
  const rig = await start()
  const base = await rig.snapshot()
  const matches = mayHoldRows(base, [{ column: 'i', kind: 'in', values: ['11', '12'] }])
  const rows = "SELECT * FROM (VALUES (11, 'new'), (12, 'new')) AS t(i, s)"
  const query = await replacementSql(rig.files, base, { rows, condition: 'i IN (11, 12)', matches })
  const change = replaceChange(base, await rig.write(query), {
    matches,
    parameters: {},
    operation: 'MERGE',
    wasRead: true,
  })
  expect(change.removes).toHaveLength(1)
  expect((await rig.commit(change)).kind).toBe('committed')
  expect(await rig.rows()).toEqual([
    ...['{"i":0,"s":null}', '{"i":1,"s":"old"}', '{"i":10,"s":null}', '{"i":11,"s":"new"}', '{"i":12,"s":"new"}'],
    ...['{"i":13,"s":"old"}', '{"i":14,"s":"old"}', '{"i":2,"s":"old"}', '{"i":3,"s":"old"}', '{"i":4,"s":"old"}'],
  ])
})

test('rows for which the condition is not known stay', async () => {
  const rig = await start()
  const base = await rig.snapshot()
  const matches = (): boolean => true
  const query = await replacementSql(rig.files, base, {
    rows: "SELECT 99 AS i, 'x' AS s",
    condition: "s = 'old'",
    matches,
  })
  await rig.commit(replaceChange(base, await rig.write(query), { matches, parameters: {}, wasRead: true }))
  expect(await rig.rows()).toEqual(['{"i":0,"s":null}', '{"i":10,"s":null}', '{"i":99,"s":"x"}'])
})

test('a file that came in between where rows were read is a conflict, one elsewhere is not', async () => {
  const rig = await start()
  const base = await rig.snapshot()
  const matches = mayHoldRows(base, [{ column: 'i', kind: '>=', value: '10' }])
  const change = replaceChange(base, await rig.write("SELECT 20 AS i, 'n' AS s"), {
    matches,
    parameters: {},
    wasRead: true,
  })
  await rig.commit(appendChange(base, await rig.write("SELECT 5 AS i, 'low' AS s")))
  const late = { ...change, adds: [] }
  expect((await rig.commit(change)).kind).toBe('committed')
  await rig.commit(appendChange(base, await rig.write("SELECT 30 AS i, 'high' AS s")))
  expect((await rig.commit(late)).kind).toBe('conflict')
})

test('a table with a change data feed refuses to have single rows replaced without being told which', async () => {
  const rig = await start({ 'delta.enableChangeDataFeed': 'true' })
  const base = await rig.snapshot()
  expect(() => replaceChange(base, [], { matches: () => true, parameters: {}, wasRead: true })).toThrow(
    'change data feed',
  )
})
