/** `metrics:` of properties files, in dbt's JSON. `input_measures` is left for the graph: it follows other metrics. */

import { dictIn, mergedDicts, textIn, textsIn } from '../template/dict-access.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { granularities } from './granularity.ts'
import type { SemanticNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'
import { headJson, type SemanticSource, semanticHead } from './semantic-node.ts'

/** From an entry of `metrics:`, or from a measure that asks for a metric of its own. */
export function readMetric(source: SemanticSource, maker: NodeMaker): SemanticNode {
  const { entry, name, value } = source
  checkName(entry, name, maker)
  const head = semanticHead('metric', source, maker)
  const { config, unrenderedConfig, group } = head
  const configMeta = dictIn(config, 'meta')
  const meta = configMeta.size > 0 ? configMeta : mergedDicts(dictIn(value, 'meta'))
  const type = textIn(value, 'type')?.toLowerCase() ?? ''
  const params = typeParams(dictIn(value, 'type_params'), type, entry, maker)
  const json = PyDict.of({
    ...headJson(head),
    description: textIn(value, 'description') ?? '',
    label: textIn(value, 'label'),
    type,
    type_params: params,
    filter: whereFilter(value.get('filter')),
    metadata: null,
    time_granularity: textIn(value, 'time_granularity'),
    meta,
    tags: textsIn(value, 'tags'),
    config,
    unrendered_config: unrenderedConfig,
    sources: [],
    depends_on: PyDict.of({ macros: [], nodes: [] }),
    refs: [],
    metrics: [],
    created_at: head.createdAtMs / 1000,
    group,
  })
  return {
    ...head,
    description: textIn(value, 'description') ?? '',
    meta,
    tags: textsIn(value, 'tags'),
    refs: [],
    metrics: inputMetrics(params, type),
    json,
  }
}

function checkName(entry: PropertyEntry, name: string, maker: NodeMaker): void {
  const faults = [
    name.includes(' ') && 'cannot contain spaces',
    name.length > 250 && 'cannot contain more than 250 characters',
    !/^[A-Za-z]/.test(name) && 'must begin with a letter',
    !/^[\p{L}\p{N}_]+$/u.test(name) && 'must contain only letters, numbers and underscores',
  ].filter(one => one !== false)
  if (faults.length === 0) return
  maker.report(maker.invalidEntry(entry, `The metric name '${name}' is invalid.  It ${faults.join(', ')}`, ['name']))
}

/** The metrics that a derived or ratio metric is made of. */
function inputMetrics(params: PyDict, type: string): readonly (readonly string[])[] {
  const names = (value: Value | undefined): string[] => (value instanceof PyDict ? [textIn(value, 'name') ?? ''] : [])
  if (type === 'ratio')
    return [...names(params.get('numerator')), ...names(params.get('denominator'))].map(one => [one])
  const metrics = params.get('metrics')
  return type === 'derived' && Array.isArray(metrics) ? metrics.flatMap(names).map(one => [one]) : []
}

/** A filter as written, one or several templates. */
export function whereFilter(value: Value | undefined): Value {
  if (value === null || value === undefined) return null
  const filters = Array.isArray(value) ? value : [value]
  return PyDict.of({ where_filters: filters.map(one => PyDict.of({ where_sql_template: one })) })
}

function typeParams(params: PyDict, type: string, entry: PropertyEntry, maker: NodeMaker): PyDict {
  const window = (value: Value | undefined): Value => timeWindow(value, entry, maker)
  const expr = params.get('expr') ?? null
  const metrics = params.get('metrics')
  const metric = (value: Value | undefined): Value => inputMetric(value, window)
  return PyDict.of({
    measure: inputMeasure(params.get('measure')),
    input_measures: [],
    numerator: metric(params.get('numerator')),
    denominator: metric(params.get('denominator')),
    expr: expr === null ? null : str(expr),
    window: window(params.get('window')),
    grain_to_date: params.get('grain_to_date') ?? null,
    metrics: Array.isArray(metrics) ? metrics.map(metric) : [],
    conversion_type_params: conversionParams(params.get('conversion_type_params'), window),
    cumulative_type_params: type === 'cumulative' ? cumulativeParams(params, window) : null,
    metric_aggregation_params: null,
  })
}

function inputMeasure(value: Value | undefined): Value {
  if (value === null || value === undefined) return null
  const dict = value instanceof PyDict ? value : PyDict.of({ name: value })
  return PyDict.of({
    name: textIn(dict, 'name'),
    filter: whereFilter(dict.get('filter')),
    alias: textIn(dict, 'alias'),
    join_to_timespine: dict.get('join_to_timespine') ?? false,
    fill_nulls_with: dict.get('fill_nulls_with') ?? null,
  })
}

function inputMetric(value: Value | undefined, window: (value: Value | undefined) => Value): Value {
  if (value === null || value === undefined) return null
  const dict = value instanceof PyDict ? value : PyDict.of({ name: value })
  return PyDict.of({
    name: textIn(dict, 'name'),
    filter: whereFilter(dict.get('filter')),
    alias: textIn(dict, 'alias'),
    offset_window: window(dict.get('offset_window')),
    offset_to_grain: textIn(dict, 'offset_to_grain'),
  })
}

function conversionParams(value: Value | undefined, window: (value: Value | undefined) => Value): Value {
  if (!(value instanceof PyDict)) return null
  const constants = value.get('constant_properties')
  return PyDict.of({
    base_measure: inputMeasure(value.get('base_measure')),
    conversion_measure: inputMeasure(value.get('conversion_measure')),
    entity: textIn(value, 'entity'),
    calculation: textIn(value, 'calculation') ?? 'conversion_rate',
    window: window(value.get('window')),
    constant_properties: Array.isArray(constants) ? constants : null,
  })
}

function cumulativeParams(params: PyDict, window: (value: Value | undefined) => Value): PyDict {
  const own = dictIn(params, 'cumulative_type_params')
  return PyDict.of({
    window: window(own.get('window') ?? params.get('window')),
    grain_to_date: own.get('grain_to_date') ?? params.get('grain_to_date') ?? null,
    period_agg: textIn(own, 'period_agg') ?? 'first',
    metric: null,
  })
}

/** `28 days` -> 28 of `day`. */
function timeWindow(value: Value | undefined, entry: PropertyEntry, maker: NodeMaker): Value {
  if (typeof value !== 'string') return null
  const [count = '', unit, ...rest] = value.toLowerCase().split(' ')
  if (unit === undefined || rest.length > 0) {
    maker.report(
      maker.invalidEntry(
        entry,
        `Invalid window (${value}) in cumulative/conversion metric. Should be of the form \`<count> <granularity>\`, e.g., \`28 days\``,
        ['type_params'],
      ),
    )
    return null
  }
  if (!/^\d+$/.test(count)) {
    maker.report(
      maker.invalidEntry(entry, `Invalid count (${count}) in cumulative/conversion metric window string: (${value})`, [
        'type_params',
      ]),
    )
    return null
  }
  const singular = unit.endsWith('s') && granularities.includes(unit.slice(0, -1)) ? unit.slice(0, -1) : unit
  return PyDict.of({ count: Number(count), granularity: singular })
}
