/**
 * The history of a query's rows by dbt's snapshot macros, on a temporary table in place of the snapshot's own: for snapshots
 * whose rows are kept in files. The order of macros is that of the built-in `{% materialization snapshot %}`.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteIdentifier } from '../base/sql-text.ts'
import type { RelationInfo } from '../base/sql-value.ts'
import { Column } from '../context/column.ts'
import type { Relation } from '../context/relation.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { PyDict, PyObject, type Value } from '../template/value.ts'
import type { NodeWork } from './node-work.ts'
import { callAdapter, callValue, sendSql } from './row-strategy.ts'

/** The query for the rows of a snapshot that does not exist yet. */
export async function firstRows(work: NodeWork): Promise<string> {
  const query = str(await work.macro('build_snapshot_table', [await strategyOf(work, false), codeOf(work)]))
  await work.macro('check_time_data_types', [query])
  return query
}

/**
 * The query for the rows that are there: in files, or in a table of the database from before the snapshot was kept in files,
 * which are taken over. Undefined for a snapshot without any. Its own relation can be asked for columns afterwards.
 * @throws `lake/file-model` if there are both, since one of them would be lost
 */
export async function storedHistory(
  work: NodeWork,
  existing: RelationInfo | undefined,
  reader: string | undefined,
): Promise<string | undefined> {
  const isTable = existing !== undefined && existing.kind !== 'view'
  if (reader === undefined) return isTable ? `from ${work.relation().render()}` : undefined
  if (isTable) {
    throw new DiagnosticError({
      code: 'lake/file-model',
      kind: 'Runtime',
      message: `The snapshot "${work.node.name}" is kept in files, but there is a table of its name in the database as well`,
      hint: 'Rename or drop the table, or move the files away: the rows of the one that stays are gone on with',
      node: work.node.uniqueId,
    })
  }
  const relation = work.relation('view')
  await work.send(`create or replace view ${relation.render()} as (\n  select * from ${reader}\n);`, { begin: false })
  work.session.cacheAdded({ ...relation.name, kind: 'view' })
  return `from ${reader}`
}

/**
 * Ends and begins rows in the temporary table, which needs to hold the rows that are in force. The node's own relation must
 * be there: macros ask it for its columns. False if there was nothing to change.
 */
export async function applyChanges(work: NodeWork, stored: Relation): Promise<boolean> {
  const strategy = await strategyOf(work, true)
  await callAdapter(work, 'assert_valid_snapshot_target_given_strategy', [stored, await metaColumns(work), strategy])
  const sql = codeOf(work)
  const changes = await work.macro('snapshot_staging_table', [strategy, sql, stored])
  const staging = await work.macro('build_snapshot_staging_table', [strategy, sql, stored])
  await callAdapter(work, 'expand_target_column_types', [staging, stored])
  const isTool = toolColumns(work)
  const missing = columnsIn(await callAdapter(work, 'get_missing_columns', [staging, stored]))
  const added = missing.filter(column => !isTool(column.name))
  await work.macro('create_columns', [stored, added])
  const written = columnsIn(await callAdapter(work, 'get_columns_in_relation', [staging]))
    .filter(column => !isTool(column.name))
    .map(column => quoteIdentifier(column.name))
  const merge = await work.macro(
    'snapshot_merge_sql',
    [],
    new Map<string, Value>([
      ['target', stored],
      ['source', staging],
      ['insert_cols', written],
    ]),
  )
  await work.macro('check_time_data_types', [changes])
  const { rows } = await work.send(`select count(*) from ${str(staging)}`, { begin: false })
  await sendSql(work, merge)
  await work.macro('post_snapshot', [staging])
  return added.length > 0 || Number(rows[0]?.[0] ?? 0) > 0
}

/** The column that says when a row has ended. */
export interface EndColumn {
  readonly name: string
  /** SQL for "not yet", where that is not NULL. */
  readonly open: string | undefined
}

export async function endColumn(work: NodeWork): Promise<EndColumn> {
  const name = await metaColumn(work, 'dbt_valid_to')
  const open = work.config('dbt_valid_to_current')
  return { name, open: truthy(open) ? str(open) : undefined }
}

/** The column that tells one state of a row from all others. */
export function scdColumn(work: NodeWork): Promise<string> {
  return metaColumn(work, 'dbt_scd_id')
}

async function metaColumn(work: NodeWork, name: string): Promise<string> {
  const names = await metaColumns(work)
  return names instanceof PyDict ? str(names.get(name) ?? name) : name
}

async function strategyOf(work: NodeWork, exists: boolean): Promise<Value> {
  const macro = await work.macro('strategy_dispatch', [work.config('strategy')])
  const model = work.names.lookup('model') ?? null
  const config = model instanceof PyDict ? (model.get('config') ?? null) : null
  return callValue(macro, [model, 'snapshotted_data', 'source_data', config, exists])
}

function codeOf(work: NodeWork): string {
  return work.compiled.compiledCode
}

async function metaColumns(work: NodeWork): Promise<Value> {
  // Asked as macros ask: `config.get` knows the names by an older key too.
  const config = work.names.lookup('config')
  const get = config instanceof PyObject ? config.attr('get') : undefined
  const configured = await callValue(get, ['snapshot_table_column_names'])
  return truthy(configured) ? configured : work.macro('get_snapshot_table_column_names', [])
}

function columnsIn(value: Value): Column[] {
  return Array.isArray(value) ? value.filter(one => one instanceof Column) : []
}

/** Columns of the staging table that are tools of the run and no part of the history. */
function toolColumns(work: NodeWork): (name: string) => boolean {
  const key = work.config('unique_key')
  const numbered = Array.isArray(key) ? key.map((_, index) => `dbt_unique_key_${index + 1}`) : []
  const names = new Set(['dbt_change_type', 'dbt_unique_key', ...numbered].flatMap(name => [name, name.toUpperCase()]))
  return name => names.has(name)
}
