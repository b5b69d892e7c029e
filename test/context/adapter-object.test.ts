import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/adapter/adapter.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { nodeRendering } from './rendering.ts'

const database = duckdbDatabase(defaultDuckdbSettings)
let connection: Connection

beforeAll(async () => {
  connection = await database.connect()
  await connection.execute(`create table bee (id int, name text); create view a as select 1 as id;
    create table keyed (id int primary key, u int unique)`)
})
afterAll(() => database.close())

const macros = {
  'dbt.get_columns_in_relation(relation)':
    "{% set rows = adapter.execute('describe ' ~ relation, fetch=true)[1] %}{% set found = [] %}{% for row in rows %}{% do found.append(api.Column(row[0], row[1])) %}{% endfor %}{{ return(found) }}",
  'dbt.check_schema_exists(information_schema, schema)':
    '{{ return(adapter.execute("select count(*) from duckdb_schemas() where schema_name = \'" ~ schema ~ "\'", fetch=true)[1]) }}',
  'dbt.drop_relation(relation)': "{% do adapter.execute('drop ' ~ relation.type ~ ' ' ~ relation) %}",
  'dbt.rename_relation(from_relation, to_relation)':
    "{% do adapter.execute('alter table ' ~ from_relation ~ ' rename to ' ~ to_relation.include(database=false, schema=false)) %}",
  'dbt.create_schema(relation)': "{% do adapter.execute('create schema ' ~ relation) %}",
  'dbt.get_incremental_append_sql(arg_dict)': 'append',
}

const run = (template: string) => nodeRendering({ macros, connection }).render(template)

describe('asking the database', () => {
  test.each([
    [
      "{{ adapter.get_relation('memory', 'main', 'nope') }} {{ adapter.get_relation('memory', 'main', 'a').is_view }}",
      'None True',
    ],
    [
      "{{ adapter.get_relation('memory', 'main', 'bee') }} {{ adapter.already_exists('main', 'bee') }}",
      '"memory"."main"."bee" True',
    ],
    [
      "{{ adapter.get_columns_in_relation(this) | map(attribute='name') | list }} {{ adapter.get_columns_in_relation(ref('none')) }}",
      "['id', 'name'] []",
    ],
    ["{{ adapter.get_missing_columns(this, ref('a')) | map(attribute='name') | list }}", "['name']"],
    [
      "{{ adapter.check_schema_exists('memory', 'main') }} {{ adapter.check_schema_exists('memory', 'zz') }}",
      'True False',
    ],
    [
      `{{ adapter.get_column_schema_from_query("select 1 as i, {'a': 1} as s") | map(attribute='name') | list }}`,
      "['i', 's.a']",
    ],
    ["{{ adapter.location_exists('/no/such/file.csv') }}", 'False'],
    [
      "{{ adapter.existing_key_constraint_types(ref('keyed')) }} {{ adapter.catalog_supports_foreign_keys('memory') }}",
      "['primary_key', 'unique'] True",
    ],
    [
      "{% set response, table = adapter.execute('select 1 as x', fetch=true) %}{{ response }} {{ table.columns.keys() }} {{ adapter.execute('select 1')[1].rows | length }}",
      "OK ('x',) 0",
    ],
  ])('%s', async (template, expected) => {
    expect(await run(template)).toBe(expected)
  })
  test('a name that differs in case alone is an error', async () => {
    await expect(run("{{ adapter.get_relation('memory', 'main', 'BEE') }}")).rejects.toThrow('approximate match')
  })
  test('relations are renamed and dropped, and what is remembered follows', async () => {
    const template = `{% do adapter.execute('create table t1 (x int)') %}{% set t1 = adapter.get_relation('memory', 'main', 't1') %}
{%- set t2 = t1.incorporate(path={'identifier': 't2'}) %}{% do adapter.rename_relation(t1, t2) %}
{{- adapter.get_relation('memory', 'main', 't1') }} {{ adapter.get_relation('memory', 'main', 't2').type }}
{%- do adapter.drop_relation(t2) %} {{ adapter.get_relation('memory', 'main', 't2') }}`
    expect(await run(template)).toBe('None table None')
  })
  test('a schema is created and committed', async () => {
    const rendering = nodeRendering({ macros, connection })
    await rendering.render(
      "{% do adapter.create_schema(api.Relation.create(database='memory', schema='fresh', identifier='x')) %}",
    )
    expect(rendering.calls).toEqual(['create schema "memory"."fresh"', 'commit'])
  })
  test('bindings are written into the text', async () => {
    const rendering = nodeRendering({ connection })
    await rendering.render(
      `{% do adapter.add_query("select ?, '?', ?, ? -- ?", auto_begin=false, bindings=["it's", none, 1.5]) %}`,
    )
    expect(rendering.calls).toEqual([`select 'it''s', '?', NULL, 1.5 -- ?`])
  })
  test.each([
    ['{{ adapter.drop_relation(this) }}', 'its type is null'],
    ["{{ adapter.get_missing_columns('x', this) }}", "expects argument 'from_relation' to be of type 'DuckDBRelation'"],
    ['{{ adapter.valid_snapshot_target(this) }}', 'missing "dbt_scd_id", "dbt_valid_from", "dbt_valid_to"'],
    ["{{ adapter.store_relation('glue', this, [], 'p', 'parquet', {}) }}", 'plugin "glue" is written in Python'],
    ['{{ adapter.nope_method() }}', 'nope_method'],
  ])('%s fails', async (template, message) => {
    await expect(run(template)).rejects.toThrow(message)
  })
})

