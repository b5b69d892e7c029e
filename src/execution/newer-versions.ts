/** Refs without a version to models that have a newer one than the latest: a node is told of them when it is compiled. */
import type { Graph } from '../graph/graph.ts'
import { isLower, type Version } from '../project/model-versions.ts'
import type { GraphMember, ModelNode } from '../project/node.ts'
import type { EventSink } from './event.ts'

export function tellNewerVersions(node: GraphMember, graph: Graph, sink: EventSink): void {
  if (!('refs' in node)) return
  for (const ref of node.refs) {
    if (ref.version !== null) continue
    const target = graph.resolveRef(ref, node.packageName)
    if (target?.resourceType !== 'model' || target.version === null || target.latestVersion === null) continue
    const newest = newestVersion(target, graph)
    if (!isLower(target.latestVersion, newest)) continue
    sink({ kind: 'newer version', atMs: graph.project.config.clock.now(), node, target, newest })
  }
}

const newest = new WeakMap<Graph, Map<string, Version>>()

function newestVersion({ name, version }: ModelNode, graph: Graph): Version {
  let known = newest.get(graph)
  if (known === undefined) {
    known = new Map()
    newest.set(graph, known)
    for (const node of graph.project.nodes.values()) {
      if (node.resourceType !== 'model' || node.version === null) continue
      const before = known.get(node.name)
      if (before === undefined || isLower(before, node.version)) known.set(node.name, node.version)
    }
  }
  return known.get(name) ?? version ?? ''
}
