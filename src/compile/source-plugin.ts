/** Sources that are loaded by something other than SQL, such as `plugin: delta` and `plugin: excel`. */
import type { Connection } from '../adapter/adapter.ts'
import type { SourceNode } from '../project/node.ts'
import type { Value } from '../template/value.ts'

export interface SourcePlugin {
  /**
   * Makes the source readable under its own relation name, or gives the SQL text to read it from instead. Called at most
   * once a run and source. `config` answers keys of `config` and `meta` as dbt-duckdb's `SourceConfig.get` does.
   */
  load(
    source: SourceNode,
    config: (key: string) => Value | undefined,
    connection: Connection,
  ): Promise<string | undefined>
}
