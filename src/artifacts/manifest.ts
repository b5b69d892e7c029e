/**
 * `manifest.json`, version 12: the whole project as other programs read it. Made in parts, about one a node, so that of a
 * large project neither the tree nor the text is ever held beside the project itself.
 */
import { md5 } from '../base/fingerprint.ts'
import type { Neighbours } from '../graph/dag.ts'
import { expandSelectors } from '../graph/expand-selectors.ts'
import type { Graph } from '../graph/graph.ts'
import type { EntryText, Insertions } from '../parse-cache/graph-texts.ts'
import { foreignKeys } from '../project/foreign-keys.ts'
import { docJson, groupJson, macroJson, memberJson } from '../project/member-json.ts'
import type { GraphMember } from '../project/node.ts'
import { dependsOnJson, type JsonRecord } from '../project/node-json.ts'
import type { Project } from '../project/project.ts'
import { PyDict } from '../template/value.ts'
import { type ArtifactMetadata, isoMicros } from './artifact-metadata.ts'
import { JsonWriter } from './json-text.ts'
import type { OutputFacts } from './node-output.ts'

/** The manifest up to the parts that a graph's texts go on with. */
export function manifestHead(metadata: ArtifactMetadata, project: Project): string {
  return `{"metadata": ${JSON.stringify(manifestMetadata(metadata, project))}`
}

/** The manifest from behind its metadata to its end. */
export function* manifestBody(graph: Graph): Iterable<string | EntryText> {
  const { project } = graph
  const writer = new JsonWriter()
  const entry = (node: GraphMember): EntryText => manifestEntry(node, graph, writer)
  const member = (node: GraphMember): string => writer.text(memberRecord(node, graph))
  yield ', "nodes": '
  yield* keyed(nodesOf(project, 'node'), entry)
  yield ', "sources": '
  yield* keyed(project.sources.values(), member)
  yield ', "macros": '
  yield* keyed(project.macros.values(), one => writer.text(macroJson(one)))
  yield ', "docs": '
  yield* keyed(project.docs.values(), one => writer.text(docJson(one)))
  yield ', "exposures": '
  yield* keyed(project.exposures.values(), member)
  yield ', "metrics": '
  yield* keyed(semanticsOf(project, 'metric'), member)
  yield ', "groups": '
  yield* keyed(project.groups.values(), one => writer.text(groupJson(one)))
  yield `, "selectors": ${JSON.stringify(expandSelectors(project.selectors))}`
  yield `, "disabled": ${disabledText(project, one => writer.text(disabledRecord(one, graph)))}, "parent_map": `
  yield* edgeParts(parentMap(graph))
  yield ', "child_map": '
  yield* edgeParts(childMap(graph))
  yield `, "group_map": ${JSON.stringify(groupMap(project))}, "saved_queries": `
  yield* keyed(semanticsOf(project, 'saved_query'), member)
  yield ', "semantic_models": '
  yield* keyed(semanticsOf(project, 'semantic_model'), member)
  yield ', "unit_tests": '
  yield* keyed(project.unitTests.values(), member)
  yield ', "functions": '
  yield* keyed(nodesOf(project, 'function'), entry)
  yield '}'
}

/** What stands under a node's unique id. */
export function manifestEntry(node: GraphMember, graph: Graph, writer = new JsonWriter()): EntryText {
  const { uniqueId } = node
  return { uniqueId, ...writer.cutText(memberRecord(node, graph), addedKeys(node)) }
}

const outputKeys = ['build_path', 'depends_on', 'compiled_path']
const keysOfNode: ReadonlySet<string> = new Set(outputKeys)
/** Relations take the place of refs in foreign keys. */
const keysWithForeignKeys: ReadonlySet<string> = new Set(['columns', ...outputKeys, 'constraints'])
const keysOfHook: ReadonlySet<string> = new Set([...outputKeys, 'index'])

/** Keys of a node's entry that a run may set, in the order in which they stand there. */
function addedKeys(node: GraphMember): ReadonlySet<string> {
  if (node.resourceType === 'operation') return keysOfHook
  return hasForeignKeys(node) ? keysWithForeignKeys : keysOfNode
}

