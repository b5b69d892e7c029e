/** The configuration of a model that is kept as a Delta table, checked before anything is sent. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { partitionColumns } from '../project/partition-columns.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { PyDict } from '../template/value.ts'
import type { NodeWork } from './node-work.ts'

export interface DeltaOptions {
  readonly partitionBy: readonly string[]
  /** `append`, `insert_overwrite`, `delete+insert`, `merge`, or a name for which the project has a macro. */
  readonly strategy: string
  readonly uniqueKey: readonly string[]
  readonly onSchemaChange: 'ignore' | 'append_new_columns' | 'sync_all_columns' | 'fail'
  /** Properties of a new table, such as `delta.appendOnly`. */
  readonly properties: Readonly<Record<string, string>>
  /** The rows are added to what is there; otherwise the model is made anew each time. */
  readonly isIncremental: boolean
  /** The strategy only looks at stored rows that have the key of a new one. */
  readonly readsByKey: boolean
}

/** @throws `lake/delta-model` for what contradicts itself */
export function deltaOptions(work: NodeWork): DeltaOptions {
  const { node } = work
  const written = work.config('incremental_strategy')
  const uniqueKey = keyColumns(work)
  const strategy = strategyOf(written === null ? null : str(written), uniqueKey)
  const partitionBy = partitionColumns(node.config)
  if (strategy === 'insert_overwrite' && partitionBy.length === 0) {
    throw new DiagnosticError({
      code: 'lake/delta-model',
      message: `The strategy "insert_overwrite" of "${node.name}" replaces partitions, but the model has no "partition_by"`,
      hint: 'Set partition_by, or leave the strategy out to replace the whole table',
      node: node.uniqueId,
    })
  }
  const properties = work.config('tblproperties')
  return {
    partitionBy,
    strategy,
    uniqueKey,
    onSchemaChange: schemaChange(work),
    properties:
      properties instanceof PyDict
        ? Object.fromEntries(Array.from(properties, ([key, value]) => [str(key), propertyText(str(value))]))
        : {},
    isIncremental: work.config('materialized') === 'incremental' || written !== null || uniqueKey.length > 0,
    readsByKey: uniqueKey.length > 0 && byKey.has(strategy) && !truthy(work.config('merge_clauses')),
  }
}

const byKey: ReadonlySet<string> = new Set(['delete+insert', 'merge'])

/** dbt-duckdb's default: rows whose keys come again are replaced, without a key rows are added. */
function strategyOf(written: string | null, uniqueKey: readonly string[]): string {
  if (written !== null && written !== 'default') return written === 'delete_insert' ? 'delete+insert' : written
  return uniqueKey.length > 0 ? 'delete+insert' : 'append'
}

function keyColumns(work: NodeWork): string[] {
  const key = work.config('unique_key')
  if (Array.isArray(key)) return key.map(str)
  return truthy(key) ? [str(key)] : []
}

const schemaChanges = ['ignore', 'append_new_columns', 'sync_all_columns', 'fail'] as const

function schemaChange(work: NodeWork): DeltaOptions['onSchemaChange'] {
  const written = work.config('on_schema_change')
  return schemaChanges.find(one => one === written) ?? 'ignore'
}

/** Python's words for truth are not the log's. */
function propertyText(text: string): string {
  return text === 'True' || text === 'False' ? text.toLowerCase() : text
}
