/**
 * Runs a plan: hooks, then every step on a pool of workers in the order of its dependencies, then hooks. What happens is
 * told as events; what came of it is the result. Only what keeps the run from starting is thrown.
 *
 * 1. A step runs once every step it comes after has ended; after a failure everything that hangs on it is skipped.
 * 2. An abort interrupts what runs and starts nothing more; the results until then are kept. `--fail-fast` starts nothing
 *    more either, and gives what runs a moment to end by itself.
 * 3. Each worker has one connection; a node's temporary tables and settings do not outlive the node.
 */

import { type Diagnostic, DiagnosticError } from '../base/diagnostic.ts'
import { modelsWithForeignKeys } from '../compile/foreign-keys.ts'
import { isNode } from '../compile/node-providers.ts'
import { isEphemeral } from '../compile/node-relation.ts'
import { NodeSession } from '../compile/node-session.ts'
import type { Lane, RunState } from '../compile/run-state.ts'
import type { Plan, PlannedStep } from '../plan/plan.ts'
import type { GraphMember, OperationNode } from '../project/node.ts'
import { describeNode } from './describe-node.ts'
import type { EventSink } from './event.ts'
import { prepareDatabase } from './prepare-database.ts'
import { openGate, Reach } from './reach.ts'
import { resultValue } from './result-value.ts'
import type { Run } from './run.ts'
import { Lanes, runStateOf, workerName } from './run-context.ts'
import { endNames, hooksInOrder, runHooks } from './run-hooks.ts'
import type { NodeResult, RunResult } from './run-result.ts'
import { runStep, type StepReport } from './run-step.ts'
import { schedule, type Turn } from './scheduler.ts'
import { deservesSecondAttempt, tellingNoStart } from './second-attempt.ts'
import { relationsAreMadeAbreast, type SideGroup, sideGroups } from './side-groups.ts'
import { SideStep, type SideSteps, stepsAbreast } from './side-step.ts'
import { StepResults } from './step-results.ts'
import { movedInAll, tellTraffic } from './tell-traffic.ts'

export function executePlan(plan: Plan, run: Run): Promise<RunResult> {
  return new PlanExecution(plan, run).execute()
}

/** Commands that run the project's hooks. */
const commandsWithHooks = new Set(['run', 'build', 'seed', 'snapshot', 'test', 'freshness'])

/** So long a statement goes on after `--fail-fast` has ended the run: of two that end together, neither is interrupted. */
const patienceMs = 100

class PlanExecution {
  private readonly plan: Plan
  private readonly run: Run
  private readonly state: RunState
  private readonly lanes: Lanes
  /** Nothing starts any more. */
  private readonly closed = new AbortController()
  /** Statements are interrupted. */
  private readonly ended = new AbortController()
  private patience: NodeJS.Timeout | undefined
  private readonly steps: ReadonlyMap<string, PlannedStep>
  private readonly results: StepResults
  private readonly linked: ReadonlySet<string>
  private lastLinked: Promise<unknown> = Promise.resolve()
  private failedFast = false
  /** Of steps that run beside others although there is one thread, by unique id. */
  private readonly groups: ReadonlyMap<string, SideGroup>
  private readonly sideSteps: SideSteps = { reach: new Reach(), writes: 0, running: new Map() }
  private stoppedBy: Diagnostic | undefined

  constructor(plan: Plan, run: Run) {
    this.plan = plan
    this.run = run
    if (run.signal.aborted) this.end()
    run.signal.addEventListener('abort', () => this.end(), { once: true })
    const state = runStateOf(run, { readsUpstreamFiles: true, signal: this.ended.signal })
    this.groups = sideGroups(plan, state)
    this.state = { ...state, ...(this.groups.size > 0 && { gate: openGate(this.sideSteps.reach) }) }
    this.lanes = new Lanes(this.state)
    this.steps = new Map(plan.steps.map(step => [step.node.uniqueId, step]))
    this.results = new StepResults(plan, run.sink, this.state.config.clock)
    this.linked = modelsWithForeignKeys(plan.graph)
  }

