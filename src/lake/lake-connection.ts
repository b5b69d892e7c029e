/**
 * A database whose statements may speak of object stores and Delta tables as if DuckDB could open them. Each statement is
 * rewritten just before it is sent; one that speaks of neither is sent as it stands.
 */
import type { Connection, Database, ExecuteOptions } from '../adapter/adapter.ts'
import type { SettingRecord } from '../adapter/settings.ts'
import { attachStatement } from '../adapter/start-statements.ts'
import { DiagnosticError, type DiagnosticFields } from '../base/diagnostic.ts'
import { type Place, placeAt } from '../base/source-file.ts'
import {
  mayHoldSeveralStatements,
  quoteIdentifier,
  quoteString,
  type StatementText,
  splitStatements,
} from '../base/sql-text.ts'
import type { QueryResult, SqlValue } from '../base/sql-value.ts'
import { snapshotSql } from '../delta/scan.ts'
import { escapePattern, textList } from '../delta/sql-words.ts'
import { copyFolder } from '../storage/local-cache.ts'
import { copyAway } from './copy-away.ts'
import { wantedSnapshot } from './delta-location.ts'
import { partitionNames } from './hive-files.ts'
import { Lake, type LakeSettings } from './lake.ts'
import { type DeltaMention, type LakeText, lakeText, readsParquet } from './lake-mentions.ts'
import {
  deltaVariableName,
  type Found,
  filesVariable,
  type LakeVariable,
  type Rewritten,
  rewriteText,
} from './lake-rewrite.ts'
import type { Reading, ReadSource } from './partial-reads.ts'
import { isS3Url } from './s3-access.ts'
import { isPlannable, type LeftoverTarget, localTarget, type StagedTarget } from './sent-again.ts'
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

  async connect(): Promise<Connection> {
    const connection = await this.inner.connect()
    if (!this.viewsRead) {
      this.viewsRead = true
      const rows = await connection.rows('select view_name, sql from duckdb_views() where not internal')
      this.lake.views.load(rows.map(([name, sql]) => ({ name: String(name), sql: String(sql) })))
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

/** One statement of a text. */
interface Statement extends StatementText {
  readonly whole: string
  readonly options: ExecuteOptions
}

/** What stands for the mentions of a statement, and the files behind it. */
interface FoundFiles extends Omit<Found, 'target'> {
  readonly sources: readonly ReadSource[]
}

interface ResolvedVariables {
  readonly sources: readonly ReadSource[]
  /** SQL for each by name. */
  readonly values: ReadonlyMap<string, string>
  readonly trouble: unknown
}

function pathsOf({ files }: ReadSource): string[] {
  return files.map(({ copy }) => copy.path)
}

function plainText(sql: string): Rewritten {
  return { sql, originalOffset: offset => offset }
}

class LakeConnection implements Connection {
  readonly traffic = noTraffic()
  readonly lake: Lake
  private readonly inner: Connection
  /** Variables of the session and the values they have. */
  private readonly variables = new Map<string, string>()
  /** No statement of the transaction has been sent yet. */
  private isFresh = false

  constructor(inner: Connection, lake: Lake) {
    this.inner = inner
    this.lake = lake
  }

  async execute(sql: string, options: ExecuteOptions = {}): Promise<QueryResult> {
    try {
      const { views } = this.lake
      if (views.isEmpty && !mayMention.test(sql)) return await this.inner.execute(sql, options)
      const statements = mayHoldSeveralStatements(sql) ? splitStatements(sql) : [{ sql, start: 0 }]
      if (statements.length > 1) return await this.executeEach(sql, statements, options)
      return await this.executeOne({ whole: sql, sql, start: 0, options })
    } finally {
      this.isFresh = false
    }
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
    const variables = this.lake.views.variablesFor(text.names)
    if (text.mentions.length === 0 && variables.length === 0 && text.madeView === undefined) {
      return this.sendRewritten(statement, plainText(statement.sql))
    }
    const target = text.mentions.find(one => one.kind === 'target')
    if (target === undefined) return this.send(statement, text, variables)
    return copyAway(this.lake, this.traffic, target.url, staged => this.send(statement, text, variables, staged))
  }

  /** An object that was replaced while it was read is looked up once more: once is chance. */
  private async send(
    statement: Statement,
    text: LakeText,
    variables: readonly LakeVariable[],
    target?: StagedTarget,
  ): Promise<QueryResult> {
    const all = [...variables, ...this.ownVariables(text)]
    try {
      return await this.sendOnce(statement, text, all, target)
    } catch (error) {
      if (!(error instanceof DiagnosticError) || error.diagnostic.code !== 'storage/object-changed') throw error
      const patterns = text.mentions.flatMap(mention => (mention.kind === 'files' ? mention.patterns : []))
      const further = all.flatMap(variable => (variable.kind === 'files' ? [variable.pattern] : []))
      for (const pattern of [...patterns, ...further]) this.lake.files.forget(pattern)
      await target?.clear()
      return this.sendOnce(statement, text, all, target)
    }
  }

  private async sendOnce(
    statement: Statement,
    text: LakeText,
    variables: readonly LakeVariable[],
    target?: StagedTarget,
  ): Promise<QueryResult> {
    const found = await this.find(text)
    const resolved = await this.resolveVariables(variables)
    const sources = [...found.sources, ...resolved.sources]
    const leftover = localTarget(statement.sql, this.lake.settings.root) ?? target
    const isWhole = !(await this.mayBePartial(statement, sources, leftover))
    const reading = await this.lake.reads.begin(sources, { isWhole })
    for (const [name, value] of resolved.values) await this.setVariable(name, value)
    const rewritten = rewriteText(statement.sql, text, { ...found, target: () => target?.path ?? '' })
    try {
      const result = await this.sendReading(statement, rewritten, reading, leftover)
      if (text.madeView !== undefined) this.lake.views.made(text.madeView, rewritten.sql)
      return result
    } catch (error) {
      throw resolved.trouble ?? reading.trouble ?? error
    }
  }

  /** Sends it again for as long as an error leads to more of the files being there. */
  private async sendReading(
    statement: Statement,
    rewritten: Rewritten,
    reading: Reading,
    leftover: LeftoverTarget | undefined,
  ): Promise<QueryResult> {
    const isInTransaction = this.inTransaction
    const again = (): void => {
      if (isInTransaction && !this.inner.inTransaction) this.inner.begin()
    }
    await reading.fetchPlanned(async () => {
      try {
        const rows = await this.inner.rows(`EXPLAIN (FORMAT json) ${rewritten.sql}`, statement.options)
        return String(rows[0]?.[1] ?? '')
      } catch (error) {
        again()
        throw error
      }
    })
    for (;;) {
      try {
        return await this.sendRewritten(statement, rewritten)
      } catch (error) {
        if (!(await reading.mend(error))) throw error
        await leftover?.clear()
        again()
      }
    }
  }

  /** A statement over files with holes may fail and be sent again, which has to be the same as sending it once. */
  private async mayBePartial(
    { sql }: Statement,
    sources: readonly ReadSource[],
    leftover: LeftoverTarget | undefined,
  ): Promise<boolean> {
    if (sources.every(({ files }) => files.every(({ copy }) => copy.isWhole))) return false
    if (!isPlannable(sql) || (leftover !== undefined && !(await leftover.isEmpty()))) return false
    if (this.inner.inTransaction) return this.isFresh
    // Statements of one transaction have one number, those without a transaction of their own each another.
    const ids = [await this.inner.rows('select txid_current()'), await this.inner.rows('select txid_current()')]
    return new Set(ids.map(rows => String(rows[0]?.[0]))).size > 1
  }

  private async sendRewritten(statement: Statement, rewritten: Rewritten): Promise<QueryResult> {
    try {
      return await this.inner.execute(rewritten.sql, statement.options)
    } catch (error) {
      throw inUsersWords(error, statement, rewritten)
    }
  }

  /** The variables that the view needs which is being made. */
  private ownVariables({ madeView, mentions }: LakeText): LakeVariable[] {
    if (madeView === undefined) return []
    return mentions.flatMap((mention): LakeVariable[] => {
      if (mention.kind === 'delta') {
        const { location, version, timestamp } = mention
        const wanted = { ...(version !== undefined && { version }), ...(timestamp !== undefined && { timestamp }) }
        return [{ kind: 'delta', name: deltaVariableName(mention), location, ...wanted }]
      }
      if (mention.kind !== 'files') return []
      const addresses = mention.patterns.filter(isS3Url)
      const isParquet = readsParquet(mention.reader)
      return addresses.map(pattern => ({ kind: 'files', name: filesVariable(pattern), pattern, isParquet }))
    })
  }

  private async find(text: LakeText): Promise<FoundFiles> {
    const { files } = this.lake
    const sources: ReadSource[] = []
    const paths = new Map<string, readonly string[]>()
    const urls = new Map<string, readonly string[]>()
    const queries = new Map<DeltaMention, string>()
    for (const mention of text.mentions) {
      if (mention.kind === 'files') {
        for (const pattern of text.madeView === undefined ? mention.patterns.filter(isS3Url) : []) {
          const source = await this.openSource(pattern, readsParquet(mention.reader))
          sources.push(mention.patterns.length > 1 ? { ...source, partitions: [] } : source)
          paths.set(pattern, pathsOf(source))
        }
      } else if (mention.kind === 'attach') {
        const source = await this.openSource(mention.url, false)
        sources.push(source)
        paths.set(mention.url, pathsOf(source))
      } else if (mention.kind === 'glob') urls.set(mention.pattern, await files.urls(mention.pattern, this.traffic))
      else if (mention.kind === 'delta' && text.madeView === undefined)
        queries.set(mention, await this.deltaSql(mention))
    }
    return {
      sources,
      paths: pattern => paths.get(pattern) ?? [],
      urls: pattern => urls.get(pattern) ?? [],
      deltaSql: mention => queries.get(mention) ?? '',
    }
  }

  private async openSource(pattern: string, isParquet: boolean): Promise<ReadSource> {
    const files = await this.lake.files.open(pattern, this.traffic)
    return { files, isParquet, partitions: partitionNames(files.map(({ copy }) => copy.path)) }
  }

  private async deltaSql(wanted: Pick<DeltaMention, 'location' | 'version' | 'timestamp'>): Promise<string> {
    const table = this.lake.delta(wanted.location, this.traffic)
    return snapshotSql(table.files, await wantedSnapshot(table, wanted))
  }

  /**
   * A view of that name need not be the one that the statement reads, so trouble with a variable only counts if the
   * statement fails.
   */
  private async resolveVariables(variables: readonly LakeVariable[]): Promise<ResolvedVariables> {
    const sources: ReadSource[] = []
    const values = new Map<string, string>()
    let trouble: unknown
    for (const variable of variables) {
      try {
        if (variable.kind === 'delta') values.set(variable.name, quoteString(await this.deltaSql(variable)))
        else {
          const source = await this.openSource(variable.pattern, variable.isParquet)
          sources.push({ ...source, isOptional: true })
          values.set(variable.name, textList(pathsOf(source).map(escapePattern)))
        }
      } catch (error) {
        trouble ??= error
      }
    }
    return { sources, values, trouble }
  }

  private async setVariable(name: string, value: string): Promise<void> {
    if (this.variables.get(name) === value) return
    await this.inner.execute(`SET VARIABLE ${quoteIdentifier(name)} = ${value}`)
    this.variables.set(name, value)
  }
}

const mayMention = /s3[an]?:\/\/|delta_scan/i

/** An error of DuckDB speaks of copies; the user wrote addresses, at other places in the text. */
function inUsersWords(error: unknown, statement: Statement, rewritten: Rewritten): unknown {
  if (!(error instanceof DiagnosticError)) return error
  const { diagnostic } = error
  const pattern = new RegExp(`[^\\s'"]*/${copyFolder.source}/`, 'g')
  const fields: DiagnosticFields = {
    ...diagnostic,
    message: diagnostic.message.replace(pattern, 's3://'),
    ...(diagnostic.expanded && { expanded: originalPlace(diagnostic.expanded, statement, rewritten) }),
  }
  const translated = new DiagnosticError(fields)
  return Object.assign(Object.create(Object.getPrototypeOf(error)) as object, error, {
    diagnostic: translated.diagnostic,
    message: translated.message,
    stack: error.stack,
  })
}

function originalPlace(place: Place, { whole, start, options }: Statement, rewritten: Rewritten): Place {
  const file = { path: options.path ?? 'sql', text: whole }
  return placeAt(file, Math.min(start + rewritten.originalOffset(place.start), whole.length))
}
