/** Which failures of a node are worth another attempt, by itself. */
import { isNode } from '../compile/node-providers.ts'
import type { GraphMember } from '../project/node.ts'
import { PyDict } from '../template/value.ts'
import type { EventSink } from './event.ts'
import type { NodeResult } from './run-result.ts'

export function deservesSecondAttempt(node: GraphMember, result: NodeResult): boolean {
  return ranOutOfMemory(result) || (metConflict(result) && !hasHooksOutside(node))
}

/** The node has started already: a second attempt does not tell so again. */
export function tellingNoStart(sink: EventSink): EventSink {
  return event => {
    if (event.kind !== 'node started') sink(event)
  }
}

function ranOutOfMemory(result: NodeResult): boolean {
  return result.diagnostics.some(one => one.code === 'adapter/out-of-memory')
}

/**
 * Two nodes met in the catalogue: DuckDB lets one win, and now and then takes a table that another connection is renaming
 * for missing. Everything was undone, so the node is tried again by itself. A `begin` or `commit` of the user's that is
 * out of place is no conflict: it would do all over again what it has committed.
 */
function metConflict(result: NodeResult): boolean {
  return result.diagnostics.some(
    one =>
      (one.code === 'adapter/sql-transaction' && !/no transaction is active|within a transaction/.test(one.message)) ||
      /write-write conflict|Table with name \S+__dbt_(?:tmp|backup)\S* does not exist/.test(one.message),
  )
}

/** Hooks outside of the node's transaction are not undone with it. */
function hasHooksOutside(node: GraphMember): boolean {
  if (!isNode(node)) return false
  const hooks = ['pre-hook', 'post-hook'].flatMap(key => node.config.get(key) ?? [])
  return hooks.some(hook => hook instanceof PyDict && hook.get('transaction') === false)
}
