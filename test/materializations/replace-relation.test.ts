import { afterEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
function project(files: Record<string, string>): RunRig {
  rig = new RunRig(files)
  return rig
}
afterEach(() => rig?.close())

const view = "{{ config(materialized='view') }} select 1 as id"
const table = "{{ config(materialized='table') }} select 2 as id"

async function statementsOf(p: RunRig, node: string): Promise<string[]> {
  const { events } = await p.run()
  return events.flatMap(event =>
    event.kind === 'statement started' && event.connection === node ? [event.sql.replace(/^\/\*.*\*\/\s*/, '')] : [],
  )
}

describe('views and tables', () => {
  test('take the place of each other in one transaction', async () => {
    const p = project({ 'models/a.sql': view })
    await p.run()
    p.write('models/a.sql', table)
    const sent = await statementsOf(p, 'model.shop.a')
    expect(sent.map(sql => sql.split(/\s+/).slice(0, 4).join(' '))).toEqual([
      'drop view if exists',
      'create or replace table',
    ])
    expect(await p.rows('select * from main.a')).toEqual([[2]])
    p.write('models/a.sql', view)
    await p.run()
    expect(await p.relations()).toEqual({ a: 'view' })
  })

  test('of the other kind stay when the new one cannot be built', async () => {
    const p = project({ 'models/a.sql': view })
    await p.run()
    p.write('models/a.sql', "{{ config(materialized='table') }} select cast('x' as int) as id")
    expect((await p.run()).statuses).toEqual({ a: 'error' })
    expect(await p.relations()).toEqual({ a: 'view' })
    expect(await p.rows('select * from main.a')).toEqual([[1]])
  })

  test('are built with their hooks inside and outside of the transaction, in order', async () => {
    const p = project({
      'macros/log.sql':
        "{% macro log_it(what) %}insert into log select '{{ what }}', count(*) from duckdb_tables() where table_name = 'a'{% endmacro %}",
      'dbt_project.yml':
        "name: shop\nversion: '1.0'\nprofile: shop\non-run-start: create table log (what varchar, n int)\n",
      'models/a.sql': `{{ config(materialized='table',
        pre_hook=[before_begin(log_it('outside before')), log_it('inside before')],
        post_hook=[log_it('inside after'), after_commit(log_it('outside after'))]) }} select 1 as id`,
    })
    expect((await p.run()).statuses.a).toBe('success')
    expect(await p.rows('select * from log')).toEqual([
      ['outside before', 0],
      ['inside before', 0],
      ['inside after', 1],
      ['outside after', 1],
    ])
  })

  test("are shown by dbt's statement, which builds under a scratch name", async () => {
    const p = project({ 'models/a.sql': view, 'models/b.sql': table })
    const { ran } = await p.run()
    const shown = ['a', 'b'].map(name => ran.get(name)?.trim().split(/\s+/).slice(0, 4).join(' '))
    expect(shown).toEqual(['create view "shop"."main"."a__dbt_tmp" as', 'create table "shop"."main"."b__dbt_tmp" as'])
  })

  test("are declared with the database's names of types under a contract, unless it says otherwise", async () => {
    const contract = (more: string) => `models:
  - {name: a, config: {materialized: table, contract: {enforced: true${more}}}, columns: [{name: s, data_type: string}]}\n`
    const p = project({ 'models/a.sql': "select 'x' as s", 'models/schema.yml': contract('') })
    expect((await p.run()).ran.get('a')).toContain('s TEXT')
    p.write('models/schema.yml', contract(', alias_types: false'))
    expect((await p.run()).ran.get('a')).toContain('s string')
  })

  test('are undone when a hook inside the transaction fails', async () => {
    const p = project({ 'models/a.sql': table })
    await p.run()
    p.write('models/a.sql', "{{ config(materialized='table', post_hook='select nope') }} select 3 as id")
    expect((await p.run()).statuses).toEqual({ a: 'error' })
    expect(await p.rows('select * from main.a')).toEqual([[2]])
  })

  test('use a macro of the project in place of the built-in one', async () => {
    const p = project({
      'macros/mine.sql': `{% macro create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) %}
        create table {{ relation }} as (select *, 'mine' as by from ({{ compiled_code }}))
      {% endmacro %}`,
      'models/a.sql': table,
    })
    await p.run()
    expect(await p.rows('select * from main.a')).toEqual([[2, 'mine']])
  })

  test('are swapped by renames, as in dbt, where the project has a macro of its own on the way', async () => {
    const p = project({
      'macros/mine.sql':
        '{% macro duckdb__rename_relation(from, to) %}{% call statement("r") %}alter {{ to.type }} {{ from }} rename to {{ to.identifier }}{% endcall %}{% endmacro %}',
      'models/a.sql': view,
    })
    await p.run()
    const sent = await statementsOf(p, 'model.shop.a')
    const words = sent.map(sql => sql.trim().split(/\s+/).slice(0, 2).join(' '))
    expect(words).toEqual(['create view', 'alter view', 'alter view', 'drop view'])
  })

  test.each([
    ["{'columns': 'a, b'}", "at path ['columns']: 'a, b' is not of type 'array'"],
    ["{'columns': ['id', 1]}", "at path ['columns'][1]: 1 is not of type 'string'"],
    ["{'columns': ['id'], 'unique': none}", "at path ['unique']: None is not of type 'boolean'"],
    [
      "{'columns': ['id'], 'type': 'x', 'foo': 1}",
      "at path []: Additional properties are not allowed ('foo', 'type' were unexpected)",
    ],
    ["{'unique': true}", "at path []: 'columns' is a required property"],
    ["'columns'", "at path []: 'columns' is not of type 'object'"],
  ])('refuse an index of another shape: %s', async (index, reason) => {
    const p = project({ 'models/a.sql': `{{ config(materialized='table', indexes=[${index}]) }} select 1 as id` })
    const { results } = await p.run()
    expect(results[0]?.message).toContain(`Could not parse index config: ${reason}`)
  })

  test('keep comments, indexes and contracts', async () => {
    const p = project({
      'models/a.sql':
        "{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}]) }} select 1 as id",
      'models/b.sql': "{{ config(materialized='table') }} select 1 as id",
      'models/schema.yml': `models:
  - name: a
    description: "it's a table"
    config: {persist_docs: {relation: true, columns: true}}
    columns: [{name: id, description: the id}]
  - name: b
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: int, constraints: [{type: not_null}]}]
`,
    })
    for (let time = 0; time < 2; time++) {
      expect((await p.run()).statuses).toEqual({ a: 'success', b: 'success' })
      expect(await p.rows('select comment from duckdb_tables() order by table_name')).toEqual([
        ["it's a table"],
        [null],
      ])
      expect(await p.rows("select comment from duckdb_columns() where table_name = 'a'")).toEqual([['the id']])
      expect(await p.rows('select table_name, is_unique from duckdb_indexes()')).toEqual([['a', true]])
      expect(await p.rows("select table_name from duckdb_constraints() where constraint_type = 'NOT NULL'")).toEqual([
        ['b'],
      ])
    }
  })

  test('that a contract does not allow leave the old table and a table of the differences', async () => {
    const p = project({
      'models/a.sql': "{{ config(materialized='table') }} select 1 as id",
      'models/schema.yml':
        'models: [{name: a, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int}]}]',
    })
    await p.run()
    p.write('models/a.sql', "{{ config(materialized='table') }} select 1::bigint as id, 2 as more")
    const { result } = await p.run()
    expect(result('a').message).toMatch(/id +\| BIGINT +\| INTEGER +\| data type mismatch/)
    expect(await p.rows('select * from main.a')).toEqual([[1]])
  })

  test('that foreign keys link are rebuilt one after the other', async () => {
    const key = (name: string, extra: string): string =>
      `{name: ${name}, config: {contract: {enforced: true}}, columns: [${extra}]}`
    const p = project({
      'models/parent.sql': "{{ config(materialized='table') }} select 1 as id",
      'models/child.sql': "{{ config(materialized='table') }} -- {{ ref('parent') }}\nselect 1 as id",
      'models/schema.yml': `models: [${key('parent', '{name: id, data_type: int, constraints: [{type: primary_key}]}')}, ${key('child', "{name: id, data_type: int, constraints: [{type: foreign_key, to: ref('parent'), to_columns: [id]}]}")}]`,
    })
    for (let time = 0; time < 2; time++)
      expect((await p.run()).statuses).toEqual({ parent: 'success', child: 'success' })
    expect(await p.rows("select count(*) from duckdb_constraints() where constraint_type = 'FOREIGN KEY'")).toEqual([
      [1],
    ])
  })
})

describe("a project's own materialization", () => {
  test('is run as it is written', async () => {
    const p = project({
      'macros/mine.sql': `{% materialization mine, default %}
        {% set target = this.incorporate(type='table') %}
        {% call statement('main') %}create or replace table {{ target }} as ({{ sql }}){% endcall %}
        {% do adapter.commit() %}
        {{ return({'relations': [target]}) }}
      {% endmaterialization %}`,
      'models/a.sql': "{{ config(materialized='mine') }} select 5 as id",
    })
    expect((await p.run()).statuses).toEqual({ a: 'success' })
    expect(await p.rows('select * from main.a')).toEqual([[5]])
  })

  test('of the name of a built-in one takes its place', async () => {
    const p = project({
      'macros/mine.sql': `{% materialization view, default %}
        {% call statement('main') %}create or replace table {{ this }} as ({{ sql }}){% endcall %}
        {% do adapter.commit() %}
        {{ return({'relations': [this]}) }}
      {% endmaterialization %}`,
      'models/a.sql': 'select 5 as id',
    })
    await p.run()
    expect(await p.relations()).toEqual({ a: 'table' })
  })

  test.each([
    ['text', /did not explicitly return a list of relations/],
    ['{{ return({}) }}', /"relations" not found/],
    ["{{ return({'relations': ['x']}) }}", /contains non-Relation/],
  ])('that gives back %j is refused', async (body, message) => {
    const p = project({
      'macros/mine.sql': `{% materialization mine, default %}{% call statement('main') %}select 1{% endcall %}${body}{% endmaterialization %}`,
      'models/a.sql': "{{ config(materialized='mine') }} select 5 as id",
    })
    expect((await p.run()).result('a').message).toMatch(message)
  })

  test('that commits nothing leaves nothing, as in dbt', async () => {
    const p = project({
      'macros/mine.sql': `{% materialization mine, default %}
        {% call statement('main') %}create table {{ this }} as ({{ sql }}){% endcall %}
        {{ return({'relations': [this]}) }}
      {% endmaterialization %}`,
      'models/a.sql': "{{ config(materialized='mine') }} select 5 as id",
    })
    expect((await p.run()).statuses).toEqual({ a: 'success' })
    expect(await p.relations()).toEqual({})
  })

  test('that does not exist is named', async () => {
    const p = project({ 'models/a.sql': "{{ config(materialized='nope') }} select 5 as id" })
    expect((await p.run()).result('a').message).toMatch(/No materialization 'nope' was found for adapter duckdb!/)
  })
})
