/** Which models are kept as Delta tables, and which of those are added to instead of made anew. */
import type { Node } from './node.ts'

/** `format: delta` or `table_format: delta` of an external or incremental model. */
export function isDeltaNode(node: Node): boolean {
  const { config } = node
  const kind = config.get('materialized')
  if (node.resourceType !== 'model' || (kind !== 'external' && kind !== 'incremental')) return false
  return [config.get('format'), config.get('table_format')].some(value => value === 'delta')
}

/** An external model says by a strategy or a key that it is added to. */
export function isIncrementalDelta(node: Node): boolean {
  const has = (key: string): boolean => (node.config.get(key) ?? null) !== null
  return (
    isDeltaNode(node) &&
    (node.config.get('materialized') === 'incremental' || has('incremental_strategy') || has('unique_key'))
  )
}
