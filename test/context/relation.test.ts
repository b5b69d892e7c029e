import { describe, expect, test } from 'vitest'
import { createRelation, ephemeralRelation } from '../../src/context/relation.ts'
import { nodeRendering } from './rendering.ts'

const render = (template: string) => nodeRendering().render(template)

describe('this and ref', () => {
  test.each([
    [
      '{{ this.database }}|{{ this.schema }}|{{ this.identifier }}|{{ this.name }}|{{ this.table }}|{{ this.type }}',
      'memory|main|bee|bee|bee|None',
    ],
    ['{{ this.include(database=false) }} {{ this.include(schema=false, database=false) }}', '"main"."bee" "bee"'],
    ['{{ this.quote(identifier=false) }} {{ this.quote(false, false, false) }}', '"memory"."main".bee memory.main.bee'],
    [
      "{{ this.incorporate(path={'identifier': 'zz'}) }} {{ this.incorporate(type='view').type }}",
      '"memory"."main"."zz" view',
    ],
    [
      "{{ this.replace_path(schema='other') }} {{ this.without_identifier() }}",
      '"memory"."other"."bee" "memory"."main"',
    ],
    [
      "{{ this.information_schema('tables') }} {{ this.information_schema() }}",
      '"memory".INFORMATION_SCHEMA.tables "memory".INFORMATION_SCHEMA',
    ],
    [
      '{{ this.quote_policy.identifier }} {{ this.include_policy }}',
      'True Policy(database=True, schema=True, identifier=True)',
    ],
    ['{{ this == ref("bee") }} {{ this == ref("a") }} {{ this.is_view }} {{ this.nope }}|', 'True False False |'],
    [
      '{{ [this] }} {{ this ~ "_x" }} {{ this["schema"] }} {{ this is mapping }}',
      '[<DuckDBRelation "memory"."main"."bee">] "memory"."main"."bee"_x main True',
    ],
    [
      "{{ this.get('metadata') }} {{ this.get('schema') }} {{ this.get('zz', 'd') }} {{ this.path }}",
      "{'type': 'DuckDBRelation'} main d Path(database='memory', schema='main', identifier='bee')",
    ],
    [
      "{{ this.matches(schema='main') }} {{ this.matches(schema='other') }} {{ {this: 1}[ref('bee')] }}",
      'True False 1',
    ],
  ])('%s', async (template, expected) => {
    expect(await render(template)).toBe(expected)
  })
  test.each([
    ['{{ this | length }}', 'used as a dictionary'],
    ["{{ this.matches(schema='MAIN') }}", 'approximate match'],
    ['{{ this.include(zz=1) }}', "unexpected keyword argument 'zz'"],
    ['{{ this.replace_path(zz=1) }}', "unexpected keyword argument 'zz'"],
    ["{{ this.incorporate(type='zz') }}", 'invalid value zz'],
    ['{{ api.Relation.create(identifier=nope) }}', 'invalid value Undefined'],
  ])('%s fails', async (template, message) => {
    await expect(render(template)).rejects.toThrow(message)
  })
})

describe('api.Relation', () => {
  test.each([
    ["{{ api.Relation.create(schema='s', identifier='i') }} {{ api.Relation.create(identifier='i') }}", '"s"."i" "i"'],
    [
      "{{ api.Relation.create('d', 's', 'i', 'table').type }} {{ api.Relation.create(identifier='i', type='view').is_view }}",
      'table True',
    ],
    ["{{ api.Relation.create(none, none, none) }}|{{ api.Relation.add_ephemeral_prefix('m') }}", '|__dbt__cte__m'],
    [
      '{{ api.Relation.Table }} {{ api.Relation.View }} {{ api.Relation.CTE }} {{ api.Relation.External }}',
      'table view cte external',
    ],
    [
      "{{ api.Relation.create(schema='s', identifier='i') == api.Relation.create(schema='s', identifier='i') }}",
      'True',
    ],
    ["{{ api.Relation.create(identifier='i', quote_policy={'identifier': false}) }}", 'i'],
    ["{{ api.Relation.create_from(config, {'database': 'd', 'schema': 's', 'alias': 'a'}) }}", '"d"."s"."a"'],
  ])('%s', async (template, expected) => {
    expect(await render(template)).toBe(expected)
  })
})

describe('rendering', () => {
  const path = { database: 'd', schema: 's', identifier: 'i' }
  test('a limit becomes a subquery, and an event-time filter one around it', () => {
    expect(createRelation(path, { limit: 0 }).str()).toBe('(select * from "d"."s"."i" where false limit 0)')
    expect(createRelation(path, { limit: 5 }).str()).toBe('(select * from "d"."s"."i" limit 5)')
    const eventTimeFilter = { fieldName: 't', start: '2020-01-01 00:00:00+00:00', end: '2020-01-02 00:00:00+00:00' }
    expect(createRelation(path, { limit: 0, eventTimeFilter }).str()).toBe(
      `(select * from (select * from "d"."s"."i" where false limit 0) where t >= '2020-01-01 00:00:00+00:00' and t < '2020-01-02 00:00:00+00:00')`,
    )
    expect(createRelation(path, { limit: 0 }).render()).toBe('"d"."s"."i"')
  })
  test('an external location stands for the name', () => {
    expect(createRelation(path, { external: "'s3://b/x.parquet'" }).str()).toBe("'s3://b/x.parquet'")
  })
  test('ephemeral models print the name of their CTE', () => {
    expect(ephemeralRelation('eph').str()).toBe('__dbt__cte__eph')
  })
})
