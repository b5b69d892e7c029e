/**
 * What will be done, and why: the fifth record of the eight. Made by `build-plan.ts`; read alike by `--dry-run` and by execution.
 */
import type { Graph } from '../graph/graph.ts'
import type { GraphMember } from '../project/node.ts'

export type StepMode =
  /** The relation does not exist: it is made. */
  | { readonly kind: 'create' }
  /** It exists and is made again as a whole. */
  | { readonly kind: 'full refresh' }
  | { readonly kind: 'incremental'; readonly strategy: string }
  | { readonly kind: 'replace partitions'; readonly partitionBy: readonly string[] }
  /** Runs and leaves no relation: tests, unit tests, hooks. */
  | { readonly kind: 'check' }
  /** Nothing to execute: ephemeral models, exposures, saved queries. */
  | { readonly kind: 'no-op' }
  | { readonly kind: 'skip' }

export interface PlannedStep {
  readonly node: GraphMember
  readonly mode: StepMode
  /** One clause for a person: `relation does not exist`, `--full-refresh`, `missing upstream of mart_x`. */
  readonly reason: string
  /** Unique ids of steps in this plan that must end before this one starts. */
  readonly after: readonly string[]
  /** Added because a selected node needs it and the target does not have it. */
  readonly addedUpstream: boolean
}

export interface Plan {
  readonly graph: Graph
  readonly command: string
  /** In topological order. */
  readonly steps: readonly PlannedStep[]
}
