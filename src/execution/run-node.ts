/** One node, compiled and run: what came of it, as a value. Never throws for what a node did. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { type CompileOptions, compileNode } from '../compile/compile-node.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'
import type { NodeRendering } from '../compile/node-providers.ts'
import { isEphemeral } from '../compile/node-relation.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { deferRelation } from '../compile/references.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { AgateTable } from '../context/agate-table.ts'
import { internalPackages } from '../context/macro-namespace.ts'
import { runDataTest } from '../data-tests/run-data-test.ts'
import { writeDeltaModel } from '../materializations/delta-model.ts'
import { writeExternalModel } from '../materializations/external.ts'
import { fileModelNames } from '../materializations/file-model-names.ts'
import { canCreateFunction, createFunction } from '../materializations/function.ts'
import { NodeWork, type Outcome, type Response } from '../materializations/node-work.ts'
import { writeParquetModel } from '../materializations/parquet-model.ts'
import { canReplace, replaceRelation } from '../materializations/replace-relation.ts'
import { type MaterializationMacro, requireLanguage, runMaterializationMacro } from '../materializations/run-macro.ts'
import { canLoadSeed, loadSeed, readSeed } from '../materializations/seed.ts'
import { isDeltaNode, isParquetNode } from '../project/file-format.ts'
import type { Node, TestNode } from '../project/node.ts'
import { PyDict, type Value } from '../template/value.ts'

export interface NodeOutcome {
  readonly status: 'success' | 'pass' | 'warn' | 'fail'
  readonly message: string | null
  readonly response: Response | null
  readonly failures: number | null
}

export interface NodeRunOptions {
  /** Compiled code is known: artifacts, events. */
  readonly compiled: (step: CompiledStep) => void
  readonly executing: () => void
  readonly write: (sql: string) => void
  /** What ran the node called these macros, by unique id. */
  readonly called?: (macros: readonly string[]) => void
  readonly batch?: CompileOptions['batch']
  readonly configChanges?: ReadonlyMap<string, Value>
  /** Names for the run alone, not for compiling. */
  readonly runExtra?: ReadonlyMap<string, Value>
}

/**
 * `clone`: the node becomes a view of what the other environment has, by the macro `materialization clone`. Its query is
 * not compiled.
 */
export async function cloneNode(node: Node, session: NodeSession, options: NodeRunOptions): Promise<NodeOutcome> {
  if (isEphemeral(node)) return { status: 'success', message: null, response: null, failures: null }
  const other = session.state.deferral?.relations.get(node.uniqueId)
  options.executing()
  const from = other && (other.relationName ?? deferRelation(other).render())
  const compiled = { ...uncompiled(node), compiledCode: from === undefined ? '' : `select * from ${from}` }
  const work = new NodeWork({ session, node, compiled, write: options.write })
  const outcome = await runMaterializationMacro(work, materializationNamed('clone', session, node))
  for (const relation of outcome.relations) session.cacheAdded(relation)
  const ran = work.names.results.peek('main') !== undefined
  const response = ran ? outcome.response : null
  return { status: 'success', message: response?.message ?? 'No-op', response, failures: null }
}

/** Compiles and runs a model, seed, snapshot, function or data test. @throws DiagnosticError what failed */
export async function runNode(node: Node, session: NodeSession, options: NodeRunOptions): Promise<NodeOutcome> {
  // A function in Python is a template all the same.
  const isPython = node.language === 'python' && node.resourceType === 'model'
  if (isPython) requirePythonMacro(node, session)
  const extra = await fileModelNames(node, session)
  const compileOptions = { ...(options.batch && { batch: options.batch }), ...(extra && { extra }) }
  const compiled =
    node.resourceType === 'seed' || isPython ? uncompiled(node) : await compileNode(node, session, compileOptions)
  if (node.resourceType !== 'seed') options.compiled(compiled)
  if (isEphemeral(node)) return { status: 'success', message: null, response: null, failures: null }
  options.executing()
  const runExtra = new Map([...(extra ?? []), ...(options.runExtra ?? [])])
  const rendering: NodeRendering & { readonly compiled: CompiledStep } = {
    session,
    node,
    compiled,
    write: options.write,
    ...(options.batch && { batch: options.batch }),
    ...(options.configChanges && { configChanges: options.configChanges }),
    ...(runExtra.size > 0 && { extra: runExtra }),
  }
  if (node.resourceType === 'test') return testOutcome({ ...rendering, node }, session, options.called)
  const outcome = await materialize(rendering)
  for (const relation of outcome.relations) session.cacheAdded(relation)
  const { response } = outcome
  return { status: 'success', message: response.message, response, failures: null }
}

