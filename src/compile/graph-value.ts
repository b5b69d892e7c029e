/** `graph` and `model` as templates see them: dbt's dictionaries of nodes, made when they are first looked at. */
import { isRecord } from '../base/record.ts'
import { translateType } from '../context/column.ts'
import type { Graph } from '../graph/graph.ts'
import { memberJson } from '../project/member-json.ts'
import type { GraphMember } from '../project/node.ts'
import { type NodeFacts, nodeJson } from '../project/node-json.ts'
import { toPythonWithoutNulls } from '../project/without-nulls.ts'
import { toPython } from '../template/plain-data.ts'
import { PyDict, type Value } from '../template/value.ts'

/** dbt's `flat_graph`. */
export function graphValue(graph: Graph): Value {
  const { project } = graph
  const record = (members: Iterable<readonly [string, GraphMember]>): PyDict => {
    return PyDict.of(Array.from(members, ([id, member]) => [id, memberDict(graph, member)] as const))
  }
  const nodes = [...project.nodes].filter(([, node]) => node.resourceType !== 'function')
  const functions = [...project.nodes].filter(([, node]) => node.resourceType === 'function')
  const semantics = (kind: string): [string, GraphMember][] => {
    return [...project.semantics].filter(([, member]) => member.resourceType === kind)
  }
  return PyDict.of({
    exposures: record(project.exposures),
    functions: record(functions),
    groups: PyDict.of(Array.from(project.groups, ([id, group]) => [id, toPython({ ...group })] as const)),
    metrics: record(semantics('metric')),
    nodes: record(nodes),
    sources: record(project.sources),
    semantic_models: record(semantics('semantic_model')),
    saved_queries: record(semantics('saved_query')),
  })
}

/** A member as `graph` shows it. */
export function memberDict(graph: Graph, member: GraphMember): Value {
  const dependsOn = graph.dependsOn.get(member.uniqueId) ?? []
  return toPython(memberJson(member, { dependsOn, ...graph.semanticFacts.get(member.uniqueId) }))
}

/** dbt's `model`: what is None is left out. */
export function modelValue(graph: Graph, member: GraphMember, known: Omit<NodeFacts, 'dependsOn'> = {}): PyDict {
  const { compiled } = known
  const facts = { ...known, dependsOn: graph.dependsOn.get(member.uniqueId) ?? [] }
  const json = 'rawCode' in member ? nodeJson(member, facts) : memberJson(member, facts)
  if (compiled) json.compiled_sql = compiled.code
  const value = toPythonWithoutNulls(withTranslatedTypes(json))
  return value instanceof PyDict ? value : new PyDict()
}

/** Columns under a contract have the database's names of types, unless the contract says `alias_types: false`. */
function withTranslatedTypes(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { contract, columns } = json
  if (!isRecord(contract) || contract.alias_types !== true || !isRecord(columns)) return json
  const translated = Object.entries(columns).map(([name, column]) => {
    if (!isRecord(column) || typeof column.data_type !== 'string') return [name, column]
    return [name, { ...column, data_type: translateType(column.data_type) }]
  })
  return { ...json, columns: Object.fromEntries(translated) }
}
