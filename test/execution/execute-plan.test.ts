import { afterEach, describe, expect, test } from 'vitest'
import type { Connection, Database } from '../../src/adapter/adapter.ts'
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { project as shell } from '../rig/project-rig.ts'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
function project(files: Record<string, string>): RunRig {
  rig = new RunRig(files)
  return rig
}
afterEach(() => rig?.close())

const failing = "select cast('x' as int) as id"
const table = "{{ config(materialized='table') }} "

describe('a run', () => {
  test('builds views and tables in the order of their refs', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': `${table}select id + 1 as id from {{ ref('a') }}`,
    })
    const outcome = await p.run()
    expect(outcome.results.map(one => one.message)).toEqual(['OK', 'OK'])
    expect(outcome.results[0]).toMatchObject({ adapterResponse: { _message: 'OK' }, threadId: 'Thread-1 (worker)' })
    expect(await p.rows('select * from main.b')).toEqual([[2]])
    expect(await p.relations()).toEqual({ a: 'view', b: 'table' })
  })

  test('tells its start, every node with its place in the count, and its end', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/e.sql': "{{ config(materialized='ephemeral') }} select 1",
    })
    const { events } = await p.run()
    const told = events.filter(event => !event.kind.startsWith('statement'))
    expect(told[0]).toMatchObject({ kind: 'run started', threads: 2, targetName: 'dev', nodeCount: 1 })
    expect(told.at(-1)).toMatchObject({ kind: 'run finished', statLine: '1 view model' })
    const started = told.filter(event => event.kind === 'node started' && event.counted)
    expect(started).toMatchObject([{ description: 'sql view model main.a', counted: { index: 1, total: 1 } }])
  })

  test('tells what ran before it was broken off', async () => {
    const p = shell({
      'dbt_project.yml': `name: shop\nversion: '1.0'\nprofile: shop\non-run-start:
  - select 1
  - "select {% if execute %}{{ exceptions.raise_compiler_error('no') }}{% endif %}"\n`,
      'models/a.sql': 'select 1 as id',
    })
    expect(await p.run('run')).toBe(2)
    expect(p.stdout).toMatch(
      /OK hook.*\n\S+ {2}\n\S+ {2}Finished running 1 project hook in 0 hours 0 minutes and .*\n\S+ {2}Encountered an error:\nCompilation Error in operation shop-on-run-start-1 \(.\/dbt_project.yml\)\n {2}no\n/,
    )
  })

  test('keeps the schemas that it made before one that cannot be made', async () => {
    const p = shell({
      'models/a.sql': "{{ config(schema='early') }}select 1 as id",
      'models/b.sql': "{{ config(database='system', schema='late') }}select 1 as id",
    })
    expect(await p.run('run')).toBe(2)
    expect(p.stdout).toMatch(
      /\n\S+ {2}\n\S+ {2}\n\S+ {2}Finished running {2}in 0 hours .*\n\S+ {2}Encountered an error:\n/,
    )
    expect(
      await p.run([
        'show',
        '--quiet',
        '--inline',
        "select count(*) as n from duckdb_schemas() where schema_name = 'main_early'",
      ]),
    ).toBe(0)
    expect(p.stdout).toContain('| 1 |')
  })

  test('does nothing, and opens nothing, for an empty selection', async () => {
    const p = project({ 'models/a.sql': 'select 1 as id' })
    const { events, results } = await p.run({ only: [] })
    expect(results).toEqual([])
    expect(events.map(event => event.kind)).toEqual(['nothing to do'])
    expect(p.files.exists('shop.duckdb')).toBe(false)
  })

  test('sends one statement for a view, a table and a test', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': `${table}select 2 as id`,
      'tests/t.sql': "select * from {{ ref('a') }} where id > 1",
    })
    const { events } = await p.run({ command: 'build' })
    const sent = events.flatMap(event => (event.kind === 'statement started' ? [event.connection] : []))
    expect(sent.filter(name => name !== 'master').sort()).toEqual(['model.shop.a', 'model.shop.b', 'test.shop.t'])
  })

  test("marks every statement with dbt's comment", async () => {
    const p = project({ 'models/a.sql': 'select 1 as id' })
    const { events } = await p.run()
    const sent = events.flatMap(event => (event.kind === 'statement started' ? [event.sql] : []))
    expect(sent.at(-1)).toContain(
      '/* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.a"} */\n',
    )
    expect(sent[0]).toContain('"connection_name": "master"')
  })

  test("uses the project's own query comment", async () => {
    const p = project({
      'dbt_project.yml':
        "name: shop\nversion: '1.0'\nprofile: shop\nquery-comment: {comment: 'by {{ node.name }}', append: true}\n",
      'models/a.sql': 'select 1 as id',
    })
    const { events } = await p.run()
    const sent = events.flatMap(event => (event.kind === 'statement started' ? [event.sql] : []))
    expect(sent.at(-1)).toMatch(/;\n\/\* by a \*\/;?$|\n\/\* by a \*\/;$/)
  })
})