function hasForeignKeys(node: GraphMember): boolean {
  return node.resourceType === 'model' && foreignKeys(node).length > 0
}

/** The values of those keys, and behind the path of the compiled file what goes along with it. */
export function insertions(node: GraphMember, facts: OutputFacts, graph: Graph): Insertions {
  const { buildPath = null, compiled, foreignKeys, place } = facts
  const ofRun = [JSON.stringify(buildPath), dependsOnText(node, facts, graph), compiled && compiledText(compiled)]
  if (place !== undefined) return [...ofRun, String(place)]
  if (!hasForeignKeys(node)) return ofRun
  if (foreignKeys === undefined) return [undefined, ...ofRun, undefined]
  const { columns, constraints } = memberJson(node, { dependsOn: [], foreignKeys })
  const writer = new JsonWriter()
  return [writer.text(columns), ...ofRun, writer.text(constraints)]
}

/** Undefined where nothing was called but what parsing has found. */
function dependsOnText(node: GraphMember, { calledMacros = [] }: OutputFacts, graph: Graph): string | undefined {
  if (!('macros' in node) || calledMacros.every(id => node.macros.includes(id))) return undefined
  return JSON.stringify(dependsOnJson(node, { dependsOn: graph.dependsOn.get(node.uniqueId) ?? [], calledMacros }))
}

function compiledText({ path, code, extraCtes, extraCtesInjected }: NonNullable<OutputFacts['compiled']>): string {
  const record = {
    compiled: true,
    compiled_code: code,
    extra_ctes_injected: extraCtesInjected,
    extra_ctes: extraCtes.map(one => ({ ...one })),
  }
  return `${JSON.stringify(path)},${JSON.stringify(record).slice(1, -1)}`
}

function memberRecord(node: GraphMember, graph: Graph): JsonRecord {
  const unlinked = graph.unlinkedTests.get(node.uniqueId)
  const record = memberJson(node, {
    dependsOn: unlinked ?? graph.dependsOn.get(node.uniqueId) ?? [],
    ...graph.semanticFacts.get(node.uniqueId),
  })
  return unlinked === undefined ? record : { ...record, config: switchedOff(node.config) }
}

/** Refs of what is disabled are not followed; an enabled node of the same id, in another folder, has a record of its own. */
function disabledRecord(node: GraphMember, graph: Graph): JsonRecord {
  return memberJson(node, { dependsOn: [], ...graph.semanticFacts.get(node.uniqueId) })
}

/** dbt keeps a test of something that is not there among the nodes, and turns it off. */
function switchedOff(config: PyDict): PyDict {
  return PyDict.of([...config.entries(), ['enabled', false]])
}

function parentMap({ parents, unlinkedTests }: Graph): Neighbours {
  if (unlinkedTests.size === 0) return parents
  return new Map([...parents, ...Array.from(unlinkedTests, ([id, above]) => [id, [...above].sort()] as const)])
}

function childMap({ children, unlinkedTests }: Graph): Neighbours {
  if (unlinkedTests.size === 0) return children
  const map = new Map(children)
  for (const [test, parents] of unlinkedTests) {
    map.set(test, [])
    for (const parent of parents) map.set(parent, [...(map.get(parent) ?? []), test].sort())
  }
  return map
}

function* edgeParts(edges: Neighbours): Iterable<string> {
  let before = '{'
  for (const [id, others] of edges) {
    yield `${before}${JSON.stringify(id)}:${JSON.stringify(others)}`
    before = ','
  }
  yield before === '{' ? '{}' : '}'
}

function* keyed<T extends { readonly uniqueId: string }>(
  items: Iterable<T>,
  render: (item: T) => string | EntryText,
): Iterable<string | EntryText> {
  let before = '{'
  for (const item of items) {
    yield `${before}${JSON.stringify(item.uniqueId)}: `
    yield render(item)
    before = ', '
  }
  yield before === '{' ? '{}' : '}'
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