/** A project's own materialization may take nodes in Python: it fails only when it asks for the code to be run. */
function requirePythonMacro(node: Node, session: NodeSession): void {
  const macro = materializationOf(node, session)
  requireLanguage(node, macro)
  if (!internalPackages.includes(macro.packageName)) return
  throw new DiagnosticError({
    code: 'compile/python-model',
    kind: 'Runtime',
    message: `Python models cannot be run: "${node.name}" is written in Python, and there is no Python in this program`,
    hint: 'write the model in SQL, or build it with dbt before this run',
    node: node.uniqueId,
  })
}

function uncompiled(node: Node): CompiledStep {
  return {
    node,
    compiledCode: node.language === 'python' ? node.rawCode : '',
    extraCtes: [],
    macros: [],
    source: node.file,
    lineMap: [],
  }
}

async function testOutcome(
  rendering: NodeRendering & { readonly compiled: CompiledStep; readonly node: TestNode },
  session: NodeSession,
  called: NodeRunOptions['called'] = () => {},
): Promise<NodeOutcome> {
  const { config } = session.state
  const verdict = await runDataTest({
    rendering,
    materialization: materializationOf(rendering.node, session),
    called,
    warningsFail: new WarningPolicy(config.flags).of('', { name: 'LogTestResult', code: 'Q007' }) === 'error',
  })
  return { ...verdict, response: { message: 'OK' } }
}

async function materialize(rendering: NodeRendering & { readonly compiled: CompiledStep }): Promise<Outcome> {
  const { node, session } = rendering
  const kind = kindOf(node)
  const macro = findMaterialization(node, session)
  if (macro && !internalPackages.includes(macro.packageName))
    return runMaterializationMacro(new NodeWork(rendering), macro)
  switch (kind) {
    case 'view':
    case 'table': {
      const work = new NodeWork(rendering)
      const outcome = canReplace(node, session.state, kind) ? await replaceRelation(work, kind) : undefined
      if (outcome) return outcome
      break
    }
    case 'seed': {
      const work = new NodeWork({ ...rendering, loadSeed: () => seedTable(work) })
      if (canLoadSeed(work)) return loadSeed(work)
      return runMaterializationMacro(work, materializationOf(node, session))
    }
    case 'external':
    case 'incremental':
    case 'snapshot':
      if (isDeltaNode(node)) return writeDeltaModel(new NodeWork(rendering))
      if (isParquetNode(node)) return writeParquetModel(new NodeWork(rendering))
      if (kind === 'external') return writeExternalModel(new NodeWork(rendering))
      break
    case 'function': {
      const work = new NodeWork(rendering)
      if (canCreateFunction(work)) return createFunction(work)
      break
    }
    default:
  }
  return runMaterializationMacro(new NodeWork(rendering), materializationOf(node, session))
}

/** The seed's rows for macros that look at them. */
function seedTable(work: NodeWork): AgateTable {
  const { columns, rows } = readSeed(work)
  const types = work.config('column_types')
  const textColumns = new Set(types instanceof PyDict ? Array.from(types.keys(), String) : [])
  const path = `${'rootPath' in work.node ? work.node.rootPath : ''}/${work.node.originalFilePath}`
  return AgateTable.fromText(
    columns.map(column => column.name),
    rows,
    { textColumns, path },
  )
}

function findMaterialization(node: Node, session: NodeSession): MaterializationMacro | undefined {
  return materializationMacro(kindOf(node), session)
}

function materializationMacro(kind: string, session: NodeSession): MaterializationMacro | undefined {
  const { graph, config } = session.state
  const packagesOverride = !config.projectFile.behaviour.requireExplicitPackageOverridesForBuiltinMaterializations
  return graph.project.macroRegistry.findMaterialization(kind, { packagesOverride })
}

/** `materialized`, or the kind that goes without saying. */
function kindOf(node: Node): string {
  const configured = node.config.get('materialized') ?? null
  if (configured !== null) return String(configured)
  return node.resourceType === 'model' ? 'view' : node.resourceType
}

function materializationOf(node: Node, session: NodeSession): MaterializationMacro {
  return materializationNamed(kindOf(node), session, node)
}

/** @throws `materializations/materialization-missing` */
function materializationNamed(kind: string, session: NodeSession, node: Node): MaterializationMacro {
  const macro = materializationMacro(kind, session)
  if (macro) return macro
  throw new DiagnosticError({
    code: 'materializations/materialization-missing',
    message: `No materialization '${kind}' was found for adapter duckdb! (searched types 'default' and 'duckdb')`,
    node: node.uniqueId,
  })
}
