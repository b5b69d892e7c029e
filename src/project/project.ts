/**
 * All project files as records: the second record of the eight. Made by `parse-project.ts`.
 */
import type { Config } from '../config/config.ts'
import type { WrittenSelector } from '../config/selectors-file.ts'
import type { MacroRegistry } from './macro-registry.ts'
import type {
  DocBlock,
  ExposureNode,
  GraphMember,
  GroupNode,
  MacroNode,
  Node,
  SemanticNode,
  SourceNode,
  UnitTestNode,
} from './node.ts'

export interface Project {
  readonly config: Config
  /** Enabled nodes by unique id, in the order dbt's manifest has them. */
  readonly nodes: ReadonlyMap<string, Node>
  readonly sources: ReadonlyMap<string, SourceNode>
  readonly exposures: ReadonlyMap<string, ExposureNode>
  readonly unitTests: ReadonlyMap<string, UnitTestNode>
  /** Metrics, semantic models and saved queries. */
  readonly semantics: ReadonlyMap<string, SemanticNode>
  readonly groups: ReadonlyMap<string, GroupNode>
  readonly docs: ReadonlyMap<string, DocBlock>
  readonly macros: ReadonlyMap<string, MacroNode>
  /** How a name in a template becomes a macro; shared by parsing and compiling. */
  readonly macroRegistry: MacroRegistry
  /** Disabled nodes by unique id (several of one id are possible). */
  readonly disabled: ReadonlyMap<string, readonly GraphMember[]>
  /** `selectors.yml`, as read: resolved by `graph/`. */
  readonly selectors: readonly WrittenSelector[]
}
