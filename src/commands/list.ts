/** `list`: the selected nodes, one a line, by selector, name, path or as JSON. */

import type { Graph } from '../graph/graph.ts'
import { memberJson } from '../project/member-json.ts'
import type { GraphMember } from '../project/node.ts'
import type { JsonRecord } from '../project/node-json.ts'
import { plainJson } from '../project/plain-json.ts'
import { jsonText } from '../template/json-text.ts'
import { toPython } from '../template/plain-data.ts'
import { artifactWriter } from './artifact-writer.ts'
import { tellEmptySelection } from './empty-selection.ts'
import { loadGraph, tellFound } from './load-graph.ts'
import { selectMembers } from './select-members.ts'
import type { Command } from './session.ts'

/** Keys of the JSON when nobody asks for others, in the order of the node's own JSON. */
const usualKeys = new Set([
  'alias',
  'name',
  'package_name',
  'depends_on',
  'tags',
  'config',
  'resource_type',
  'source_name',
  'original_file_path',
  'unique_id',
])

export const list: Command = async session => {
  const loaded = await loadGraph(session)
  const { graph, config } = loaded
  const { flags } = config
  tellFound(session, graph)
  const selected = selectMembers(loaded, session)
  artifactWriter(session, config).manifest(graph, loaded.texts())
  const ids = [...selected.uniqueIds].sort()
  if (ids.length === 0) {
    tellEmptySelection(session, loaded, 'NoNodesSelected')
  }
  for (const id of ids) {
    const member = graph.members.get(id)
    if (member !== undefined)
      session.emit({ kind: 'output', text: lineOf(member, graph, flags.output, flags.outputKeys) })
  }
  return 'success'
}

function lineOf(member: GraphMember, graph: Graph, output: string | null, keys: readonly string[]): string {
  switch (output) {
    case 'name':
      return searchName(member)
    case 'path':
      return member.originalFilePath
    case 'json':
      return jsonLine(memberJson(member, { dependsOn: graph.dependsOn.get(member.uniqueId) ?? [] }), keys)
    default:
      return selectorOf(member)
  }
}

/** What `--select` would take to mean this node. */
function selectorOf(member: GraphMember): string {
  switch (member.resourceType) {
    case 'source':
      return `source:${member.packageName}.${member.sourceName}.${member.name}`
    case 'exposure':
    case 'metric':
    case 'saved_query':
    case 'semantic_model':
    case 'unit_test':
      return `${member.resourceType}:${member.packageName}.${searchName(member)}`
    default:
      return member.fqn.join('.')
  }
}

function searchName(member: GraphMember): string {
  if (member.resourceType === 'source') return `${member.sourceName}.${member.name}`
  const version = 'version' in member ? member.version : null
  return version === null ? member.name : `${member.name}.v${version}`
}

function jsonLine(record: JsonRecord, keys: readonly string[]): string {
  const plain = plainJson(record) as JsonRecord
  const chosen: JsonRecord = {}
  if (keys.length === 0) {
    for (const [key, value] of Object.entries(plain)) if (usualKeys.has(key)) chosen[key] = value
  }
  for (const key of keys) {
    const value = nested(plain, key.split('.'))
    if (value !== undefined && !(key.includes('.') && value === null)) chosen[key] = value
  }
  return jsonText(toPython(chosen))
}

function nested(record: unknown, path: readonly string[]): unknown {
  let current = record
  for (const key of path) {
    if (current === null || typeof current !== 'object' || !Object.hasOwn(current, key)) return undefined
    current = (current as JsonRecord)[key]
  }
  return current
}
