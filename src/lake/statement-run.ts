/**
 * One statement over objects and Delta tables on its way to DuckDB: what it speaks of is found, as much of it fetched as
 * its plan asks for, and the rewritten text sent; again over more, for as long as an error shows that more is wanted.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { QueryResult } from '../base/sql-value.ts'
import type { LakeText } from './lake-mentions.ts'
import { type LakeVariable, type Rewritten, rewriteText } from './lake-rewrite.ts'
import { isMistake, type Reading } from './partial-reads.ts'
import { planOf } from './planned-scans.ts'
import { type LakeSession, type Statement, sendRewritten } from './send-statement.ts'
import { isPlannable, type LeftoverTarget, localTarget, type StagedTarget } from './sent-again.ts'
import { type QueryOf, type StatementSources, statementSources } from './statement-sources.ts'

export interface StatementWork {
  readonly statement: Statement
  readonly text: LakeText
  /** Those that views and macros ask for which the statement may read. */
  readonly variables: readonly LakeVariable[]
  /** Where it writes in place of a bucket. */
  readonly target?: StagedTarget
}

const forPlan: QueryOf = reading => (reading.mayBePartial ? reading.plannedSql() : reading.sql())
const forRun: QueryOf = reading => reading.sql()

export class StatementRun {
  private readonly session: LakeSession
  private readonly work: StatementWork
  private readonly leftover: LeftoverTarget | undefined
  private readonly isInTransaction: boolean

  constructor(session: LakeSession, work: StatementWork) {
    this.session = session
    this.work = work
    this.leftover = localTarget(work.statement.sql, session.lake.settings.root) ?? work.target
    this.isInTransaction = session.inner.inTransaction
  }

  /** An object that was replaced while it was read is looked up once more: once is chance. */
  async run(): Promise<QueryResult> {
    try {
      return await this.runOnce(true)
    } catch (error) {
      if (!(error instanceof DiagnosticError) || error.diagnostic.code !== 'storage/object-changed') throw error
      const { text, variables } = this.work
      const patterns = text.mentions.flatMap(mention => (mention.kind === 'files' ? mention.patterns : []))
      const further = variables.flatMap(variable => (variable.kind === 'files' ? [variable.pattern] : []))
      for (const pattern of [...patterns, ...further]) this.session.lake.files.forget(pattern)
      await this.leftover?.clear()
      return this.runOnce(false)
    }
  }

  /** Without a guess, tables are read whole. */
  private async runOnce(mayGuess: boolean): Promise<QueryResult> {
    const { session, work } = this
    const sources = await statementSources(session, { ...work, sql: work.statement.sql })
    if (!mayGuess) for (const delta of sources.deltas) delta.distrust()
    const isPartial = await this.mayBePartial(sources)
    const reading = await session.lake.reads.begin(sources.files, { isWhole: !isPartial })
    if (isPartial && mayGuess) await this.chooseFiles(sources, reading)
    try {
      return await this.sendUntilEnough(sources, reading)
    } catch (error) {
      throw sources.trouble ?? reading.trouble ?? error
    }
  }

  /** Of Delta tables, by a first plan. */
  private async chooseFiles(sources: StatementSources, reading: Reading): Promise<void> {
    const open = sources.deltas.filter(delta => delta.mayBePartial)
    if (open.length === 0) return
    const rewritten = await this.rewritten(sources, forPlan)
    const plan = await this.explain(rewritten).then(planOf, error => (isMistake(error) ? [] : undefined))
    for (const delta of open) {
      await delta.choose(plan)
      await reading.add(delta.source())
    }
  }

  private async sendUntilEnough(sources: StatementSources, reading: Reading): Promise<QueryResult> {
    const { session, work } = this
    for (;;) {
      const planned = await this.rewritten(sources, forRun)
      // The paths of texts change when they are fetched.
      const again = (): Promise<Rewritten> => this.rewritten(sources, forRun)
      const current = sources.files.some(source => source.lookedInto !== undefined) ? again : async () => planned
      await reading.fetchPlanned(async () => this.explain(await current()))
      const rewritten = await current()
      try {
        const result = await sendRewritten(session, work.statement, rewritten)
        if (work.text.defines !== undefined) session.lake.definitions.made(work.text.defines, rewritten.sql)
        return result
      } catch (error) {
        const short = sources.deltas.filter(delta => delta.asksFor(error))
        for (const delta of short) {
          delta.chooseAll()
          await reading.add(delta.source())
        }
        if (short.length === 0 && !(await reading.mend(error))) throw error
        await this.leftover?.clear()
        this.beginAgain()
      }
    }
  }

  private async rewritten(sources: StatementSources, queryOf: QueryOf): Promise<Rewritten> {
    const { session, work } = this
    for (const [name, value] of await sources.values(queryOf)) await session.setVariable(name, value)
    const found = await sources.found(queryOf)
    return rewriteText(work.statement.sql, work.text, { ...found, target: () => work.target?.path ?? '' })
  }

  private async explain({ sql }: Rewritten): Promise<string> {
    try {
      const rows = await this.session.inner.rows(`EXPLAIN (FORMAT json) ${sql}`, this.work.statement.options)
      return String(rows[0]?.[1] ?? '')
    } catch (error) {
      this.beginAgain()
      throw error
    }
  }

  /** A failure has ended the transaction that had just begun. */
  private beginAgain(): void {
    const { inner } = this.session
    if (this.isInTransaction && !inner.inTransaction) inner.begin()
  }

  /** A statement over files with holes may fail and be sent again, which has to be the same as sending it once. */
  private async mayBePartial({ files, deltas }: StatementSources): Promise<boolean> {
    const { inner, isFresh } = this.session
    const isMissing = files.some(source => source.files.some(({ copy }) => !copy.isWhole))
    if (!isMissing && !deltas.some(delta => delta.mayBePartial)) return false
    if (!this.session.lake.reads.rules.isOn || !isPlannable(this.work.statement.sql)) return false
    if (this.leftover !== undefined && !(await this.leftover.isEmpty())) return false
    if (inner.inTransaction) return isFresh
    // Statements of one transaction have one number, those without a transaction of their own each another.
    const ids = [await inner.rows('select txid_current()'), await inner.rows('select txid_current()')]
    return new Set(ids.map(rows => String(rows[0]?.[0]))).size > 1
  }
}
