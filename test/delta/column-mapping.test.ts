import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { appendChange, overwriteChange, replacePartitionsChange } from '../../src/delta/change.ts'
import { mayHoldRows } from '../../src/delta/data-skipping.ts'
import { commitKey } from '../../src/delta/log-path.ts'
import { optimizeChange } from '../../src/delta/optimize.ts'
import type { DeltaField } from '../../src/delta/schema.ts'
import { changedShape, shapeOf } from '../../src/delta/table-shape.ts'
import { schemaJson } from '../../src/delta/type-from-duckdb.ts'
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

const nested = `SELECT 1 AS "a b", {'x y': 2, 'in;ner': {'z': [{'q=': 3}]}} AS st, [{'c,d': 4}, NULL] AS li, MAP {'k': {'v)': 5}} AS m, 'p1' AS "par t"`

async function lines(rig: DeltaRig, sql: string): Promise<unknown[]> {
  const rows = await rig.files.reader.rows(`SELECT to_json(whole)::VARCHAR AS line FROM (${sql}) AS whole ORDER BY 1`)
  return rows.map(row => row.line)
}

/** Names and ids in the newest data file, as other programs see them. */
async function parquetFields(rig: DeltaRig): Promise<Record<string, unknown>> {
  const { files } = await rig.snapshot()
  const path = join(rig.root, decodeURIComponent(files.at(-1)?.path ?? ''))
  const rows = await rig.files.reader.rows(
    `SELECT name, field_id FROM parquet_schema('${path}') WHERE field_id IS NOT NULL`,
  )
  return Object.fromEntries(rows.map(row => [String(row.name), Number(row.field_id)]))
}

test('names that files cannot have are mapped, at any depth', async () => {
  const rig = await start()
  await rig.create(nested, ['par t'])
  const base = await rig.snapshot()
  expect(base.mapping).toBe('name')
  expect(base.protocol).toEqual({
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ['columnMapping'],
    writerFeatures: ['columnMapping', 'appendOnly', 'invariants'],
  })
  expect(await rig.rows()).toEqual(await lines(rig, nested))
  const [file] = base.files
  expect(Object.keys(file?.partitionValues ?? {})[0]).toMatch(/^col-/)
  const names = Object.keys(await parquetFields(rig))
  expect(names.every(name => name.startsWith('col-'))).toBe(true)
  const ids = Object.values(await parquetFields(rig))
  expect(new Set(ids)).toEqual(new Set(names.map((_, index) => index + 1)))
})

describe.each(['name', 'id'])('a table with column mapping by %s', mode => {
  const configuration = { 'delta.columnMapping.mode': mode }

  test('is added to, replaced in parts and put together', async () => {
    const rig = await start()
    await rig.create(nested, ['par t'], configuration)
    const more = `${nested.replace('1 AS', '10 AS')} UNION ALL ${nested.replace('1 AS', '11 AS').replace("'p1'", "'p2'")}`
    const base = await rig.snapshot()
    await rig.commit(appendChange(base, await rig.write(more, shapeOf(base))))
    expect(await rig.rows()).toEqual(await lines(rig, `${nested} UNION ALL ${more}`))

    const now = await rig.snapshot()
    const change = await optimizeChange(rig.files, rig.writer, now)
    expect([change?.removes.length, change?.adds.length]).toEqual([2, 1])
    if (change !== undefined) await rig.commit(change)
    expect(await rig.rows()).toEqual(await lines(rig, `${nested} UNION ALL ${more}`))

    const last = nested.replace('1 AS', '12 AS')
    await rig.commit(replacePartitionsChange(await rig.snapshot(), await rig.write(last, shapeOf(base))))
    expect(await rig.rows()).toEqual(
      await lines(rig, `${last} UNION ALL ${nested.replace('1 AS', '11 AS').replace("'p1'", "'p2'")}`),
    )
  })

  test('keeps rows through a rename, and finds files by statistics under the new name', async () => {
    const rig = await start()
    await rig.create("SELECT 1 AS i, {'a': 2} AS st", [], configuration)
    const base = await rig.snapshot()
    const fields = base.schema.fields.map((field): DeltaField => ({ ...field, name: `new ${field.name}` }))
    const schemaString = JSON.stringify(schemaJson({ kind: 'struct', fields }))
    await rig.commit({ ...appendChange(base, []), metadata: { ...base.metadata, schemaString } })
    const renamed = await rig.snapshot()
    await rig.commit(
      appendChange(renamed, await rig.write(`SELECT 7 AS "new i", {'a': 8} AS "new st"`, shapeOf(renamed))),
    )
    expect(await rig.rows()).toEqual(['{"new i":1,"new st":{"a":2}}', '{"new i":7,"new st":{"a":8}}'])
    const now = await rig.snapshot()
    expect(now.files.filter(mayHoldRows(now, [{ column: 'new i', kind: '=', value: '7' }]))).toHaveLength(1)
  })

  test('gives new columns ids and names of their own, and keeps those of old ones', async () => {
    const rig = await start()
    await rig.create("SELECT 1 AS i, {'a': 2} AS st", [], configuration)
    const base = await rig.snapshot()
    const query = "SELECT 2 AS i, {'a': 3} AS st, {'n': 'x'} AS more"
    const schema = await rig.schemaOf(query)
    const known = [...base.schema.fields, ...schema.fields.slice(2)]
    const shape = changedShape(
      base,
      { schema: { kind: 'struct', fields: known }, partitionColumns: [] },
      rig.writer.ids,
    )
    expect(shape.configuration['delta.columnMapping.maxColumnId']).toBe('5')
    await rig.commit(appendChange(base, await rig.write(query, shape), shape))
    expect(await rig.rows()).toEqual(['{"i":1,"st":{"a":2},"more":null}', '{"i":2,"st":{"a":3},"more":{"n":"x"}}'])
    expect((await rig.snapshot()).schema.fields.slice(0, 2)).toEqual(base.schema.fields)
  })
})

