/**
 * The columns by which an external model is cut into files: its `partition_by` (a name, names with commas, or a list),
 * or dbt-duckdb's `options.partition_by`, which wins.
 */
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'

export function partitionColumns(config: PyDict): readonly string[] {
  const options = config.get('options')
  const inOptions = options instanceof PyDict ? options.get('partition_by') : undefined
  return columnNames(inOptions ?? config.get('partition_by') ?? null)
}

/** `options` with the node's own `partition_by` in it; `undefined` where there is nothing to add. */
export function optionsWithPartitions(config: PyDict): PyDict | undefined {
  const columns = columnNames(config.get('partition_by') ?? null)
  const options = config.get('options')
  if (columns.length === 0 || (options instanceof PyDict && options.has('partition_by'))) return undefined
  const completed = options instanceof PyDict ? options.copy() : new PyDict()
  completed.set('partition_by', columns.join(', '))
  return completed
}

function columnNames(written: Value): readonly string[] {
  if (Array.isArray(written)) return written.map(str)
  if (typeof written !== 'string') return []
  return written
    .replace(/^\(|\)$/g, '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
}