  async execute(): Promise<RunResult> {
    const { clock, target } = this.state.config
    const startedAt = clock.elapsedMs()
    if (this.plan.steps.length === 0) {
      this.run.sink({ kind: 'nothing to do', atMs: clock.now(), command: this.plan.command })
      return { results: [], elapsedMs: 0, interrupted: false }
    }
    const threads = this.threads()
    this.run.sink({
      kind: 'run started',
      atMs: clock.now(),
      command: this.plan.command,
      threads,
      targetName: target.targetName,
      nodeCount: this.results.total,
    })
    tellTraffic(this.run, clock)
    const { reach } = this.sideSteps
    try {
      // Takes its time while hooks are rendered.
      if (relationsAreMadeAbreast(this.plan, this.groups)) await reach.learn(this.run.database)
      await this.prepare()
      const startFailed = await this.runHooks('on-run-start')
      if (startFailed && this.state.config.projectFile.behaviour.skipNodesIfOnRunStartFails) this.results.skipAll()
      else await this.runSteps(threads)
      if (!this.run.signal.aborted) await this.runEndHooks()
    } catch (error) {
      // An interrupt may meet a statement that belongs to no node; the run still ends in good order.
      if (!this.run.signal.aborted) {
        const elapsedMs = clock.elapsedMs() - startedAt
        this.run.sink({ kind: 'run broken off', atMs: clock.now(), elapsedMs, statLine: this.results.statLine })
        throw error
      }
    } finally {
      await reach.learned
      await this.lanes.close()
    }
    return this.finish(clock.elapsedMs() - startedAt)
  }

  private finish(elapsedMs: number): RunResult {
    const { stoppedBy } = this
    const moved = movedInAll(this.run)
    const result: RunResult = {
      results: this.results.all,
      ...(moved && { moved }),
      elapsedMs,
      interrupted: this.run.signal.aborted,
      ...(stoppedBy && { stoppedBy }),
    }
    const { clock } = this.state.config
    this.run.sink({ kind: 'run finished', atMs: clock.now(), result, statLine: this.results.statLine })
    return result
  }

  private threads(): number {
    const { flags, target } = this.state.config
    return flags.singleThreaded ? 1 : (flags.threads ?? target.threads)
  }

  /** Nothing is opened for a run that will not send a statement. */
  private async prepare(): Promise<void> {
    const members = this.plan.steps.map(step => step.node)
    const lane = this.lanes.of('MainThread')
    await prepareDatabase(new NodeSession(this.state, lane, null), members)
    await lane.release()
  }

  private async runEndHooks(): Promise<void> {
    try {
      await this.runHooks('on-run-end')
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      this.stoppedBy = error.diagnostic
    }
  }

  private async runHooks(when: OperationNode['hook']): Promise<boolean> {
    if (!commandsWithHooks.has(this.plan.command)) return false
    const { graph, config } = this.state
    const hooks = hooksInOrder(graph.project.nodes.values(), when, config.projectFile.name)
    if (hooks.length === 0) return false
    const lane = this.lanes.of('MainThread')
    // Hooks at the end run after `--fail-fast` has ended the rest.
    const state = when === 'on-run-end' ? { ...this.state, signal: this.run.signal } : this.state
    const results = await runHooks({
      when,
      hooks,
      sessionFor: hook => new NodeSession(state, lane, hook),
      sink: this.run.sink,
      output: this.run.output,
      keep: (result, hook) => this.results.keep(result, hook),
      ...(when === 'on-run-end' && { extra: this.namesAtEnd() }),
    })
    await lane.release()
    return results.some(result => result.status === 'error')
  }

  private namesAtEnd(): ReturnType<typeof endNames> {
    const shown = this.results.all.filter(result => result.threadId !== 'main' || result.status === 'error')
    const values = shown.flatMap(result => {
      const member = this.memberOf(result.uniqueId)
      return member ? [resultValue(result, member, this.state)] : []
    })
    const places = new Map<string, readonly [string | null, string]>()
    for (const { uniqueId, status } of shown) {
      const member = this.memberOf(uniqueId)
      if (!member || !isNode(member) || member.relationName === null) continue
      if (status === 'error' || status === 'fail' || status === 'skipped') continue
      places.set(`${member.database}\0${member.schema}`, [member.database, member.schema])
    }
    return endNames(values, [...places.values()])
  }

