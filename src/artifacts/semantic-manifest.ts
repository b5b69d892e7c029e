/** `semantic_manifest.json`: semantic models, metrics and saved queries as MetricFlow reads them. */

import { legacyTimeSpineName } from '../graph/check-time-spines.ts'
import type { Graph } from '../graph/graph.ts'
import { memberJson } from '../project/member-json.ts'
import type { JsonRecord } from '../project/node-json.ts'
import { plainJson } from '../project/plain-json.ts'
import { PyDict } from '../template/value.ts'
import { metricShape, savedQueryShape, semanticModelShape, shaped } from './metricflow-shape.ts'

export function renderSemanticManifest(graph: Graph): string {
  const of = (type: string): unknown[] =>
    [...graph.project.semantics.values()]
      .filter(one => one.resourceType === type)
      .map(one => plainJson(memberJson(one, { dependsOn: [], ...graph.semanticFacts.get(one.uniqueId) })))
  return JSON.stringify({
    semantic_models: shaped(of('semantic_model'), semanticModelShape),
    metrics: shaped(of('metric'), metricShape),
    project_configuration: {
      time_spine_table_configurations: legacyTimeSpines(graph),
      metadata: null,
      dsi_package_version: { major_version: '0', minor_version: '9', patch_version: '0' },
      time_spines: timeSpines(graph),
    },
    saved_queries: shaped(of('saved_query'), savedQueryShape),
  })
}

/** A model called `metricflow_time_spine` that is not configured as a time spine counts as one of days. */
function legacyTimeSpines(graph: Graph): JsonRecord[] {
  if (![...graph.project.semantics.values()].some(one => one.resourceType === 'semantic_model')) return []
  return [...graph.project.nodes.values()].flatMap(node =>
    node.resourceType === 'model' && node.name === legacyTimeSpineName && node.timeSpine === null
      ? [{ location: node.relationName, column_name: 'date_day', grain: 'day' }]
      : [],
  )
}

function timeSpines(graph: Graph): JsonRecord[] {
  const spines: JsonRecord[] = []
  for (const node of graph.project.nodes.values()) {
    if (node.resourceType !== 'model' || node.timeSpine === null) continue
    const primary = String(node.timeSpine.get('standard_granularity_column') ?? '')
    const column = node.columns.get(primary)
    const custom = node.timeSpine.get('custom_granularities')
    spines.push({
      node_relation: {
        alias: node.alias,
        schema_name: node.schema,
        database: node.database,
        relation_name: node.relationName ?? '',
      },
      primary_column: { name: primary, time_granularity: column?.granularity ?? null },
      custom_granularities: Array.isArray(custom)
        ? custom.map(one => (one instanceof PyDict ? plainJson(one) : one))
        : [],
    })
  }
  return spines
}
