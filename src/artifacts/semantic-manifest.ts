/** `semantic_manifest.json`: semantic models, metrics and saved queries as MetricFlow reads them. */

import type { Graph } from '../graph/graph.ts'
import { type JsonRecord, memberJson, plainJson } from '../project/node-json.ts'
import { PyDict } from '../template/value.ts'

export function renderSemanticManifest(graph: Graph): string {
  const of = (type: string): unknown[] =>
    [...graph.project.semantics.values()]
      .filter(one => one.resourceType === type)
      .map(one => plainJson(memberJson(one, { dependsOn: graph.dependsOn.get(one.uniqueId) ?? [] })))
  return JSON.stringify({
    semantic_models: of('semantic_model'),
    metrics: of('metric'),
    project_configuration: {
      time_spine_table_configurations: [],
      metadata: null,
      dsi_package_version: { major_version: '0', minor_version: '9', patch_version: '0' },
      time_spines: timeSpines(graph),
    },
    saved_queries: of('saved_query'),
  })
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