test('a table without column mapping gets it with the first name that needs it, and its files stay', async () => {
  const rig = await start()
  await rig.create("SELECT 1 AS i, {'a': 2} AS st")
  const base = await rig.snapshot()
  const query = 'SELECT 2 AS i, {\'a\': 3} AS st, 4 AS "odd name"'
  const shape = changedShape(base, { schema: await rig.schemaOf(query), partitionColumns: [] }, rig.writer.ids)
  await rig.commit(appendChange(base, await rig.write(query, shape), shape))
  expect(await rig.rows()).toEqual(['{"i":1,"st":{"a":2},"odd name":null}', '{"i":2,"st":{"a":3},"odd name":4}'])
  expect((await rig.snapshot()).protocol.readerFeatures).toEqual(['columnMapping'])
  await rig.commit(overwriteChange(await rig.snapshot(), []))
  expect(await rig.rows()).toEqual([])
})

test('a mapped file is told by ids as well as by names', async () => {
  const rig = await start()
  await rig.create("SELECT 1 AS i, [{'a': 2}] AS li, MAP {'k': {'b': 3}} AS m", [], {
    'delta.columnMapping.mode': 'id',
  })
  const { schema } = await rig.snapshot()
  const ids = JSON.stringify(schemaJson(schema)).match(/"delta.columnMapping.id":\d+/g) ?? []
  expect(ids).toHaveLength(5)
  expect(Object.values(await parquetFields(rig)).toSorted()).toEqual([1, 2, 3, 4, 5])
  const log = readdirSync(join(rig.root, '_delta_log')).map(name =>
    readFileSync(join(rig.root, '_delta_log', name), 'utf8'),
  )
  expect(log.join('')).toContain('"delta.columnMapping.mode":"id"')
})

test('a mapping counts that the protocol names for writers only, in any case', async () => {
  const rig = await start()
  await rig.create('SELECT 1 AS a', [], { 'delta.columnMapping.mode': 'name' })
  const base = await rig.snapshot()
  const configuration = { ...base.metadata.configuration, 'delta.columnMapping.mode': 'NAME' }
  const next = [
    { protocol: { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: [], writerFeatures: ['columnMapping'] } },
    { metaData: { ...base.metadata, configuration } },
  ]
  const lines = next.map(action => JSON.stringify(action)).join('\n')
  writeFileSync(join(rig.root, commitKey(1)), lines)
  expect((await rig.snapshot()).mapping).toBe('name')
  expect(await rig.rows()).toEqual(['{"a":1}'])
})
