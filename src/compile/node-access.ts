/** What the names of a rendering need of a node's session. `node-session.ts` implements it. */
import type { Connection } from '../adapter/adapter.ts'
import type { QueryResult } from '../base/sql-value.ts'
import type { AdapterPort } from '../context/adapter-port.ts'
import type { NodeNames } from '../context/node-names.ts'
import type { RunFacts } from '../context/run-facts.ts'
import type { Value } from '../template/value.ts'
import type { RunState } from './run-state.ts'

export interface NodeAccess extends AdapterPort {
  readonly state: RunState
  readonly runFacts: RunFacts
  connection(): Promise<Connection>
  /** Rows of a query about the catalogue; it begins no transaction. */
  ask(sql: string): Promise<QueryResult['rows']>
  /** The names of a rendering that belongs to no node: dbt's macro context. */
  macroNames(extra?: ReadonlyMap<string, Value>, packageName?: string): NodeNames
}
