/**
 * Models kept as files. The rows go straight from the query to the files (no table in between), then a view over the
 * files takes the model's name. Always a function: a macro cannot put files in place without readers seeing a mixture.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteString } from '../base/sql-text.ts'
import type { ColumnInfo, RelationInfo } from '../base/sql-value.ts'
import { type ExternalFiles, externalFiles, readerText } from '../compile/external-files.ts'
import { copyOptionText, type ExternalTarget, isLocalPath } from '../compile/external-target.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { type Plugin, pluginNotFound } from '../compile/plugin.ts'
import type { KeptRows } from '../compile/run-state.ts'
import { lakeOf, trafficOf } from '../lake/lake-connection.ts'
import { isS3Url } from '../lake/s3-access.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { type NodeWork, type Outcome, plainResponse } from './node-work.ts'
import { type ExternalWrite, type WrittenFiles, writeExternal } from './write-external.ts'
import { hasRemoteFiles, writeRemote } from './write-remote.ts'

export async function writeExternalModel(work: NodeWork): Promise<Outcome> {
  const files = await externalFiles(work.session, work.node, work.names)
  return publishUnderView(work, async existing => {
    const replace = await replaced(work, files, existing !== undefined)
    return writeFiles(work, files, { query: work.compiled.compiledCode, replace })
  })
}

/** Hooks, contract, the rows by `write`, then a view over them: what all models have in common whose rows are in files. */
export async function publishUnderView(
  work: NodeWork,
  write: (existing: RelationInfo | undefined) => Promise<KeptRows>,
): Promise<Outcome> {
  const { session } = work
  const plugin = storingPlugin(work)
  const existing = await work.existing()
  await work.runHooks('pre-hook', false)
  await work.runHooks('pre-hook', true)
  await checkContract(work)
  const header = work.config('sql_header')
  if (header !== null && str(header).trim() !== '') await work.send(str(header), { begin: false })
  const { keptRows } = session.state
  const kept = keptRows.get(work.key) ?? (await write(existing))
  keptRows.set(work.key, kept)
  const relation = work.relation('view')
  const sql = `create or replace view ${relation.render()} as (\n  select * from ${kept.source}\n);`
  work.write(`${kept.sql};\n\n${sql}`)
  if (existing && existing.kind !== 'view') {
    await work.send(`drop ${existing.kind} if exists ${relation.render()} cascade`, { begin: true })
  }
  await work.send(sql, { begin: existing?.kind === 'table' || work.hasHooksInside || work.persistsDocs })
  session.cacheAdded({ ...relation.name, kind: 'view' })
  await work.runHooks('post-hook', true)
  await applyGrants(work, existing)
  await work.persistDocs(relation)
  await work.commit()
  await plugin?.store?.({
    node: work.node,
    config: key => work.config(key),
    rows: () => work.send(`select * from ${relation.render()}`, { begin: false }),
  })
  await work.runHooks('post-hook', false)
  const response = { ...plainResponse, ...(kept.rowCount !== undefined && { rowsAffected: kept.rowCount }) }
  return { response, relations: [{ ...relation.name, kind: 'view' }] }
}

/** What stores the model besides, by its config; refused before anything is written. */
function storingPlugin(work: NodeWork): Plugin | undefined {
  const registers = truthy(work.config('glue_register'))
  const name = registers ? 'glue' : work.config('plugin')
  if (name === null) return undefined
  const { plugins } = work.session.state
  const plugin = plugins.get(str(name))
  if (!plugin) throw pluginNotFound(str(name), plugins, work.node.uniqueId)
  plugin.check?.(work.node, key => work.config(key))
  if (plugin.check || plugin.store) return plugin
  throw new DiagnosticError({
    code: 'compile/source-plugin',
    kind: 'Runtime',
    message: `store method not implemented for ${str(name)}`,
    node: work.node.uniqueId,
  })
}

/** The columns of the query against those of the contract: dbt's macro compares them. */
async function checkContract(work: NodeWork): Promise<void> {
  if (work.node.contract.enforced) await work.macro('get_assert_columns_equivalent', [work.compiled.compiledCode])
}

