/** A step with its SQL: the sixth record of the eight. Made by `compile-node.ts`. */
import type { SourceFile } from '../base/source-file.ts'
import type { GraphMember } from '../project/node.ts'

/** A stretch of compiled SQL that came from one stretch of the template. Offsets are half-open, UTF-16. */
export interface LineMapEntry {
  readonly compiledStart: number
  readonly compiledEnd: number
  readonly sourceStart: number
}

/** The query that stands for an input of a unit test. */
export interface FixtureQuery {
  /** Of the input. */
  readonly packageName: string
  readonly name: string
  readonly sql: string
}

export interface CompiledStep {
  readonly node: GraphMember
  /** SQL as sent to the materialization: ephemeral parents inlined. */
  readonly compiledCode: string
  /** CTEs of ephemeral parents, innermost first: `extra_ctes`. */
  readonly extraCtes: readonly { readonly id: string; readonly sql: string }[]
  /** Unique ids of the macros that the template called itself, in order. */
  readonly macros: readonly string[]
  /** Relations that foreign keys of a model mean, by what stands under `to`. */
  readonly foreignKeys?: ReadonlyMap<string, string>
  /** Of a unit test: what its query reads, in its order. */
  readonly fixtures?: readonly FixtureQuery[]
  readonly source: SourceFile
  readonly lineMap: readonly LineMapEntry[]
}
