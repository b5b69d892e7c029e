/**
 * Rules of the semantic layer that MetricFlow's own validator checks: names, primary entities, time dimensions, measures
 * and the time spine. All but the last are checked only when there are metrics, too.
 */

import type { Diagnostics } from '../base/diagnostic.ts'
import { granularities } from '../project/granularity.ts'
import type { SemanticNode } from '../project/node.ts'
import type { Project } from '../project/project.ts'
import { PyDict, type Value } from '../template/value.ts'
import { adviseTimeSpines, checkLegacyTimeSpine, hasDailyTimeSpine } from './check-time-spines.ts'

type Report = (node: SemanticNode, message: string) => void

export function checkSemantics(project: Project, diagnostics: Diagnostics): void {
  const all = [...project.semantics.values()]
  const models = all.filter(one => one.resourceType === 'semantic_model')
  if (models.length === 0) return
  if (!hasDailyTimeSpine(project)) {
    diagnostics.add({
      code: 'graph/semantic-manifest',
      kind: 'Parsing',
      message:
        'The semantic layer requires a time spine model with granularity DAY or smaller in the project, but none was found. ' +
        'Guidance on creating this model can be found on our docs site (https://docs.getdbt.com/docs/build/metricflow-time-spine).',
    })
    return
  }
  if (!all.some(one => one.resourceType === 'metric')) return
  let issues = 0
  const report: Report = (node, message) => {
    issues++
    const at = node.at && { at: node.at }
    diagnostics.add({ code: 'graph/semantic-issue', severity: 'warning', kind: 'Parsing', message, ...at })
  }
  const metrics = all.filter(one => one.resourceType === 'metric')
  checkCumulative(project, metrics, report, diagnostics)
  checkLegacyTimeSpine(project, diagnostics)
  adviseTimeSpines(project, models, diagnostics)
  for (const node of all) checkName(node, node.name, report)
  for (const model of models) {
    checkElements(model, report)
    checkPrimaryEntity(model, report)
    checkMeasures(model, report)
  }
  checkAcrossModels(models, report)
  checkLabels(metrics, report)
  if (issues > 0) {
    diagnostics.add({
      code: 'graph/semantic-manifest',
      kind: 'Parsing',
      message: 'Semantic Manifest validation failed.',
    })
  }
}

const moreOnChanges =
  'See documentation on behavior changes: https://docs.getdbt.com/reference/global-configs/behavior-changes.'

/** Windows and grains of cumulative metrics that stand where dbt had them before. */
function checkCumulative(
  { config }: Project,
  metrics: readonly SemanticNode[],
  report: Report,
  diagnostics: Diagnostics,
): void {
  const old = metrics.filter(({ json }) => {
    const params = json.get('type_params')
    return params instanceof PyDict && ['window', 'grain_to_date'].some(key => (params.get(key) ?? null) !== null)
  })
  const [first] = old
  if (first === undefined) return
  const fields = '`type_params.window` and `type_params.grain_to_date`'
  const places = '`type_params.cumulative_type_params.window` and `type_params.cumulative_type_params.grain_to_date`. '
  if (config.projectFile.behaviour.requireNestedCumulativeTypeParams) {
    const names = old.map(one => one.name).join(', ')
    report(
      first,
      `Cumulative fields ${fields} should be nested under ${places}Invalid metrics: ${names}. ${moreOnChanges}`,
    )
    return
  }
  diagnostics.add({
    code: 'graph/cumulative-params',
    severity: 'warning',
    message: `Cumulative fields ${fields} have been moved and will soon be deprecated. Please nest those values under ${places}${moreOnChanges}`,
    facts: {},
  })
}

function checkLabels(metrics: readonly SemanticNode[], report: Report): void {
  const used = new Map<string, string>()
  for (const metric of metrics) {
    const label = metric.json.get('label')
    if (typeof label !== 'string') continue
    const other = used.get(label)
    if (other === undefined) used.set(label, metric.name)
    else {
      const message = `Can't use label \`${label}\` for  metric \`${metric.name}\` as it's already used for metric \`${other}\``
      report(metric, message)
    }
  }
}

function checkName(node: SemanticNode, name: string, report: Report): void {
  if (!/^[a-z](?:(?!__)[a-z0-9_])*[a-z0-9]$/.test(name)) {
    report(
      node,
      `Invalid name \`${name}\` - names may only contain lower case letters, numbers, and underscores. Additionally, names must start with a lower case letter, cannot end with an underscore, cannot contain dunders (double underscores, or __), and must be at least 2 characters long.`,
    )
  }
  if (granularities.includes(name.toLowerCase())) {
    const shown = granularities.map(one => `'${one.toUpperCase()}'`).join(', ')
    report(node, `Invalid name \`${name}\` - names cannot match reserved time granularity keywords ([${shown}])`)
  }
  const reason = reservedNames[name.toLowerCase()]
  if (reason !== undefined) {
    report(node, `Invalid name \`${name}\` - this name is reserved by MetricFlow. Reason: ${reason}`)
  }
}

const reservedNames: Readonly<Record<string, string>> = {
  metric_time:
    'Used as the query input for creating time series metrics from measures with different time dimension names.',
  mf_internal_uuid: 'Used internally to reference a column that has a uuid generated by MetricFlow.',
}

