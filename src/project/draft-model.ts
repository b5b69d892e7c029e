/**
 * `model` while templates are rendered in parse mode. A file's own text is rendered before its node is finished: then the
 * node is configured by the project files alone, and nothing is said about it yet.
 */
import { PyDict } from '../template/value.ts'
import { CapturedCalls } from './captured-calls.ts'
import type { Draft } from './draft.ts'
import { unplacedNode } from './finish-node.ts'
import type { Node } from './node.ts'
import { nodeJson, noFacts } from './node-json.ts'
import type { NodeMaker } from './node-maker.ts'
import { toPythonWithoutNulls } from './without-nulls.ts'

export function draftModel(draft: Draft, maker: NodeMaker): PyDict {
  const unread: Draft = { ...draft, patch: undefined, calls: new CapturedCalls() }
  return nodeModel({
    ...unplacedNode(unread, maker),
    tags: draft.firstTags,
    meta: new PyDict(),
    docs: { show: true, nodeColor: null },
    group: null,
    unrenderedConfig: new PyDict(),
  })
}

export function nodeModel(node: Node): PyDict {
  const value = toPythonWithoutNulls(nodeJson(node, noFacts))
  return value instanceof PyDict ? value : new PyDict()
}
