import { afterEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
function project(files: Record<string, string>): RunRig {
  rig = new RunRig(files)
  return rig
}
afterEach(() => rig?.close())

const first = 'select 1 as id, 10 as v union all select 2, 20'
const second = 'select 2 as id, 200 as v union all select 3, 300'
function incremental(config: string): string {
  return `{{ config(materialized='incremental'${config ? `, ${config}` : ''}) }}
    {% if is_incremental() %}${second}{% else %}${first}{% endif %}`
}

describe('an incremental model', () => {
  test('with a unique index replaces rows in another command', async () => {
    const index = "indexes=[{'columns': ['id'], 'unique': true}]"
    const p = project({ 'models/m.sql': incremental(`unique_key='id', ${index}`) })
    await p.run()
    await p.reopen()
    expect((await p.run()).statuses).toEqual({ m: 'success' })
    expect(await p.rows('select * from main.m order by id')).toEqual([
      [1, 10],
      [2, 200],
      [3, 300],
    ])
  })

  test.for([
    [
      '',
      [
        [1, 10],
        [2, 20],
        [2, 200],
        [3, 300],
      ],
    ],
    [
      "incremental_strategy='append'",
      [
        [1, 10],
        [2, 20],
        [2, 200],
        [3, 300],
      ],
    ],
    [
      "unique_key='id'",
      [
        [1, 10],
        [2, 200],
        [3, 300],
      ],
    ],
    [
      "unique_key=['id', 'v'], incremental_strategy='delete+insert'",
      [
        [1, 10],
        [2, 20],
        [2, 200],
        [3, 300],
      ],
    ],
    [
      "unique_key='id', incremental_strategy='merge'",
      [
        [1, 10],
        [2, 200],
        [3, 300],
      ],
    ],
    [
      "unique_key='id', incremental_strategy='merge', merge_update_columns=[]",
      [
        [1, 10],
        [2, 200],
        [3, 300],
      ],
    ],
    [
      "unique_key='id', incremental_strategy='merge', merge_update_condition='DBT_INTERNAL_DEST.v > 100'",
      [
        [1, 10],
        [2, 20],
        [3, 300],
      ],
    ],
    [
      "unique_key='id', incremental_strategy='delete+insert', incremental_predicates=['id > 2']",
      [
        [1, 10],
        [2, 20],
        [2, 200],
        [3, 300],
      ],
    ],
  ] as const)('with (%s) has the rows that dbt gives', async ([config, rows]) => {
    const p = project({ 'models/m.sql': incremental(config) })
    expect((await p.run()).statuses).toEqual({ m: 'success' })
    expect((await p.run()).statuses).toEqual({ m: 'success' })
    expect(await p.rows('select id, v from main.m order by all')).toEqual(rows)

    await p.run({ flags: { fullRefresh: true } })
    expect(await p.rows('select id, v from main.m order by all')).toEqual([
      [1, 10],
      [2, 20],
    ])
  })

  test('that fails keeps its rows and leaves no table behind', async () => {
    const p = project({
      'models/m.sql':
        "{{ config(materialized='incremental', unique_key='id') }}{% if is_incremental() %}select 1 as id, error('no') as v{% else %}select 1 as id, 'a' as v{% endif %}",
    })
    await p.run()
    expect((await p.run()).statuses).toEqual({ m: 'error' })
    expect(await p.rows('select * from main.m')).toEqual([[1, 'a']])
    expect(await p.relations()).toEqual({ m: 'table' })
  })

  test("follows a strategy of the project's own", async () => {
    const p = project({
      'macros/s.sql': `{% macro get_incremental_twice_sql(arg_dict) %}
        insert into {{ arg_dict['target_relation'] }} select * from {{ arg_dict['temp_relation'] }}
        union all select * from {{ arg_dict['temp_relation'] }}{% endmacro %}`,
      'models/m.sql': incremental("incremental_strategy='twice'"),
    })
    await p.run()
    expect((await p.run()).statuses).toEqual({ m: 'success' })
    expect(await p.rows('select count(*)::int from main.m')).toEqual([[6]])
  })

  test('names a strategy that does not exist', async () => {
    const p = project({ 'models/m.sql': incremental("incremental_strategy='nope'") })
    await p.run()
    expect((await p.run()).result('m').message).toContain(
      'dbt could not find an incremental strategy macro with the name "get_incremental_nope_sql"',
    )
  })
})

describe('columns that changed', () => {
  function changing(onSchemaChange: string): string {
    return `{{ config(materialized='incremental', on_schema_change='${onSchemaChange}') }}
      {% if is_incremental() %}select 2 as id, 'new' as added{% else %}select 1 as id, 'old' as gone{% endif %}`
  }

  test.for([
    [
      'append_new_columns',
      ['id', 'gone', 'added'],
      [
        [1, 'old', null],
        [2, null, 'new'],
      ],
    ],
    [
      'sync_all_columns',
      ['id', 'added'],
      [
        [1, null],
        [2, 'new'],
      ],
    ],
  ] as const)('are handled by %s', async ([mode, columns, rows]) => {
    const p = project({ 'models/m.sql': changing(mode) })
    await p.run()
    expect((await p.run()).statuses).toEqual({ m: 'success' })
    const names = await p.rows("select column_name from duckdb_columns() where table_name = 'm' order by column_index")
    expect(names.flat()).toEqual(columns)
    expect(await p.rows('select * from main.m order by id')).toEqual(rows)
  })

  test('are an error when the model says so', async () => {
    const p = project({ 'models/m.sql': changing('fail') })
    await p.run()
    const outcome = await p.run()
    expect(outcome.result('m').message).toContain(
      'The source and target schemas on this incremental model are out of sync!',
    )
    expect(await p.rows('select * from main.m')).toEqual([[1, 'old']])
  })

  test('are left out by default', async () => {
    const p = project({
      'models/m.sql':
        "{{ config(materialized='incremental') }}{% if is_incremental() %}select 2 as id, 5 as added{% else %}select 1 as id{% endif %}",
    })
    await p.run()
    expect((await p.run()).statuses).toEqual({ m: 'success' })
    expect(await p.rows('select * from main.m order by id')).toEqual([[1], [2]])
  })
})
