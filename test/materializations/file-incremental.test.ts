import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketProject } from '../rig/bucket-project.ts'
import { type ProjectRig, project } from '../rig/project-rig.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
beforeAll(async () => {
  double = await startS3Double()
})
afterAll(() => double.close())

const columns = (rows: string): string => `select * from (values ${rows}) t(id, day, v)`
/** What a model's query gives, run by run. */
const turns = [
  columns("(1, 'a', 10), (2, 'a', 20), (3, 'b', 30), (4, 'c', 40), (null, 'c', 45), (5, null, 50)"),
  columns("(2, 'a', 21), (4, 'd', 41), (6, 'b', 60), (7, null, 70)"),
  `${columns("(8, 'e', 80)")} where false`,
  columns("(1, 'a', 11), (null, 'e', 90)"),
]

const strategies = [
  "incremental_strategy='append'",
  "unique_key='id'",
  "unique_key=['id', 'day'], incremental_strategy='delete+insert'",
  "unique_key='id', incremental_strategy='delete+insert', incremental_predicates=['v > 15']",
  "unique_key='id', incremental_strategy='merge'",
  "unique_key='id', incremental_strategy='merge', merge_update_columns=['v'], merge_update_condition='DBT_INTERNAL_DEST.v > 10'",
  "unique_key='id', incremental_strategy='merge', incremental_predicates=['DBT_INTERNAL_DEST.v <= 20']",
  "unique_key='day', incremental_strategy='merge', merge_on_using_columns=['id']",
  "unique_key='id', incremental_strategy='merge', merge_clauses={'when_matched': [{'action': 'delete'}], 'when_not_matched': [{'action': 'insert', 'mode': 'by_name'}, {'action': 'delete', 'by': 'source', 'condition': 'DBT_INTERNAL_DEST.v = 50'}]}",
  "incremental_strategy='twice'",
]

const twice = `{% macro get_incremental_twice_sql(arg_dict) %}
  insert into {{ arg_dict['target_relation'] }} select * from {{ arg_dict['temp_relation'] }}
  union all select * from {{ arg_dict['temp_relation'] }}{% endmacro %}`

let count = 0
const kinds = (place: 'disk' | 'bucket'): Readonly<Record<string, string>> => {
  const root = place === 'disk' ? 'lake' : `s3://lake/i${++count}`
  return {
    plain: '',
    parquet: `, format='parquet', location='${root}/m.parquet'`,
    parted: `, table_format='parquet', location='${root}/parted', partition_by=['day']`,
    delta: `, format='delta', location='${root}/delta'`,
    split: `, format='delta', location='${root}/split', partition_by='day'`,
  }
}

/** The same model kept in each way. */
class Models {
  readonly p: ProjectRig
  readonly kinds: Readonly<Record<string, string>>
  private readonly config: string

  constructor(place: 'disk' | 'bucket', config: string) {
    this.kinds = kinds(place)
    this.config = config
    const files = { 'macros/twice.sql': twice }
    this.p = place === 'disk' ? project(files) : bucketProject(double, files)
  }

  async run(sql: string, { config = this.config, expects = 0, more = '' } = {}): Promise<void> {
    for (const [kind, place] of Object.entries(this.kinds)) {
      const text = `{{ config(materialized='incremental', ${config}${place}) }} ${sql}`
      this.p.write({ [`models/m_${kind}.sql`]: text })
    }
    expect(await this.p.run(`run --exclude probe ${more}`), this.p.stdout).toBe(expects)
  }

  /** The rows, the same for every way; names are sorted since partition columns come last in files. */
  async rows(): Promise<unknown[]> {
    const found: Record<string, unknown[]> = {}
    for (const kind of Object.keys(this.kinds)) {
      this.p.write({ 'models/probe.sql': `{{ config(materialized='table') }} select * from {{ ref('m_${kind}') }}` })
      expect(await this.p.run('run --select probe'), this.p.stdout).toBe(0)
      const rows = await this.p.rows('select * from probe')
      found[kind] = rows.map(row => JSON.stringify(Object.entries(row).sort())).sort()
    }
    for (const kind of Object.keys(this.kinds)) expect(found[kind], kind).toEqual(found.plain)
    return (found.plain ?? []).map(row => Object.fromEntries(JSON.parse(String(row)) as [string, unknown][]))
  }
}

/** In a bucket the same code runs on copies: two strategies show that the copies are those that count. */
const placed = [
  ['disk', strategies],
  ['bucket', strategies.filter(config => config.includes("strategy='delete+insert'") || config.includes('clauses'))],
] as const

describe.each(placed)('an incremental model in files on %s', (place, some) => {
  test.each(some)('has the rows of one in the database, run after run: %s', async config => {
    const models = new Models(place, config)
    for (const sql of turns) await models.run(sql)
    await models.rows()
    await models.run(turns[0] ?? '', { more: '--full-refresh' })
    expect(await models.rows()).toHaveLength(6)
  })

  test.each(['ignore', 'append_new_columns', 'sync_all_columns', 'fail'])(
    'columns follow on_schema_change: %s',
    async change => {
      const keyed = { config: `unique_key='id', on_schema_change='${change}'` }
      const models = new Models(place, keyed.config)
      const expects = change === 'fail' ? 1 : 0
      await models.run("select 1 as id, 'a' as day, 1 as v union all select 2, 'b', 2")
      await models.run("select 2 as id, 'b' as day, 3 as v, '6' as more", { expects })
      await models.rows()
      if (change !== 'sync_all_columns') return
      await models.run("select 3 as id, 'b' as day, '7' as more")
      await models.rows()
    },
  )
})

