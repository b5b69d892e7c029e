/**
 * The fields that MetricFlow keeps of semantic models, metrics and saved queries, in its order. What it does not know
 * is left out; a field that is missing has the value that stands here.
 */

/** A nested shape, or what stands where the field is missing. */
interface Shape {
  readonly [field: string]: Shape | null | boolean | string
}

export function shaped(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map(one => shaped(one, shape))
  if (value === null || typeof value !== 'object') return value
  const found = new Map(Object.entries(value))
  const fields = Object.entries(shape).map(([field, inner]) => {
    const isNested = inner !== null && typeof inner === 'object'
    if (!found.has(field)) return [field, isNested ? null : inner]
    return [field, isNested ? shaped(found.get(field), inner) : found.get(field)]
  })
  return Object.fromEntries(fields)
}

const config: Shape = { meta: null }
const filter: Shape = { where_filters: { where_sql_template: null } }
const timeWindow: Shape = { count: null, granularity: null }

const entity: Shape = {
  name: null,
  description: null,
  type: null,
  role: null,
  expr: null,
  metadata: null,
  label: null,
  config,
}

const measure: Shape = {
  name: null,
  agg: null,
  description: null,
  create_metric: null,
  expr: null,
  agg_params: { percentile: null, use_discrete_percentile: false, use_approximate_percentile: false },
  metadata: null,
  non_additive_dimension: { name: null, window_choice: 'min', window_groupings: null },
  agg_time_dimension: null,
  label: null,
  config,
}

const dimension: Shape = {
  name: null,
  description: null,
  type: null,
  is_partition: false,
  type_params: { time_granularity: null, validity_params: { is_start: false, is_end: false } },
  expr: null,
  metadata: null,
  label: null,
  config,
}

export const semanticModelShape: Shape = {
  name: null,
  defaults: { agg_time_dimension: null },
  description: null,
  node_relation: { alias: null, schema_name: null, database: null, relation_name: '' },
  primary_entity: null,
  entities: entity,
  measures: measure,
  dimensions: dimension,
  label: null,
  metadata: null,
  config,
}

const inputMeasure: Shape = { name: null, filter, alias: null, join_to_timespine: false, fill_nulls_with: null }
const inputMetric: Shape = { name: null, filter, alias: null, offset_window: timeWindow, offset_to_grain: null }

export const metricShape: Shape = {
  name: null,
  description: null,
  type: null,
  type_params: {
    measure: inputMeasure,
    numerator: inputMetric,
    denominator: inputMetric,
    expr: null,
    window: timeWindow,
    grain_to_date: null,
    metrics: inputMetric,
    conversion_type_params: {
      base_measure: inputMeasure,
      conversion_measure: inputMeasure,
      entity: null,
      calculation: 'conversion_rate',
      window: timeWindow,
      constant_properties: { base_property: null, conversion_property: null },
    },
    cumulative_type_params: { window: timeWindow, grain_to_date: null, period_agg: 'first' },
    input_measures: inputMeasure,
  },
  filter,
  metadata: null,
  label: null,
  config,
  time_granularity: null,
}

export const savedQueryShape: Shape = {
  name: null,
  query_params: { metrics: null, group_by: null, order_by: null, limit: null, where: filter },
  description: null,
  metadata: null,
  label: null,
  exports: { name: null, config: { export_as: null, schema_name: null, alias: null } },
  tags: null,
}
