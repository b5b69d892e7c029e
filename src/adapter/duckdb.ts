/**
 * DuckDB in this process: the only file that loads the driver. The library is loaded and an instance is opened by the
 * first connection, and closed with the last one if the profile says so. Errors are diagnostics with the settings'
 * secrets masked.
 */
import type { DuckDBConnection, DuckDBInstance, DuckDBMaterializedResult } from '@duckdb/node-api'
import type { SourceFile } from '../base/source-file.ts'
import { mayHoldSeveralStatements, type StatementText, splitStatements } from '../base/sql-text.ts'
import type { QueryResult, SqlValue } from '../base/sql-value.ts'
import type { Connection, Database, ExecuteOptions } from './adapter.ts'
import { BackgroundThreads } from './background-threads.ts'
import { databaseError, messageOf } from './duckdb-error.ts'
import { emptyResult, resultOf } from './duckdb-result.ts'
import { extensionError, openError } from './open-error.ts'
import { retrying } from './retry.ts'
import type { DuckdbSettings, ExtensionSetting, Machine } from './settings.ts'
import {
  attachStatement,
  instanceOptions,
  secretMask,
  secretStatements,
  settingStatements,
} from './start-statements.ts'

export interface DatabaseEnvironment {
  readonly machine?: Machine
  /** Whether there is a file at a path. Absent: nothing is known of files. */
  readonly fileExists?: (path: string) => boolean
  /** Open the file read-only when another process holds it for reading. */
  readonly readOnlyIfLocked?: boolean
  /**
   * Called when the database is at work and nothing can be done here until it is done; again while it takes, as long as
   * it answers that more could be done. Must not throw.
   */
  readonly whileWaiting?: () => boolean
  /** Waits between retries. */
  readonly wait?: (milliseconds: number) => Promise<void>
}

/** The database of a profile. Nothing is opened until the first `connect()`. */
export function duckdbDatabase(settings: DuckdbSettings, environment: DatabaseEnvironment = {}): Database {
  return new DuckdbDatabase(settings, environment)
}

interface OpenInstance {
  readonly instance: DuckDBInstance
  /** For statements that are nobody's. */
  readonly driver: DuckDBConnection
  readonly threads: BackgroundThreads
}

class DuckdbDatabase implements Database {
  readOnly = false
  readonly mask: (text: string) => string
  readonly settings: DuckdbSettings
  readonly wait: (milliseconds: number) => Promise<void>
  readonly whileWaiting: () => boolean
  private readonly environment: DatabaseEnvironment
  private readonly connections = new Set<DuckdbConnection>()
  private readonly perConnection: readonly string[]
  private instance: Promise<OpenInstance> | undefined
  private beganEmpty = false
  private connectionsMade = 0

  constructor(settings: DuckdbSettings, environment: DatabaseEnvironment) {
    this.settings = settings
    this.environment = environment
    this.mask = secretMask(settings)
    this.perConnection = settingStatements(settings.settings)
    this.wait = environment.wait ?? waitFor
    this.whileWaiting = environment.whileWaiting ?? (() => false)
  }

  get isNew(): boolean {
    return this.beganEmpty && this.connectionsMade === 1
  }

  async connect(): Promise<Connection> {
    this.connectionsMade++
    this.instance ??= this.open()
    let opened: OpenInstance
    try {
      opened = await this.instance
    } catch (error) {
      this.instance = undefined
      throw error
    }
    const driver = await opened.instance.connect()
    for (const sql of this.perConnection) await this.start(driver, sql)
    const connection = new DuckdbConnection(this, driver, opened.threads)
    this.connections.add(connection)
    return connection
  }

  async close(): Promise<void> {
    for (const connection of this.connections) connection.interrupt()
    await Promise.all([...this.connections].map(connection => connection.close()))
    await this.closeInstance()
  }

  /** Called by a connection that has ended. */
  async release(connection: DuckdbConnection): Promise<void> {
    this.connections.delete(connection)
    const { keepOpen, path } = this.settings
    if (this.connections.size === 0 && !keepOpen && path !== ':memory:') await this.closeInstance()
  }

