import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { s3Store } from '../../src/storage/s3-store.ts'
import { deltaRig } from '../rig/delta-writer.ts'
import { project } from '../rig/project-rig.ts'
import { startS3Double } from '../rig/s3-double/s3-double.ts'

const delta = await deltaRig()
await delta.create("select 1 as id, 'a' as name")
await delta.commit(
  (await import('../../src/delta/change.ts')).appendChange(
    await delta.snapshot(),
    await delta.write("select 2 as id, 'b' as name"),
  ),
)
const double = await startS3Double()
const store = s3Store({ bucket: 'lake', endpoint: double.endpoint, credentials: double.keys }, { ids: () => 'probe' })
for (const one of readdirSync(delta.root, { recursive: true, withFileTypes: true })) {
  if (!one.isFile()) continue
  const path = join(one.parentPath, one.name)
  await store.put(`tables/t${path.slice(delta.root.length)}`, readFileSync(path))
}
afterAll(async () => {
  delta.close()
  await double.close()
})

const source = (keys: string): string => `sources:
  - name: raw
    tables:
      - name: t
        config:
          plugin: delta
${keys.replace(/^/gm, '          ')}
`
const model = {
  'models/m.sql': "{{ config(materialized='table') }} select * from {{ source('raw', 't') }} order by id",
}

test.each([
  ['', 2],
  ['as_of_version: 0', 1],
  ['as_of_version: 1', 2],
  ['as_of_datetime: 2999-01-01', 2],
])('a Delta table on disk is read as a source: %s', async (keys, count) => {
  const p = project({ ...model, 'models/s.yml': source(`delta_table_path: ${delta.root}\n${keys}`) })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await p.rows('select count(*)::int as n from m')).toEqual([{ n: count }])
})

test('a Delta table in a bucket is read with the storage options of the source', async () => {
  const keys = `delta_table_path: s3://lake/tables/t
storage_options:
  AWS_ACCESS_KEY_ID: ${double.keys.accessKeyId}
  AWS_SECRET_ACCESS_KEY: ${double.keys.secretAccessKey}
  AWS_ENDPOINT_URL: ${double.endpoint}
  AWS_ALLOW_HTTP: "true"`
  const p = project({ ...model, 'models/s.yml': source(keys) })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await p.rows('select id from m')).toEqual([{ id: 1 }, { id: 2 }])
})

test('a view over a Delta table follows it in later runs', async () => {
  const p = project({
    'models/v.sql': `{{ config(materialized='view') }} select * from delta_scan('${delta.root}')`,
    'models/m.sql': "select max(id) as id from {{ ref('v') }}",
  })
  expect(await p.run('run'), p.stdout).toBe(0)
  await p.run(['show', '--quiet', '--output', 'json', '--inline', "select sum(id) as s from {{ ref('v') }}"])
  expect(p.stdout).toContain('"s": 3')
})

test('a table function over a bucket follows it in later runs, and its text names no copy', async () => {
  const models = {
    'models/f.sql': `{{ config(materialized='table_function', parameters=['least']) }}
      select * from read_parquet('s3://lake/rows/*.parquet') where id >= least`,
    'models/m.sql': "{{ config(materialized='table') }} select id from {{ ref('f') }}(2)",
  }
  const environment = {
    AWS_ACCESS_KEY_ID: double.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: double.keys.secretAccessKey,
    AWS_ENDPOINT_URL: double.endpoint,
    AWS_REGION: 'us-east-1',
  }
  const p = project(models, { environment })
  const [file] = (await delta.snapshot()).files.filter(add => add.stats?.includes('"id":2'))
  const rows = readFileSync(join(delta.root, file?.path ?? ''))
  await store.put('rows/a.parquet', rows)
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await p.rows('select id from m')).toEqual([{ id: 2 }])
  await store.put('rows/b.parquet', rows)
  expect(await p.run(['run', '-s', 'm']), p.stdout).toBe(0)
  expect(await p.rows('select id from m')).toEqual([{ id: 2 }, { id: 2 }])
})

test('a missing path is told', async () => {
  const p = project({ ...model, 'models/s.yml': source('as_of_version: 1') })
  expect(await p.run('run')).toBe(1)
  expect(p.stdout).toContain("'delta_table_path' is a required argument for the delta table!")
})

test('a folder that is no Delta table is told', async () => {
  const p = project({ ...model, 'models/s.yml': source('delta_table_path: nothing') })
  expect(await p.run('run')).toBe(1)
  expect(p.stdout).toContain('is not a Delta table')
})
