import { afterEach, describe, expect, test } from 'vitest'
import { compilePlan } from '../../src/execution/compile-plan.ts'
import { PyDict } from '../../src/template/value.ts'
import { RunRig } from '../rig/run-rig.ts'
import { simplePlan } from '../rig/simple-plan.ts'

let rig: RunRig | undefined
function project(files: Record<string, string>): RunRig {
  rig = new RunRig(files)
  return rig
}
afterEach(() => rig?.close())

const ephemeral = "{{ config(materialized='ephemeral') }}"

async function compile(p: RunRig, command = 'run') {
  const { config, graph } = p.load('compile')
  const plan = simplePlan(graph, command)
  const rig = p.runOf(plan, config)
  const { results } = await compilePlan(plan, rig.run)
  return { ...rig, results, code: (name: string) => rig.compiled.get(name)?.compiledCode }
}

/** A report over a metric of orders. */
function reportProject(report: string, measure: string): RunRig {
  return project({
    'models/purchases.sql': 'select 1 as id',
    'models/report.sql': report,
    'models/days.sql': 'select current_date as day',
    'models/metrics.yml': `models:
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
semantic_models:
  - name: purchases
    model: ref('purchases')
    defaults: {agg_time_dimension: ordered_at}
    entities: [{name: id, type: primary}]
    dimensions: [{name: ordered_at, type: time, type_params: {time_granularity: day}}]
    measures: [{name: order_count, agg: count, expr: '1'}]
metrics: [{name: orders, label: All orders, type: simple, type_params: {measure: ${measure}}}]
`,
  })
}

