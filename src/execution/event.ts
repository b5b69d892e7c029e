/**
 * What happens during a run, as it happens: the closed union that reporters read. Each kind names the events of dbt that
 * it stands for, with dbt's codes; reporters make text and JSON lines from them and need nothing else.
 *
 * Invariants:
 * 1. `run started` is first and `run finished` last, once each, however the run ends; of a run that cannot start or go
 *    on, `run broken off` is last.
 * 2. Every counted node has exactly one of `node finished` and `node skipped`; one `node started` precedes the former.
 * 3. `index` counts from 1 to `total` in the order of starting; nodes that are not counted (ephemeral models) have none.
 */

import type { Diagnostic } from '../base/diagnostic.ts'
import type { GraphMember, ModelNode } from '../project/node.ts'
import type { Value } from '../template/value.ts'
import type { MovedBytes, NodeResult, NodeStatus, RunResult } from './run-result.ts'

/** Place of a node in the run's count. */
export interface Counted {
  readonly index: number
  readonly total: number
}

/** Since 1970-01-01 UTC, by the run's clock. */
interface Timed {
  readonly atMs: number
  /** So long it was held back, until what happened in steps before this one had been told. */
  readonly heldMs?: number
}

export type RunEvent =
  /** ConcurrencyLine (Q026). `nodeCount` counts all but ephemeral models. */
  | (Timed & {
      readonly kind: 'run started'
      readonly command: string
      readonly threads: number
      readonly targetName: string
      readonly nodeCount: number
    })
  /** NothingToDo (Q035): the selection is empty. */
  | (Timed & { readonly kind: 'nothing to do'; readonly command: string })
  /** LogHookStartLine (Q032). `statement` is `<package>.on-run-start.0`. */
  | (Timed & Counted & { readonly kind: 'hook started'; readonly node: GraphMember; readonly statement: string })
  /** LogHookEndLine (Q033). */
  | (Timed &
      Counted & {
        readonly kind: 'hook finished'
        readonly node: GraphMember
        readonly statement: string
        readonly result: NodeResult
      })
  /**
   * NodeStart (Q024) and LogStartLine (Q011). `description` is dbt's text without the number: `sql view model main.a`,
   * `seed file main.b`, `test unique_a_id`, `unit_test a::case`, `snapshot main.c`, `freshness of raw.orders`.
   * `counted` is absent for what dbt starts in silence: ephemeral models.
   */
  | (Timed & {
      readonly kind: 'node started'
      readonly node: GraphMember
      readonly description: string
      readonly threadId: string
      readonly counted?: Counted
      /** How long everything that it needs was there before a worker was free. */
      readonly waitedMs?: number
    })
  /** NodeCompiling (Q030). */
  | (Timed & { readonly kind: 'node compiling'; readonly node: GraphMember; readonly threadId: string })
  /** UnpinnedRefNewVersionAvailable (I064): a ref without a version means `target`, and `newest` is newer. */
  | (Timed & {
      readonly kind: 'newer version'
      readonly node: GraphMember
      readonly target: ModelNode
      readonly newest: string | number
    })
  /** NodeExecuting (Q031). */
  | (Timed & { readonly kind: 'node executing'; readonly node: GraphMember; readonly threadId: string })
  /**
   * NodeFinished (Q025), and by the kind of node LogModelResult (Q012), LogSeedResult (Q016), LogSnapshotResult (Q015),
   * LogTestResult (Q007), LogFunctionResult (Q047), LogNodeResult/LogNodeNoOpResult (Q008/Q019) for the rest.
   */
  | (Timed & {
      readonly kind: 'node finished'
      readonly node: GraphMember
      readonly description: string
      readonly threadId: string
      readonly counted?: Counted
      readonly result: NodeResult
    })
  /**
   * SkippingDetails (Q034), or LogSkipBecauseError (Z034) when `ephemeralCause` is there: the failed result of an
   * ephemeral model, which is no line of its own. `cause` is the unique id of the node at the root of it.
   */
  | (Timed & {
      readonly kind: 'node skipped'
      readonly node: GraphMember
      readonly threadId: string
      readonly counted?: Counted
      readonly result: NodeResult
      readonly cause: string | null
      readonly ephemeralCause?: NodeResult
    })
  /** LogStartBatch (Q044). `description` is `batch 2024-01-01 of main.a`. */
  | (Timed &
      Counted & {
        readonly kind: 'batch started'
        readonly node: GraphMember
        readonly description: string
        readonly threadId: string
      })
  /** LogBatchResult (Q045). */
  | (Timed &
      Counted & {
        readonly kind: 'batch finished'
        readonly node: GraphMember
        readonly description: string
        readonly threadId: string
        readonly status: NodeStatus
        readonly message: string | null
        readonly executionTimeMs: number
        /** Reasons of a failure; empty otherwise. */
        readonly diagnostics: readonly Diagnostic[]
      })
  /** SQLQuery (E016): the text with its comment. `connection` is the node's unique id, or `master`. */
  | (Timed & { readonly kind: 'statement started'; readonly connection: string; readonly sql: string })
  /** SQLQueryStatus (E017) when `error` is absent. */
  | (Timed & {
      readonly kind: 'statement finished'
      readonly connection: string
      readonly elapsedMs: number
      readonly error?: string
    })
  /** JinjaLogInfo (I062) and JinjaLogDebug (I063): `log()` in a template. */
  | (Timed & {
      readonly kind: 'template log'
      readonly level: 'info' | 'debug'
      readonly message: string
      readonly node: string | null
    })
  /** PrintEvent (Z052): `print()` in a template, shown even with `--quiet`. */
  | (Timed & { readonly kind: 'template print'; readonly message: string; readonly node: string | null })
  /** JinjaLogWarning (I061) and adapter warnings. */
  | (Timed & {
      readonly kind: 'warning'
      readonly message: string
      readonly node: string | null
      readonly name: string
    })
  /** A deprecated thing that a template uses, under the name and code of dbt's event. Every use is one. */
  | (Timed & {
      readonly kind: 'deprecation met'
      readonly message: string
      readonly name: string
      readonly code: string
      /** False: only counted. */
      readonly isTold: boolean
    })
  /** ShowNode (Q041): rows of a preview, a seed with `--show`, or a failing test with `--show`. */
  | (Timed & {
      readonly kind: 'rows shown'
      readonly node: GraphMember
      readonly preview: Preview
      /** The same as a table of text, as agate prints it. */
      readonly table: string
    })
  /** More has gone over the network; a few times a second at most. Of the whole run so far. */
  | (Timed & { readonly kind: 'bytes moved'; readonly moved: MovedBytes })
  /** LogCancelLine (Q022). */
  | (Timed & { readonly kind: 'statement cancelled'; readonly connection: string })
  /** FinishedRunningStats (E047), EndOfRunSummary (Z030), RunResultError (Z024) …, StatsLine (Z023). */
  | (Timed & { readonly kind: 'run finished'; readonly result: RunResult; readonly statLine: string })
  /** FinishedRunningStats (E047). The command stops with what broke it off. */
  | (Timed & { readonly kind: 'run broken off'; readonly elapsedMs: number; readonly statLine: string })

export interface Preview {
  readonly columns: readonly string[]
  /** Values as dbt's JSON has them: text, integers, floats, booleans, null. */
  readonly rows: readonly (readonly Value[])[]
}

export type EventSink = (event: RunEvent) => void
