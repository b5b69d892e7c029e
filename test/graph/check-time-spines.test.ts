import { expect, test } from 'vitest'
import { link } from './graph-rig.ts'

const semantics = `semantic_models:
  - name: orders
    model: ref('orders')
    defaults: {agg_time_dimension: at}
    entities: [{name: order_id, type: primary}]
    dimensions: [{name: at, type: time, type_params: {time_granularity: hour}}]
    measures: [{name: amount, agg: sum, expr: "1"}]
metrics:
  - {name: total, label: total, type: simple, type_params: {measure: amount}}
models:
`
const spine = (name: string, grain: string): string =>
  `  - {name: ${name}, time_spine: {standard_granularity_column: at}, columns: [{name: at, granularity: ${grain}}]}\n`

const told = (...spines: readonly (readonly [name: string, grain: string])[]): readonly string[] =>
  link({
    'models/orders.sql': 'select 1 as order_id',
    ...Object.fromEntries(spines.map(([name]) => [`models/${name}.sql`, 'select 1 as at'])),
    'models/all.yml': semantics + spines.map(([name, grain]) => spine(name, grain)).join(''),
  }).told

test('a time spine as fine as the finest dimension is wanted', () => {
  expect(told(['days', 'day'], ['hours', 'hour'])).toEqual([])
  expect(told(['days', 'day'])).toEqual([
    expect.stringContaining(
      'Smallest time dimension granularity: HOUR; Smallest time spine granularity: TimeGranularity.DAY',
    ),
  ])
})

test('one time spine of each grain is enough', () => {
  expect(told(['hours', 'hour'], ['more_hours', 'hour'])).toEqual([
    expect.stringContaining(`Got duplicates: {'HOUR': ['"shop"."main"."hours"', '"shop"."main"."more_hours"']}`),
  ])
})
