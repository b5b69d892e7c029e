/**
 * A database whose statements may speak of object stores and Delta tables as if DuckDB could open them. Each statement is
 * rewritten just before it is sent; one that speaks of neither is sent as it stands.
 */
import type { Connection, Database, ExecuteOptions } from '../adapter/adapter.ts'
import type { SettingRecord } from '../adapter/settings.ts'
import { attachStatement } from '../adapter/start-statements.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import { mayHoldSeveralStatements, quoteIdentifier, type StatementText, splitStatements } from '../base/sql-text.ts'
import type { QueryResult, SqlValue } from '../base/sql-value.ts'
import { copyAway } from './copy-away.ts'
import { moreFilesWanted } from './delta-reading.ts'
import { Lake, type LakeSettings } from './lake.ts'
import type { Defined } from './lake-definitions.ts'
import { lakeText } from './lake-mentions.ts'
import { mayBeDamage } from './partial-reads.ts'
import { type LakeSession, type Statement, sendPlain } from './send-statement.ts'
import { localTarget, type StagedTarget } from './sent-again.ts'
import { StatementRun } from './statement-run.ts'
import { noTraffic, type Traffic } from './traffic.ts'

/** Opens nothing by itself. */
export function openLake(database: Database, settings: LakeSettings): Database {
  return new LakeDatabase(database, settings)
}

/** The lake behind a database; undefined for one without. */
export function lakeOf(database: Database): Lake | undefined {
  return database instanceof LakeDatabase ? database.lake : undefined
}

/** What went over the network for a connection. */
export function trafficOf(connection: Connection): Traffic {
  return connection instanceof LakeConnection ? connection.traffic : noTraffic()
}

/** What went over the network since this was last asked for. */
export function takeTraffic(connection: Connection): Traffic {
  const traffic = trafficOf(connection)
  const taken = { ...traffic }
  Object.assign(traffic, noTraffic())
  return taken
}

/** Says how the bucket of a location is reached, in place of what the profile says. */
export function useStorageOptions(
  connection: Connection,
  location: string,
  options: Readonly<Record<string, string>>,
): void {
  if (connection instanceof LakeConnection) connection.lake.useOptions(location, options)
}

class LakeDatabase implements Database {
  readonly lake: Lake
  private readonly inner: Database
  private viewsRead = false

  constructor(inner: Database, settings: LakeSettings) {
    this.inner = inner
    this.lake = new Lake(inner, settings)
  }

  get readOnly(): boolean {
    return this.inner.readOnly
  }
  get isNew(): boolean {
    return this.inner.isNew
  }

  async connect(): Promise<Connection> {
    const connection = await this.inner.connect()
    if (!this.viewsRead) {
      this.viewsRead = true
      this.lake.definitions.load(await definedBy(connection, viewsQuery))
    }
    const session = new LakeConnection(connection, this.lake)
    for (const attach of this.lake.settings.attach ?? []) {
      await session.execute(attachStatement({ ...attach, readOnly: true, options: withoutReadOnly(attach.options) }))
    }
    return session
  }

  async close(): Promise<void> {
    await this.inner.close()
    await this.lake.close()
  }
}

function withoutReadOnly(options: SettingRecord = {}): SettingRecord {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name !== 'read_only'))
}

/** @param query gives names and texts */
async function definedBy(connection: Connection, query: string): Promise<Defined[]> {
  const rows = await connection.rows(query)
  return rows.map(([name, sql]) => ({ name: String(name), sql: String(sql) }))
}

const viewsQuery = 'select view_name, sql from duckdb_views() where not internal'
/** DuckDB goes through all its functions for this, which takes longer than most statements. */
const macrosQuery =
  'select function_name, macro_definition from duckdb_functions() where not internal and macro_definition is not null'

class LakeConnection implements Connection, LakeSession {
  readonly traffic = noTraffic()
  readonly lake: Lake
  readonly inner: Connection
  /** Variables of the session and the values they have. */
  private readonly variables = new Map<string, string>()
  /** No statement of the transaction has been sent yet. */
  isFresh = false

