/**
 * What a run is made of: everything that executing, compiling, previewing or checking needs beside the plan. Commands
 * fill one `Run` and hand it to the entry functions of this folder:
 *
 *   executePlan(plan, run)                    run, build, test, seed, snapshot, clone, retry   -> RunResult
 *   compilePlan(plan, run)                    compile, docs generate                            -> RunResult
 *   previewNode(node, run, limit)             show                                              -> PreviewResult
 *   executeOperation(macro, kwargs, run)      run-operation                                     -> RunResult
 *   checkFreshness(sources, run)              source freshness                                  -> FreshnessRun
 *   readCatalog(run, uniqueIds)               docs generate                                     -> Catalog
 *
 * None of them writes a file of the target folder: that goes through `output`. None closes the database.
 */
import type { Database } from '../adapter/adapter.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'
import type { Deferral } from '../compile/deferral.ts'
import type { Plugin } from '../compile/plugin.ts'
import type { Graph } from '../graph/graph.ts'
import type { GraphMember, OperationNode } from '../project/node.ts'
import type { EventSink } from './event.ts'
import type { BatchResults } from './run-result.ts'

/**
 * Texts for the target folder, given as soon as they are known, and written by the time they are settled. `suffix` is a
 * batch's id where a node has several.
 */
export interface RunOutput {
  /** For `target/compiled`, `compiled_code` and `extra_ctes` of the manifest; ephemeral models too. */
  compiled(step: CompiledStep, suffix?: string): void
  /** For `target/run`: the SQL that the materialization ran. */
  ran(node: GraphMember, sql: string, suffix?: string): void
  /** What was given for the node stands in the target folder. @throws DiagnosticError what could not be written */
  settle(node: GraphMember): void
  /** For `depends_on.macros` of the manifest: unique ids of macros that running the node called. */
  called(node: GraphMember, macros: readonly string[]): void
  /** For `index` of the manifest, which after a run is a hook's place among all hooks that ran with it, from 1. */
  placed(hook: OperationNode, place: number): void
}

export interface Run {
  readonly graph: Graph
  readonly database: Database
  readonly sink: EventSink
  readonly output: RunOutput
  /** Aborting interrupts what runs; what was done is kept and told. */
  readonly signal: AbortSignal
  /** Unique ids of the selection, as `selected_resources` shows them. */
  readonly selected: readonly string[]
  /** `--defer` with the other state's nodes; null without. */
  readonly deferral: Deferral | null
  /** Loads sources with a `plugin` other than SQL, by the plugin's name. */
  readonly plugins: ReadonlyMap<string, Plugin>
  /** What earlier runs of microbatch models left, for `retry`. */
  readonly previousBatches: ReadonlyMap<string, BatchResults>
  /** Orders ready nodes of equal weight; the seed is told by the caller. Absent: by unique id. */
  readonly shuffleSeed?: number
}
