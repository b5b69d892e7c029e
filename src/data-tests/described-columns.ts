/**
 * The columns of a unit test's result without a table. dbt makes an empty temporary one of the query and looks at it; where
 * a table would have the very columns of the query, describing the query tells them in one statement.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { NodeSession } from '../compile/node-session.ts'
import type { Value } from '../template/value.ts'

const macrosOnTheWay = [
  'materialization_unit_default',
  'materialization_unit_duckdb',
  'make_temp_relation',
  'get_create_table_as_sql',
  'create_table_as',
  'get_empty_subquery_sql',
  'get_columns_in_relation',
  'sql_convert_columns_in_relation',
  'run_query',
  'statement',
  'drop_relation',
]

/** Types that a column of a table has as a query has them: no `NULL`, no struct without names. */
const plainType = /^(?!.*\bNULL\b)[A-Z_ ]+(?:\(\d+(?:,\d+)?\))?(?:\[\d*\])*$/

/**
 * Rows of name, type, length, precision and scale, as macros make columns of them.
 * @returns undefined where only a table tells, and where it is up to the table to fail
 */
export async function describedColumns(session: NodeSession, query: string): Promise<Value[] | undefined> {
  if (!session.state.macros.areBuiltIn(macrosOnTheWay)) return undefined
  const rows = await describe(session, query)
  const names = new Set(rows?.map(([name]) => name.toLowerCase()))
  if (rows === undefined || names.size < rows.length || !rows.every(([, type]) => plainType.test(type)))
    return undefined
  return rows.map(([name, type]) => [name, type, null, null, null])
}

async function describe(session: NodeSession, query: string): Promise<[string, string][] | undefined> {
  try {
    const { rows } = await session.send(`describe (\n${query}\n)`, { begin: false })
    return rows.map(([name, type]) => [String(name), String(type)])
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error.diagnostic.code === 'adapter/interrupted') throw error
    return undefined
  }
}