describe('compiled code', () => {
  test('has the queries of ephemeral models in front, the deepest first', async () => {
    const p = project({
      'models/deep.sql': `${ephemeral}select 1 as id`,
      'models/middle.sql': `${ephemeral}select * from {{ ref('deep') }}`,
      'models/top.sql': "select * from {{ ref('middle') }}\n",
    })
    const { code, compiled } = await compile(p)
    expect(code('top')).toBe(
      'with __dbt__cte__deep as (\nselect 1 as id\n),  __dbt__cte__middle as (\nselect * from __dbt__cte__deep\n) select * from __dbt__cte__middle',
    )
    expect(compiled.get('top')?.extraCtes.map(cte => cte.id)).toEqual(['model.shop.deep', 'model.shop.middle'])
  })

  test('keeps a WITH of its own after them', async () => {
    const p = project({
      'models/deep.sql': `${ephemeral}select 1 as id`,
      'models/top.sql': "with own as (select * from {{ ref('deep') }}) select * from own",
    })
    const { code } = await compile(p)
    expect(code('top')).toBe(
      'with  __dbt__cte__deep as (\nselect 1 as id\n), own as (select * from __dbt__cte__deep) select * from own',
    )
  })

  test('may ask a metric for its name while parsing, and for its fields when it runs', async () => {
    const p = reportProject(
      `{% set m = metric('orders') %}{{ config(meta={'of': m.metric_name, 'package': m.package_name}) }}
select '{{ m }} {{ m.label }} {{ m.metric_name }} {{ m.package_name }}'`,
      'order_count',
    )
    const { code, compiled } = await compile(p)
    expect(code('report')).toContain("select 'orders All orders orders shop'")
    const meta = compiled.get('report')?.node.config.get('meta')
    expect(meta instanceof PyDict ? [...meta] : []).toEqual([
      ['of', 'orders'],
      ['package', null],
    ])
  })

  test('sees the type and the parameters of a metric as objects, not as text', async () => {
    const p = reportProject(
      `{% set m = metric('orders') %}
type {{ m.type }} {{ [m.type] }} {{ m.type.value }} {{ m.type == 'simple' }} {{ m.type == metric('orders').type }}
measure {{ m.type_params.input_measures }} {{ m.type_params.measure.name }}
graph {{ graph.metrics['metric.shop.orders'].type_params.input_measures | length }}`,
      '{name: order_count, filter: id > 1}',
    )
    const { code } = await compile(p)
    const filter = "WhereFilterIntersection(where_filters=[WhereFilter(where_sql_template='id > 1')])"
    expect(code('report')?.trim()).toBe(`type MetricType.SIMPLE [<MetricType.SIMPLE: 'simple'>] simple False True
measure [MetricInputMeasure(name='order_count', filter=${filter}, alias=None, join_to_timespine=False, fill_nulls_with=None)] order_count
graph 1`)
  })

  test('of a generic test has its texts as Jinja renders them: without the last line end, the others unified', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/a.yml': `models:
  - name: a
    data_tests:
      - shows: {arguments: {x: "one\\n", y: ["two\\n\\n", {k: "three\\r\\nfour\\r\\n"}]}}
`,
      'macros/shows.sql': '{% test shows(model, x, y) %}{{ [x] + y }}{% endtest %}',
    })
    const { compiled } = await compile(p, 'test')
    const codes = [...compiled.values()].map(one => one.compiledCode)
    expect(codes).toEqual(["['one', 'two\\n', {'k': 'three\\nfour'}]"])
  })

  test('needs no database unless a template asks it', async () => {
    const p = project({ 'models/a.sql': 'select 1 as id', 'models/b.sql': "select * from {{ ref('a') }}" })
    const { code } = await compile(p)
    expect(code('b')).toBe('select * from "shop"."main"."a"')
    expect(p.files.exists('shop.duckdb')).toBe(false)
  })

  test('is made with what the database answers', async () => {
    const p = project({
      'models/a.sql': "select {% if execute %}{{ run_query('select 41 + 1').columns[0].values()[0] }}{% endif %} as id",
    })
    const { code } = await compile(p)
    expect(code('a')).toBe('select 42 as id')
  })

  test('of one node that fails says where, and the others are there', async () => {
    const p = project({
      'models/a.sql': "select 1\n{% if execute %}{{ run_query('select nothing') }}{% endif %}",
      'models/b.sql': 'select 2 as id',
    })
    const { results, code } = await compile(p)
    const failed = results.find(one => one.uniqueId === 'model.shop.a')
    expect(failed?.status).toBe('error')
    expect(failed?.message).toContain('Referenced column "nothing" was not found')
    expect(code('b')).toBe('select 2 as id')
  })
})

describe('references', () => {
  const upstream = { 'models/a.sql': "{{ config(materialized='table') }} select 1 as id" }

  test('show no rows under --empty', async () => {
    const p = project({
      ...upstream,
      'models/b.sql': "{{ config(materialized='table') }} select * from {{ ref('a') }}",
    })
    const outcome = await p.run({ flags: { empty: true } })
    expect(outcome.compiled.get('b')?.compiledCode.trim()).toBe(
      'select * from (select * from "shop"."main"."a" where false limit 0)',
    )
    expect(await p.rows('select count(*) from main.b')).toEqual([[0]])
  })

  test('show a window of event time under --sample', async () => {
    const p = project({
      'models/a.sql':
        "{{ config(materialized='table', event_time='seen') }} select timestamp '2024-01-01' + to_days(i) as seen from range(10) r(i)",
      'models/b.sql': "{{ config(materialized='table') }} select * from {{ ref('a') }}",
    })
    await p.run({ flags: { sample: "{'start': '2024-01-03', 'end': '2024-01-05'}" } })
    expect(await p.rows('select min(seen)::date::text, count(*)::int from main.b')).toEqual([['2024-01-03', 2]])
  })

  test('go to the other environment for what is not here', async () => {
    const p = project({ ...upstream, 'models/b.sql': "select * from {{ ref('a') }}" })
    await p.rows('create schema other')
    await p.rows('create table other.a as select 7 as id')
    const there = {
      database: 'shop',
      schema: 'other',
      alias: 'a',
      relationName: '"shop"."other"."a"',
      resourceType: 'model',
      name: 'a',
      description: '',
      compiledCode: null,
      meta: {},
      tags: [],
      config: {},
    }
    const relations = new Map([['model.shop.a', there]])
    const deferral = { relations, functions: new Map(), active: true, favorState: false }
    await p.run({ only: ['b'], change: { deferral } })
    expect(await p.rows('select * from main.b')).toEqual([[7]])

    await p.run({ only: ['a'] })
    await p.run({ only: ['b'], change: { deferral } })
    expect(await p.rows('select * from main.b')).toEqual([[1]])

    await p.run({ only: ['b'], change: { deferral: { ...deferral, favorState: true } } })
    expect(await p.rows('select * from main.b')).toEqual([[7]])
  })

  test('of sources read their files', async () => {
    const p = project({
      'data/raw.csv': 'id\n5\n',
      'models/a.sql': "select * from {{ source('raw', 'raw') }}",
    })
    const location = `${p.folder}/data/{name}.csv`
    p.write(
      'models/sources.yml',
      `sources: [{name: raw, meta: {external_location: '${location}'}, tables: [{name: raw}]}]`,
    )
    const { compiled } = await p.run()
    expect(compiled.get('a')?.compiledCode).toBe(`select * from '${p.folder}/data/raw.csv'`)
    expect(await p.rows('select * from main.a')).toEqual([[5]])
  })
})
