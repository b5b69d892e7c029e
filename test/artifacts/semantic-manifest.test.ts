import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

const semantics = `semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: at}
    entities: [{name: id, type: primary}]
    dimensions:
      - {name: at, type: time, type_params: {time_granularity: day}}
    measures:
      - {name: total, agg: sum, expr: 1}
metrics:
  - name: total
    label: Total
    type: simple
    type_params: {measure: total}
    filter: "{{ Dimension('id__at') }} > '2024-01-01'"
saved_queries:
  - name: by_day
    query_params: {metrics: [total], group_by: ["TimeDimension('id__at')"]}
    exports:
      - {name: export, config: {export_as: table, schema: out}}
`

test('what a project file says of saved queries is part of their configuration, and not of what they say themselves', async () => {
  const p = project({
    'dbt_project.yml': 'name: shop\nprofile: shop\nsaved-queries: {+cache: {enabled: true}}\n',
    'models/orders.sql': "select 1 as id, date '2024-01-02' as at",
    'models/metricflow_time_spine.sql': "select date '2024-01-02' as date_day",
    'models/s.yml': semantics,
  })
  expect(await p.run('parse')).toBe(0)
  const { saved_queries } = p.json('target/manifest.json') as {
    saved_queries: Record<string, { config: { cache: object }; unrendered_config: object }>
  }
  const query = saved_queries['saved_query.shop.by_day']
  expect(query?.config.cache).toEqual({ enabled: true })
  expect(query?.unrendered_config).toEqual({})
})

test('semantic_manifest.json holds what MetricFlow knows of, in its order, and nothing else', async () => {
  const p = project({
    'models/orders.sql': "select 1 as id, date '2024-01-02' as at",
    'models/metricflow_time_spine.sql': "select date '2024-01-02' as date_day",
    'models/s.yml': semantics,
  })
  expect(await p.run('parse')).toBe(0)
  const { semantic_models, metrics, saved_queries } = p.json('target/semantic_manifest.json') as Record<
    string,
    Record<string, unknown>[]
  >
  const model = semantic_models?.[0] ?? {}
  expect(Object.keys(model).join(' ')).toBe(
    'name defaults description node_relation primary_entity entities measures dimensions label metadata config',
  )
  expect(model.entities).toEqual([
    {
      name: 'id',
      description: null,
      type: 'primary',
      role: null,
      expr: null,
      metadata: null,
      label: null,
      config: { meta: {} },
    },
  ])
  const metric = metrics?.[0] ?? {}
  expect(Object.keys(metric).join(' ')).toBe(
    'name description type type_params filter metadata label config time_granularity',
  )
  expect(Object.keys(metric.type_params as object).join(' ')).toBe(
    'measure numerator denominator expr window grain_to_date metrics conversion_type_params cumulative_type_params input_measures',
  )
  expect(metric.config).toEqual({ meta: {} })
  expect(metric.filter).toEqual({
    where_filters: [{ where_sql_template: "{{ Dimension('id__at') }} > '2024-01-01'" }],
  })
  const query = saved_queries?.[0] ?? {}
  expect(Object.keys(query).join(' ')).toBe('name query_params description metadata label exports tags')
  expect(query.exports).toEqual([
    { name: 'export', config: { export_as: 'table', schema_name: 'out', alias: 'export' } },
  ])
})