const inFiles = ['parquet', 'parted', 'delta', 'split'] as const

function fileModel(
  kind: (typeof inFiles)[number],
  config: string | (() => string),
): { p: ProjectRig; run(sql: string, code?: number): Promise<void> } {
  const p = project({})
  const place = kinds('disk')[kind]
  return {
    p,
    async run(sql, code = 0) {
      p.write({
        'models/m.sql': `{{ config(materialized='incremental', ${typeof config === 'string' ? config : config()}${place}) }} ${sql}`,
        'models/probe.sql': "{{ config(materialized='table') }} select * from {{ ref('m') }}",
      })
      expect(await p.run('run'), p.stdout).toBe(code)
    },
  }
}

describe.each(inFiles)('a model kept as %s', kind => {
  test('can change the type of a column', async () => {
    const { p, run } = fileModel(kind, "unique_key='id', on_schema_change='sync_all_columns'")
    await run("select 1 as id, 'a' as day, '7' as v")
    await run("select 2 as id, 'b' as day, 12345678901 as v")
    expect(await p.rows('select id, typeof(v) as t, v::bigint::varchar as v from probe order by id')).toEqual([
      { id: 1, t: 'BIGINT', v: '7' },
      { id: 2, t: 'BIGINT', v: '12345678901' },
    ])
  })

  test('loses and changes columns although its rows are only added to', async () => {
    const { p, run } = fileModel(kind, "incremental_strategy='append', on_schema_change='sync_all_columns'")
    await run("select 1 as id, 'a' as day, '7' as v, 1 as gone")
    await run("select 1 as id, 'b' as day, 12345678901 as v, true as new")
    expect(
      await p.rows('select id, day, typeof(v) as t, v::bigint::varchar as v, new from probe order by day'),
    ).toEqual([
      { id: 1, day: 'a', t: 'BIGINT', v: '7', new: null },
      { id: 1, day: 'b', t: 'BIGINT', v: '12345678901', new: true },
    ])
    expect(await p.rows("select column_name as c from (describe probe) where column_name = 'gone'")).toEqual([])
  })

  test('has its rows once although the end of its transaction fails and is tried again', async () => {
    const hooks = ["create table t as select '1' as v"]
    const { p, run } = fileModel(kind, () => `incremental_strategy='append', post_hook=${JSON.stringify(hooks)}`)
    await run("select 1 as id, 'a' as day")
    hooks.splice(0, 1, 'alter table t add column w int', 'update t set w = v', 'alter table t drop column v')
    await run("select 2 as id, 'b' as day", 1)
    expect(p.stdout).toContain('another transaction has altered this table')
    await p.run('run --select probe')
    expect(await p.rows('select id from probe order by id')).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('has the rows that meet a condition replaced', async () => {
    const config = "incremental_strategy='insert_overwrite', incremental_predicates=['v >= 10', 'v < 20']"
    const { p, run } = fileModel(kind, config)
    await run(
      "select * from (values (1, 'a', 5), (2, 'a', 10), (3, 'b', 19), (4, 'b', 20), (5, 'c', null)) t(id, day, v)",
    )
    await run("select * from (values (6, 'a', 11), (7, 'd', 12)) t(id, day, v)")
    expect(await p.rows('select id from probe order by id')).toEqual([1, 4, 5, 6, 7].map(id => ({ id })))
    await run("select 8 as id, 'a' as day, 20 as v", 1)
    expect(p.stdout).toContain('do not meet the condition')
    await run("select 8 as id, 'a' as day, 10 as v where false")
    expect(await p.rows('select id from probe order by id')).toEqual([1, 4, 5].map(id => ({ id })))
  })

  test('has what comes again overwritten: partitions, or everything without any', async () => {
    for (const change of ['', ", on_schema_change='append_new_columns'"]) {
      const { p, run } = fileModel(kind, `incremental_strategy='insert_overwrite'${change}`)
      await run("select * from (values (1, 'a'), (2, 'a'), (3, 'b'), (4, null)) t(id, day)")
      await run("select * from (values (5, 'a'), (6, null), (7, 'd')) t(id, day)")
      const isParted = kind === 'parted' || kind === 'split'
      const rows = isParted ? [3, 5, 6, 7] : [5, 6, 7]
      expect(await p.rows('select id from probe order by id')).toEqual(rows.map(id => ({ id })))
    }
  })

  test('replace_where without a condition is refused', async () => {
    const { p, run } = fileModel(kind, "incremental_strategy='replace_where'")
    await run("select 1 as id, 'a' as day", 1)
    expect(p.stdout).toContain('"replace_where"')
  })
})

test('only files of partitions that may change are written anew', async () => {
  const { p, run } = fileModel('parted', "unique_key='id'")
  await run("select * from (values (1, 'a'), (2, 'b'), (3, 'c')) t(id, day)")
  const inode = (day: string): number => statSync(join(p.folder, `lake/parted/day=${day}/data_0.parquet`)).ino
  const before = ['a', 'b', 'c'].map(inode)
  await run("select 2 as id, 'c' as day")
  const after = ['a', 'c'].map(inode)
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[2])
  expect(p.list('lake/parted')).toEqual(['day=a/data_0.parquet', 'day=c/data_0.parquet'])
  expect(await p.rows('select id, day from probe order by id')).toEqual([
    { id: 1, day: 'a' },
    { id: 2, day: 'c' },
    { id: 3, day: 'c' },
  ])
})