async function applyGrants(work: NodeWork, existing: RelationInfo | undefined): Promise<void> {
  const grants = work.config('grants')
  if (!truthy(grants) && !work.overrides('apply_grants')) return
  const before = existing ? work.relation(existing.kind) : null
  const revokes = await work.macro('should_revoke', [before, true])
  await work.macro('apply_grants', [work.relation('view'), grants, revokes])
}

/** `insert_overwrite` replaces the partitions that the query gives, once there is something to replace them in. */
async function replaced(work: NodeWork, files: ExternalFiles, exists: boolean): Promise<ExternalWrite['replace']> {
  if (work.config('incremental_strategy') !== 'insert_overwrite' || work.fullRefresh) return 'everything'
  return exists || (await hasFilesInBucket(work.session, files)) ? 'partitions' : 'everything'
}

/** The database of a fresh checkout knows nothing of a shared bucket, so the objects decide. */
export async function hasFilesInBucket(session: NodeSession, { target }: ExternalFiles): Promise<boolean> {
  const lake = lakeOf(session.state.database)
  if (lake === undefined || !isS3Url(target.location)) return false
  return hasRemoteFiles(lake, trafficOf(await session.connection()), target)
}

/** Writes the rows of a query where the target is. */
export async function writeFiles(
  work: NodeWork,
  files: ExternalFiles,
  rows: Pick<ExternalWrite, 'query' | 'replace'>,
): Promise<KeptRows> {
  const { sql, rowCount, columns } = await writeRows(work, files.target, rows)
  return { sql, source: viewSource(files, { rowCount, columns }), rowCount }
}

async function writeRows(
  work: NodeWork,
  target: ExternalTarget,
  rows: Pick<ExternalWrite, 'query' | 'replace'>,
): Promise<WrittenFiles> {
  const { session } = work
  const write = {
    send: (sql: string) => session.send(sql, { begin: false, path: work.node.originalFilePath }),
    files: session.state.config.files,
    target,
    ...rows,
    runId: session.state.config.invocationId.slice(0, 8),
  }
  if (isLocalPath(target.location)) return writeExternal(write)
  const lake = lakeOf(session.state.database)
  if (lake === undefined || !isS3Url(target.location)) return writeAway(work, target, rows.query)
  return writeRemote(write, lake, trafficOf(await session.connection()))
}

/** An address that only an extension of DuckDB can write to, whole files at a time. */
async function writeAway(work: NodeWork, target: ExternalTarget, query: string): Promise<WrittenFiles> {
  const options = Array.from(target.copyOptions, ([name, value]) => copyOptionText(name, value))
  const sql = `copy (\n${query}\n) to ${quoteString(target.location)} (${options.join(', ')})`
  const { rowCount } = await work.send(sql, { begin: false })
  return { sql, rowCount, columns: [] }
}

/** A reader that gives what was written. */
function viewSource(files: ExternalFiles, written: Pick<WrittenFiles, 'rowCount' | 'columns'>): string {
  return readerText(files.target, files.readOptions, readerOptions(files, written))
}

/**
 * What a reader needs to be told: the columns' types where the files alone would not tell (no rows, partitions named after
 * values), the separators where a guess could go wrong.
 */
export function readerOptions(
  { target, readOptions }: ExternalFiles,
  written: Pick<WrittenFiles, 'rowCount' | 'columns'>,
): ReadonlyMap<string, string> {
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
  return more
}

const readerNames: Readonly<Record<string, string>> = { delimiter: 'delim', sep: 'delim', null: 'nullstr' }

function partitionColumns(target: ExternalTarget, columns: readonly ColumnInfo[]): ColumnInfo[] {
  return target.partitionBy.flatMap(name => columns.filter(one => one.name.toLowerCase() === name.toLowerCase()))
}

function typesText(columns: readonly ColumnInfo[]): string {
  return `{${columns.map(one => `${quoteString(one.name)}: ${quoteString(one.type)}`).join(', ')}}`
}
