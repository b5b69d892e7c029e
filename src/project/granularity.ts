/** The grains of time that dbt's semantic layer knows, from fine to coarse. */
export const granularities: readonly string[] = [
  'nanosecond',
  'microsecond',
  'millisecond',
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
]
