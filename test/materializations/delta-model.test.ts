import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketProject } from '../rig/bucket-project.ts'
import { type ProjectRig, project } from '../rig/project-rig.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
beforeAll(async () => {
  double = await startS3Double()
})
afterAll(() => double.close())

let count = 0
/** A project with one model, `m`, on disk or in the bucket; its table is in a folder of its own. */
function modelProject(place: 'disk' | 'bucket', sql: string): ProjectRig & { set(sql: string): void } {
  const where = place === 'disk' ? 'lake/m' : `s3://lake/t${++count}`
  const placed = (text: string): string => text.replace('config(', `config(location='${where}', `)
  const files = { 'models/m.sql': placed(sql) }
  const p = place === 'disk' ? project(files) : bucketProject(double, files)
  return Object.assign(p, { set: (text: string) => p.write({ 'models/m.sql': placed(text) }) })
}

async function run(p: ProjectRig, more = ''): Promise<void> {
  let told = ''
  const code = await p.run(`run --select m ${more}`)
  told = p.stdout
  expect(code, told).toBe(0)
}

async function rows(p: ProjectRig, query = 'select * from m order by all'): Promise<unknown> {
  p.write({
    'models/probe.sql': `{{ config(materialized='table') }} ${query.replace('from m', "from {{ ref('m') }}")}`,
  })
  expect(await p.run('run --select probe'), p.stdout).toBe(0)
  return p.rows('probe')
}

const commits = (p: ProjectRig): number => p.list('lake/m/_delta_log').filter(path => path.endsWith('.json')).length

