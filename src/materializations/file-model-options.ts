/** The configuration of a model whose rows are kept in files, checked before anything is sent. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { partitionColumns } from '../project/partition-columns.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { NodeWork } from './node-work.ts'

export interface FileModelOptions {
  readonly partitionBy: readonly string[]
  /** `append`, `insert_overwrite`, `delete+insert`, `merge`, or a name for which the project has a macro. */
  readonly strategy: string
  readonly uniqueKey: readonly string[]
  /** SQL conditions over stored rows: `insert_overwrite` replaces those that meet all, other strategies change no others. */
  readonly predicates: readonly string[]
  readonly onSchemaChange: 'ignore' | 'append_new_columns' | 'sync_all_columns' | 'fail'
  /** Properties of a new Delta table, such as `delta.appendOnly`. */
  readonly properties: Readonly<Record<string, string>>
  /** Options of COPY that say how the files of a Delta table are encoded, where `options` has any. */
  readonly encoding?: readonly string[]
  /** The rows are added to what is there; otherwise the model is made anew each time. */
  readonly isIncremental: boolean
  /** The strategy only looks at stored rows that have the key of a new one. */
  readonly readsByKey: boolean
}

/** @throws `lake/file-model` for what contradicts itself */
export function fileModelOptions(work: NodeWork): FileModelOptions {
  const { node } = work
  const written = work.config('incremental_strategy')
  const using = texts(work.config('merge_on_using_columns'))
  const uniqueKey = written === 'merge' && using.length > 0 ? using : texts(work.config('unique_key'))
  const strategy = strategyOf(written === null ? null : str(written), uniqueKey)
  const predicates = predicatesOf(work)
  if (written === 'replace_where' && predicates.length === 0) {
    throw new DiagnosticError({
      code: 'lake/file-model',
      message: `The strategy "replace_where" of "${node.name}" replaces the rows that meet a condition, but the model has none`,
      hint: 'Set incremental_predicates, or use the strategy "insert_overwrite" to replace partitions or everything',
      node: node.uniqueId,
    })
  }
  const properties = work.config('tblproperties')
  const encoding = encodingOf(work.config('options'))
  return {
    partitionBy: partitionColumns(node.config),
    strategy,
    uniqueKey,
    predicates,
    onSchemaChange: schemaChange(work),
    properties:
      properties instanceof PyDict
        ? Object.fromEntries(Array.from(properties, ([key, value]) => [str(key), propertyText(str(value))]))
        : {},
    ...(encoding.length > 0 && { encoding }),
    isIncremental: work.config('materialized') === 'incremental' || written !== null || uniqueKey.length > 0,
    readsByKey: uniqueKey.length > 0 && isByKey(work, strategy),
  }
}

const encodingOptions: ReadonlySet<string> = new Set([
  ...['compression', 'compression_level', 'row_group_size', 'row_group_size_bytes', 'parquet_version'],
])

/** As dbt-duckdb's external models have them; a compression of their own ends the usual level. */
function encodingOf(options: Value): string[] {
  if (!(options instanceof PyDict)) return []
  return Array.from(options, ([name, value]) => [str(name), str(value)] as const)
    .filter(([name, value]) => encodingOptions.has(name.toLowerCase()) && /^\w+$/.test(value))
    .map(([name, value]) => `${name} ${value}`)
}

/** Clauses and macros of users may look at other rows too. */
function isByKey(work: NodeWork, strategy: string): boolean {
  const macros = strategyMacros[strategy]
  if (macros === undefined || truthy(work.config('merge_clauses'))) return false
  return work.session.state.macros.areBuiltIn(macros)
}

const strategyMacros: Readonly<Record<string, readonly string[]>> = {
  'delete+insert': ['get_incremental_delete_insert_sql', 'get_incremental_default_sql', 'get_delete_insert_merge_sql'],
  merge: ['get_incremental_merge_sql', 'get_merge_sql', 'merge_join_clause', 'merge_clause_defaults'],
}

/**
 * dbt-duckdb's default: rows whose keys come again are replaced, without a key rows are added. `replace_where` is what
 * dbt-databricks calls replacing by a condition.
 */
function strategyOf(written: string | null, uniqueKey: readonly string[]): string {
  if (written === 'replace_where') return 'insert_overwrite'
  if (written !== null && written !== 'default') return written === 'delete_insert' ? 'delete+insert' : written
  return uniqueKey.length > 0 ? 'delete+insert' : 'append'
}

function predicatesOf(work: NodeWork): string[] {
  const configured = work.config('predicates')
  return texts(truthy(configured) ? configured : work.config('incremental_predicates'))
}

function texts(value: Value): string[] {
  if (Array.isArray(value)) return value.map(str)
  return truthy(value) ? [str(value)] : []
}

const schemaChanges = ['ignore', 'append_new_columns', 'sync_all_columns', 'fail'] as const

function schemaChange(work: NodeWork): FileModelOptions['onSchemaChange'] {
  const written = work.config('on_schema_change')
  return schemaChanges.find(one => one === written) ?? 'ignore'
}

/** Python's words for truth are not the log's. */
function propertyText(text: string): string {
  return text === 'True' || text === 'False' ? text.toLowerCase() : text
}