describe('answers', () => {
  test.each([
    [
      '{{ adapter.type() }} {{ adapter.config.project_name }} {{ adapter.is_motherduck() }} {{ adapter.nope is defined }}',
      'duckdb shop False False',
    ],
    [
      "{{ adapter.quote('x') }} {{ adapter.quote_as_configured('x', 'identifier') }} {{ adapter.quote_as_configured('x', 'nope') }}",
      '"x" "x" x',
    ],
    [
      "{{ adapter.quote_seed_column('x', true) }} {{ adapter.quote_seed_column('x', false) }} {{ adapter.quote_seed_column('x', none) }}",
      '"x" x "x"',
    ],
    ["{{ adapter.is_ducklake(api.Relation.create('lake', 's', 'i')) }} {{ adapter.is_ducklake(this) }}", 'True False'],
    [
      '{{ adapter.external_root() }} {{ adapter.get_binding_char() }} {{ adapter.disable_transactions() }} {{ adapter.valid_incremental_strategies() }}',
      ". ? False ['append', 'delete+insert', 'merge', 'microbatch']",
    ],
    [
      "{{ adapter.external_write_options('x.parquet', {}) }}|{{ adapter.external_write_options('x.csv.gz', {'delimiter': '|'}) }}|{{ adapter.external_write_options('x', {'partition_by': 'a, b'}) }}",
      "format parquet|delimiter '|', format csv, compression gzip, header 1|partition_by (a, b), format parquet",
    ],
    [
      "{{ adapter.external_read_location('x', {'partition_by': 'a, b'}) }} {{ adapter.external_read_location('x', {'per_thread_output': true, 'format': 'csv'}) }} {{ adapter.external_read_location('x.parquet', {}) }}",
      'x/*/*/*.parquet x/*.csv x.parquet',
    ],
    [
      "{{ adapter.get_hard_deletes_behavior({'hard_deletes': 'new_record'}) }} {{ adapter.get_hard_deletes_behavior({'invalidate_hard_deletes': true}) }} {{ adapter.get_hard_deletes_behavior({}) }}",
      'new_record invalidate ignore',
    ],
    ["{{ adapter.get_incremental_strategy_macro(context, 'append')({}) }}", 'append'],
    [
      "{{ adapter.render_raw_columns_constraints({'id': {'name': 'id', 'data_type': 'int', 'quote': true, 'constraints': [{'type': 'not_null'}, {'type': 'check', 'expression': 'id > 0'}, {'type': 'foreign_key', 'to': 'db.s.t', 'to_columns': ['x']}]}}) }}",
      `['"id" int not null check (id > 0) references s.t (x)']`,
    ],
    [
      "{{ adapter.render_raw_model_constraints([{'type': 'primary_key', 'columns': ['a', 'b'], 'name': 'pk'}, {'type': 'check', 'expression': 'a > 0'}]) }}",
      "['constraint pk primary key (a, b)', 'check (a > 0)']",
    ],
    [
      "{{ adapter.parse_index({'columns': ['a'], 'unique': true}) }} {{ adapter.parse_index({'columns': ['a']}).render(this) | length }} {{ adapter.parse_index(none) }}",
      "DuckDBIndexConfig(columns=['a'], unique=True) 32 None",
    ],
    [
      "{{ adapter.batch_id_for_model({'batch': {'event_time_start': '2024-01-02 00:00:00+00:00'}}) }} {{ adapter.batch_id_for_model({}) }}|",
      '20240102_0000000000 |',
    ],
    [
      "{{ adapter.get_temp_relation_path(this, 'b1').identifier }} {{ adapter.get_temp_relation_path(this).schema }}",
      'bee__abcdef123456__b1 dbt_temp',
    ],
    ['{{ adapter.behavior.enable_truthy_nulls_equals_macro.no_warn }} {{ adapter.behavior.nope }}|', 'False |'],
    [
      "{{ adapter.cache_added(this.incorporate(type='table')) }}{{ adapter.get_seed_file_path(model) }} {{ adapter.escape_sql_string(\"it's\") }}",
      "/project/seeds/sd.csv it''s",
    ],
  ])('%s', async (template, expected) => {
    expect(await nodeRendering({ macros }).render(template)).toBe(expected)
  })
  test.each([
    [
      "{{ adapter.get_incremental_strategy_macro(context, 'insert_overwrite') }}",
      "'insert_overwrite' is not valid for this adapter",
    ],
    ["{{ adapter.get_incremental_strategy_macro(context, 'mine') }}", '"get_incremental_mine_sql" in shop'],
    [
      "{{ adapter.get_hard_deletes_behavior({'hard_deletes': 'ignore', 'invalidate_hard_deletes': true}) }}",
      'cannot set both',
    ],
    ["{{ adapter.quote_seed_column('x', 'yes') }}", "invalid type <class 'str'>"],
    ["{{ adapter.parse_index({'unique': true}) }}", "'columns' is a required property"],
    ['{{ adapter.cache_added(none) }}', 'null relation'],
  ])('%s fails', async (template, message) => {
    await expect(nodeRendering({ macros }).render(template)).rejects.toThrow(message)
  })
})
