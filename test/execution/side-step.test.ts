import { afterEach, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/execution/event.ts'
import { onlyReads } from '../../src/execution/statement-effect.ts'
import { type RanOutcome, RunRig, type RunWish } from '../rig/run-rig.ts'

let rig: RunRig | undefined
function project(files: Record<string, string>): RunRig {
  rig = new RunRig({
    'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n',
    ...files,
  })
  return rig
}
afterEach(() => rig?.close())

/** Long enough for other tests to start beside it. */
const slowly = 'select count(*) as n from range(20000000) t(i) where i % 7 = 3'

/** What happened, without times. */
function story({ events }: RanOutcome): string[] {
  return events.map(event => {
    const node = 'node' in event && event.node !== null && typeof event.node === 'object' ? event.node.uniqueId : ''
    const thread = 'threadId' in event ? event.threadId : ''
    return [event.kind, node, thread, 'message' in event ? event.message : '', statementOf(event)].join(' ').trim()
  })
}

function statementOf(event: RunEvent): string {
  if (event.kind !== 'statement started' && event.kind !== 'statement finished') return ''
  return event.connection
}

const held = ({ events }: RanOutcome): number => events.filter(event => (event.heldMs ?? 0) > 0).length

const shop = {
  'seeds/a.csv': 'id,name\n1,x\n2,y\n',
  'seeds/b.csv': 'id\n1\n',
  'seeds/c.csv': 'id\nnot a number\n',
  'seeds/schema.yml': 'seeds: [{name: c, config: {column_types: {id: integer}}}]\n',
  'models/items.sql': "select * from {{ ref('a') }}",
  'models/schema.yml': `
models:
  - name: items
    columns:
      - {name: id, data_tests: [not_null, unique, {accepted_values: {arguments: {values: [1]}}}]}
unit_tests:
  - {name: first, model: items, given: [{input: ref('a'), rows: [{id: 1, name: x}]}], expect: {rows: [{id: 1, name: x}]}}
  - {name: second, model: items, given: [{input: ref('a'), rows: [{id: 1, name: x}]}], expect: {rows: [{id: 2, name: x}]}}
`,
  'tests/talks.sql': "{{ log('here I am', info=true) }}select 1 where false",
  'tests/is_wrong.sql': 'select nothing',
}

test('statements that only read are known by their first word', () => {
  const reading = [
    'select 1',
    "/* a comment; */ (select 'insert into')",
    '-- why\nfrom items',
    'with a as (select 1) select updated_at from a',
    'describe "a"."b"',
    'select 1; select 2;',
  ]
  const writing = [
    'with a as (select 1) insert into b select * from a',
    'select 1; drop table a',
    'create temporary table a as select 1',
    "select nextval('ids')",
    'select setseed (0.5)',
    'call something()',
    'set threads = 1',
  ]
  expect(reading.filter(sql => !onlyReads(sql))).toEqual([])
  expect(writing.filter(onlyReads)).toEqual([])
})

describe('with one thread', () => {
  async function run(files: Record<string, string>, wish: RunWish): Promise<RanOutcome> {
    const outcome = await project(files).run(wish)
    await rig?.close()
    return outcome
  }

  test('tests and seeds run beside each other, and everything is told as if they did not', async () => {
    for (const command of ['seed', 'build']) {
      const abreast = await run(shop, { command })
      const single = await run(shop, { command, flags: { threads: 1 } })
      expect(held(abreast)).toBeGreaterThan(0)
      expect(held(single)).toBe(0)
      expect(story(abreast)).toEqual(story(single))
      expect(abreast.statuses).toEqual(single.statuses)
      expect(abreast.results.map(one => one.uniqueId)).toEqual(single.results.map(one => one.uniqueId))
    }
  })

  test('one step at a time runs with --threads, --single-threaded and --fail-fast', async () => {
    for (const flags of [{ threads: 1 }, { singleThreaded: true }, { failFast: true }]) {
      expect(held(await run({ 'tests/a.sql': slowly, 'tests/b.sql': 'select 1' }, { command: 'test', flags }))).toBe(0)
    }
  })

  test('seeds with hooks, tests that keep their failures and models that more than one statement makes run by themselves', async () => {
    const files = {
      'models/a.sql': "{{ config(materialized='incremental') }} select 1 as id",
      'models/b.sql': "{{ config(post_hook='select 1') }} select 1 as id",
      'models/c.sql': "{{ config(materialized='table', indexes=[{'columns': ['id']}]) }} select 1 as id",
      'models/d.sql': "{{ config(sql_header='select 1;') }} select 1 as id",
      'seeds/s.csv': 'id\n1\n',
      'seeds/t.csv': 'id\n1\n',
      'seeds/schema.yml':
        'seeds: [{name: s, config: {post_hook: select 1}}, {name: t, config: {pre_hook: select 1}}]\n',
      'tests/x.sql': "{{ config(store_failures=true) }} select * from {{ ref('a') }}",
      'tests/y.sql': "{{ config(store_failures=true) }} select * from {{ ref('a') }}",
    }
    expect(held(await run(files, { command: 'build' }))).toBe(0)
  })

  test('a test sees what the test before it has written', async () => {
    const write = "{% if execute %}{% do run_query('insert into seen values (2)') %}{% endif %}"
    const p = project({
      'tests/a_writes.sql': `{% if execute %}{% do run_query("${slowly}") %}{% endif %}${write}select 1 where false`,
      'tests/b_reads.sql': 'select 1 where (select count(*) from seen) <> 2',
      'tests/c_reads.sql': 'select 1 where (select count(*) from seen) <> 2',
    })
    await p.rows('create table seen as select 1 as n')
    const outcome = await p.run({ command: 'test' })
    expect(held(outcome)).toBe(0)
    expect(outcome.statuses).toEqual({ a_writes: 'pass', b_reads: 'pass', c_reads: 'pass' })
    expect(outcome.events.filter(event => event.kind === 'node started')).toHaveLength(3)
  })

  test('a test does not write before those before it have ended', async () => {
    const p = project({
      'tests/a_reads.sql': `{% if execute %}{% do run_query("${slowly}") %}{% endif %}select * from seen where n = 2`,
      'tests/b_writes.sql':
        "{% if execute %}{% do run_query('insert into seen values (2)') %}{% endif %}select 1 where false",
      'tests/c_reads.sql': 'select 1 where (select count(*) from seen) <> 2',
    })
    await p.rows('create table seen as select 1 as n')
    const outcome = await p.run({ command: 'test' })
    expect(outcome.statuses).toEqual({ a_reads: 'pass', b_writes: 'pass', c_reads: 'pass' })
    expect(await p.rows('select n from seen order by n')).toEqual([[1], [2]])
  })

  test('an interrupt ends those that run', async () => {
    const abort = new AbortController()
    const endless = slowly.replace('20000000', '20000000000000')
    const p = project({
      'tests/a.sql': endless,
      'tests/b.sql': endless,
      'tests/c.sql': endless,
      'tests/d.sql': endless,
    })
    setTimeout(() => abort.abort(), 30)
    const outcome = await p.run({ command: 'test', change: { signal: abort.signal } })
    expect(outcome.interrupted).toBe(true)
    expect(outcome.results.filter(one => one.status === 'pass')).toEqual([])
  })

  describe('models', () => {
    const table = "{{ config(materialized='table') }} "
    test('run beside each other, and everything is told as if they did not', async () => {
      const files = {
        'models/a.sql': `${table}${slowly}`,
        'models/b.sql': "{{ log('b is here', info=true) }} select 1 as id",
        'models/c.sql': "select * from {{ ref('b') }}",
        'models/d.sql': 'select nothing',
        'models/e.sql': "select * from {{ ref('d') }}",
        'models/f.sql': `${table}select * from {{ ref('e') }} union all select * from {{ ref('c') }}`,
        'models/schema.yml':
          'models: [{name: b, columns: [{name: id, data_tests: [unique, {accepted_values: {values: [2]}}]}]}]\n',
      }
      for (const command of ['run', 'build']) {
        const abreast = await run(files, { command })
        const single = await run(files, { command, flags: { threads: 1 } })
        expect(held(abreast)).toBeGreaterThan(0)
        expect(story(abreast)).toEqual(story(single))
        expect(abreast.statuses).toEqual(single.statuses)
      }
    })

    test('what hangs on one that is done is built while one before it still runs', async () => {
      for (const materialized of ['view', 'ephemeral']) {
        const files = {
          'models/a.sql': table + slowly,
          'models/b.sql': `{{ config(materialized='${materialized}') }} select 1 as id`,
          'models/c.sql': "select * from {{ ref('b') }}",
        }
        const outcome = await run(files, { command: 'run' })
        const isBuiltEarly = outcome.events.some(
          event =>
            event.kind === 'statement finished' && event.connection === 'model.shop.c' && (event.heldMs ?? 0) > 0,
        )
        expect(isBuiltEarly).toBe(true)
      }
    })

    /** Every relation's rows, after a run with models beside each other and after one without. */
    async function bothWays(files: Record<string, string>, before: readonly string[]): Promise<[unknown, unknown]> {
      const found: unknown[] = []
      for (const flags of [{}, { threads: 1 }]) {
        const p = project(files)
        for (const sql of before) await p.rows(sql)
        const { statuses } = await p.run({ command: 'build', flags })
        const names = await p.rows(
          "select table_name from information_schema.tables where table_name <> 'seen' order by 1",
        )
        const rows = await Promise.all(names.map(async ([name]) => [name, await p.rows(`select * from "${name}"`)]))
        found.push({ statuses, rows })
        await p.close()
      }
      return found as [unknown, unknown]
    }

    const slowTable = table + slowly
    const old = 'create table a as select -1 as n'
    const cases: Record<string, { files: Record<string, string>; before: string[] }> = {
      'names what one before it makes': {
        files: { 'models/a.sql': slowTable, 'models/b.sql': `${table}select n from a` },
        before: [old],
      },
      'reads a view of it': {
        files: { 'models/a.sql': slowTable, 'models/b.sql': `${table}select n from indirect` },
        before: [old, 'create view seen_by as select * from a', 'create view indirect as select * from seen_by'],
      },
      'reads it by a macro': {
        files: { 'models/a.sql': slowTable, 'models/b.sql': `${table}select n from found()` },
        before: [old, 'create macro found() as table select * from a'],
      },
      'reads it by a view of this run': {
        files: {
          'models/a.sql': slowTable,
          'models/b.sql': 'select n from a',
          'models/c.sql': `${table}select n from {{ ref('b') }}`,
        },
        before: [old],
      },
      'reads the catalogue': {
        files: {
          'models/a.sql': slowTable,
          'models/b.sql': `${table}select count(*) as n from duckdb_tables() where table_name = 'a'`,
        },
        before: [],
      },
      'asks whether it exists': {
        files: {
          'models/a.sql': slowTable,
          'models/b.sql': "select {{ 1 if adapter.get_relation(target.database, target.schema, 'a') else 0 }} as n",
        },
        before: [],
      },
      'makes what one before it reads': {
        files: {
          'models/a.sql': `${slowTable} and i > (select max(n) from b)`,
          'models/b.sql': `${table}select 9e9 as n`,
        },
        before: ['create table b as select 5 as n'],
      },
      'makes what one before it is going to read': {
        files: {
          'models/a.sql': `{% do run_query("${slowly}") if execute %}${table}select max(n) as n from b`,
          'models/b.sql': `${table}select 9 as n`,
        },
        before: ['create table b as select 5 as n'],
      },
      'writes besides': {
        files: {
          'models/a.sql': `${slowTable} and i > (select count(*) from seen)`,
          'models/b.sql': "{% do run_query('insert into seen values (2)') if execute %}select 1 as n",
          'models/c.sql': 'select count(*) as n from seen',
          'tests/one.sql': 'select * from seen where n = 2',
        },
        before: ['create table seen as select 1 as n'],
      },
      'fails, and so does another': {
        files: {
          'models/a.sql': slowTable,
          'models/b.sql': `${table}select error('no') as n`,
          'models/c.sql': "select * from {{ ref('b') }}",
        },
        before: [],
      },
      'has another kind than before': {
        files: {
          'models/a.sql': slowTable,
          'models/b.sql': `${table}select 1 as n`,
          'models/c.sql': 'select * from a',
        },
        before: ['create view b as select 2 as n', 'create view c as select 3 as n'],
      },
    }
    for (const [name, { files, before }] of Object.entries(cases)) {
      test(`one that ${name} finds and leaves what it would by itself`, async () => {
        const [abreast, single] = await bothWays(files, before)
        expect(abreast).toEqual(single)
      })
    }
  })
})
