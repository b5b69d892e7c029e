/** Where the tables of models are that are kept as Delta tables: by configuration and the project's macros. */
import { quoteString } from '../base/sql-text.ts'
import { ConfigValue } from '../context/config-value.ts'
import type { NodeNames } from '../context/node-names.ts'
import type { Node } from '../project/node.ts'
import { str } from '../template/repr.ts'
import { PyObject } from '../template/value.ts'
import type { NodeAccess } from './node-access.ts'
import { nodeConfig } from './node-config.ts'
import { nodeRelation } from './node-relation.ts'

/**
 * The folder or prefix that holds `_delta_log`, as written: `location`, or what `external_location` says without the
 * ending, which a folder does not have.
 */
export async function deltaPlace(session: NodeAccess, node: Node, names?: NodeNames): Promise<string> {
  const scope = names ?? session.macroNames()
  const configured = node.config.get('location') ?? null
  if (configured !== null) return trimmed(str(await session.runFacts.render(str(configured), scope)))
  const relation = nodeRelation(node, session.state.adapterFacts.quoting)
  const macro = scope.lookup('external_location')
  const config = new ConfigValue(nodeConfig(node), node.uniqueId)
  const found = macro instanceof PyObject && macro.call ? await macro.call([relation, config], new Map()) : node.alias
  return trimmed(str(await session.runFacts.render(str(found), scope))).replace(/\.(?:delta|parquet)$/, '')
}

function trimmed(location: string): string {
  return location.trim().replace(/\/+$/, '')
}

/** The reader's call, as it stands after FROM. */
export function deltaReader(location: string): string {
  return `delta_scan(${quoteString(location)})`
}
