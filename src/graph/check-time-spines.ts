/** Models of days that the semantic layer counts on: whether there is one, and whether it is fine enough. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { granularities } from '../project/granularity.ts'
import type { ModelNode, SemanticNode } from '../project/node.ts'
import type { Project } from '../project/project.ts'
import { repr } from '../template/repr.ts'
import { PyDict } from '../template/value.ts'

/** The model that counts as a time spine without being configured as one. */
export const legacyTimeSpineName = 'metricflow_time_spine'

const modelsOf = (project: Project): ModelNode[] =>
  [...project.nodes.values()].filter(one => one.resourceType === 'model')

const nameOf = (size: number): string => granularities[size]?.toUpperCase() ?? ''

/** The index of its grain; undefined for a model that is not configured as a time spine with a known grain. */
function grainOf({ timeSpine, columns }: ModelNode): number | undefined {
  if (timeSpine === null) return undefined
  const column = columns.get(String(timeSpine.get('standard_granularity_column') ?? ''))
  const size = granularities.indexOf(column?.granularity ?? '')
  return size < 0 ? undefined : size
}

export function hasDailyTimeSpine(project: Project): boolean {
  const day = granularities.indexOf('day')
  return modelsOf(project).some(one => one.name === legacyTimeSpineName || (grainOf(one) ?? Infinity) <= day)
}

/** The time spine is known by its name alone. */
export function checkLegacyTimeSpine(project: Project, diagnostics: Diagnostics): void {
  if (project.config.projectFile.behaviour.requireYamlConfigurationForMfTimeSpines) return
  const models = modelsOf(project)
  if (models.some(one => grainOf(one) === granularities.indexOf('day'))) return
  if (!models.some(one => one.name === legacyTimeSpineName && one.timeSpine === null)) return
  diagnostics.add({
    code: 'graph/legacy-time-spine',
    severity: 'warning',
    message: `Time spines without YAML configuration are in the process of deprecation. Please add YAML configuration for your '${legacyTimeSpineName}' model. See documentation on MetricFlow time spines: https://docs.getdbt.com/docs/build/metricflow-time-spine and behavior change documentation: https://docs.getdbt.com/reference/global-configs/behavior-changes.`,
    facts: {},
  })
}

/** What works, but better otherwise: two time spines of one grain, and none as fine as the finest dimension. */
export function adviseTimeSpines(project: Project, semantic: readonly SemanticNode[], diagnostics: Diagnostics): void {
  const spines = new Map<number, ModelNode[]>()
  for (const model of modelsOf(project)) {
    const grain = grainOf(model)
    if (grain !== undefined) spines.set(grain, [...(spines.get(grain) ?? []), model])
  }
  const advise = (message: string): void =>
    diagnostics.add({ code: 'graph/time-spine-advice', severity: 'warning', message, facts: { msg: message } })
  const twice = [...spines].filter(([, models]) => models.length > 1)
  if (twice.length > 0) {
    const shown = twice.map(([grain, models]) => [nameOf(grain), models.map(one => one.relationName ?? '')] as const)
    advise(
      `Only one time spine is supported per granularity. Got duplicates: ${repr(PyDict.of(Object.fromEntries(shown)))}`,
    )
  }
  const finestSpine = Math.min(...spines.keys())
  const finest = Math.min(...semantic.flatMap(grainsOfDimensions))
  if (spines.size === 0 || finest >= finestSpine) return
  advise(
    `To avoid unexpected query errors, configuring a time spine at or below the smallest time dimension granularity is recommended. Smallest time dimension granularity: ${nameOf(finest)}; Smallest time spine granularity: TimeGranularity.${nameOf(finestSpine)}`,
  )
}

function grainsOfDimensions({ json }: SemanticNode): number[] {
  const dimensions = json.get('dimensions')
  return (Array.isArray(dimensions) ? dimensions : []).flatMap(one => {
    const params = one instanceof PyDict ? one.get('type_params') : undefined
    const size = params instanceof PyDict ? granularities.indexOf(String(params.get('time_granularity'))) : -1
    return size < 0 ? [] : [size]
  })
}
