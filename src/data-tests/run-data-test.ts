/** A data test run: its query is wrapped to count failures, sent, and judged. Floor neighbours give it what they must. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { QueryResult, SqlValue } from '../base/sql-value.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'
import { type NodeRendering, namesOfNode } from '../compile/node-providers.ts'
import type { RunState } from '../compile/run-state.ts'
import { AgateTable } from '../context/agate-table.ts'
import { MacroCalls } from '../context/macro-record.ts'
import type { TestNode } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { noKwargs, PyDict, PyObject, type Value } from '../template/value.ts'
import { judgeTest, readTestRow, type TestThresholds, type Verdict } from './verdict.ts'

export interface DataTestRun {
  readonly rendering: NodeRendering & { readonly compiled: CompiledStep; readonly node: TestNode }
  /** The macro `materialization test`. */
  readonly materialization: { readonly name: string; readonly packageName: string }
  /** Takes the unique ids of the macros that the materialization called itself. */
  readonly called: (macros: readonly string[]) => void
  readonly warningsFail: boolean
}

/** What the built-in materialization calls itself. */
const calledByBuiltIn = ['get_limit_subquery_sql', 'should_store_failures', 'statement'] as const

/** The macros on the way of a test that stores nothing. */
const macrosOnTheWay: readonly string[] = [
  ...calledByBuiltIn,
  'get_test_sql',
  'materialization_test_default',
  'materialization_test_duckdb',
]

export async function runDataTest(run: DataTestRun): Promise<Verdict> {
  const { node, session } = run.rendering
  const result = isPlainTest(node, session.state) ? await sendTest(run) : await callTest(run)
  return judgeTest(readTestRow(result.columns, result.rows, node.uniqueId), thresholdsOf(run))
}

/** One query of its own tells all about it. */
export function isPlainTest({ config: own }: TestNode, { config, macros }: RunState): boolean {
  const storesFailures = truthy(own.get('store_failures') ?? config.flags.storeFailures)
  return !storesFailures && (own.get('limit') ?? null) === null && macros.areBuiltIn(macrosOnTheWay)
}

function thresholdsOf({ rendering: { node }, warningsFail }: DataTestRun): TestThresholds {
  const text = (key: string, usual: string): string => str(node.config.get(key) ?? usual)
  return {
    severity: text('severity', 'error'),
    warnIf: text('warn_if', '!= 0'),
    errorIf: text('error_if', '!= 0'),
    warningsFail,
  }
}

/** What `get_test_sql` of the built-in macros gives, laid out as in dbt, in one statement and without a transaction. */
async function sendTest({ rendering, called }: DataTestRun): Promise<QueryResult> {
  const { node, compiled, session, write } = rendering
  const failures = str(node.config.get('fail_calc') ?? 'count(*)')
  const condition = (key: string): string => `${failures} ${str(node.config.get(key) ?? '!= 0')}`
  const sql = `
    
    select
      ${failures} as failures,
      ${condition('warn_if')} as should_warn,
      ${condition('error_if')} as should_error
    from (
      
    
  ${compiled.compiledCode}
  
  
      
    ) dbt_internal_test`
  write?.(sql)
  called(calledByBuiltIn.map(name => `macro.dbt.${name}`))
  return session.send(sql, { begin: false, isLast: true, path: node.originalFilePath })
}

type Rows = { readonly columns: readonly { readonly name: string }[]; readonly rows: readonly (readonly SqlValue[])[] }

async function callTest({ rendering, materialization, called }: DataTestRun): Promise<Rows> {
  // dbt has no macro around those of a test's materialization, so they count as the node's own.
  const calls = new MacroCalls(1)
  const names = namesOfNode({ ...rendering, recorder: calls })
  const macro = names.macros.lookupInPackage(
    materialization.packageName === 'dbt_duckdb' ? 'dbt' : materialization.packageName,
    materialization.name,
  )
  if (!(macro instanceof PyObject) || !macro.call) throw noResult(rendering.node)
  try {
    await macro.call([], noKwargs)
  } finally {
    called(calls.uniqueIds)
  }
  const main = names.results.load('main')
  const table = main instanceof PyDict ? main.get('table') : undefined
  if (!(table instanceof AgateTable)) throw noResult(rendering.node)
  return {
    columns: table.names.map(name => ({ name })),
    rows: table.rows.map(row => row.values.map(plainValue)),
  }
}

function plainValue(value: Value): SqlValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value
  if (value instanceof PyObject) {
    const number = value.toFloat()
    if (number !== undefined) return number
  }
  return str(value)
}

function noResult(node: TestNode): DiagnosticError {
  return new DiagnosticError({
    code: 'data-tests/test-shape',
    kind: 'Internal',
    message: `dbt internally failed to execute ${node.uniqueId}: its materialization gave no result`,
    node: node.uniqueId,
  })
}