describe.each(['disk', 'bucket'] as const)('a Delta model on %s', place => {
  test('is made anew each time', async () => {
    const p = modelProject(place, "{{ config(materialized='external', format='delta') }} select 1 as id, 'a' as name")
    await run(p)
    expect(await rows(p)).toEqual([{ id: 1, name: 'a' }])
    p.set("{{ config(materialized='external', format='delta') }} select 2 as id, 1.5::decimal(4,2) as price")
    await run(p)
    expect(await rows(p)).toEqual([{ id: 2, price: '1.50' }])
  })

  test('appends', async () => {
    const p = modelProject(
      place,
      "{{ config(materialized='incremental', table_format='delta', incremental_strategy='append') }} select {% if is_incremental() %} (select max(id) from {{ this }}) + 1 {% else %} 1 {% endif %} as id",
    )
    for (let time = 0; time < 3; time++) await run(p)
    expect(await rows(p)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    await run(p, '--full-refresh')
    expect(await rows(p)).toEqual([{ id: 1 }])
  })

  test('replaces the rows of keys that come again', async () => {
    const config = "{{ config(materialized='incremental', format='delta', unique_key='id') }}"
    const p = modelProject(place, `${config} select range as id, 'old' as v from range(4)`)
    await run(p)
    p.set(`${config} select range as id, 'new' as v from range(3, 5)`)
    await run(p)
    expect(await rows(p, 'select id, v from m where id > 1 order by id')).toEqual([
      { id: 2, v: 'old' },
      { id: 3, v: 'new' },
      { id: 4, v: 'new' },
    ])
  })

  test('merges with the options of dbt-duckdb', async () => {
    const config = (more: string): string =>
      `{{ config(materialized='incremental', format='delta', incremental_strategy='merge', unique_key='id'${more}) }}`
    const p = modelProject(place, `${config('')} select range as id, 'old' as v, 1 as n from range(3)`)
    await run(p)
    p.set(
      `${config(", merge_update_columns=['v'], merge_insert_condition='DBT_INTERNAL_SOURCE.id < 10'")} select * from (values (2, 'new', 7), (3, 'new', 7), (11, 'new', 7)) t(id, v, n)`,
    )
    await run(p)
    expect(await rows(p, 'select id::int as id, v, n from m order by id')).toEqual([
      { id: 0, v: 'old', n: 1 },
      { id: 1, v: 'old', n: 1 },
      { id: 2, v: 'new', n: 1 },
      { id: 3, v: 'new', n: 7 },
    ])
    p.set(
      `${config(", merge_clauses={'when_matched': [{'action': 'delete'}], 'when_not_matched': [{'action': 'insert', 'mode': 'by_name'}]}")} select 0 as id, 'x' as v, 1 as n`,
    )
    await run(p)
    expect(await rows(p, 'select count(*)::int as n from m')).toEqual([{ n: 3 }])
  })

  test('replaces the partitions that come again', async () => {
    const config =
      "{{ config(materialized='external', format='delta', partition_by=['day'], incremental_strategy='insert_overwrite') }}"
    const p = modelProject(place, `${config} select 1 as v, 'd' || range as day from range(3)`)
    await run(p)
    p.set(`${config} select 2 as v, 'd' || range as day from range(2, 4)`)
    await run(p)
    expect(await rows(p)).toEqual([
      { v: 1, day: 'd0' },
      { v: 1, day: 'd1' },
      { v: 2, day: 'd2' },
      { v: 2, day: 'd3' },
    ])
  })
})

test('columns follow on_schema_change', async () => {
  const config = (change: string): string =>
    `{{ config(materialized='incremental', format='delta', unique_key='id', on_schema_change='${change}') }}`
  const p = modelProject('disk', `${config('ignore')} select 1 as id, 'a' as v`)
  await run(p)
  p.set(`${config('ignore')} select 2 as id, 'b' as v, 5 as extra`)
  await run(p)
  expect(await rows(p)).toEqual([
    { id: 1, v: 'a' },
    { id: 2, v: 'b' },
  ])
  p.set(`${config('append_new_columns')} select 3 as id, 'c' as v, 5 as extra`)
  await run(p)
  expect(await rows(p)).toEqual([
    { id: 1, v: 'a', extra: null },
    { id: 2, v: 'b', extra: null },
    { id: 3, v: 'c', extra: 5 },
  ])
  p.set(`${config('fail')} select 3 as id`)
  expect(await p.run('run --select m')).toBe(1)
  expect(p.stdout).toContain('The source and target schemas on this incremental model are out of sync!')
  p.set(`${config('sync_all_columns')} select 4 as id, 6 as extra`)
  await run(p)
  expect(await rows(p, 'select * from m order by id')).toEqual([
    { id: 1, extra: null },
    { id: 2, extra: null },
    { id: 3, extra: 5 },
    { id: 4, extra: 6 },
  ])
})

test('only files that may hold a key are written anew', async () => {
  const config =
    "{{ config(materialized='incremental', format='delta', unique_key=['day', 'id'], partition_by='day') }}"
  const p = modelProject('disk', `${config} select 1 as id, 'd' || range as day from range(5)`)
  await run(p)
  p.set(`${config} select 1 as id, 'd3' as day`)
  await run(p)
  const log = p.read('lake/m/_delta_log/00000000000000000001.json').trim().split('\n')
  const actions = log.map(line => Object.keys(JSON.parse(line) as object)[0])
  expect(actions.filter(kind => kind === 'remove')).toHaveLength(1)
  expect(actions.filter(kind => kind === 'add')).toHaveLength(1)
})

test('the log says which model made a commit', async () => {
  const p = modelProject('disk', "{{ config(materialized='external', format='delta') }} select 1 as id")
  await run(p)
  const [info] = p.read('lake/m/_delta_log/00000000000000000000.json').split('\n')
  expect(info).toContain('model.shop.m')
  expect(info).toContain('"engineInfo":"eider"')
})

test('names that files cannot have are no trouble', async () => {
  const config =
    "{{ config(materialized='incremental', format='delta', unique_key='\"order id\"', on_schema_change='append_new_columns', partition_by='the day') }}"
  const p = modelProject('disk', `${config} select 1 as "order id", 'a' as "the day", {'x,y': 1} as st`)
  await run(p)
  p.set(
    `${config} select 1 as "order id", 'a' as "the day", {'x,y': 2} as st, 5 as "a=b" union all select 2, 'b', null, 6`,
  )
  await run(p)
  expect(await rows(p, 'select "order id", "the day", st::varchar as st, "a=b" from m order by 1')).toEqual([
    { 'order id': 1, 'the day': 'a', st: "{'x,y': 2}", 'a=b': 5 },
    { 'order id': 2, 'the day': 'b', st: null, 'a=b': 6 },
  ])
})

test.each([
  ['merge', "unique_key='id', incremental_strategy='merge'"],
  ['delete+insert', "unique_key='id'"],
  ['a condition', "incremental_strategy='replace_where', incremental_predicates='id > 1'"],
])('a table with a change data feed says which rows changed: %s', async (_, strategy) => {
  const config = `{{ config(materialized='incremental', format='delta', ${strategy}, tblproperties={'delta.enableChangeDataFeed': True}) }}`
  const p = modelProject('disk', `${config} select range as id, 'old' as v from range(4)`)
  await run(p)
  p.set(`${config} select * from (values (2, 'new'), (3, 'old'), (4, 'new')) t(id, v)`)
  await run(p)
  await run(p)
  const files = p.list('lake/m/_change_data').filter(path => path.endsWith('.parquet'))
  const list = files.map(path => `'${p.folder}/lake/m/_change_data/${path}'`).join(', ')
  const isKeyed = strategy.includes('unique_key')
  expect(await p.rows(`select id::int as id, v, _change_type as c from read_parquet([${list}]) order by all`)).toEqual([
    { id: 2, v: 'new', c: isKeyed ? 'update_postimage' : 'insert' },
    { id: 2, v: 'old', c: isKeyed ? 'update_preimage' : 'delete' },
    { id: 4, v: 'new', c: 'insert' },
  ])
})

test('a batch with a number of its own is written once', async () => {
  const config = (version: number): string =>
    `{{ config(materialized='incremental', format='delta', incremental_strategy='append', txn_version=${version}) }}`
  const p = modelProject('disk', `${config(7)} select 1 as id`)
  await run(p)
  await run(p)
  p.set(`${config(6)} select 2 as id`)
  await run(p)
  expect(await rows(p)).toEqual([{ id: 1 }])
  p.set(`${config(8)} select 2 as id`)
  await run(p)
  expect(await rows(p)).toEqual([{ id: 1 }, { id: 2 }])
})

test('a run that adds nothing makes no commit', async () => {
  const p = modelProject(
    'disk',
    "{{ config(materialized='incremental', format='delta') }} select 1 as id {% if is_incremental() %} where false {% endif %}",
  )
  await run(p)
  await run(p)
  expect(commits(p)).toBe(1)
})

test('a new database goes on with the table that is there', async () => {
  const p = modelProject(
    'disk',
    "{{ config(materialized='incremental', format='delta') }} select {% if is_incremental() %} max(id) + 1 as id from {{ this }} {% else %} 1 as id {% endif %}",
  )
  await run(p)
  p.remove('shop.duckdb')
  await run(p)
  expect(await rows(p)).toEqual([{ id: 1 }, { id: 2 }])
  p.remove('shop.duckdb')
  expect(await rows(p)).toEqual([{ id: 1 }, { id: 2 }])
})

test('a model that fails changes nothing', async () => {
  const p = modelProject('disk', "{{ config(materialized='external', format='delta') }} select 1 as id")
  await run(p)
  p.set("{{ config(materialized='external', format='delta') }} select error('no') as id")
  expect(await p.run('run --select m')).toBe(1)
  expect(commits(p)).toBe(1)
  expect(await rows(p)).toEqual([{ id: 1 }])
})

test.each([
  [
    "{{ config(materialized='incremental', format='delta', incremental_strategy='replace_where') }} select 1 as id",
    'the model has none',
  ],
  [
    "{{ config(materialized='external', format='delta') }} select interval 1 day as i",
    'which a Delta table cannot hold',
  ],
])('what cannot be kept is refused: %s', async (sql, message) => {
  const p = modelProject('disk', sql)
  expect(await p.run('run --select m')).toBe(1)
  expect(p.stdout).toContain(message)
})

test.each([
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'answer-after', status: 500, code: 'InternalError' },
  { kind: 'answer', status: 409, code: 'ConditionalRequestConflict' },
] as const)('a fault of the commit itself is settled: %o', async fault => {
  const p = modelProject('bucket', "{{ config(materialized='external', format='delta') }} select 1 as id")
  await run(p)
  p.set("{{ config(materialized='external', format='delta') }} select 2 as id")
  double.fail({ fault, method: 'PUT', urlHolds: '00000000000000000001.json' })
  double.fail({ fault, method: 'PUT', urlHolds: '.parquet' })
  await run(p)
  expect(await rows(p)).toEqual([{ id: 2 }])
})