  constructor(inner: Connection, lake: Lake) {
    this.inner = inner
    this.lake = lake
  }

  async execute(sql: string, options: ExecuteOptions = {}): Promise<QueryResult> {
    const wasInTransaction = this.inner.inTransaction
    const mayRepeat = this.isFresh || !wasInTransaction
    try {
      return await this.executeText(sql, options)
    } catch (error) {
      if (!mayRepeat || !(await this.findsMacros(sql, error))) throw error
      if (wasInTransaction) this.inner.begin()
      return await this.executeText(sql, options)
    } finally {
      this.isFresh = false
    }
  }

  private async executeText(sql: string, options: ExecuteOptions): Promise<QueryResult> {
    if (this.lake.definitions.isEmpty && !mayMention.test(sql)) return this.inner.execute(sql, options)
    const statements = mayHoldSeveralStatements(sql) ? splitStatements(sql) : [{ sql, start: 0 }]
    if (statements.length > 1) return this.executeEach(sql, statements, options)
    return this.executeOne({ whole: sql, sql, start: 0, options })
  }

  /** Whether a statement failed because it calls a macro of an earlier run, which is known from now on. */
  private async findsMacros(sql: string, error: unknown): Promise<boolean> {
    const { lake } = this
    if (lake.macrosRead || !wantsLake(error) || splitStatements(sql).length > 1) return false
    if (localTarget(sql, lake.settings.root) !== undefined) return false
    lake.macrosRead = true
    const { names } = lakeText(sql)
    const before = lake.definitions.variablesFor(names).length
    lake.definitions.load(await definedBy(this.inner, macrosQuery))
    return lake.definitions.variablesFor(names).length > before
  }

  async rows(sql: string, options: ExecuteOptions = {}): Promise<readonly (readonly SqlValue[])[]> {
    return (await this.execute(sql, options)).rows
  }

  begin(): void {
    if (!this.inner.inTransaction) this.isFresh = true
    this.inner.begin()
  }

  get inTransaction(): boolean {
    return this.inner.inTransaction
  }

  commit(): Promise<void> {
    return this.inner.commit()
  }

  rollback(): Promise<void> {
    return this.inner.rollback()
  }

  interrupt(): void {
    this.inner.interrupt()
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  /** One may need what the one before it has made: a view, an object in the bucket. */
  private async executeEach(
    whole: string,
    statements: readonly StatementText[],
    options: ExecuteOptions,
  ): Promise<QueryResult> {
    let result: QueryResult = { columns: [], rows: [], rowCount: 0 }
    for (const { sql, start } of statements) {
      result = await this.executeOne({ whole, sql, start, options })
      this.isFresh = false
    }
    return result
  }

  private async executeOne(statement: Statement): Promise<QueryResult> {
    const text = lakeText(statement.sql)
    const variables = this.lake.definitions.variablesFor(text.names)
    if (text.mentions.length === 0 && variables.length === 0 && text.defines === undefined) {
      return sendPlain(this, statement)
    }
    const target = text.mentions.find(one => one.kind === 'target')
    const run = (staged?: StagedTarget): Promise<QueryResult> =>
      new StatementRun(this, { statement, text, variables, ...(staged && { target: staged }) }).run()
    return target === undefined ? run() : copyAway(this.lake, this.traffic, target.url, run)
  }

  async setVariable(name: string, value: string): Promise<void> {
    if (this.variables.get(name) === value) return
    await this.inner.execute(`SET VARIABLE ${quoteIdentifier(name)} = ${value}`)
    this.variables.set(name, value)
  }
}

/** DuckDB was sent to the address itself, or to fewer files than are wanted. */
function wantsLake(error: unknown): boolean {
  if (!(error instanceof DiagnosticError)) return false
  const { code, message } = error.diagnostic
  return code === 'adapter/extension-missing' || message.includes(moreFilesWanted) || mayBeDamage.test(message)
}

const mayMention = /s3[an]?:\/\/|delta_scan/i
