/**
 * Steps that run beside others of their kind although the target has one thread: data tests and unit tests, which only
 * read, and seeds, each of which reads one file and fills one table. Nobody can tell but by the time it takes:
 *
 * 1. What a step tells is held back until every step before it has ended, so lines and results have the order of one thread.
 * 2. A test that turns out to write does not do so before its turn, and where a test has written, what the ones behind it
 *    have found so far does not count: they run again when their turn has come.
 *
 * Whoever says `--threads`, or ends the run at the first failure, gets one step at a time.
 */
import { splitStatements } from '../base/sql-text.ts'
import type { RunState } from '../compile/run-state.ts'
import type { Config } from '../config/config.ts'
import { isPlainTest } from '../data-tests/run-data-test.ts'
import { seedMacros } from '../materializations/seed.ts'
import type { Plan } from '../plan/plan.ts'
import type { GraphMember, SeedNode } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'
import type { EventSink, RunEvent } from './event.ts'
import { observerOf } from './run-context.ts'
import type { Turn } from './scheduler.ts'
import { templateEffects } from './template-effects.ts'

export type SideGroup = 'tests' | 'seeds'

/** So many run at a time: one in DuckDB, one being rendered, and one that waits for the first to end. */
export const stepsAbreast = 3

/** By unique id; none where there are more threads, or where one step at a time is asked for. */
export function sideGroups({ steps }: Plan, state: RunState): ReadonlyMap<string, SideGroup> {
  const groups = new Map<string, SideGroup>()
  if (!hasOneThread(state.config)) return groups
  for (const { node } of steps) {
    const group = sideGroupOf(node, state)
    if (group) groups.set(node.uniqueId, group)
  }
  return groups
}

function hasOneThread({ flags, target }: Config): boolean {
  return target.threads === 1 && flags.threads === null && !flags.singleThreaded && !flags.failFast
}

function sideGroupOf(node: GraphMember, state: RunState): SideGroup | undefined {
  switch (node.resourceType) {
    case 'test':
      return isPlainTest(node, state) ? 'tests' : undefined
    case 'unit_test':
      return state.macros.areBuiltIn(['materialization_unit_default', 'materialization_unit_duckdb'])
        ? 'tests'
        : undefined
    case 'seed':
      return isPlainSeed(node, state) ? 'seeds' : undefined
    default:
      return undefined
  }
}

function isPlainSeed({ config, database: own }: SeedNode, { macros, adapterFacts }: RunState): boolean {
  const { database, isMotherduck, ducklakeDatabases } = adapterFacts
  if (isMotherduck || ducklakeDatabases.has(database) || (own ?? database) !== database) return false
  if (['pre-hook', 'post-hook'].some(key => truthy(config.get(key) ?? null))) return false
  return macros.areBuiltIn([...seedMacros, 'materialization_seed_default', 'materialization_seed_duckdb', 'run_hooks'])
}

/** How many statements of tests have written. */
export interface Writes {
  count: number
}

export interface SideStepParts {
  readonly group: SideGroup
  readonly turn: Turn
  readonly state: RunState
  readonly sink: EventSink
  readonly writes: Writes
}

/** One attempt at a step of a group: what it stands on, and whether its outcome counts. */
export class SideStep {
  readonly state: RunState
  private readonly parts: SideStepParts
  private readonly writesBefore: number
  private held: { readonly event: RunEvent; readonly sinceMs: number }[] | undefined = []
  private spoilt = false

  constructor(parts: SideStepParts) {
    this.parts = parts
    this.writesBefore = parts.writes.count
    const { config } = parts.state
    this.state = {
      ...parts.state,
      observer: observerOf(config.clock, this.sink),
      effectsFor: node => templateEffects(config, this.sink, node),
      ...(parts.group === 'tests' && { guard: sql => this.guard(sql) }),
      // A step before it must not wait for what this one gives up.
      ...(!parts.turn.isFirst && { ephemerals: new Map(parts.state.ephemerals) }),
    }
    parts.turn.whenFirst(() => this.takeTurn())
  }

  readonly sink: EventSink = event => {
    if (this.held) this.held.push({ event, sinceMs: this.elapsedMs() })
    else this.parts.sink(event)
  }

  /** Resolves when its turn has come. @returns whether the outcome counts */
  async counts(): Promise<boolean> {
    await this.parts.turn.comeFirst()
    return !this.spoilt
  }

  private takeTurn(): void {
    if (this.parts.writes.count > this.writesBefore) this.spoilt = true
    if (this.spoilt) return
    const { held } = this
    this.held = undefined
    for (const { event, sinceMs } of held ?? []) this.parts.sink({ ...event, heldMs: this.elapsedMs() - sinceMs })
  }

  private elapsedMs(): number {
    return this.parts.state.config.clock.elapsedMs()
  }

  private guard(sql: string): void {
    if (onlyReads(sql)) return
    if (this.held) {
      this.spoilt = true
      throw new Error('a test writes before its turn')
    }
    this.parts.writes.count++
  }
}

const opening = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*(\w+)/
const readers = new Set(['select', 'from', 'values', 'describe', 'show', 'summarize', 'pivot', 'unpivot'])

/** Rather too few than too many: what a test sends otherwise waits for its turn. */
export function onlyReads(sql: string): boolean {
  return splitStatements(sql).every(({ sql: text }) => {
    const word = opening.exec(text)?.[1]?.toLowerCase() ?? ''
    if (word === 'with') return !/\b(?:insert|update|delete|merge)\b/i.test(text) && !hasEffects(text)
    return readers.has(word) && !hasEffects(text)
  })
}

/** Calls of functions that leave something behind. */
function hasEffects(sql: string): boolean {
  return /\b(?:nextval|setseed)\s*\(/i.test(sql)
}