  private async closeInstance(): Promise<void> {
    const opening = this.instance
    this.instance = undefined
    const opened = await opening?.catch(() => undefined)
    if (opened === undefined) return
    const { instance, driver, threads } = opened
    await threads.settled()
    // Closing would write the log into the file, too, but hold up this process. What cannot be written now is left to that.
    if (!this.readOnly && this.settings.path !== ':memory:') await driver.run('CHECKPOINT').catch(() => undefined)
    driver.closeSync()
    instance.closeSync()
  }

  private async open(): Promise<OpenInstance> {
    const instance = await this.openFile()
    const driver = await instance.connect()
    try {
      for (const extension of this.settings.extensions) await this.loadExtension(driver, extension)
      for (const sql of secretStatements(this.settings.secrets)) await this.start(driver, sql)
      for (const attach of this.settings.attach) await this.attach(driver, attachStatement(attach), attach.path)
    } catch (error) {
      driver.closeSync()
      instance.closeSync()
      throw error
    }
    const threads = new BackgroundThreads({ send: sql => driver.run(sql) })
    const { settings, configOptions } = this.settings
    threads.manage([...Object.keys(settings), ...Object.keys(configOptions)])
    return { instance, driver, threads }
  }

  private async openFile(): Promise<DuckDBInstance> {
    const { path, retries } = this.settings
    this.beganEmpty = path === ':memory:' || this.environment.fileExists?.(path) === false
    const options = instanceOptions(this.settings, this.environment.machine)
    const driver = await import('@duckdb/node-api')
    const create = (settings: typeof options): Promise<DuckDBInstance> =>
      meanwhile(driver.DuckDBInstance.create(path, settings), this.whileWaiting)
    try {
      return await retrying(retries, retries?.connectAttempts, this.wait, () => create(options))
    } catch (cause) {
      const failure = openError(cause, path, this.mask)
      if (failure.diagnostic.code !== 'adapter/database-locked' || !this.environment.readOnlyIfLocked) throw failure
      try {
        const instance = await create({ ...options, access_mode: 'READ_ONLY' })
        this.readOnly = true
        return instance
      } catch {
        throw failure
      }
    }
  }

  private async loadExtension(driver: DuckDBConnection, { name, isOptional }: ExtensionSetting): Promise<void> {
    try {
      await driver.run(`LOAD ${name}`)
    } catch (cause) {
      if (isOptional !== true) throw extensionError(cause, name)
    }
  }

  private async attach(driver: DuckDBConnection, sql: string, path: string): Promise<void> {
    try {
      await driver.run(sql)
    } catch (cause) {
      throw openError(cause, path, this.mask)
    }
  }

  private async start(driver: DuckDBConnection, sql: string): Promise<void> {
    try {
      await driver.run(sql)
    } catch (cause) {
      const text = this.mask(sql)
      throw databaseError(new Error(this.mask(messageOf(cause))), text, { path: 'profiles.yml', text })
    }
  }
}

/** Offers the time until the database has its answer, in turns with whatever else goes on in this process. */
function meanwhile<T>(answer: Promise<T>, whileWaiting: () => boolean): Promise<T> {
  let next: NodeJS.Immediate | undefined
  const offer = (): void => {
    next = whileWaiting() ? setImmediate(offer) : undefined
  }
  offer()
  return answer.finally(() => clearImmediate(next))
}

type TransactionState = 'none' | 'wished' | 'open'

class DuckdbConnection implements Connection {
  private readonly database: DuckdbDatabase
  private readonly driver: DuckDBConnection
  private readonly threads: BackgroundThreads
  private transaction: TransactionState = 'none'
  private running: Promise<unknown> | undefined
  private closed = false
  /** Set while the running statement is being ended. */
  private stopping: NodeJS.Timeout | undefined

  constructor(database: DuckdbDatabase, driver: DuckDBConnection, threads: BackgroundThreads) {
    this.database = database
    this.driver = driver
    this.threads = threads
  }

  async execute(sql: string, options: ExecuteOptions = {}): Promise<QueryResult> {
    const { signal } = options
    if (signal?.aborted) throw databaseError(interruption, sql, sourceOf(sql, options))
    const stop = (): void => this.interrupt()
    signal?.addEventListener('abort', stop, { once: true })
    const work = this.send(sql, options)
    this.running = work
    try {
      return await work
    } finally {
      this.running = undefined
      this.calm()
      signal?.removeEventListener('abort', stop)
    }
  }

