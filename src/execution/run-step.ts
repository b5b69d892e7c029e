/** A step of the plan, run to its result: what the node did or why it failed, with its times. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'
import { isNode } from '../compile/node-providers.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { runUnitTest } from '../data-tests/run-unit-test.ts'
import { takeTraffic } from '../lake/lake-connection.ts'
import { noTraffic, type Traffic } from '../lake/traffic.ts'
import { plainResponse } from '../materializations/node-work.ts'
import type { PlannedStep } from '../plan/plan.ts'
import { buildsInBatches, isMicrobatch } from '../project/microbatch.ts'
import type { GraphMember, ModelNode, UnitTestNode } from '../project/node.ts'
import type { Counted, EventSink } from './event.ts'
import { failureText } from './failure-text.ts'
import { locateFailure } from './locate-failure.ts'
import { tellNewerVersions } from './newer-versions.ts'
import type { RunOutput } from './run.ts'
import { runMicrobatch } from './run-microbatch.ts'
import { cloneNode, type NodeOutcome, runNode } from './run-node.ts'
import type { BatchResults, NodeResult, NodeStatus, Timing } from './run-result.ts'

export interface StepReport {
  readonly sink: EventSink
  readonly output: RunOutput
  readonly description: string
  readonly threadId: string
  readonly counted?: Counted
  readonly waitedMs: number
  /** Batches of earlier runs, for `retry`. */
  readonly previousBatches: ReadonlyMap<string, BatchResults>
  /** Nodes become views of the other environment's relations. */
  readonly clones: boolean
}

/** Never throws for what a node did: bugs alone come out. */
export async function runStep(step: PlannedStep, session: NodeSession, report: StepReport): Promise<NodeResult> {
  const { node } = step
  if (node.resourceType === 'exposure' || node.resourceType === 'saved_query') return noOp(node, session, report)
  return new StepRun(node, session, report).run()
}

class StepRun {
  private readonly node: GraphMember
  private readonly session: NodeSession
  private readonly report: StepReport
  private readonly startedAt: number
  private executingAt: number | undefined
  private compiled: CompiledStep | undefined
  private traffic: Traffic = noTraffic()

  constructor(node: GraphMember, session: NodeSession, report: StepReport) {
    this.node = node
    this.session = session
    this.report = report
    this.startedAt = this.now()
  }

  async run(): Promise<NodeResult> {
    const { node, report } = this
    const { sink, description, threadId, counted, waitedMs } = report
    const elapsedAt = this.elapsed()
    sink({
      kind: 'node started',
      atMs: this.startedAt,
      node,
      description,
      threadId,
      ...(counted && { counted }),
      waitedMs,
    })
    sink({ kind: 'node compiling', atMs: this.startedAt, node, threadId })
    tellNewerVersions(node, this.session.state.graph, sink)
    try {
      await this.takeTraffic()
      if (node.resourceType === 'model' && this.runsInBatches(node)) return await this.microbatch(node, elapsedAt)
      const outcome = await this.outcome()
      report.output.settle(node)
      await this.takeTraffic()
      return this.result(outcome.status, outcome, elapsedAt)
    } catch (error) {
      await this.takeTraffic().catch(() => undefined)
      this.settleFailed()
      const failure = asDiagnosticError(error, node)
      const located = locateFailure(failure.diagnostic, this.compiled)
      const text = failureText(located, node)
      const result = this.result('error', { message: text, failures: null, response: null }, elapsedAt)
      return { ...result, diagnostics: [{ ...located, node: node.uniqueId }] }
    }
  }

  private settleFailed(): void {
    try {
      this.report.output.settle(this.node)
    } catch {
      // What the node itself failed with says more.
    }
  }

  private runsInBatches(node: ModelNode): boolean {
    const { config, macros } = this.session.state
    return !this.report.clones && isMicrobatch(node) && buildsInBatches(config, macros)
  }

  private async outcome(): Promise<NodeOutcome> {
    const { node, session, report } = this
    if (node.resourceType === 'unit_test') return this.unitTest(node)
    if (!isNode(node)) throw new Error(`"${node.uniqueId}" has no code to run`)
    const run = report.clones ? cloneNode : runNode
    return run(node, session, {
      compiled: step => this.noteCompiled(step),
      executing: () => this.noteExecuting(),
      write: sql => report.output.ran(node, sql),
      called: macros => report.output.called(node, macros),
    })
  }

