/**
 * What all renderings of one run share: the graph, the macros, the relations that are known to exist, and who hears of
 * statements. Made once by whoever runs; every node's session stands on it.
 */

import type { Connection, Database } from '../adapter/adapter.ts'
import type { RelationCache } from '../adapter/relation-cache.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import type { AdapterFacts } from '../context/adapter-port.ts'
import type { ContextEffects } from '../context/effects.ts'
import type { MacroNamespace } from '../context/macro-namespace.ts'
import type { RunFacts } from '../context/run-facts.ts'
import type { VarLookup } from '../context/var-lookup.ts'
import type { Graph } from '../graph/graph.ts'
import type { Value } from '../template/value.ts'
import type { CompiledStep } from './compiled-step.ts'
import type { Deferral } from './deferral.ts'
import type { InjectedCte } from './inject-ctes.ts'
import type { Plugin } from './plugin.ts'

/** Hears of every statement that is sent. `connection` is a node's unique id, or `master`. */
interface StatementObserver {
  started(connection: string, sql: string): void
  finished(connection: string, elapsedMs: number, error?: string): void
}

/** Sees what a node is about to do. What it throws keeps the node from doing so. */
export interface Gate {
  /** Before each statement, which waits for what is returned. @param isLast the node will send no other */
  sends(sql: string, isLast: boolean): Promise<void> | undefined
  /** Before something is written on another connection than the node's own. */
  writes(): void
  /** Before a relation is looked up by its name. */
  looksUp(identifier: string): void
}

/** An ephemeral model, compiled: what its readers put before their own queries. */
export interface CompiledEphemeral {
  readonly step: CompiledStep
  /** Its query without the CTEs of its own parents. */
  readonly query: string
  readonly ctes: readonly InjectedCte[]
}

/** What was sent to write the rows of a model to files, and the table expression that reads them. */
export interface KeptRows {
  readonly sql: string
  readonly source: string
  /** Rows that were written, where they were counted. */
  readonly rowCount?: number
}

export interface RunState {
  readonly config: Config
  readonly graph: Graph
  readonly macros: MacroNamespace
  readonly database: Database
  readonly relations: RelationCache
  readonly adapterFacts: AdapterFacts
  readonly observer: StatementObserver
  readonly gate?: Gate
  readonly signal: AbortSignal
  readonly selected: ReadonlySet<string>
  readonly deferral: Deferral | null
  readonly plugins: ReadonlyMap<string, Plugin>
  /** Upstream external models that the database lacks are read from their files. False for commands that only compile. */
  readonly readsUpstreamFiles: boolean
  /** `--no-introspect` is on: a template may not query. */
  readonly introspects: boolean
  readonly factsFor: (threadId: string, effects: ContextEffects) => RunFacts
  readonly effectsFor: (node: string | null) => ContextEffects
  readonly varsOf: (packageName: string) => VarLookup
  /** Takes a compiled ephemeral model, for artifacts. */
  readonly compiledEphemeral: (step: CompiledStep) => void
  readonly ephemerals: Map<string, CompiledEphemeral | Promise<CompiledEphemeral>>
  /** Sources that a plugin has loaded, by unique id: the text to read them from, if not their own name. */
  readonly loadedSources: Map<string, Promise<string | undefined>>
  readonly temporaryIds: Map<string, string>
  /** Rows that are in files by now, by what wrote them: a node that is tried again does not write them twice. */
  readonly keptRows: Map<string, KeptRows>
  /** Warnings that were given and are not given again. */
  readonly warned: Set<string>
  readonly graphValue: () => Value
}

/** One worker's connection: opened when the first statement wants it. */
export class Lane {
  readonly threadId: string
  private readonly database: Database
  private opened: Promise<Connection> | undefined
  private worn = false

  constructor(database: Database, threadId: string) {
    this.database = database
    this.threadId = threadId
  }

  connection(): Promise<Connection> {
    this.opened ??= this.database.connect()
    return this.opened
  }

  /** What was done to the session must not be seen by the next node: settings, temporary tables. */
  wear(): void {
    this.worn = true
  }

  get isOpen(): boolean {
    return this.opened !== undefined
  }

  /** Ends a node's use: an open transaction is rolled back, a worn session given up. */
  async release(): Promise<void> {
    const connection = await this.opened?.catch(() => undefined)
    if (!connection) {
      this.opened = undefined
      return
    }
    if (this.worn) await this.close()
    else if (connection.inTransaction) await connection.rollback()
  }

  async close(): Promise<void> {
    const opened = this.opened
    this.opened = undefined
    this.worn = false
    const connection = await opened?.catch(() => undefined)
    await connection?.close()
  }
}

/** @throws `compile/no-introspection` */
export function refuseIntrospection(state: RunState, node: string): void {
  if (state.introspects) return
  throw new DiagnosticError({
    code: 'compile/no-introspection',
    kind: 'Runtime',
    message: `"${node}" queries the database while it is compiled, which --no-introspect forbids: connection never acquired for thread`,
    node,
  })
}
