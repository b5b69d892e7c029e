/** What `metric('x')` gives: prints as the metric's name, and when a template runs it has the metric's own fields too. */
import { PyDict, PyObject, type Value } from '../template/value.ts'
import { metricField } from './metric-fields.ts'

export class MetricReference extends PyObject {
  readonly typeName: string
  private readonly name: string
  private readonly packageName: string | null
  private readonly metric: (() => Value) | undefined

  /** @param metric the metric as dbt's dictionary; not there while the project is parsed */
  constructor(name: string, packageName: string | null, metric?: () => Value) {
    super()
    this.typeName = metric ? 'ResolvedMetricReference' : 'MetricReference'
    this.name = name
    this.packageName = packageName
    this.metric = metric
  }

  override str(): string {
    return this.name
  }

  override truthy(): boolean {
    return true
  }

  override attr(name: string): Value | undefined {
    if (name === 'metric_name') return this.name
    if (name === 'package_name') return this.packageName
    const fields = this.metric?.()
    return fields instanceof PyDict ? metricField(fields, name) : undefined
  }
}
