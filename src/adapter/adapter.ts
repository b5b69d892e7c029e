/**
 * The database as the phases see it: one `Database` a run, one `Connection` a worker. No engine's library shows here.
 * Every failure is a `DiagnosticError` with a code `adapter/*`; no message holds a secret of the settings.
 */
import type { QueryResult, SqlValue } from '../base/sql-value.ts'

export interface ExecuteOptions {
  /** Ends the statement with `adapter/interrupted` when it aborts. */
  readonly signal?: AbortSignal
  /** Path under which an error shows the text; the text itself is what was sent. */
  readonly path?: string
}

/**
 * One session. Statements of one connection run one after the other; temp tables live as long as it does.
 * A transaction begins lazily: `begin()` only notes the wish, BEGIN goes out with the next statement.
 */
export interface Connection {
  /** Runs every statement of the text in order and gives the last one's result. */
  execute(sql: string, options?: ExecuteOptions): Promise<QueryResult>
  /** The rows alone. */
  rows(sql: string, options?: ExecuteOptions): Promise<readonly (readonly SqlValue[])[]>
  /** Wishes for a transaction. No effect if one is open or wished for, or if transactions are disabled. */
  begin(): void
  /** True between `begin()` and `commit()`, `rollback()` or a failed statement that ended it. */
  readonly inTransaction: boolean
  /** Ends the transaction; sends nothing if no BEGIN was sent. */
  commit(): Promise<void>
  rollback(): Promise<void>
  /** Ends the running statement, if any, with `adapter/interrupted`. */
  interrupt(): void
  /** Rolls an open transaction back and gives the session up. */
  close(): Promise<void>
}

/** Opened by the first `connect()`, so that a file's lock is taken as late as possible. */
export interface Database {
  connect(): Promise<Connection>
  /** True once the file was opened read-only because another process holds it. */
  readonly readOnly: boolean
  /** Nothing was in it when it was opened, no file or in memory, and one connection alone has been made since. */
  readonly isNew: boolean
  /**
   * Interrupts what runs, closes every connection and lets the file go. What is still to be written into the file is written
   * beside this process. A later `connect()` opens it again.
   */
  close(): Promise<void>
}
