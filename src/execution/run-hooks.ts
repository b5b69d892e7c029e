/**
 * The hooks of a run, `on-run-start` and `on-run-end`: each compiled and sent outside of a transaction, each a result of
 * its own. After one that failed the rest are skipped.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { compileNode } from '../compile/compile-node.ts'
import type { NodeSession } from '../compile/node-session.ts'
import type { OperationNode } from '../project/node.ts'
import type { Value } from '../template/value.ts'
import type { EventSink } from './event.ts'
import type { RunOutput } from './run.ts'
import type { NodeResult, NodeStatus, Timing } from './run-result.ts'

export interface HookRun {
  readonly when: OperationNode['hook']
  readonly hooks: readonly OperationNode[]
  /** Gives the session to run a hook with. */
  readonly sessionFor: (hook: OperationNode) => NodeSession
  readonly sink: EventSink
  readonly output: RunOutput
  /** Takes each result as soon as it is there: a later hook may fail to compile. */
  readonly keep?: (result: NodeResult, hook: OperationNode) => void
  /** Names that hooks at the end see: `results`, `schemas`, `database_schemas`. */
  readonly extra?: ReadonlyMap<string, Value>
}

/** The root project first, then installed packages by name; within one in the order written. */
export function hooksInOrder(
  nodes: Iterable<{ readonly resourceType: string }>,
  when: OperationNode['hook'],
  rootPackage: string,
): OperationNode[] {
  const hooks = Array.from(nodes).filter(
    (node): node is OperationNode => node.resourceType === 'operation' && (node as OperationNode).hook === when,
  )
  const rank = (hook: OperationNode): string => (hook.packageName === rootPackage ? '' : hook.packageName)
  return hooks.sort((one, other) => compare(rank(one), rank(other)) || one.index - other.index)
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

/** Runs the hooks in order. A failure to compile is thrown, as in dbt; a failure to run is a result. */
export async function runHooks(run: HookRun): Promise<NodeResult[]> {
  const results: NodeResult[] = []
  let failed = false
  for (const [index, hook] of run.hooks.entries()) {
    const statement = `${hook.packageName}.${run.when}.${index}`
    run.output.placed(hook, index + 1)
    const result: NodeResult = failed ? skippedHook(hook, statement) : await runHook(run, hook, statement, index)
    failed ||= result.status === 'error'
    results.push(result)
    run.keep?.(result, hook)
    const { clock } = run.sessionFor(hook).state.config
    run.sink({
      kind: 'hook finished',
      atMs: clock.now(),
      node: hook,
      statement,
      index: index + 1,
      total: run.hooks.length,
      result,
    })
  }
  return results
}

async function runHook(run: HookRun, hook: OperationNode, statement: string, index: number): Promise<NodeResult> {
  const session = run.sessionFor(hook)
  const { clock } = session.state.config
  const compileStart = clock.now()
  const compiled = await compileNode(hook, session, run.extra ? { extra: run.extra } : {})
  run.output.compiled(compiled)
  run.output.settle(compiled.node)
  const executeStart = clock.now()
  run.sink({
    kind: 'hook started',
    atMs: executeStart,
    node: hook,
    statement,
    index: index + 1,
    total: run.hooks.length,
  })
  const failure = await sendHook(session, compiled.compiledCode)
  await session.commit().catch(() => undefined)
  const end = clock.now()
  const timing: Timing[] = [
    { name: 'compile', startedAtMs: compileStart, completedAtMs: executeStart },
    { name: 'execute', startedAtMs: executeStart, completedAtMs: end },
  ]
  const status: NodeStatus = failure ? 'error' : 'success'
  return {
    ...blankResult(hook),
    status,
    timing,
    executionTimeMs: end - compileStart,
    message: failure ? `${statement} failed, error:\n ${failure.diagnostic.message}` : `${statement} passed`,
    failures: failure ? 1 : 0,
    diagnostics: failure ? [failure.diagnostic] : [],
    compiled: true,
    compiledCode: compiled.compiledCode,
  }
}

/** A hook may be a dict with `sql`, written as JSON by `before_begin` and its like. */
function hookSql(text: string): string {
  if (!text.trimStart().startsWith('{')) return text
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && 'sql' in parsed) return String(parsed.sql)
  } catch {
    return text
  }
  return text
}

async function sendHook(session: NodeSession, text: string): Promise<DiagnosticError | undefined> {
  const sql = hookSql(text)
  if (sql.trim() === '') return undefined
  try {
    await session.send(sql, { begin: false })
    return undefined
  } catch (error) {
    if (error instanceof DiagnosticError) return error
    throw error
  }
}

function blankResult(hook: OperationNode): NodeResult {
  return {
    uniqueId: hook.uniqueId,
    status: 'success',
    timing: [],
    threadId: 'main',
    executionTimeMs: 0,
    adapterResponse: {},
    message: null,
    failures: 1,
    diagnostics: [],
    compiled: false,
    compiledCode: null,
    relationName: null,
    batchResults: null,
  }
}

function skippedHook(hook: OperationNode, statement: string): NodeResult {
  return { ...blankResult(hook), status: 'skipped', message: `${statement} skipped` }
}

/** Names that only hooks at the end of a run have. */
export function endNames(
  results: Value[],
  databaseSchemas: readonly (readonly [string | null, string])[],
): Map<string, Value> {
  const schemas = [...new Set(databaseSchemas.map(([, schema]) => schema))]
  return new Map<string, Value>([
    ['results', results],
    ['schemas', schemas],
    ['database_schemas', databaseSchemas.map(pair => [...pair])],
  ])
}