  private async microbatch(node: ModelNode, elapsedAt: number): Promise<NodeResult> {
    const { session, report } = this
    const { sink, output, previousBatches } = report
    const outcome = await runMicrobatch({
      node,
      session,
      sink,
      output,
      previous: previousBatches.get(node.uniqueId),
      executing: () => this.noteExecuting(),
    })
    output.settle(node)
    await this.takeTraffic()
    const { status, message, batchResults, failures } = outcome
    const result = this.result(status, { message, failures: 0, response: null }, elapsedAt)
    const diagnostics = failures.map(failure => ({ ...failure.diagnostic, node: node.uniqueId }))
    return { ...result, batchResults, diagnostics }
  }

  private async unitTest(test: UnitTestNode): Promise<NodeOutcome> {
    const { session, report } = this
    const materialization = session.state.graph.project.macroRegistry.findMaterialization('unit')
    if (!materialization) throw new Error('the materialization of unit tests is not there')
    const verdict = await runUnitTest({
      test,
      session,
      materialization,
      compiled: step => this.noteCompiled(step),
      executing: () => this.noteExecuting(),
      write: sql => report.output.ran(test, sql),
    })
    return { ...verdict, response: plainResponse }
  }

  /** The worker's connection counts for all that it does: what is there before is of the node before. */
  private async takeTraffic(): Promise<void> {
    const { lane } = this.session
    if (lane.isOpen) this.traffic = takeTraffic(await lane.connection())
  }

  private noteCompiled(step: CompiledStep): void {
    this.compiled = step
    this.report.output.compiled(step)
  }

  private noteExecuting(): void {
    this.executingAt = this.now()
    const { node, report } = this
    report.sink({ kind: 'node executing', atMs: this.executingAt, node, threadId: report.threadId })
  }

  private result(
    status: NodeStatus,
    outcome: Pick<NodeOutcome, 'message' | 'failures' | 'response'>,
    elapsedAt: number,
  ): NodeResult {
    const { node, compiled } = this
    return {
      uniqueId: node.uniqueId,
      status,
      timing: this.timing(),
      threadId: this.report.threadId,
      executionTimeMs: this.elapsed() - elapsedAt,
      adapterResponse: adapterResponse(outcome, this.traffic),
      message: outcome.message,
      failures: outcome.failures,
      diagnostics: [],
      compiled: compiled !== undefined,
      compiledCode: compiled?.compiledCode ?? null,
      relationName: isNode(node) && node.resourceType !== 'seed' ? node.relationName : null,
      batchResults: null,
    }
  }

  private timing(): Timing[] {
    const end = this.now()
    const { startedAt, executingAt } = this
    if (executingAt === undefined) return [{ name: 'compile', startedAtMs: startedAt, completedAtMs: end }]
    return [
      { name: 'compile', startedAtMs: startedAt, completedAtMs: executingAt },
      { name: 'execute', startedAtMs: executingAt, completedAtMs: end },
    ]
  }

  private now(): number {
    return this.session.state.config.clock.now()
  }
  private elapsed(): number {
    return this.session.state.config.clock.elapsedMs()
  }
}

function adapterResponse({ response }: Pick<NodeOutcome, 'response'>, traffic: Traffic): Record<string, unknown> {
  return {
    ...(response && { _message: response.message }),
    ...(response?.code !== undefined && { code: response.code }),
    ...(response?.rowsAffected !== undefined && { rows_affected: response.rowsAffected }),
    ...(traffic.requests > 0 && {
      bytes_downloaded: traffic.bytesRead,
      bytes_uploaded: traffic.bytesWritten,
      requests: traffic.requests,
    }),
  }
}

/** A bug of ours is told as one, with the node it happened in; the run goes on. */
export function asDiagnosticError(error: unknown, node: GraphMember): DiagnosticError {
  if (error instanceof DiagnosticError) return error
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new DiagnosticError({
    code: 'execution/internal',
    kind: 'Internal',
    message,
    hint: 'this is a bug in eider: please report it',
    node: node.uniqueId,
    cause: error,
  })
}

/** Begins in silence: only its end is a line for people. */
function noOp(node: GraphMember, session: NodeSession, { sink, description, threadId }: StepReport): NodeResult {
  const atMs = session.state.config.clock.now()
  sink({ kind: 'node started', atMs, node, description, threadId })
  sink({ kind: 'node compiling', atMs, node, threadId })
  sink({ kind: 'node executing', atMs, node, threadId })
  return {
    uniqueId: node.uniqueId,
    status: 'no-op',
    timing: [],
    threadId,
    executionTimeMs: 0,
    adapterResponse: {},
    message: 'NO-OP',
    failures: 0,
    diagnostics: [],
    compiled: false,
    compiledCode: null,
    relationName: null,
    batchResults: null,
  }
}
