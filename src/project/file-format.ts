/**
 * Which nodes are kept as files that a run adds to or makes anew: Delta tables, and Parquet files of incremental models
 * and snapshots. External models without such a strategy are files too, but made anew each time.
 */
import type { Node } from './node.ts'

/** `format: delta` or `table_format: delta` of an external or incremental model or of a snapshot. */
export function isDeltaNode(node: Node): boolean {
  return canBeFiles(node) && formats(node).includes('delta')
}

/**
 * Parquet files that a run adds to: `format: parquet` or `table_format: parquet` of an incremental model or a snapshot. An
 * external model must say `table_format`, since dbt-duckdb makes it anew whatever strategy it has.
 */
export function isParquetNode(node: Node): boolean {
  if (!canBeFiles(node) || isDeltaNode(node)) return false
  if (node.config.get('materialized') !== 'external') return formats(node).includes('parquet')
  return node.config.get('table_format') === 'parquet' && hasStrategy(node)
}

/** An external model says by a strategy or a key that it is added to. */
export function isIncrementalDelta(node: Node): boolean {
  return isDeltaNode(node) && node.resourceType === 'model' && (isIncremental(node) || hasStrategy(node))
}

function canBeFiles(node: Node): boolean {
  if (node.resourceType === 'snapshot') return true
  return node.resourceType === 'model' && (isIncremental(node) || node.config.get('materialized') === 'external')
}

function isIncremental(node: Node): boolean {
  return node.config.get('materialized') === 'incremental'
}

function hasStrategy(node: Node): boolean {
  return ['incremental_strategy', 'unique_key'].some(key => (node.config.get(key) ?? null) !== null)
}

function formats(node: Node): readonly unknown[] {
  return [node.config.get('table_format') ?? null, node.config.get('format') ?? null]
}