test("a project's query comment sees all fields of the node, and empty texts under other names", async () => {
  const p = project({
    'dbt_project.yml':
      "name: shop\nversion: '1.0'\nprofile: shop\nquery-comment: '{{ about(node) if node else \"\" }}'\n",
    'macros/about.sql':
      "{% macro about(node) %}{{ node.config.materialized }} {{ node.tags }} {{ node.refs | map(attribute='name') | list }} {{ node.config.meta }} [{{ node.nothing }}]{% endmacro %}",
    'models/a.sql': 'select 1 as id',
    'models/b.sql': "{{ config(materialized='table', tags=['x']) }} select * from {{ ref('a') }}",
  })
  const { events } = await p.run()
  const sent = events.flatMap(event => (event.kind === 'statement started' ? [event.sql] : []))
  expect(sent.at(-1)).toContain("/* table ['x'] ['a'] {} [] */")
})

describe('after a failure', () => {
  test('everything that hangs on the node is skipped, with the cause', async () => {
    const p = project({
      'models/a.sql': `${table}${failing}`,
      'models/b.sql': "select * from {{ ref('a') }}",
      'models/c.sql': "select * from {{ ref('b') }}",
      'models/d.sql': 'select 1 as id',
    })
    const { statuses, events, result } = await p.run()
    expect(statuses).toEqual({ a: 'error', b: 'skipped', c: 'skipped', d: 'success' })
    const skipped = events.filter(event => event.kind === 'node skipped')
    expect(skipped).toMatchObject([{ cause: 'model.shop.a' }, { cause: 'model.shop.a' }])
    expect(result('a').message).toMatch(/^Runtime Error in model a \(models\/a.sql\)\n {2}Conversion Error: /)
    expect(result('a').diagnostics[0]?.code).toBe('adapter/sql-conversion')
  })

  test('the error points into the template line', async () => {
    const p = project({
      'models/a.sql': "{{ config(tags=['x']) }}\nselect 1 as id,\n  nope\nfrom {{ ref('b') }}",
      'models/b.sql': 'select 1 as x',
    })
    const { result } = await p.run()
    const [diagnostic] = result('a').diagnostics
    const { at } = diagnostic ?? {}
    expect(at?.file.path).toBe('models/a.sql')
    expect(at?.file.text.slice(at.start, at.start + 4)).toBe('nope')
  })

  test('in an ephemeral model its readers are skipped with an error of theirs', async () => {
    const p = project({
      'models/e.sql':
        "{{ config(materialized='ephemeral') }} {% if execute %}{{ exceptions.raise_compiler_error('no') }}{% endif %}",
      'models/a.sql': "select * from {{ ref('e') }}",
    })
    const { results, statuses } = await p.run()
    expect(statuses).toEqual({ a: 'skipped' })
    expect(results[0]?.message).toBe(
      'Compilation Error in model.shop.a, caused by compilation error in referenced ephemeral model model.shop.e',
    )
  })

  test('the old relation stays', async () => {
    const p = project({ 'models/a.sql': `${table}select 1 as id` })
    await p.run()
    p.write('models/a.sql', `${table}${failing}`)
    expect((await p.run()).statuses).toEqual({ a: 'error' })
    expect(await p.rows('select * from main.a')).toEqual([[1]])
  })

  test('of a test, what is built after it is skipped by build and not by run', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select * from {{ ref('a') }}",
      'models/schema.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}}}]}]}]',
    })
    const { statuses } = await p.run({ command: 'build' })
    expect(Object.values(statuses)).toEqual(['success', 'fail', 'skipped'])
  })

  test('of a warning nothing is skipped', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select * from {{ ref('a') }}",
      'tests/t.sql': "{{ config(severity='warn') }} select * from {{ ref('a') }}",
    })
    const outcome = await p.run({ command: 'build' })
    expect(outcome.statuses).toEqual({ a: 'success', t: 'warn', b: 'success' })
    expect(outcome.result('t').message).toBe('Got 1 result, configured to warn if != 0')
  })

  test('with --fail-fast the rest is in the results as skipped', async () => {
    const p = project({
      'models/a.sql': `${table}${failing}`,
      'models/z.sql': 'select 1 as id',
    })
    const { results } = await p.run({ flags: { failFast: true, threads: 1 } })
    expect(results.map(one => [one.status, one.message?.split('\n')[0]])).toEqual([
      ['error', 'Runtime Error in model a (models/a.sql)'],
      ['skipped', 'Skipping due to fail_fast'],
    ])
  })

  test('with --fail-fast a build skips the model of a failed unit test, and misses no other unit tests', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select id from {{ ref('a') }}",
      'models/units.yml': `unit_tests:
  - {name: wrong, model: a, given: [], expect: {rows: [{id: 2}]}}
  - {name: later, model: b, given: [{input: "ref('a')", rows: [{id: 1}]}], expect: {rows: [{id: 1}]}}
`,
    })
    const { results } = await p.run({ command: 'build', flags: { failFast: true, threads: 1 } })
    expect(results.map(one => [one.uniqueId.split('.').at(-1), one.status, one.message === null])).toEqual([
      ['wrong', 'fail', false],
      ['a', 'skipped', true],
      ['b', 'skipped', false],
    ])
  })

  test('with --fail-fast a build skips a model once, however many of its unit tests failed', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/units.yml': `unit_tests:
  - {name: wrong, model: a, given: [], expect: {rows: [{id: 2}]}}
  - {name: worse, model: a, given: [], expect: {rows: [{id: 3}]}}
`,
    })
    const { results } = await p.run({ command: 'build', flags: { failFast: true, threads: 2 } })
    expect(results.map(one => [one.uniqueId.split('.').at(-1), one.status]).sort()).toEqual([
      ['a', 'skipped'],
      ['worse', 'fail'],
      ['wrong', 'fail'],
    ])
  })

  test('with --fail-fast a node that is about to end is let end', async () => {
    const p = project({ 'models/a.sql': `${table}${failing}`, 'models/b.sql': 'select 1 as id' })
    const { results } = await p.run({ flags: { failFast: true, threads: 2 } })
    expect(results.map(one => one.status).sort()).toEqual(['error', 'success'])
  })

  test('with --fail-fast a node that takes longer is interrupted, and is among the skipped', async () => {
    const long = 'select count(*) as id from range(1000000000000) where sqrt(range) > 2'
    const p = project({ 'models/a.sql': `${table}${failing}`, 'models/b.sql': `${table}${long}` })
    const { statuses, events } = await p.run({ flags: { failFast: true, threads: 2 } })
    expect(statuses).toEqual({ a: 'error', b: 'skipped' })
    expect(events.filter(event => event.kind === 'statement cancelled')).toHaveLength(1)
  })

  test('with --fail-fast ephemeral models are among the skipped, and the hooks at the end run', async () => {
    const p = project({
      'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\non-run-end: create table seen as select 1\n",
      'models/a.sql': `${table}${failing}`,
      'models/e.sql': "{{ config(materialized='ephemeral') }} select 1 as id",
    })
    const { results } = await p.run({ flags: { failFast: true, threads: 1 } })
    expect(results.map(one => [one.uniqueId, one.status])).toEqual([
      ['model.shop.a', 'error'],
      ['model.shop.e', 'skipped'],
      ['operation.shop.shop-on-run-end-0', 'success'],
    ])
    expect(await p.rows('select * from seen')).toEqual([[1]])
  })

  test('a python model has a precise failure and the rest runs', async () => {
    const p = project({
      'models/p.py': 'def model(dbt, session):\n    return session.sql("select 1")\n',
      'models/a.sql': 'select 1 as id',
    })
    const { statuses, result } = await p.run()
    expect(statuses).toEqual({ a: 'success', p: 'error' })
    expect(result('p').diagnostics[0]).toMatchObject({ code: 'compile/python-model' })
  })
})

describe('a node that ran out of memory', () => {
  const files = { 'models/a.sql': `${table}select 1 as id`, 'models/b.sql': `${table}select 2 as id` }

  /** The database of the rig, where creating `a` fails so many times. */
  function shortOfMemory(p: RunRig, times: number): { database: Database; tries: () => number } {
    const database = p.open(p.load().config)
    let tries = 0
    const refuse = (sql: string): boolean => sql.includes('"main"."a"') && ++tries <= times
    const connect = async (): Promise<Connection> => {
      const connection = await database.connect()
      return new Proxy(connection, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target)
          if (typeof member !== 'function') return member
          return (...args: unknown[]) => {
            if (name === 'execute' && refuse(String(args[0]))) {
              const message = 'Out of Memory Error: failed to allocate'
              throw new DiagnosticError({ code: 'adapter/out-of-memory', kind: 'Runtime', message })
            }
            return member.apply(target, args)
          }
        },
      })
    }
    return {
      database: { connect, readOnly: false, isNew: true, close: () => database.close() },
      tries: () => tries,
    }
  }

  test('is tried once more, alone', async () => {
    const p = project(files)
    const { database, tries } = shortOfMemory(p, 1)
    const { statuses, events } = await p.run({ change: { database } })
    expect(statuses).toEqual({ a: 'success', b: 'success' })
    expect(tries()).toBe(2)
    const started = events.flatMap(event => (event.kind === 'node started' ? [event.node.name] : []))
    expect(started.sort()).toEqual(['a', 'b'])
  })

  test('and does so again has failed', async () => {
    const p = project(files)
    const { database, tries } = shortOfMemory(p, 9)
    const { statuses, result } = await p.run({ change: { database } })
    expect(statuses).toEqual({ a: 'error', b: 'success' })
    expect(result('a').message).toContain('Out of Memory Error')
    expect(tries()).toBe(2)
  })
})

describe('a node whose hook ends a transaction that was never begun', () => {
  test('fails like any other, and what its hook has committed is not done again', async () => {
    const p = project({
      'models/log.sql': `${table}select 0 as n`,
      'models/m.sql':
        '{{ config(pre_hook="insert into {{ ref(\'log\') }} values (1); commit; commit") }} select 1 as id',
    })
    const { statuses, result } = await p.run()
    expect(statuses).toEqual({ log: 'success', m: 'error' })
    expect(result('m').message).toContain('no transaction is active')
    expect(await p.rows('select n from main.log order by n')).toEqual([[0], [1]])
  })
})

describe('an abort', () => {
  test('interrupts what runs, starts nothing more and keeps what was done', async () => {
    const p = project({
      'models/a.sql': `${table}select 1 as id`,
      'models/slow.sql': `${table}select count(*) as n from range(100000000) x, range(1000000) y, {{ ref('a') }}`,
      'models/z.sql': "select * from {{ ref('slow') }}",
    })
    const abort = new AbortController()
    const seen: string[] = []
    const outcome = await p.run({
      flags: { threads: 1 },
      change: {
        signal: abort.signal,
        sink(event) {
          if (event.kind === 'statement started' && event.connection === 'model.shop.slow')
            setImmediate(() => abort.abort())
          if (event.kind === 'statement cancelled') seen.push(event.connection)
        },
      },
    })
    expect(outcome.interrupted).toBe(true)
    expect(outcome.statuses).toEqual({ a: 'success' })
    expect(seen).toEqual(['model.shop.slow'])
    expect(await p.relations()).toEqual({ a: 'table' })
  })
})

describe('hooks of a run', () => {
  const hooks = (start: string, end: string): string =>
    `name: shop\nversion: '1.0'\nprofile: shop\non-run-start: ${JSON.stringify(start)}\non-run-end: ${JSON.stringify(end)}\n`

  test('run around the nodes and see their results', async () => {
    const p = project({
      'dbt_project.yml': hooks(
        'create table log (what varchar)',
        "{% for r in results %}insert into log values ('{{ r.node.name }} {{ r.status }} {{ schemas | join }}');{% endfor %}",
      ),
      'models/a.sql': 'select 1 as id',
    })
    const { results, events } = await p.run()
    expect(results.map(one => [one.uniqueId, one.message])).toEqual([
      ['operation.shop.shop-on-run-start-0', 'shop.on-run-start.0 passed'],
      ['model.shop.a', 'OK'],
      ['operation.shop.shop-on-run-end-0', 'shop.on-run-end.0 passed'],
    ])
    expect(await p.rows('select * from log')).toEqual([['a success main']])
    expect(events.filter(event => event.kind === 'run finished')).toMatchObject([
      { statLine: '2 project hooks, 1 view model' },
    ])
  })

  test('of the root project come before those of its packages', async () => {
    const pack = (name: string): string => `name: ${name}\nversion: '1.0'\non-run-start: [select 1, select 2]\n`
    const p = project({
      'dbt_project.yml': `${pack('m_root')}profile: shop\n`,
      'dbt_packages/z/dbt_project.yml': pack('z'),
      'dbt_packages/b/dbt_project.yml': pack('b'),
      'models/a.sql': 'select 1 as id',
    })
    const { results } = await p.run()
    expect(results.slice(0, 6).map(one => one.message)).toEqual([
      'm_root.on-run-start.0 passed',
      'm_root.on-run-start.1 passed',
      'b.on-run-start.2 passed',
      'b.on-run-start.3 passed',
      'z.on-run-start.4 passed',
      'z.on-run-start.5 passed',
    ])
  })

  test('that fail make the later ones be skipped, and the nodes run', async () => {
    const p = project({
      'dbt_project.yml': `name: shop\nversion: '1.0'\nprofile: shop\non-run-start: ['select nope', 'select 1']\n`,
      'models/a.sql': 'select 1 as id',
    })
    const { results } = await p.run()
    expect(results.map(one => one.status)).toEqual(['error', 'skipped', 'success'])
    expect(results[0]?.message).toMatch(/^shop.on-run-start.0 failed, error:\n Binder Error/)
  })

  test('that fail skip the nodes when the project says so', async () => {
    const p = project({
      'dbt_project.yml': `name: shop\nversion: '1.0'\nprofile: shop\nflags: {skip_nodes_if_on_run_start_fails: true}\non-run-start: select nope\n`,
      'models/a.sql': 'select 1 as id',
    })
    expect((await p.run()).results.map(one => one.status)).toEqual(['error', 'skipped'])
  })
})

describe('the order of a run', () => {
  test('shuffled by any seed gives the same results', async () => {
    const files: Record<string, string> = {}
    for (let index = 0; index < 12; index++) {
      const parent = index > 2 ? ` from {{ ref('m${index - 3}') }}` : ''
      files[`models/m${index}.sql`] = `${index % 2 ? table : ''}select ${index} as id${parent}`
    }
    const p = project(files)
    const expected = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`m${index}`, 'success']))
    for (const shuffleSeed of [1, 2, 3]) {
      expect((await p.run({ change: { shuffleSeed } })).statuses).toEqual(expected)
    }
  })
})
