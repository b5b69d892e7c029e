/** What metrics rest on: semantic models through their measures, other metrics through their names. */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { SemanticNode } from '../project/node.ts'
import type { Project } from '../project/project.ts'
import { dictIn, listIn } from '../template/dict-access.ts'
import { repr } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { ReferenceLookup } from './reference-lookup.ts'

/** What only the graph knows of a semantic model or a metric. */
export interface SemanticFacts {
  /** Of a metric: its measures and those of the metrics it is made of. */
  readonly inputMeasures?: readonly Value[]
  /** Of a semantic model: the relation of its model. */
  readonly nodeRelation?: PyDict
}

export function semanticFacts(project: Project, lookup: ReferenceLookup): ReadonlyMap<string, SemanticFacts> {
  const facts = new Map<string, SemanticFacts>()
  const inputs = new Map<string, readonly Value[]>()
  for (const node of project.semantics.values()) {
    if (node.resourceType === 'metric') {
      facts.set(node.uniqueId, { inputMeasures: inputMeasures(node, lookup, inputs) })
    } else if (node.resourceType === 'semantic_model') {
      const nodeRelation = relationOf(node, lookup)
      if (nodeRelation) facts.set(node.uniqueId, { nodeRelation })
    }
  }
  return facts
}

function relationOf(node: SemanticNode, lookup: ReferenceLookup): PyDict | undefined {
  const [ref] = node.refs
  const found = ref && lookup.ref(ref, node.packageName)
  if (found?.kind !== 'found' || !('alias' in found.member)) return undefined
  const { alias, schema, database, relationName } = found.member
  return PyDict.of({ alias, schema_name: schema, database, relation_name: relationName })
}

/** Each measure once. Metrics that rest on each other in a circle are told elsewhere. */
function inputMeasures(
  metric: SemanticNode,
  lookup: ReferenceLookup,
  known: Map<string, readonly Value[]>,
): readonly Value[] {
  const before = known.get(metric.uniqueId)
  if (before) return before
  known.set(metric.uniqueId, [])
  const measures = new Map<string, Value>()
  const ofMeasure = (value: Value | undefined): undefined => {
    if (value instanceof PyDict) measures.set(repr(value), value)
  }
  const ofMetric = (value: Value | undefined): undefined => {
    const found = lookup.metric(nameOf(value) ?? '', null, metric.packageName)
    if (found.kind !== 'found' || found.member.resourceType !== 'metric') return
    inputMeasures(found.member, lookup, known).forEach(ofMeasure)
  }
  inputsOf(metric, ofMeasure, ofMetric)
  const all = [...measures.values()]
  known.set(metric.uniqueId, all)
  return all
}

/** Unique ids that each metric depends on by its type parameters, in dbt's order. */
export function metricParents(
  project: Project,
  lookup: ReferenceLookup,
  diagnostics: Diagnostics,
): ReadonlyMap<string, readonly string[]> {
  const measures = measureOwners(project)
  const parents = new Map<string, readonly string[]>()
  for (const node of project.semantics.values()) {
    if (node.resourceType !== 'metric') continue
    parents.set(node.uniqueId, parentsOf(node, measures, lookup, diagnostics))
  }
  return parents
}

function parentsOf(
  metric: SemanticNode,
  measures: ReadonlyMap<string, SemanticNode>,
  lookup: ReferenceLookup,
  diagnostics: Diagnostics,
): readonly string[] {
  const report = (message: string): undefined => {
    diagnostics.add({
      code: 'graph/metric-not-found',
      kind: 'Parsing',
      message,
      node: metric.uniqueId,
      ...(metric.at && { at: metric.at }),
    })
    return undefined
  }
  const ofMeasure = (value: Value | undefined): string | undefined => {
    const name = nameOf(value)
    if (name === undefined) return undefined
    const owner = measures.get(name)
    if (owner === undefined) {
      return report(`A semantic model having a measure \`${name}\` does not exist but was referenced.`)
    }
    if (owner.config.get('enabled') !== false) return owner.uniqueId
    return report(`The measure \`${name}\` is referenced on disabled semantic model \`${owner.name}\`.`)
  }
  const ofMetric = (value: Value | undefined): string | undefined => {
    const name = nameOf(value)
    if (name === undefined) return undefined
    const found = lookup.metric(name, null, metric.packageName)
    if (found.kind === 'found') return found.member.uniqueId
    if (found.kind === 'disabled') return report(`The metric \`${name}\` is disabled and thus cannot be referenced.`)
    return report(`The metric \`${name}\` does not exist but was referenced by metric \`${metric.name}\`.`)
  }
  const ids = inputsOf(metric, ofMeasure, ofMetric)
  return [...new Set(ids.filter(id => id !== undefined))]
}

function inputsOf(
  metric: SemanticNode,
  ofMeasure: (value: Value | undefined) => string | undefined,
  ofMetric: (value: Value | undefined) => string | undefined,
): readonly (string | undefined)[] {
  const parameters = dictIn(metric.json, 'type_params')
  switch (metric.json.get('type')) {
    case 'simple':
    case 'cumulative':
      return [ofMeasure(parameters.get('measure'))]
    case 'conversion': {
      const conversion = dictIn(parameters, 'conversion_type_params')
      return [ofMeasure(conversion.get('base_measure')), ofMeasure(conversion.get('conversion_measure'))]
    }
    case 'ratio':
      return [ofMetric(parameters.get('numerator')), ofMetric(parameters.get('denominator'))]
    case 'derived':
      return listIn(parameters, 'metrics').map(ofMetric)
    default:
      return []
  }
}

function measureOwners(project: Project): Map<string, SemanticNode> {
  const owners = new Map<string, SemanticNode>()
  const disabled = [...project.disabled.values()].flat()
  for (const node of [...project.semantics.values(), ...disabled]) {
    if (node.resourceType !== 'semantic_model') continue
    for (const measure of listIn(node.json, 'measures')) {
      const name = nameOf(measure)
      if (name !== undefined && !owners.has(name)) owners.set(name, node)
    }
  }
  return owners
}

/** A measure or metric is a name, or a dict with one. */
function nameOf(value: Value | undefined): string | undefined {
  const name = value instanceof PyDict ? value.get('name') : value
  return typeof name === 'string' ? name : undefined
}
