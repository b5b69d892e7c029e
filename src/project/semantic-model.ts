/** `semantic_models:` of properties files, in dbt's JSON, and the metrics that their measures ask for. */

import { boolIn, dictIn, dictsIn, listIn, mergedDicts, textIn } from '../template/dict-access.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { readMetric } from './metric.ts'
import type { SemanticNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'
import { headJson, type SemanticSource, semanticHead } from './semantic-node.ts'

export interface ReadSemanticModel {
  readonly model: SemanticNode
  /** Of measures with `create_metric: true`. */
  readonly metrics: readonly SemanticNode[]
}

/** `node_relation` and descriptions are not filled in yet. */
export function readSemanticModel(entry: PropertyEntry, maker: NodeMaker): ReadSemanticModel {
  const { value } = entry
  const head = semanticHead('semantic_model', { entry, name: entry.name, value }, maker)
  const { config, unrenderedConfig, group } = head
  const meta = dictIn(config, 'meta')
  const element = (dict: PyDict): PyDict =>
    PyDict.of({ meta: mergedDicts(meta, dictIn(dictIn(dict, 'config'), 'meta')) })
  const refs = maker.readDependencies(entry, [textIn(value, 'model') ?? '']).refs
  const json = PyDict.of({
    ...headJson(head),
    model: value.get('model') ?? null,
    node_relation: null,
    description: textIn(value, 'description'),
    label: textIn(value, 'label'),
    defaults: defaultsOf(value.get('defaults')),
    entities: dictsIn(value, 'entities').map(one => entityJson(one, element(one))),
    measures: dictsIn(value, 'measures').map(one => measureJson(one, element(one))),
    dimensions: dictsIn(value, 'dimensions').map(one => dimensionJson(one, element(one))),
    metadata: null,
    depends_on: PyDict.of({ macros: [], nodes: [] }),
    refs: refs.map(one => PyDict.of({ name: one.name, package: one.package, version: one.version })),
    created_at: head.createdAtMs / 1000,
    config,
    unrendered_config: unrenderedConfig,
    primary_entity: textIn(value, 'primary_entity'),
    group,
  })
  const model: SemanticNode = {
    ...head,
    description: textIn(value, 'description') ?? '',
    meta,
    tags: [],
    refs,
    metrics: [],
    json,
  }
  const created = dictsIn(value, 'measures').filter(one => boolIn(one, 'create_metric') === true)
  return { model, metrics: created.map(one => readMetric(metricOfMeasure(one, entry, config), maker)) }
}

function metricOfMeasure(measure: PyDict, entry: PropertyEntry, config: PyDict): SemanticSource {
  const name = textIn(measure, 'name') ?? ''
  return {
    entry,
    name,
    value: PyDict.of({
      name,
      label: textIn(measure, 'label') ?? name,
      type: 'simple',
      type_params: PyDict.of({ measure: name, expr: measure.get('expr') ?? name }),
      description: textIn(measure, 'description') ?? `Metric created from measure ${name}`,
      config: PyDict.of({ enabled: config.get('enabled') ?? true, meta: dictIn(config, 'meta') }),
    }),
  }
}

function defaultsOf(value: Value | undefined): Value {
  return value instanceof PyDict ? PyDict.of({ agg_time_dimension: textIn(value, 'agg_time_dimension') }) : null
}

function entityJson(entity: PyDict, config: PyDict): PyDict {
  return PyDict.of({
    name: textIn(entity, 'name'),
    type: textIn(entity, 'type')?.toLowerCase() ?? null,
    description: textIn(entity, 'description'),
    label: textIn(entity, 'label'),
    role: textIn(entity, 'role'),
    expr: textIn(entity, 'expr'),
    config,
  })
}

function measureJson(measure: PyDict, config: PyDict): PyDict {
  const expr = measure.get('expr') ?? null
  const nonAdditive = measure.get('non_additive_dimension')
  const params = measure.get('agg_params')
  return PyDict.of({
    name: textIn(measure, 'name'),
    agg: textIn(measure, 'agg')?.toLowerCase() ?? null,
    description: textIn(measure, 'description'),
    label: textIn(measure, 'label'),
    create_metric: false,
    expr: expr === null ? null : str(expr),
    agg_params: params instanceof PyDict ? aggregationParams(params) : null,
    non_additive_dimension:
      nonAdditive instanceof PyDict
        ? PyDict.of({
            name: textIn(nonAdditive, 'name'),
            window_choice: textIn(nonAdditive, 'window_choice')?.toLowerCase() ?? null,
            window_groupings: [...listIn(nonAdditive, 'window_groupings')],
          })
        : null,
    agg_time_dimension: textIn(measure, 'agg_time_dimension'),
    config,
  })
}

function aggregationParams(params: PyDict): PyDict {
  return PyDict.of({
    percentile: params.get('percentile') ?? null,
    use_discrete_percentile: params.get('use_discrete_percentile') ?? false,
    use_approximate_percentile: params.get('use_approximate_percentile') ?? false,
  })
}

function dimensionJson(dimension: PyDict, config: PyDict): PyDict {
  const params = dimension.get('type_params')
  return PyDict.of({
    name: textIn(dimension, 'name'),
    type: textIn(dimension, 'type')?.toLowerCase() ?? null,
    description: textIn(dimension, 'description'),
    label: textIn(dimension, 'label'),
    is_partition: boolIn(dimension, 'is_partition') ?? false,
    type_params: params instanceof PyDict ? timeParams(params) : null,
    expr: textIn(dimension, 'expr'),
    metadata: null,
    config,
  })
}

function timeParams(params: PyDict): PyDict {
  const validity = params.get('validity_params')
  return PyDict.of({
    time_granularity: textIn(params, 'time_granularity')?.toLowerCase() ?? null,
    validity_params:
      validity instanceof PyDict
        ? PyDict.of({ is_start: validity.get('is_start') ?? false, is_end: validity.get('is_end') ?? false })
        : null,
  })
}
