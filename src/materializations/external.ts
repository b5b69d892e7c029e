/**
 * Models kept as files. The rows go straight from the query to the files (no table in between), then a view over the
 * files takes the model's name. Always a function: a macro cannot put files in place without readers seeing a mixture.
 */
import { quoteString } from '../base/sql-text.ts'
import type { ColumnInfo } from '../base/sql-value.ts'
import { type ExternalFiles, externalFiles, readerText } from '../compile/external-files.ts'
import { copyOptionText, type ExternalTarget, isLocalPath } from '../compile/external-target.ts'
import { lakeOf, trafficOf } from '../lake/lake-connection.ts'
import { isS3Url } from '../lake/s3-access.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { type NodeWork, type Outcome, plainResponse } from './node-work.ts'
import { type WrittenFiles, writeExternal } from './write-external.ts'
import { hasRemoteFiles, writeRemote } from './write-remote.ts'

export async function writeExternalModel(work: NodeWork): Promise<Outcome> {
  const files = await externalFiles(work.session, work.node, work.names)
  return publishUnderView(work, async exists => {
    const written = await writeRows(work, files, exists)
    return { sql: written.sql, source: viewSource(files, written), rowCount: written.rowCount }
  })
}

/** What was sent to write the rows, and the table expression that reads them. */
export interface Kept {
  readonly sql: string
  readonly source: string
  /** Rows that were written, where they were counted. */
  readonly rowCount?: number
}

/** Hooks, contract, the rows by `write`, then a view over them: what all models have in common whose rows are in files. */
export async function publishUnderView(work: NodeWork, write: (exists: boolean) => Promise<Kept>): Promise<Outcome> {
  const { session } = work
  const existing = await work.existing()
  await work.runHooks('pre-hook', false)
  await work.runHooks('pre-hook', true)
  await checkContract(work)
  const header = work.config('sql_header')
  if (header !== null && str(header).trim() !== '') await work.send(str(header), { begin: false })
  const kept = await write(existing !== undefined)
  const relation = work.relation('view')
  const sql = `create or replace view ${relation.render()} as (\n  select * from ${kept.source}\n);`
  work.write(`${kept.sql};\n\n${sql}`)
  if (existing && existing.kind !== 'view') {
    await work.send(`drop ${existing.kind} if exists ${relation.render()} cascade`, { begin: true })
  }
  await work.send(sql, { begin: existing?.kind === 'table' || work.hasHooksInside || work.persistsDocs })
  session.cacheAdded({ ...relation.name, kind: 'view' })
  await work.runHooks('post-hook', true)
  await applyGrants(work)
  await work.persistDocs(relation)
  await work.commit()
  await work.runHooks('post-hook', false)
  const response = { ...plainResponse, ...(kept.rowCount !== undefined && { rowsAffected: kept.rowCount }) }
  return { response, relations: [{ ...relation.name, kind: 'view' }] }
}

/** The columns of the query against those of the contract: dbt's macro compares them. */
async function checkContract(work: NodeWork): Promise<void> {
  if (work.node.contract.enforced) await work.macro('get_assert_columns_equivalent', [work.compiled.compiledCode])
}

async function applyGrants(work: NodeWork): Promise<void> {
  const grants = work.config('grants')
  if (truthy(grants)) await work.macro('apply_grants', [work.relation('view'), grants])
}

/** `insert_overwrite` replaces the partitions that the query gives, once there is something to replace them in. */
function replaces(work: NodeWork, exists: boolean): 'everything' | 'partitions' {
  const overwrites = work.config('incremental_strategy') === 'insert_overwrite'
  return overwrites && exists && !work.fullRefresh ? 'partitions' : 'everything'
}

async function writeRows(work: NodeWork, { target }: ExternalFiles, exists: boolean): Promise<WrittenFiles> {
  const { session } = work
  const write = {
    send: (sql: string) => session.send(sql, { begin: false, path: work.node.originalFilePath }),
    files: session.state.config.files,
    target,
    query: work.compiled.compiledCode,
    replace: replaces(work, exists),
    runId: session.state.config.invocationId.slice(0, 8),
  }
  if (isLocalPath(target.location)) return writeExternal(write)
  const lake = lakeOf(session.state.database)
  if (lake === undefined || !isS3Url(target.location)) return writeAway(work, target)
  const traffic = trafficOf(await session.connection())
  const isThere = exists || (await hasRemoteFiles(lake, traffic, target))
  return writeRemote({ ...write, replace: replaces(work, isThere) }, lake, traffic)
}

/** An address that only an extension of DuckDB can write to, whole files at a time. */
async function writeAway(work: NodeWork, target: ExternalTarget): Promise<WrittenFiles> {
  const options = Array.from(target.copyOptions, ([name, value]) => copyOptionText(name, value))
  const sql = `copy (\n${work.compiled.compiledCode}\n) to ${quoteString(target.location)} (${options.join(', ')})`
  const { rowCount } = await work.send(sql, { begin: false })
  return { sql, rowCount, columns: [] }
}

/**
 * A reader that gives what was written: the columns' types where the files alone would not tell (no rows, partitions
 * named after values), the separators where a guess could go wrong.
 */
function viewSource({ target, readOptions }: ExternalFiles, written: WrittenFiles): string {
  const more = new Map<string, string>()
  if (target.format === 'csv') {
    for (const name of ['delimiter', 'delim', 'sep', 'quote', 'escape', 'null', 'nullstr']) {
      const value = target.copyOptions.get(name)
      if (value !== undefined) more.set(readerNames[name] ?? name, value.startsWith("'") ? value : quoteString(value))
    }
    const header = target.copyOptions.get('header')
    if (header !== undefined) more.set('header', /^(?:0|false)$/i.test(header) ? 'false' : 'true')
  }
  const isEmpty = written.rowCount === 0 && target.partitionBy.length === 0
  if (isEmpty && target.format !== 'parquet') more.set('columns', typesText(written.columns))
  const partitions = partitionColumns(target, written.columns)
  if (partitions.length > 0) {
    more.set('hive_partitioning', 'true')
    more.set('hive_types', typesText(partitions))
  }
  for (const name of readOptions.keys()) more.delete(name)
  return readerText(target, readOptions, more)
}

const readerNames: Readonly<Record<string, string>> = { delimiter: 'delim', sep: 'delim', null: 'nullstr' }

function partitionColumns(target: ExternalTarget, columns: readonly ColumnInfo[]): ColumnInfo[] {
  return target.partitionBy.flatMap(name => columns.filter(one => one.name.toLowerCase() === name.toLowerCase()))
}

function typesText(columns: readonly ColumnInfo[]): string {
  return `{${columns.map(one => `${quoteString(one.name)}: ${quoteString(one.type)}`).join(', ')}}`
}
