/** The texts of a graph, made from its records. */
import type { Graph } from '../graph/graph.ts'
import type { GraphTexts, WrittenTexts } from '../parse-cache/graph-texts.ts'
import { edgeParts } from './graph-summary.ts'
import { manifestBody } from './manifest.ts'
import { renderSemanticManifest } from './semantic-manifest.ts'

export function renderedTexts(graph: Graph): GraphTexts {
  return {
    *manifest(added) {
      for (const part of manifestBody(graph)) {
        if (typeof part === 'string') {
          yield part
          continue
        }
        const between = added.get(part.uniqueId)
        for (const [index, text] of part.parts.entries()) {
          if (index > 0) yield between?.[index - 1] ?? part.values[index - 1] ?? ''
          yield text
        }
      }
    },
    edges: () => edgeParts(graph),
    semanticManifest: () => [renderSemanticManifest(graph)],
  }
}

/** The same texts, to be kept. */
export function textsToKeep(graph: Graph): WrittenTexts {
  return { manifest: manifestBody(graph), edges: edgeParts(graph), semanticManifest: renderSemanticManifest(graph) }
}
