/**
 * User-defined functions. DuckDB's are macros: an expression with parameters, which may hold aggregates too. dbt-duckdb
 * has no statement of its own for them (dbt's general one is no DuckDB), so this is a function rather than a macro;
 * a project that brings its own `scalar_function_sql` is asked instead.
 */
import type { FunctionNode } from '../project/node.ts'
import { str } from '../template/repr.ts'
import type { NodeWork, Outcome } from './node-work.ts'
import { plainResponse } from './node-work.ts'

const macrosOnTheWay = [
  'scalar_function_sql',
  'scalar_function_body_sql',
  'scalar_function_create_replace_signature_sql',
  'formatted_scalar_function_args_sql',
  'aggregate_function_sql',
  'get_aggregate_function_create_replace_signature',
  'function_execute_build_sql',
]

/** Kinds and languages that DuckDB does not have go by dbt's macro, which says that there is none for them. */
export function canCreateFunction(work: NodeWork): boolean {
  const type = work.config('type') ?? 'scalar'
  const isKnown = work.node.language === 'sql' && (type === 'scalar' || type === 'aggregate')
  return isKnown && work.session.state.macros.areBuiltIn(macrosOnTheWay)
}

export async function createFunction(work: NodeWork): Promise<Outcome> {
  const node = work.node as FunctionNode
  const relation = work.relation('function')
  const parameters = node.arguments.map(one =>
    one.default === null ? one.name : `${one.name} := ${defaultText(one.default)}`,
  )
  const body = work.compiled.compiledCode.trim().replace(/;$/, '')
  const sql = `create or replace function ${relation.render()}(${parameters.join(', ')}) as (\n  cast((\n${body}\n  ) as ${node.returns.dataType})\n)`
  await work.runHooks('pre-hook', false)
  await work.runHooks('pre-hook', true)
  work.write(sql)
  await work.send(sql, { begin: work.hasHooksInside })
  await work.runHooks('post-hook', true)
  await work.commit()
  await work.runHooks('post-hook', false)
  return { response: plainResponse, relations: [] }
}

function defaultText(value: FunctionNode['arguments'][number]['default']): string {
  return typeof value === 'string' ? value : str(value)
}
