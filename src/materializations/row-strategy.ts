/**
 * What a strategy does to rows that are kept in files is said by dbt's macros: the stored rows that it may touch are put
 * into a temporary table, the macro's SQL runs on that, and what it leaves is written in their place. So every option of
 * dbt and every macro of a project has its usual effect.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteIdentifier } from '../base/sql-text.ts'
import type { ColumnInfo } from '../base/sql-value.ts'
import { createRelation, type Relation } from '../context/relation.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { noKwargs, PyDict, PyObject, type Value } from '../template/value.ts'
import type { NodeWork } from './node-work.ts'

export interface RowStrategy {
  /** `append`, `delete+insert`, `merge`, `microbatch` or a name for which the project has a macro. */
  readonly strategy: string
  readonly onSchemaChange: string
  /** SQL conditions over stored rows, of which `insert_overwrite` replaces those that meet all. */
  readonly predicates: readonly string[]
}

/** A temporary table with the rows of the query; `what` tells a node's tables apart. */
export async function temporaryTable(work: NodeWork, what: string, query: string): Promise<Relation> {
  const path = { database: 'temp', schema: 'main', identifier: `${work.node.alias}__eider_${what}` }
  const table = createRelation(path, { type: 'table' })
  await work.send(`create or replace temp table ${table.render()} as (\n${query}\n)`, { begin: false })
  return table
}

export async function dropTables(work: NodeWork, tables: readonly Relation[]): Promise<void> {
  await work.send(tables.map(table => `drop table if exists ${table.render()}`).join('; '), { begin: false })
}

export async function columnsOf(work: NodeWork, query: string): Promise<ColumnInfo[]> {
  const { rows } = await work.send(`describe (\n${query}\n)`, { begin: false })
  return rows.map(([name, type]) => ({ name: String(name), type: String(type) }))
}

/** Brings the fresh rows into the stored ones, as dbt's own materialization does. */
export async function runStrategy(
  work: NodeWork,
  { strategy, onSchemaChange, predicates }: RowStrategy,
  fresh: Relation,
  stored: Relation,
): Promise<void> {
  if (strategy === 'merge') await work.macro('validate_merge_config', [work.names.lookup('config') ?? null])
  const macro = await strategyMacro(work, strategy)
  if (onSchemaChange === 'sync_all_columns') await takeTypes(work, fresh, stored)
  const changed = await work.macro('process_schema_changes', [onSchemaChange, fresh, stored])
  const columns = truthy(changed) ? changed : await work.macro('get_columns_in_relation', [stored])
  const written = work.config('predicates')
  const asWritten = truthy(written) ? written : work.config('incremental_predicates')
  const sql = await callValue(macro, [
    PyDict.of({
      target_relation: stored,
      temp_relation: fresh,
      unique_key: work.config('unique_key'),
      dest_columns: columns,
      // The macro of this one strategy takes nothing but a list, and joins it as it is.
      incremental_predicates: strategy === 'insert_overwrite' ? predicates.map(one => `(${one})`) : asWritten,
    }),
  ])
  await sendSql(work, sql)
}

/**
 * What dbt's macros do for a column of another type, an update and then changes of the table, DuckDB cannot commit in one
 * transaction.
 */
async function takeTypes(work: NodeWork, fresh: Relation, stored: Relation): Promise<void> {
  const now = await columnsOf(work, `from ${stored.render()}`)
  for (const { name, type } of await columnsOf(work, `from ${fresh.render()}`)) {
    const old = now.find(column => column.name.toLowerCase() === name.toLowerCase())
    if (old === undefined || old.type === type) continue
    const column = quoteIdentifier(old.name)
    await work.send(`alter table ${stored.render()} alter column ${column} type ${type}`, { begin: false })
  }
}

/** DuckDB's tables do not know `insert_overwrite`, so the adapter refuses it; the macro is there all the same. */
async function strategyMacro(work: NodeWork, strategy: string): Promise<Value | undefined> {
  if (strategy === 'insert_overwrite') return work.names.lookup('get_incremental_insert_overwrite_sql')
  return callAdapter(work, 'get_incremental_strategy_macro', [work.names.lookup('context') ?? null, strategy])
}

/** Conditions over stored rows as one. */
export function conditionOf(predicates: readonly string[]): string {
  return predicates.map(predicate => `(${predicate})`).join(' and ')
}

/** Fresh rows must be where they replace rows: else a second run would find them among those to keep. @throws `lake/outside-predicate` */
export async function refuseOutside(
  work: NodeWork,
  { strategy, predicates }: RowStrategy,
  fresh: Relation,
): Promise<void> {
  if (strategy !== 'insert_overwrite' || predicates.length === 0) return
  const { rows } = await work.send(
    `select count(*) from ${fresh.render()} as DBT_INTERNAL_DEST where (${conditionOf(predicates)}) is not true`,
    { begin: false },
  )
  const count = Number(rows[0]?.[0] ?? 0)
  if (count === 0) return
  throw new DiagnosticError({
    code: 'lake/outside-predicate',
    kind: 'Runtime',
    message: `${count} new rows of "${work.node.name}" do not meet the condition by which it replaces rows: ${predicates.join(' and ')}`,
    hint: 'Give the query the same condition as incremental_predicates',
    node: work.node.uniqueId,
  })
}

/** Sends what a macro gave, which is nothing where it has sent it itself. */
export async function sendSql(work: NodeWork, sql: Value): Promise<void> {
  const text = str(sql).trim()
  work.write(text)
  if (text !== '') await work.send(text, { begin: false })
}

export async function callAdapter(work: NodeWork, method: string, args: readonly Value[]): Promise<Value> {
  const adapter = work.names.lookup('adapter')
  const found = adapter instanceof PyObject ? adapter.attr(method) : undefined
  return callValue(found, args)
}

export async function callValue(callable: Value | undefined, args: readonly Value[]): Promise<Value> {
  if (callable instanceof PyObject && callable.call) return callable.call(args, noKwargs)
  throw new Error('what was looked up cannot be called')
}
