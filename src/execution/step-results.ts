/**
 * The results of the steps of a run so far: each step is counted as it starts, kept as it ends, and told; and what hangs on a
 * failure is marked to be skipped.
 */
import type { Clock } from '../base/clock.ts'
import { isNode } from '../compile/node-providers.ts'
import { isEphemeral } from '../compile/node-relation.ts'
import type { Plan } from '../plan/plan.ts'
import type { GraphMember } from '../project/node.ts'
import { statLine } from './describe-node.ts'
import type { Counted, EventSink } from './event.ts'
import type { NodeResult } from './run-result.ts'
import { type Skip, Skips } from './skips.ts'

/** Who has a step in hand, and which of the counted it is; ephemeral models are not counted. */
interface Started {
  readonly threadId: string
  readonly counted?: Counted
}

export class StepResults {
  /** In completion order; those of hooks among them. */
  readonly all: NodeResult[] = []
  /** Of all steps but ephemeral models. */
  readonly total: number
  private readonly members: GraphMember[] = []
  private readonly plan: Plan
  private readonly sink: EventSink
  private readonly clock: Clock
  private readonly skips: Skips
  private count = 0

  constructor(plan: Plan, sink: EventSink, clock: Clock) {
    this.plan = plan
    this.sink = sink
    this.clock = clock
    this.skips = new Skips(plan)
    this.total = plan.steps.filter(step => !isEphemeral(step.node)).length
  }

  get statLine(): string {
    return statLine(this.members)
  }

  start(node: GraphMember, threadId: string): Started {
    return isEphemeral(node) ? { threadId } : { threadId, counted: { index: ++this.count, total: this.total } }
  }

  /** Why a step is to be skipped. */
  skipOf(uniqueId: string): Skip | undefined {
    return this.skips.of(uniqueId)
  }

  keep(result: NodeResult, node: GraphMember): void {
    this.all.push(result)
    this.members.push(node)
  }

  finished(node: GraphMember, result: NodeResult, started: Started & { readonly description: string }): void {
    const { description, threadId, counted } = started
    this.ended(node, result)
    const atMs = this.clock.now()
    this.sink({ kind: 'node finished', atMs, node, description, threadId, ...(counted && { counted }), result })
  }

  skipped(node: GraphMember, { threadId, counted }: Started, { cause, ephemeralCause }: Skip): void {
    const message = ephemeralCause
      ? `Compilation Error in ${node.uniqueId}, caused by compilation error in referenced ephemeral model ${ephemeralCause.uniqueId}`
      : null
    const result = skippedResult(node, threadId, message)
    this.ended(node, result)
    this.sink({
      kind: 'node skipped',
      atMs: this.clock.now(),
      node,
      threadId,
      ...(counted && { counted }),
      result,
      cause,
      ...(ephemeralCause && { ephemeralCause }),
    })
  }

  private ended(node: GraphMember, result: NodeResult): void {
    if (!isEphemeral(node)) this.keep(result, node)
    this.skips.ended(node, result)
  }

  /** After a failed hook: every step, in order. */
  skipAll(): void {
    for (const { node } of this.plan.steps) this.skipped(node, this.start(node, mainThread), { cause: null })
  }

  /** What `--fail-fast` kept from running is in the results, and every ephemeral model, but no line tells of it. */
  skipTheRest(): void {
    const told = new Set(this.all.map(one => one.uniqueId))
    const isBuild = this.plan.command === 'build'
    if (isBuild) this.skipTested(told)
    for (const { node } of this.plan.steps) {
      // A build runs unit tests along with their models: those that did not run are not missed.
      if (told.has(node.uniqueId) || (isBuild && node.resourceType === 'unit_test')) continue
      this.keep(skippedResult(node, mainThread, 'Skipping due to fail_fast'), node)
    }
  }

  /** The models of unit tests that failed: in a build they are skipped as without `--fail-fast`, and told so. */
  private skipTested(told: Set<string>): void {
    const nodes = new Map(this.plan.steps.map(({ node }) => [node.uniqueId, node]))
    for (const { uniqueId, status, threadId } of [...this.all]) {
      if (nodes.get(uniqueId)?.resourceType !== 'unit_test' || (status !== 'fail' && status !== 'error')) continue
      const tested = nodes.get(this.plan.graph.dependsOn.get(uniqueId)?.[0] ?? '')
      if (!tested || told.has(tested.uniqueId)) continue
      this.skipped(tested, this.start(tested, threadId), { cause: uniqueId })
      told.add(tested.uniqueId)
    }
  }
}

const mainThread = 'MainThread'

function skippedResult(node: GraphMember, threadId: string, message: string | null): NodeResult {
  return {
    uniqueId: node.uniqueId,
    status: 'skipped',
    timing: [],
    threadId,
    executionTimeMs: 0,
    adapterResponse: {},
    message,
    failures: null,
    diagnostics: [],
    compiled: false,
    compiledCode: null,
    relationName: isNode(node) ? node.relationName : null,
    batchResults: null,
  }
}
