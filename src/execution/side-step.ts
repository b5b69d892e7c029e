/**
 * Steps that run beside others although the target has one thread: seeds, each of which reads one file and fills one
 * table; tests, which only read; and models, each of which one statement makes. They start in the order of one thread, and
 * nobody can tell but by the time it takes:
 *
 * 1. What a step tells is held back until every step before it has ended, so lines and results have the order of one thread.
 * 2. Before its turn a step does nothing but to read, and to replace its own relation. Whatever else it wants to do, it
 *    does in its turn, from the beginning.
 * 3. It does not read what a step before it is still making (`reach.ts`), and replaces nothing until all is known that the
 *    steps before it will still do, none of which reads or makes the same. So what hangs on it may start at once.
 * 4. What fails before its turn is tried again in its turn.
 * 5. What a step writes in its turn, its own relation aside, may be what tests behind it have read: they run again.
 *
 * Whoever says `--threads`, or ends the run at the first failure, gets one step at a time.
 */
import type { Gate, RunState } from '../compile/run-state.ts'
import type { GraphMember } from '../project/node.ts'
import type { EventSink, RunEvent } from './event.ts'
import type { Reach } from './reach.ts'
import { observerOf } from './run-context.ts'
import type { NodeResult } from './run-result.ts'
import type { Turn } from './scheduler.ts'
import type { SideGroup } from './side-groups.ts'
import { onlyReads, onlyReplaces } from './statement-effect.ts'
import { templateEffects } from './template-effects.ts'

/** So many run at a time: one in DuckDB, one being rendered, and one that waits for the first to end. */
export const stepsAbreast = 3

/** From here on a statement is one of those that threads: 1 is there for: nothing more is built beside it. */
const largeMs = 1000

/** What the steps of a run that may run beside each other know of one another. */
export interface SideSteps {
  readonly reach: Reach
  /** Statements that have written what others may have read. */
  writes: number
  /** Those that have started and not ended, by unique id. */
  readonly running: Map<string, SideStep>
}

export interface SideStepParts {
  readonly node: GraphMember
  readonly group: SideGroup
  readonly turn: Turn
  readonly state: RunState
  readonly sink: EventSink
  readonly all: SideSteps
}

/** One attempt at a step of a group: what it stands on, and whether its outcome counts. */
export class SideStep implements Gate {
  readonly state: RunState
  private readonly parts: SideStepParts
  private readonly writesBefore: number
  private held: { readonly event: RunEvent; readonly sinceMs: number }[] | undefined = []
  private spoilt = false
  private isDone = false
  private waitedMs = 0
  private lastSentMs: number | undefined
  /** The last statement. */
  private statement: string

  constructor(parts: SideStepParts) {
    this.parts = parts
    this.writesBefore = parts.all.writes
    const { state, group, turn } = parts
    const { config } = state
    this.state = {
      ...state,
      observer: observerOf(config.clock, this.sink),
      effectsFor: id => templateEffects(config, this.sink, id),
      ...(group === 'queries' && { gate: this }),
      // A step before it must not wait for what this one gives up.
      ...(!turn.isFirst && { ephemerals: new Map(state.ephemerals), loadedSources: new Map(state.loadedSources) }),
    }
    // Those behind it may have been let past what the attempt before this one sent.
    this.statement = parts.all.running.get(parts.node.uniqueId)?.statement ?? ''
    parts.all.running.set(parts.node.uniqueId, this)
    turn.whenFirst(() => this.takeTurn())
  }

  readonly sink: EventSink = event => {
    if (this.held) this.held.push({ event, sinceMs: this.elapsedMs() })
    else this.parts.sink(event)
  }

  /** What others may start on is told at once. @returns the result when its turn has come, or nothing if it does not count */
  async outcome(result: NodeResult): Promise<NodeResult | undefined> {
    const { turn, group, all, node } = this.parts
    if (this.isEarly && result.status === 'error' && !this.state.signal.aborted) this.spoilt = true
    if (!this.spoilt && isGood(result)) {
      if (group === 'queries') await turn.settledBefore()
      this.spoilt ||= this.isEarly && this.isOutdated
      if (!this.spoilt) {
        this.isDone = true
        turn.done()
      }
    }
    await turn.comeFirst()
    if (this.spoilt) return undefined
    all.running.delete(node.uniqueId)
    this.share()
    return { ...result, executionTimeMs: result.executionTimeMs - this.waitedMs }
  }

