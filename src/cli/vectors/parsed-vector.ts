/** A template rendered as while a project is parsed: its text, and what it captured. */

import { nodeProviders } from '../../compile/node-providers.ts'
import { nodeRelation } from '../../compile/node-relation.ts'
import type { NodeSession } from '../../compile/node-session.ts'
import { addConfigCall } from '../../config/merge-config.ts'
import { nodeNames } from '../../context/node-names.ts'
import type { NodeProviders } from '../../context/node-providers.ts'
import type { Node } from '../../project/node.ts'
import { parsePort } from '../../project/parse-port.ts'
import { plainJson } from '../../project/plain-json.ts'
import { renderText } from '../../template/template.ts'
import { PyDict, type Value } from '../../template/value.ts'

export async function parsedVector(template: string, node: Node, session: NodeSession): Promise<unknown> {
  const { state } = session
  const refs: unknown[] = []
  const sources: string[][] = []
  const config = new PyDict()
  const itself = (): Value => nodeRelation(node, state.adapterFacts.quoting)
  const providers: NodeProviders = {
    ...nodeProviders({ session, node }),
    execute: false,
    adapter: parsePort(state.config),
    config: { kind: 'capture', add: options => addConfigCall(config, options) },
    ref: ({ name, packageName, version }) => {
      refs.push([...(packageName === null ? [] : [packageName]), name, ...(version === null ? [] : [version])])
      return itself()
    },
    source: (source, table) => {
      sources.push([source, table])
      return itself()
    },
    metric: name => name,
    function: itself,
    this: itself,
  }
  const names = nodeNames({ facts: session.runFacts, macros: state.macros, providers })
  const text = await renderText(template, names, { undefined: 'permissive' })
  return { text, refs, sources, config: plainJson(config) }
}
