/**
 * What the Jinja object `adapter` needs from the run around it. Implemented above the real adapter, once a node, so that
 * every call lands on that node's connection.
 */
import type { QueryResult, RelationInfo, RelationKind, RelationName } from '../base/sql-value.ts'
import type { Kwargs, PyObject, Value } from '../template/value.ts'
import type { Quoting } from './relation-fields.ts'

export interface PortExecuteOptions {
  /** Open a transaction first if none is open. */
  readonly autoBegin: boolean
  /** Rows are wanted. */
  readonly fetch: boolean
  /** At most so many rows. */
  readonly limit?: number
}

/** A relation whose kind may be unknown. */
export interface RelationMaybe extends RelationName {
  readonly kind?: RelationKind
}

/** Facts of the run that never change. */
export interface AdapterFacts {
  readonly projectName: string
  /** Quoting of the root project with defaults filled in. */
  readonly quoting: Quoting
  /** Database and schema of the target. */
  readonly database: string
  readonly schema: string
  readonly externalRoot: string
  readonly disableTransactions: boolean
  readonly isMotherduck: boolean
  /** Databases kept in a DuckLake. */
  readonly ducklakeDatabases: ReadonlySet<string>
  /** `1.5.6`, without a leading `v`. */
  readonly duckdbVersion: string
  /** Behaviour flags of the adapter by name, for `adapter.behavior`. */
  readonly behavior?: Readonly<Record<string, boolean>>
  /** The session's time zone, in which instants are shown to templates; UTC where it is not given. */
  readonly timeZone?: string
}

export interface AdapterPort {
  readonly facts: AdapterFacts
  /** The project's `adapter.config` as far as templates look at it (`project_name`, `credentials`, `quoting` …). */
  config(): PyObject
  /** Runs a text on the node's connection; the query comment is the implementer's. */
  execute(sql: string, options: PortExecuteOptions): Promise<QueryResult>
  /** Begins a transaction now, even where transactions are disabled. False if one was open. */
  ensureTransaction(): Promise<boolean>
  /** Commits if a transaction is open. */
  commit(): Promise<void>
  /** dbt's `execute_macro`: calls a macro by its plain name in a fresh context of the root project. */
  callMacro(name: string, kwargs: Kwargs): Value | Promise<Value>
  /**
   * The relation of that name, from memory where its schema is known. Parts compare by dbt's exact-case rule; one that
   * differs in case alone is an error (`adapter/approximate-match`).
   */
  getRelation(database: string | null, schema: string, identifier: string): Promise<RelationInfo | undefined>
  cacheAdded(relation: RelationMaybe): void
  cacheDropped(relation: RelationName): void
  cacheRenamed(from: RelationName, to: RelationName): void
  cacheSchemaDropped(database: string, schema: string): void
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  /** Text for the terminal, as `print_table()` of a result gives; nowhere if it is absent. */
  print?(text: string): void
  /** A warning that is given once a run however often it is asked for. */
  warnOnce(message: string): void
  /** A twelve-digit random id that is the same for one identifier all through the run. */
  temporaryId(identifier: string): string
  /** Absolute path of a seed's file. */
  seedFilePath(model: Value): string
}