  sends(sql: string, isLast: boolean): Promise<void> | undefined {
    const { reach } = this.parts.all
    const replaces = isLast && this.ownName !== null && onlyReplaces(sql, this.ownName)
    if (!replaces && !onlyReads(sql)) {
      reach.note(sql)
      this.writes()
      return undefined
    }
    this.statement = sql
    if (replaces) reach.note(sql)
    if (!this.isEarly) {
      this.goesOn(isLast)
      return undefined
    }
    return this.sendsEarly(replaces, isLast)
  }

  writes(): void {
    if (this.isEarly) this.beginAnew()
    this.parts.all.writes++
  }

  looksUp(identifier: string): void {
    const name = identifier.toLowerCase()
    if (this.isEarly && this.before().some(other => other.makes === name)) this.beginAnew()
  }

  /** What the step has found out on its way is of use to those behind it. */
  private share(): void {
    const { ephemerals, loadedSources } = this.parts.state
    for (const [id, found] of this.state.ephemerals) if (!ephemerals.has(id)) ephemerals.set(id, found)
    for (const [id, found] of this.state.loadedSources) if (!loadedSources.has(id)) loadedSources.set(id, found)
  }

  /** The name of the relation that the step makes, in lower case. */
  private get makes(): string | null {
    const { node } = this.parts
    return node.resourceType === 'model' ? node.alias.toLowerCase() : null
  }

  private get ownName(): string | null {
    const { node } = this.parts
    return node.resourceType === 'model' ? node.relationName : null
  }

  private get isEarly(): boolean {
    return this.held !== undefined
  }

  /** Its statement takes so long that it may need the memory of two. */
  private get isLarge(): boolean {
    return this.lastSentMs !== undefined && this.elapsedMs() - this.lastSentMs >= largeMs
  }

  /** Something was written since it began. */
  private get isOutdated(): boolean {
    return this.parts.all.writes > this.writesBefore
  }

  private async sendsEarly(replaces: boolean, isLast: boolean): Promise<void> {
    const { turn } = this.parts
    const sinceMs = this.elapsedMs()
    if (replaces) await turn.settledBefore()
    const waits = replaces && this.before().some(other => other.isLarge)
    if (this.spoilt || this.isOutdated || waits || (await this.meetsOthers(replaces))) this.beginAnew()
    this.waitedMs += this.elapsedMs() - sinceMs
    this.goesOn(isLast)
  }

  private goesOn(isLast: boolean): void {
    if (!isLast) return
    this.lastSentMs = this.elapsedMs()
    this.parts.turn.settle()
  }

  private beginAnew(): never {
    this.spoilt = true
    throw new Error('a step begins anew in its turn')
  }

  private async meetsOthers(replaces: boolean): Promise<boolean> {
    if (!this.before().some(other => replaces || other.makes !== null)) return false
    await this.parts.all.reach.learned
    return this.before().some(other => this.reads(other) || (replaces && other.reads(this)))
  }

  private reads({ makes }: SideStep): boolean {
    return makes !== null && (makes === this.makes || this.parts.all.reach.mayRead(this.statement, makes))
  }

  private before(): SideStep[] {
    const { turn, all } = this.parts
    return turn.before().flatMap(id => all.running.get(id) ?? [])
  }

  private takeTurn(): void {
    if (!this.isDone && this.isOutdated) this.spoilt = true
    if (this.spoilt) return
    const { held } = this
    this.held = undefined
    for (const { event, sinceMs } of held ?? []) this.parts.sink({ ...event, heldMs: this.elapsedMs() - sinceMs })
  }

  private elapsedMs(): number {
    return this.parts.state.config.clock.elapsedMs()
  }
}

function isGood({ status }: NodeResult): boolean {
  return status === 'success' || status === 'pass' || status === 'warn'
}
