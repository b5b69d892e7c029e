/** The fields of a metric as templates get them from `metric('x')`: dbt's records and enumerations in place of its JSON. */
import { repr } from '../template/repr.ts'
import { PyDict, PyObject, type Value } from '../template/value.ts'
import { PythonRecord } from './python-record.ts'

type Made = (value: Value) => Value

/** A member of one of Python's enumerations: it equals itself alone, and not its value. */
class PythonEnum extends PyObject {
  readonly typeName: string
  private readonly value: string

  constructor(name: string, value: string) {
    super()
    this.typeName = name
    this.value = value
  }
  override str(): string {
    return `${this.typeName}.${this.value.toUpperCase()}`
  }
  override repr(): string {
    return `<${this.str()}: ${repr(this.value)}>`
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    if (name === 'value') return this.value
    return name === 'name' ? this.value.toUpperCase() : undefined
  }
  override equals(other: Value): boolean {
    return other instanceof PythonEnum && other.str() === this.str()
  }
}

/** What is None, or is not what it should be, stays as it is. */
const member = (name: string): Made => {
  return value => (typeof value === 'string' ? new PythonEnum(name, value) : value)
}
const record = (name: string, fields: Readonly<Record<string, Made>> = {}): Made => {
  return value => {
    if (!(value instanceof PyDict)) return value
    const made = Array.from(value, ([key, one]) => [String(key), fields[String(key)]?.(one) ?? one] as const)
    return new PythonRecord(name, Object.fromEntries(made))
  }
}
const listOf = (made: Made): Made => {
  return value => (Array.isArray(value) ? value.map(made) : value)
}

const filter = record('WhereFilterIntersection', { where_filters: listOf(record('WhereFilter')) })
const window = record('MetricTimeWindow')
const measure = record('MetricInputMeasure', { filter })
const metric = record('MetricInput', { filter, offset_window: window })

const fields: Readonly<Record<string, Made>> = {
  type: member('MetricType'),
  type_params: record('MetricTypeParams', {
    measure,
    input_measures: listOf(measure),
    numerator: metric,
    denominator: metric,
    window,
    grain_to_date: member('TimeGranularity'),
    metrics: listOf(metric),
    conversion_type_params: record('ConversionTypeParams', {
      base_measure: measure,
      conversion_measure: measure,
      calculation: member('ConversionCalculationType'),
      window,
      constant_properties: listOf(record('ConstantPropertyInput')),
    }),
    cumulative_type_params: record('CumulativeTypeParams', {
      window,
      period_agg: member('PeriodAggregation'),
      metric,
    }),
  }),
  filter,
  depends_on: record('DependsOn'),
}

/** @param metric dbt's dictionary of the metric */
export function metricField(metric: PyDict, name: string): Value | undefined {
  const value = metric.get(name)
  return value === undefined ? undefined : (fields[name]?.(value) ?? value)
}