/** Names of measures, entities and dimensions of one semantic model do not meet. */
function checkElements(model: SemanticNode, report: Report): void {
  const kinds = new Map<string, string>()
  const elements = [
    ...partsOf(model, 'measures').map(one => [one, 'measure'] as const),
    ...partsOf(model, 'entities').map(one => [one, 'entity'] as const),
    ...partsOf(model, 'dimensions').map(one => [one, 'dimension'] as const),
  ]
  for (const [element, kind] of elements) {
    const name = text(element.get('name'))
    const before = kinds.get(name)
    if (before === undefined) kinds.set(name, kind)
    else {
      report(
        model,
        `In semantic model \`${model.name}\`, can't use name \`${name}\` for a ${kind} when it was already used for a ${before}`,
      )
    }
  }
  for (const [element] of elements) checkName(model, text(element.get('name')), report)
}

function primaryEntities(model: SemanticNode): readonly string[] {
  return partsOf(model, 'entities')
    .filter(one => one.get('type') === 'primary')
    .map(one => text(one.get('name')))
}

function checkPrimaryEntity(model: SemanticNode, report: Report): void {
  const named = model.json.get('primary_entity') ?? null
  const entities = primaryEntities(model)
  if (entities.length > 1) {
    report(
      model,
      `Semantic models can have only one primary entity. The semantic model \`${model.name}\` has ${entities.length}: ${entities.join(', ')}`,
    )
  } else if (entities.length === 1 && named !== null) {
    report(
      model,
      `The semantic model \`${model.name}\` has an entity named \`${entities[0]}\` with type primary but it also has the \`primary_entity\` field set to \`${text(named)}\`. Both should not be present in the model.`,
    )
  } else if (entities.length === 0 && named === null && partsOf(model, 'dimensions').length > 0) {
    report(
      model,
      `The semantic model ${model.name} contains dimensions, but it does not define a primary entity. Either add an entity with type PRIMARY or set a value for the primary_entity key.`,
    )
  }
}

function checkMeasures(model: SemanticNode, report: Report): void {
  const dimensions = new Map(partsOf(model, 'dimensions').map(one => [text(one.get('name')), one]))
  const defaults = model.json.get('defaults')
  const usual = defaults instanceof PyDict ? (defaults.get('agg_time_dimension') ?? null) : null
  for (const measure of partsOf(model, 'measures')) {
    const name = text(measure.get('name'))
    const time = measure.get('agg_time_dimension') ?? usual
    if (time === null) {
      report(
        model,
        `Aggregation time dimension for measure ${name} on semantic model ${model.name} is not set! To fix this either specify a default \`agg_time_dimension\` for the semantic model or define an \`agg_time_dimension\` on the measure directly.`,
      )
    } else if (dimensions.get(text(time))?.get('type') !== 'time') {
      report(
        model,
        `In semantic model '${model.name}', measure '${name}' has the aggregation time dimension set to '${text(time)}', which is not a valid time dimension in the semantic model`,
      )
    }
    checkCount(model, measure, name, report)
  }
}

function checkCount(model: SemanticNode, measure: PyDict, name: string, report: Report): void {
  if (measure.get('agg') !== 'count') return
  const expr = measure.get('expr') ?? null
  if (expr === null) {
    report(
      model,
      `Measure '${name}' uses a COUNT aggregation, which requires an expr to be provided. Provide 'expr: 1' if a count of all rows is desired.`,
    )
  } else if (text(expr).toLowerCase().startsWith('distinct ')) {
    report(
      model,
      `Measure '${name}' uses a 'count' aggregation with a DISTINCT expr: '${text(expr)}. This is not supported as it effectively converts an additive measure into a non-additive one, and this could cause certain queries to return incorrect results. Please use the count_distinct aggregation type.`,
    )
  }
}

function checkAcrossModels(models: readonly SemanticNode[], report: Report): void {
  const measures = new Map<string, string[]>()
  const pairs = new Map<string, string>()
  for (const model of models) {
    for (const measure of partsOf(model, 'measures')) {
      const name = text(measure.get('name'))
      const owners = measures.get(name)
      if (owners) {
        const shown = owners.map(one => `'${one}'`).join(', ')
        report(model, `Found measure with name ${name} in multiple semantic models with names ([${shown}])`)
        owners.push(model.name)
      } else measures.set(name, [model.name])
    }
    const primary = text(model.json.get('primary_entity') ?? primaryEntities(model)[0] ?? null)
    for (const dimension of primary === '' ? [] : partsOf(model, 'dimensions')) {
      const name = text(dimension.get('name'))
      const before = pairs.get(`${primary}\0${name}`)
      if (before === undefined) pairs.set(`${primary}\0${name}`, model.name)
      else if (before !== model.name) {
        report(
          model,
          `Duplicate dimension + primary entity pairing detected, dimension + primary entity pairings must be unique. Semantic model \`${model.name}\` has a primary entity of \`${primary}\` and dimension \`${name}\`, but this pairing is already in use on semantic model \`${before}\`.`,
        )
      }
    }
  }
}

function partsOf(model: SemanticNode, key: string): readonly PyDict[] {
  const parts = model.json.get(key)
  return Array.isArray(parts) ? parts.filter(one => one instanceof PyDict) : []
}

function text(value: Value | undefined): string {
  return typeof value === 'string' ? value : ''
}