  async rows(sql: string, options: ExecuteOptions = {}): Promise<readonly (readonly SqlValue[])[]> {
    return (await this.execute(sql, options)).rows
  }

  get inTransaction(): boolean {
    return this.transaction !== 'none'
  }

  begin(): void {
    if (this.transaction === 'none' && !this.database.settings.disableTransactions) this.transaction = 'wished'
  }

  async commit(): Promise<void> {
    await this.end('COMMIT')
  }

  async rollback(): Promise<void> {
    await this.end('ROLLBACK')
  }

  /** DuckDB forgets an interrupt that comes before the statement has left the thread pool's queue: it is repeated. */
  interrupt(): void {
    if (this.closed || !this.running || this.stopping) return
    this.driver.interrupt()
    this.stopping = setInterval(() => this.driver.interrupt(), 20)
  }

  private calm(): void {
    clearInterval(this.stopping)
    this.stopping = undefined
  }

  async close(): Promise<void> {
    if (this.closed) return
    await this.running?.catch(() => undefined)
    if (this.closed) return
    await this.rollback()
    this.closed = true
    this.driver.closeSync()
    await this.database.release(this)
  }

  private async send(sql: string, options: ExecuteOptions): Promise<QueryResult> {
    try {
      if (this.transaction === 'wished') {
        this.transaction = 'open'
        await this.driver.run('BEGIN')
      }
      if (this.threads.wantsThemLeft(sql)) await this.threads.leave()
      if (mayHoldSeveralStatements(sql)) return await this.sendEach(sql, options)
      return resultOf(await this.attempt(sql, sql, options, 0))
    } catch (error) {
      this.calm()
      if (this.transaction === 'open') await this.end('ROLLBACK')
      throw error
    }
  }

  /** DuckDB's own parser looks at the whole text first, so that nothing runs if the last statement is misspelt. */
  private async sendEach(sql: string, options: ExecuteOptions): Promise<QueryResult> {
    const statements = splitStatements(sql)
    if (statements.length > 1) await this.parse(sql, options)
    let last: DuckDBMaterializedResult | undefined
    for (const { sql: text, start } of statements) last = await this.attempt(text, sql, options, start)
    return last ? resultOf(last) : emptyResult
  }

  private async parse(sql: string, options: ExecuteOptions): Promise<void> {
    try {
      await this.driver.extractStatements(sql)
    } catch (cause) {
      const error = new Error(messageOf(cause).replace(/^Failed to extract statements: /, ''))
      throw this.failure(error, { sql, start: 0 }, sql, options)
    }
  }

  private async attempt(
    text: string,
    whole: string,
    options: ExecuteOptions,
    start: number,
  ): Promise<DuckDBMaterializedResult> {
    if (this.stopping) throw this.failure(interruption, { sql: text, start }, whole, options)
    const { settings, wait } = this.database
    const { retries } = settings
    try {
      return await retrying(retries, retries?.queryAttempts, wait, () => this.run(text))
    } catch (cause) {
      throw this.failure(cause, { sql: text, start }, whole, options)
    }
  }

  private run(text: string): Promise<DuckDBMaterializedResult> {
    return this.threads.during(() => meanwhile(this.driver.run(text), this.database.whileWaiting))
  }

  private failure(cause: unknown, statement: StatementText, whole: string, options: ExecuteOptions): Error {
    const masked = this.database.mask(messageOf(cause))
    const error = masked === messageOf(cause) ? cause : new Error(masked)
    return databaseError(error, statement.sql, sourceOf(whole, options), statement.start)
  }

  /** A statement of the user's may have ended the transaction already; then there is nothing left to end. */
  private async end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    const state = this.transaction
    this.transaction = 'none'
    if (state !== 'open') return
    try {
      await this.driver.run(how)
    } catch (cause) {
      if (/no transaction is active/.test(messageOf(cause))) return
      throw this.failure(cause, { sql: how, start: 0 }, how, {})
    }
  }
}

const interruption = new Error('INTERRUPT Error: Interrupted!')

function sourceOf(sql: string, options: ExecuteOptions): SourceFile {
  return { path: options.path ?? 'sql', text: sql }
}

function waitFor(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}
