/**
 * Nodes and edges with every ref resolved: the third record of the eight. Made by `link-graph.ts`.
 *
 * Invariants:
 * 1. There is no cycle.
 * 2. `parents` and `children` have an entry for every member, sorted by unique id within an entry.
 * 3. Every parent is a member: refs to what does not exist or is disabled never get here.
 */
import type { GraphMember, RefCall } from '../project/node.ts'
import type { Project } from '../project/project.ts'
import type { SemanticFacts } from './link-semantics.ts'

export interface Graph {
  readonly project: Project
  readonly members: ReadonlyMap<string, GraphMember>
  readonly parents: ReadonlyMap<string, readonly string[]>
  readonly children: ReadonlyMap<string, readonly string[]>
  /** `depends_on.nodes` as dbt writes it: in order of first mention, tests' and exposures' too. */
  readonly dependsOn: ReadonlyMap<string, readonly string[]>
  /** Tests left out because something they refer to is not there: the parents that are. */
  readonly unlinkedTests: ReadonlyMap<string, readonly string[]>
  /** What the linking found out about semantic models and metrics, by unique id. */
  readonly semanticFacts: ReadonlyMap<string, SemanticFacts>
  /** Every member, parents before children, ties by unique id. */
  readonly order: () => readonly string[]
  /** What a ref written in `from` means; `undefined` when it names nothing. Used again when templates run. */
  readonly resolveRef: (ref: RefCall, fromPackage: string) => GraphMember | undefined
  readonly resolveSource: (source: string, table: string, fromPackage: string) => GraphMember | undefined
}
