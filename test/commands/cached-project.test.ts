import { describe, expect, test } from 'vitest'
import { type ProjectRig, project } from '../rig/project-rig.ts'

const files = {
  'dbt_project.yml': `name: shop
version: '1.0'
profile: shop
on-run-start: ["select 1"]
on-run-end: "{{ tell_end(results) }}"
models: {+persist_docs: {relation: true, columns: true}}
`,
  'macros/own.sql': `{% macro tell_end(results) %}{{ log('ended ' ~ results | length, info=true) }}{% endmacro %}
{% macro plus(x) %}({{ x }} + 1){% endmacro %}
{% test below(model, column_name, top) %}select * from {{ model }} where {{ column_name }} >= {{ top }}{% endtest %}
{% macro show_graph() %}{{ log(graph.nodes.values() | map(attribute='name') | sort | join(','), info=true) }}{% endmacro %}`,
  'seeds/numbers.csv': 'id,amount,day\n1,10,2024-01-01\n2,20,2024-01-02\n',
  'seeds/seeds.yml': 'seeds: [{name: numbers, config: {column_types: {amount: double}}}]\n',
  'models/a.sql': "select id, {{ plus('amount') }} as amount, day from {{ ref('numbers') }}",
  'models/eph.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('a') }}",
  'models/t.sql': "{{ config(materialized='table', tags=['daily'], group='money') }} select * from {{ ref('eph') }}",
  'models/inc.sql': `{{ config(materialized='incremental', unique_key='id', pre_hook="select 1") }}
select * from {{ ref('t') }} {% if is_incremental() %} where id > 1 {% endif %}`,
  'models/file.sql': "{{ config(materialized='external', location='file.parquet') }} select * from {{ ref('t') }}",
  'models/v_v1.sql': 'select 1 as id',
  'models/v_v2.sql': 'select 2 as id',
  'models/batch.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day', begin='2024-01-01', batch_size='year', unique_key='id') }}
select * from {{ ref('a') }}`,
  'models/after.sql': "select * from {{ ref('v') }} union all select id from {{ source('raw', 'numbers') }}",
  'models/models.yml': `groups: [{name: money, owner: {name: us}}]
sources: [{name: raw, schema: main, tables: [{name: numbers, freshness: {warn_after: {count: 1, period: day}}, loaded_at_field: "cast(day as timestamp)"}]}]
models:
  - name: a
    description: "{{ doc('a_doc') }}"
    config: {event_time: day}
    columns: [{name: id, description: The key, data_tests: [unique, {below: {arguments: {top: 100}}}]}]
  - name: t
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: integer}, {name: amount, data_type: double}, {name: day, data_type: date}]
  - name: v
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
exposures: [{name: board, type: dashboard, owner: {name: us}, depends_on: [ref('t')]}]
unit_tests:
  - name: adds_one
    model: a
    given: [{input: ref('numbers'), rows: [{id: 1, amount: 1}]}]
    expect: {rows: [{id: 1, amount: 2}]}
  - name: of_each_version
    model: v
    given: []
    expect: {rows: [{id: 2}]}
    versions: {include: [2]}
`,
  'models/docs.md': '{% docs a_doc %}What a is{% enddocs %}',
  'snapshots/kept.yml': `snapshots: [{name: kept, relation: "ref('t')", config: {unique_key: id, strategy: check, check_cols: all}}]`,
  'tests/none.sql': "select * from {{ ref('a') }} where id < 0",
  'analyses/look.sql': "select * from {{ ref('a') }}",
  'selectors.yml': 'selectors: [{name: daily, definition: {method: tag, value: daily}}]\n',
}

/** What a command tells and leaves, without what differs from one run to the next. */
async function outcome(p: ProjectRig, command: string): Promise<unknown> {
  await p.run(command)
  const text = p.stdout
    .replace(/^\d\d:\d\d:\d\d/gm, 'time')
    .replace(/\d+\.\d\ds/g, 'seconds')
    .replace(/\d+\.\d\d seconds/g, 'seconds')
    .replace(/\d{20}/g, 'stamp')
    // Which node is told tenth depends on which was done first: its number is wider, so its dots are fewer.
    .replace(/ \.+ \[/g, ' [')
  const lines = text.split('\n').map(line => line.replace(/(time {2})\d+ of (\d+) /, '$1n of $2 '))
  return { exitCode: p.exitCode, told: lines.sort().join('\n') }
}

describe('a project that was parsed before', () => {
  const p = project(files)

  test('is built the same', async () => {
    expect(await outcome(p, 'build --event-time-end 2025-01-01 --event-time-start 2024-01-01')).toMatchObject({
      exitCode: 0,
    })
    expect(p.exists('target/parse.cache')).toBe(true)
  })

  test.each([
    'build --event-time-end 2025-01-01 --event-time-start 2024-01-01',
    'run --full-refresh --select +inc file',
    'run --selector daily --empty',
    'test --store-failures',
    'seed --show',
    'snapshot',
    'compile --select look a batch',
    'show --select t --output json',
    'show --inline "select * from {{ ref(\'v\', v=1) }}"',
    'list --output json --resource-types all',
    'list --select +exposure:board,config.materialized:table',
    'list --select state:modified+ --state target',
    'run-operation show_graph',
    'source freshness',
    'docs generate',
    'run --select after --defer --state target --favor-state',
    'clone --state target --select t --full-refresh',
    'build --select t --dry-run',
    'retry',
    'parse',
  ])('%s does the same with what was kept as with a new parse', async command => {
    await outcome(p, command)
    const anew = await outcome(p, `${command} --no-partial-parse`)
    expect(await outcome(p, command)).toEqual(anew)
  })
})

describe('what was parsed is kept', () => {
  const model = { 'models/a.sql': 'select 1 as id', 'macros/m.sql': '{% macro go() %}{% endmacro %}' }

  test.each([
    ['parse', 0],
    ['list', 0],
    ['compile', 0],
    ['show -s a', 0],
    ['run-operation go', 0],
    ['docs generate', 0],
    ['run', 0],
    ['run -s nothing', 0],
    ["show --inline '{{ nothing() }}'", 2],
    ['run-operation nothing', 2],
    ['run -s a --state nowhere --defer', 2],
  ])('by %s', async (command, exitCode) => {
    const p = project(model)
    expect(await p.run(command)).toBe(exitCode)
    expect(p.list('target').filter(path => path.includes('.cache'))).toEqual(['parse.cache'])
  })

  test('by no command that shall leave nothing behind', async () => {
    const p = project(model)
    expect(await p.run('run --no-write-json')).toBe(0)
    expect(await p.run('build --dry-run')).toBe(0)
    expect(p.exists('target') ? p.list('target').filter(path => path.includes('.cache')) : []).toEqual([])
  })
})

test('a project that tells the time while it is parsed keeps what was read off its macros', async () => {
  const p = project({
    'macros/m.sql': '{% macro one() %}1{% endmacro %}',
    'models/a.sql': '{% do log(run_started_at) %} select {{ one() }} as id',
  })
  expect(await p.run('run')).toBe(0)
  const kept = p.read('target/parse.cache')
  expect(kept).toContain('macro files')
  expect(await p.run('run')).toBe(0)
  expect(p.read('target/parse.cache')).toBe(kept)
  p.write({ 'macros/m.sql': '{% macro one() %}1{% endmacro %}{% macro two() %}{{ one() }}{% endmacro %}' })
  expect(await p.run('run')).toBe(0)
  expect(p.read('target/parse.cache')).not.toBe(kept)
})
