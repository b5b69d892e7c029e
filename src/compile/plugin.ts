/** What stands in for dbt-duckdb's Python plugins: sources loaded and models stored by something other than SQL. */
import type { Connection, Database } from '../adapter/adapter.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import type { QueryResult } from '../base/sql-value.ts'
import type { Node, SourceNode } from '../project/node.ts'
import type { Value } from '../template/value.ts'

export interface PluginSource {
  readonly source: SourceNode
  /** Keys of `config` and `meta`, as dbt-duckdb's `SourceConfig.get` answers them. */
  config(key: string): Value | undefined
  /** `external_location` with its fields filled in, without quotes. */
  readonly location: string | undefined
  readonly connection: Connection
  /** For what has to be seen by others whatever becomes of the node that asks. */
  readonly database: Database
}

interface PluginModel {
  readonly node: Node
  config(key: string): Value
  /** The rows that were built. */
  rows(): Promise<QueryResult>
}

/** One per entry of the profile and run. Every failure is a DiagnosticError. */
export interface Plugin {
  /**
   * Makes the source readable under its own relation name, or gives the SQL text to read it from instead. Called at most
   * once a run and source.
   */
  load?(source: PluginSource): Promise<string | undefined>
  /** Called before a model that is to be stored is built: refuses what cannot be done. */
  check?(node: Node, config: (key: string) => Value): void
  /** Called when the model is built and committed. */
  store?(model: PluginModel): Promise<void>
  /** Called when every node has run. */
  finish?(database: Database): Promise<void>
}

/** A source or model names a plugin that neither the profile nor this program knows. */
export function pluginNotFound(name: string, plugins: ReadonlyMap<string, Plugin>, node: string): DiagnosticError {
  const known = [...plugins.keys()]
  const near = nearName(name, known)
  return new DiagnosticError({
    code: 'compile/source-plugin',
    kind: 'Compilation',
    message: `Plugin ${name} not found; known plugins are: ${known.join(',')}`,
    hint:
      near === undefined ? 'plugins are named in the profile: plugins: [{module: excel}]' : `did you mean "${near}"`,
    node,
  })
}