  private memberOf(uniqueId: string): GraphMember | undefined {
    return this.steps.get(uniqueId)?.node ?? this.state.graph.members.get(uniqueId)
  }

  private async runSteps(threads: number): Promise<void> {
    const units = this.plan.steps.map(({ node: { uniqueId: id }, after }) => {
      const group = this.groups.get(id)
      return { id, after, ...(group && { group }) }
    })
    const { shuffleSeed } = this.run
    await schedule(units, (id, turn) => this.runOne(id, turn), {
      workers: threads,
      abreast: stepsAbreast,
      elapsedMs: () => this.state.config.clock.elapsedMs(),
      signal: this.closed.signal,
      ...(shuffleSeed !== undefined && { seed: shuffleSeed }),
    })
    clearTimeout(this.patience)
    if (this.failedFast) this.results.skipTheRest()
  }

  private async runOne(id: string, turn: Turn): Promise<void> {
    const step = this.steps.get(id)
    if (!step) return
    const group = this.groups.get(id)
    const threadId = workerName(group ? 1 : turn.worker)
    const started = this.results.start(step.node, threadId)
    const skip = this.results.skipOf(id)
    if (skip) {
      if (group) await turn.comeFirst()
      return this.results.skipped(step.node, started, skip)
    }
    const lane = this.lanes.of(threadId, workerName(turn.worker))
    const description = describeNode(step.node, this.state.config.target.database)
    const report = {
      output: this.run.output,
      description,
      ...started,
      waitedMs: turn.waitedMs,
      previousBatches: this.run.previousBatches,
      clones: this.plan.command === 'clone',
    }
    const attempt = (sink: EventSink): Promise<NodeResult> => {
      const told = { ...report, sink }
      return group ? this.attemptInGroup(step, lane, told, group, turn) : this.attempt(step, lane, told, this.state)
    }
    const first = (): Promise<NodeResult> => attempt(this.run.sink)
    let result = await (this.linked.has(id) ? this.oneLinked(first) : first())
    if (this.ended.signal.aborted && isInterrupted(result)) return this.cancelled(step.node)
    if (deservesSecondAttempt(step.node, result)) {
      result = await turn.alone(() => attempt(tellingNoStart(this.run.sink)))
    }
    this.ends(step.node, result, report)
  }

  /** Models that foreign keys link change each other's tables, so they are built one after the other. */
  private oneLinked(attempt: () => Promise<NodeResult>): Promise<NodeResult> {
    const turn = this.lastLinked.then(attempt, attempt)
    this.lastLinked = turn
    return turn
  }

  private async attempt(step: PlannedStep, lane: Lane, report: StepReport, state: RunState): Promise<NodeResult> {
    try {
      return await runStep(step, new NodeSession(state, lane, step.node), report)
    } finally {
      await lane.release()
    }
  }

  /** Again once its turn has come, if what it found before then does not count. */
  private async attemptInGroup(
    step: PlannedStep,
    lane: Lane,
    report: StepReport,
    group: SideGroup,
    turn: Turn,
  ): Promise<NodeResult> {
    const { state, sideSteps: all } = this
    const side = new SideStep({ node: step.node, group, turn, state, sink: report.sink, all })
    const result = await this.attempt(step, lane, { ...report, sink: side.sink }, side.state)
    return (await side.outcome(result)) ?? this.attemptInGroup(step, lane, report, group, turn)
  }

  private ends(node: GraphMember, result: NodeResult, report: Parameters<StepResults['finished']>[2]): void {
    this.results.finished(node, result, report)
    const failed = result.status === 'error' || result.status === 'fail' || result.status === 'partial success'
    if (failed && this.state.config.flags.failFast && !isEphemeral(node)) {
      this.failedFast = true
      this.closed.abort()
      this.patience ??= setTimeout(() => this.ended.abort(), patienceMs)
    }
  }

  private end(): void {
    this.closed.abort()
    this.ended.abort()
  }

  private cancelled(node: GraphMember): void {
    this.run.sink({ kind: 'statement cancelled', atMs: this.state.config.clock.now(), connection: node.uniqueId })
  }
}

function isInterrupted(result: NodeResult): boolean {
  return result.diagnostics.some(one => one.code === 'adapter/interrupted' || one.code === 'execution/interrupted')
}
