/**
 * `manifest.json`, version 12: the whole project as other programs read it. Built as a list of texts, one a node, so that
 * a large project is never held as one tree beside the project itself.
 */
import { md5 } from '../base/fingerprint.ts'
import { expandSelectors } from '../graph/expand-selectors.ts'
import type { Graph } from '../graph/graph.ts'
import type { GraphMember } from '../project/node.ts'
import { docJson, groupJson, type JsonRecord, macroJson, memberJson } from '../project/node-json.ts'
import type { Project } from '../project/project.ts'
import { PyDict } from '../template/value.ts'
import { type ArtifactMetadata, isoMicros } from './artifact-metadata.ts'
import { JsonWriter } from './json-text.ts'
import type { OutputFacts } from './node-output.ts'

export interface ManifestInput {
  readonly graph: Graph
  readonly metadata: ArtifactMetadata
  readonly factsOf: (uniqueId: string) => OutputFacts
}

export function renderManifest(input: ManifestInput): string {
  const { graph } = input
  const { project } = graph
  const writer = new JsonWriter()
  const member = (node: GraphMember): string => writer.text(memberRecord(node, input))
  const sections: (readonly [name: string, text: string])[] = [
    ['metadata', JSON.stringify(manifestMetadata(input.metadata, project))],
    ['nodes', keyed(nodesOf(project, 'node'), member)],
    ['sources', keyed(project.sources.values(), member)],
    ['macros', keyed(project.macros.values(), one => writer.text(macroJson(one)))],
    ['docs', keyed(project.docs.values(), one => writer.text(docJson(one)))],
    ['exposures', keyed(project.exposures.values(), member)],
    ['metrics', keyed(semanticsOf(project, 'metric'), member)],
    ['groups', keyed(project.groups.values(), one => writer.text(groupJson(one)))],
    ['selectors', JSON.stringify(expandSelectors(project.selectors))],
    ['disabled', disabledText(project, member)],
    ['parent_map', JSON.stringify(parentMap(graph))],
    ['child_map', JSON.stringify(childMap(graph))],
    ['group_map', JSON.stringify(groupMap(project))],
    ['saved_queries', keyed(semanticsOf(project, 'saved_query'), member)],
    ['semantic_models', keyed(semanticsOf(project, 'semantic_model'), member)],
    ['unit_tests', keyed(project.unitTests.values(), member)],
    ['functions', keyed(nodesOf(project, 'function'), member)],
  ]
  return `{${sections.map(([name, text]) => `${JSON.stringify(name)}: ${text}`).join(', ')}}`
}

function memberRecord(node: GraphMember, { graph, factsOf }: ManifestInput): JsonRecord {
  const unlinked = graph.unlinkedTests.get(node.uniqueId)
  const record = memberJson(node, {
    dependsOn: unlinked ?? graph.dependsOn.get(node.uniqueId) ?? [],
    ...graph.semanticFacts.get(node.uniqueId),
    ...factsOf(node.uniqueId),
  })
  return unlinked === undefined ? record : { ...record, config: switchedOff(node.config) }
}

/** dbt keeps a test of something that is not there among the nodes, and turns it off. */
function switchedOff(config: PyDict): PyDict {
  return PyDict.of([...config.entries(), ['enabled', false]])
}

function parentMap(graph: Graph): Record<string, readonly string[]> {
  const unlinked = Array.from(graph.unlinkedTests, ([id, parents]) => [id, [...parents].sort()] as const)
  return Object.fromEntries([...graph.parents, ...unlinked])
}

function childMap(graph: Graph): Record<string, readonly string[]> {
  const map = Object.fromEntries(graph.children)
  for (const [test, parents] of graph.unlinkedTests) {
    map[test] = []
    for (const parent of parents) map[parent] = [...(map[parent] ?? []), test].sort()
  }
  return map
}

function keyed<T extends { readonly uniqueId: string }>(items: Iterable<T>, render: (item: T) => string): string {
  const entries: string[] = []
  for (const item of items) entries.push(`${JSON.stringify(item.uniqueId)}: ${render(item)}`)
  return `{${entries.join(', ')}}`
}

function* nodesOf(project: Project, kind: 'node' | 'function'): Iterable<GraphMember> {
  for (const node of project.nodes.values()) {
    if ((node.resourceType === 'function') === (kind === 'function')) yield node
  }
}

function semanticsOf(project: Project, type: 'metric' | 'semantic_model' | 'saved_query'): GraphMember[] {
  return [...project.semantics.values()].filter(one => one.resourceType === type)
}

function disabledText(project: Project, render: (member: GraphMember) => string): string {
  const entries = [...project.disabled].map(
    ([id, members]) => `${JSON.stringify(id)}: [${members.map(render).join(', ')}]`,
  )
  return `{${entries.join(', ')}}`
}

function manifestMetadata(metadata: ArtifactMetadata, project: Project): JsonRecord {
  const { config } = project
  const { projectFile, flags } = config
  return {
    ...metadata,
    project_name: projectFile.name,
    project_id: md5(projectFile.name),
    user_id: null,
    send_anonymous_usage_stats: flags.sendAnonymousUsageStats,
    adapter_type: config.target.type,
    quoting: {
      database: projectFile.quoting.database ?? true,
      schema: projectFile.quoting.schema ?? true,
      identifier: projectFile.quoting.identifier ?? true,
      column: null,
    },
    run_started_at: isoMicros(config.startedAtMs),
  }
}

/** Names of groups to their members. */
function groupMap(project: Project): Record<string, string[]> {
  const map: Record<string, string[]> = {}
  for (const group of project.groups.values()) map[group.name] = []
  for (const node of [...project.nodes.values(), ...project.semantics.values()]) {
    if (node.group !== null) map[node.group]?.push(node.uniqueId)
  }
  return map
}
