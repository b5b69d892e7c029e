/** The texts of a graph, made from its records. */
import type { Graph } from '../graph/graph.ts'
import { entryText, type GraphTexts, type WrittenTexts } from '../parse-cache/graph-texts.ts'
import { edgeParts } from './graph-summary.ts'
import { manifestBody } from './manifest.ts'
import { renderSemanticManifest } from './semantic-manifest.ts'

export function renderedTexts(graph: Graph): GraphTexts {
  return {
    *manifest(added) {
      for (const part of manifestBody(graph)) {
        if (typeof part === 'string') yield part
        else yield* entryText(part, added.get(part.uniqueId))
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
