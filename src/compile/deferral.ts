/** References to nodes that are not part of the run, answered from another environment's manifest (`--defer --state`). */

/** Where the other environment has a node: the parts of dbt's `defer_relation`. */
export interface DeferRelation {
  readonly database: string | null
  readonly schema: string
  readonly alias: string
  /** Quoted: `"db"."schema"."id"`. */
  readonly relationName: string | null
  readonly resourceType: string
  readonly name: string
  readonly description: string
  readonly compiledCode: string | null
  readonly meta: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly config: Readonly<Record<string, unknown>>
}

export interface Deferral {
  /** By unique id: refable nodes of the other manifest that are not ephemeral. */
  readonly relations: ReadonlyMap<string, DeferRelation>
  /** Functions of the other manifest, by unique id. */
  readonly functions: ReadonlyMap<string, DeferRelation>
  /** `--defer`: refs to nodes that are not selected may go to the other environment. Without it only `clone` reads this. */
  readonly active: boolean
  /** `--favor-state`: even when the relation exists here. */
  readonly favorState: boolean
}
