/**
 * Compiles the steps of a plan without running them. The database is opened only when a template queries it. As in dbt
 * the first failure ends the run; what was compiled until then is told.
 */

import type { DiagnosticError } from '../base/diagnostic.ts'
import { compileNode } from '../compile/compile-node.ts'
import { isNode } from '../compile/node-providers.ts'
import { NodeSession } from '../compile/node-session.ts'
import type { Plan } from '../plan/plan.ts'
import type { GraphMember } from '../project/node.ts'
import { describeNode, statLine } from './describe-node.ts'
import { failureText } from './failure-text.ts'
import { tellNewerVersions } from './newer-versions.ts'
import type { Run } from './run.ts'
import { Lanes, runStateOf, workerName } from './run-context.ts'
import type { NodeResult, RunResult } from './run-result.ts'
import { asDiagnosticError } from './run-step.ts'
import { schedule } from './scheduler.ts'

export async function compilePlan(plan: Plan, run: Run): Promise<RunResult> {
  const { config } = plan.graph.project
  const { clock, flags, target } = config
  const startedAt = clock.elapsedMs()
  const threads = flags.singleThreaded ? 1 : (flags.threads ?? target.threads)
  const nodeCount = plan.steps.length
  run.sink({
    kind: 'run started',
    atMs: clock.now(),
    command: plan.command,
    threads,
    targetName: target.targetName,
    nodeCount,
  })
  const ended = new AbortController()
  if (run.signal.aborted) ended.abort()
  run.signal.addEventListener('abort', () => ended.abort(), { once: true })
  const state = runStateOf(run, { readsUpstreamFiles: false, signal: ended.signal })
  const lanes = new Lanes(state)
  const nodes = new Map(plan.steps.map(step => [step.node.uniqueId, step.node]))
  const results: NodeResult[] = []
  try {
    await schedule(
      plan.steps.map(step => ({ id: step.node.uniqueId, after: step.after })),
      async (id, turn) => {
        const node = nodes.get(id)
        if (!node) return
        const lane = lanes.of(workerName(turn.worker))
        const description = describeNode(node, target.database)
        run.sink({ kind: 'node started', atMs: clock.now(), node, description, threadId: lane.threadId })
        const result = await compileOne(node, new NodeSession(state, lane, node), run)
        await lane.release()
        results.push(result)
        run.sink({ kind: 'node finished', atMs: clock.now(), node, description, threadId: lane.threadId, result })
        if (result.status === 'error') ended.abort()
      },
      { workers: threads, signal: ended.signal },
    )
  } finally {
    await lanes.close()
  }
  const result = { results, elapsedMs: clock.elapsedMs() - startedAt, interrupted: run.signal.aborted }
  run.sink({ kind: 'run finished', atMs: clock.now(), result, statLine: statLine([...nodes.values()]) })
  return result
}

/** Seeds and what else has no code are successes with nothing compiled. */
async function compileOne(node: GraphMember, session: NodeSession, run: Run): Promise<NodeResult> {
  const { clock } = session.state.config
  const startedAtMs = clock.now()
  const elapsed = clock.elapsedMs()
  const { threadId } = session.lane
  const executing = (): void => run.sink({ kind: 'node executing', atMs: clock.now(), node, threadId })
  const result = (fields: Partial<NodeResult>): NodeResult => ({
    uniqueId: node.uniqueId,
    status: 'success',
    timing: [{ name: 'compile', startedAtMs, completedAtMs: clock.now() }],
    threadId,
    executionTimeMs: clock.elapsedMs() - elapsed,
    adapterResponse: {},
    message: null,
    failures: null,
    diagnostics: [],
    compiled: false,
    compiledCode: null,
    relationName: isNode(node) && node.resourceType !== 'seed' ? node.relationName : null,
    batchResults: null,
    ...fields,
  })
  run.sink({ kind: 'node compiling', atMs: startedAtMs, node, threadId })
  if (!isNode(node) || node.resourceType === 'seed') {
    executing()
    return result({})
  }
  tellNewerVersions(node, session.state.graph, run.sink)
  try {
    const step = await compileNode(node, session)
    run.output.compiled(step)
    run.output.settle(node)
    executing()
    return result({ compiled: true, compiledCode: step.compiledCode })
  } catch (error) {
    const failure: DiagnosticError = asDiagnosticError(error, node)
    const { diagnostic } = failure
    return result({
      status: 'error',
      message: failureText(diagnostic, node),
      diagnostics: [{ ...diagnostic, node: node.uniqueId }],
    })
  }
}
