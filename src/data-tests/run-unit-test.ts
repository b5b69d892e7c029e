/**
 * A unit test run: the tested model's template over rows written down, its result beside the rows expected. Parents need
 * not be built: where the database lacks one, its columns' types are taken from its own query.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { compileNode } from '../compile/compile-node.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'
import { type NodeRendering, namesOfNode, type StandIns } from '../compile/node-providers.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { compareKeys } from '../context/agate-rows.ts'
import { AgateTable } from '../context/agate-table.ts'
import type { VarLookup } from '../context/var-lookup.ts'
import { changedNode, type ModelNode, type Node, type UnitTestNode } from '../project/node.ts'
import { str } from '../template/repr.ts'
import { noKwargs, PyDict, PyObject, type Value } from '../template/value.ts'
import { describedColumns } from './described-columns.ts'
import { diffTables } from './table-diff.ts'
import { inputReferences, type UnitTestInputs, unitTestInputs } from './unit-test-inputs.ts'

export interface UnitTestRun {
  readonly test: UnitTestNode
  readonly session: NodeSession
  /** The macro `materialization unit`. */
  readonly materialization: { readonly name: string; readonly packageName: string }
  readonly compiled: (step: CompiledStep) => void
  readonly executing: () => void
  readonly write: (sql: string) => void
}

export interface UnitTestVerdict {
  readonly status: 'pass' | 'fail'
  readonly message: string | null
  readonly failures: number
}

export async function runUnitTest(run: UnitTestRun): Promise<UnitTestVerdict> {
  const { test, session } = run
  const tested = testedModel(test, session)
  const inputs = await unitTestInputs(test, tested, session)
  const node = unitNode(test, tested)
  const step = await compileTested(run, tested, node, inputs)
  const fixtures = step.extraCtes.flatMap(({ id }) => inputs.get(id)?.query ?? [])
  const compiled = { ...step, node: test, fixtures }
  run.compiled(compiled)
  run.executing()
  const table = await resultTable(run, node, compiled)
  const diff = diffTables(columnsOf(table), rowsOf(table, 'expected'), rowsOf(table, 'actual'))
  if (!diff.different) return { status: 'pass', message: null, failures: 0 }
  const { useColors } = session.state.config.flags
  const word = (text: string, code: number): string => (useColors ? `\u001b[${code}m${text}\u001b[0m` : text)
  const heading = `${word('actual', 32)} differs from ${word('expected', 31)}:`
  return { status: 'fail', message: `\n\n${heading}\n\n${diff.render(useColors)}\n`, failures: 1 }
}

function testedModel(test: UnitTestNode, session: NodeSession): ModelNode {
  const { graph } = session.state
  for (const id of graph.dependsOn.get(test.uniqueId) ?? []) {
    const member = graph.members.get(id)
    if (member?.resourceType === 'model') return member
  }
  throw new DiagnosticError({
    code: 'data-tests/unit-test-input',
    kind: 'Parsing',
    message: `Unable to find model '${test.model}' for unit test '${test.name}'`,
    node: test.uniqueId,
  })
}

/** The test as a node with the model's text: what the macros see as `model` and `config`. */
function unitNode(test: UnitTestNode, tested: ModelNode): Node {
  const name = tested.version === null ? test.name : `${test.name}_v${tested.version}`
  const isSql = test.expect.format === 'sql'
  const config = PyDict.of({
    materialized: 'unit',
    expected_rows: isSql ? [] : test.expect.rows,
    expected_sql: isSql ? test.expect.rows : null,
  })
  // The graph has no such node: only templates get to see it.
  const resourceType = 'unit_test' as unknown as 'model'
  const { uniqueId, packageName } = test
  return changedNode(tested, { resourceType, uniqueId, name, alias: name, packageName, config })
}

async function compileTested(
  { test, session }: UnitTestRun,
  tested: ModelNode,
  node: Node,
  inputs: UnitTestInputs,
): Promise<CompiledStep> {
  const names = (noted: (uniqueId: string) => void) => {
    const rendering: NodeRendering = {
      session,
      node,
      references: inputReferences(test, tested, session, inputs, noted),
      stand: standIns(test, tested, session, inputs, noted),
    }
    return namesOfNode(rendering)
  }
  return compileNode(node, session, { fixture: id => inputs.get(id)?.cte, names })
}

function standIns(
  test: UnitTestNode,
  tested: ModelNode,
  session: NodeSession,
  inputs: UnitTestInputs,
  noted: (uniqueId: string) => void,
): StandIns {
  const { overrides } = test
  const text = (dict: PyDict | undefined): [string, Value][] => {
    return Array.from(dict ?? [], ([key, value]) => [String(key), value] as [string, Value])
  }
  const environment = Object.fromEntries(text(overrides?.envVars).map(([key, value]) => [key, str(value)]))
  const facts = session.runFacts
  return {
    macros: new Map(text(overrides?.macros)),
    vars: withVars(session.state.varsOf(tested.packageName), overrides?.vars ?? new PyDict()),
    facts: { ...facts, environment: { ...facts.environment, ...environment } },
    thisValue() {
      const name = inputs.get(tested.uniqueId)?.name
      if (name !== undefined) noted(tested.uniqueId)
      return name ?? null
    },
  }
}

function withVars(vars: VarLookup, changes: PyDict): VarLookup {
  if (changes.size === 0) return vars
  return {
    get: name => changes.get(name) ?? vars.get(name),
    all: () => PyDict.of([...vars.all(), ...changes]),
  }
}

/** Both sides in one table, told apart by its last column. @throws what the comparison fails with, and a hint at types */
async function resultTable(run: UnitTestRun, node: Node, compiled: CompiledStep): Promise<AgateTable> {
  const { session, materialization, test } = run
  const columns = await describedColumns(session, compiled.compiledCode)
  const extra = columns && new Map<string, Value>([['described_columns', columns]])
  const names = namesOfNode({ session, node, compiled, write: run.write, ...(extra && { extra }) })
  const packageName = materialization.packageName === 'dbt_duckdb' ? 'dbt' : materialization.packageName
  const macro = names.macros.lookupInPackage(packageName, materialization.name)
  try {
    if (macro instanceof PyObject && macro.call) await macro.call([], noKwargs)
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error.diagnostic.code === 'adapter/interrupted') throw error
    const { diagnostic } = error
    const inner = `${diagnostic.kind} Error\n  ${diagnostic.message.replaceAll('\n', '\n  ')}`
    throw new DiagnosticError({
      ...diagnostic,
      code: 'data-tests/unit-test-failed',
      kind: 'Runtime',
      message: `An error occurred during execution of unit test '${test.name}'. There may be an error in the unit test definition: check the data types.\n ${inner}`,
      cause: error,
    })
  }
  const main = names.results.load('main')
  const table = main instanceof PyDict ? main.get('table') : undefined
  if (table instanceof AgateTable) return table
  throw new Error('the materialization of unit tests gave no table')
}

const sideColumn = 'actual_or_expected'

function columnsOf(table: AgateTable): string[] {
  return table.names.map(name => name.toLowerCase()).filter(name => name !== sideColumn)
}

/** Rows of one side, sorted, as Python prints their values. */
function rowsOf(table: AgateTable, side: string): (string | null)[][] {
  const sideIndex = table.names.findIndex(name => name.toLowerCase() === sideColumn)
  return table.rows
    .filter(row => str(row.values[sideIndex] ?? null) === side)
    .map(row => row.values.filter((_, index) => index !== sideIndex))
    .sort(compareKeys)
    .map(row => row.map(value => (value === null ? null : str(value))))
}
