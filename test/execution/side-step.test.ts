import { afterEach, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/execution/event.ts'
import { onlyReads } from '../../src/execution/side-step.ts'
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

  test('models run one after the other, and so do seeds with hooks and tests that keep their failures', async () => {
    const files = {
      'models/a.sql': slowly,
      'models/b.sql': 'select 1 as id',
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
})
