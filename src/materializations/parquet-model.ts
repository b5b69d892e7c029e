/**
 * Incremental models and snapshots kept as plain Parquet: the rows that a strategy may touch are read, changed by dbt's macros
 * and written in place of the files that they were in. A single file is replaced by one rename or one PUT.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteIdentifier } from '../base/sql-text.ts'
import type { ColumnInfo, RelationInfo } from '../base/sql-value.ts'
import { type ExternalFiles, externalFiles } from '../compile/external-files.ts'
import type { KeptRows } from '../compile/run-state.ts'
import type { Relation } from '../context/relation.ts'
import { publishUnderView, writeFiles } from './external.ts'
import { type FilePlace, hasFiles, placedReader, relativePlace, rowsReader } from './external-parts.ts'
import { type FileModelOptions, fileModelOptions } from './file-model-options.ts'
import type { NodeWork, Outcome } from './node-work.ts'
import { columnsOf, conditionOf, dropTables, refuseOutside, runStrategy, temporaryTable } from './row-strategy.ts'
import { applyChanges, firstRows, storedHistory } from './snapshot-rows.ts'

/** @throws `lake/file-model` for a snapshot in several files, which could not be replaced at once */
export async function writeParquetModel(work: NodeWork): Promise<Outcome> {
  const files = await externalFiles(work.session, work.node, work.names)
  if (work.node.resourceType !== 'snapshot') return publishUnderView(work, () => writeIncremental(work, files))
  if (files.target.severalFiles) throw severalFiles(work)
  return publishUnderView(work, existing => writeSnapshot(work, files, existing))
}

async function writeIncremental(work: NodeWork, files: ExternalFiles): Promise<KeptRows> {
  const options = fileModelOptions(work)
  const query = work.compiled.compiledCode
  if (work.fullRefresh || !(await hasFiles(work.session, files))) {
    return writeFiles(work, files, { query, replace: 'everything' })
  }
  const fresh = await temporaryTable(work, 'new', query)
  await refuseOutside(work, options, fresh)
  const columns = await columnsOf(work, `from ${fresh.render()}`)
  const storedColumns = await columnsOf(work, `from ${rowsReader(files, columns)}`)
  const change: RowChange = { work, files, options, fresh, columns, storedColumns }
  const touched = await touchedFiles(change)
  const stored = await temporaryTable(work, 'stored', storedQuery(change, touched))
  // What is replaced as a whole is not among the stored rows, so that it is enough to add the fresh ones.
  const strategy = replacesPartitions(options) ? 'append' : options.strategy
  await runStrategy(work, { ...options, strategy }, fresh, stored)
  const kept = await writeFiles(work, files, { query: `from ${stored.render()}`, replace: replacedBy(change, touched) })
  await dropTables(work, [fresh, stored])
  return kept
}

interface RowChange {
  readonly work: NodeWork
  readonly files: ExternalFiles
  readonly options: FileModelOptions
  readonly fresh: Relation
  readonly columns: readonly ColumnInfo[]
  /** Those of the files. */
  readonly storedColumns: readonly ColumnInfo[]
}

type Touched = 'everything' | readonly FilePlace[]

function replacesPartitions({ strategy, predicates }: FileModelOptions): boolean {
  return strategy === 'insert_overwrite' && predicates.length === 0
}

/** Files that hold a row which may change, and those of the partitions that get new rows: each has one file. */
async function touchedFiles(change: RowChange): Promise<Touched> {
  const { work, files, options, columns } = change
  const condition = touchedCondition(change)
  if (files.target.partitionBy.length === 0 || condition === undefined) return 'everything'
  if (options.onSchemaChange !== 'ignore' && columnsDiffer(change)) return 'everything'
  const { rows } = await work.send(
    `select eider_file, bool_or(coalesce(${condition}, false))
     from (from ${placedReader(files, columns)}) as DBT_INTERNAL_DEST group by all`,
    { begin: false },
  )
  const touched = rows.filter(([, isTouched]) => isTouched === true)
  return touched.length === rows.length ? 'everything' : touched.map(([place]) => String(place))
}

/** Undefined if any row may change. */
function touchedCondition(change: RowChange): string | undefined {
  const { options } = change
  const inFresh = inFreshPartition(change, 'DBT_INTERNAL_DEST')
  if (options.strategy === 'append') return inFresh
  if (options.strategy === 'insert_overwrite') {
    return options.predicates.length === 0 ? inFresh : `(${conditionOf(options.predicates)}) or ${inFresh}`
  }
  const { readsByKey, uniqueKey } = options
  if (!readsByKey || !uniqueKey.every(key => hasColumn(change.columns, key))) return undefined
  const keys = uniqueKey.map(quoteIdentifier).join(', ')
  return `(${keys}) in (select (${keys}) from ${change.fresh.render()}) or ${inFresh}`
}

function inFreshPartition({ files, fresh }: RowChange, row: string): string {
  const same = files.target.partitionBy
    .map(quoteIdentifier)
    .map(name => `f.${name} is not distinct from ${row}.${name}`)
  return `exists (select 1 from ${fresh.render()} as f where ${same.join(' and ') || 'true'})`
}

/** In the order of the fresh columns: files have those of partitions last. */
function storedQuery(change: RowChange, touched: Touched): string {
  const { files, options, columns, storedColumns } = change
  const isWhole = touched === 'everything'
  const ordered = [
    ...columns.flatMap(({ name }) => storedColumns.filter(one => sameName(one.name, name))),
    ...storedColumns.filter(one => !columns.some(({ name }) => sameName(one.name, name))),
  ]
  const list = ordered.map(({ name }) => quoteIdentifier(name)).join(', ')
  // Without a file there is still the question of the columns.
  const places = isWhole || touched.length === 0 ? undefined : touched
  const query = `select ${list} from ${rowsReader(files, columns, places)} as s`
  if (!isWhole && (touched.length === 0 || replacesPartitions(options))) return `${query} limit 0`
  return replacesPartitions(options) ? `${query} where not ${inFreshPartition(change, 's')}` : query
}

function replacedBy({ files }: RowChange, touched: Touched): 'everything' | ReadonlySet<string> {
  return touched === 'everything' ? touched : new Set(touched.map(place => relativePlace(files, place)))
}

function columnsDiffer({ columns, storedColumns }: RowChange): boolean {
  const told = (all: readonly ColumnInfo[]): string =>
    all
      .map(({ name, type }) => `${name.toLowerCase()} ${type}`)
      .sort()
      .join('\n')
  return told(storedColumns) !== told(columns)
}

function hasColumn(columns: readonly ColumnInfo[], name: string): boolean {
  return columns.some(column => sameName(column.name, name))
}

function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

async function writeSnapshot(
  work: NodeWork,
  files: ExternalFiles,
  existing: RelationInfo | undefined,
): Promise<KeptRows> {
  const exists = await hasFiles(work.session, files)
  const history = await storedHistory(work, existing, exists ? rowsReader(files, []) : undefined)
  if (history === undefined) return writeFiles(work, files, { query: await firstRows(work), replace: 'everything' })
  const stored = await temporaryTable(work, 'stored', history)
  const isChanged = await applyChanges(work, stored)
  const source = rowsReader(files, [])
  const kept =
    exists && !isChanged
      ? { sql: '-- nothing has changed', source }
      : await writeFiles(work, files, { query: `from ${stored.render()}`, replace: 'everything' })
  await dropTables(work, [stored])
  return kept
}

function severalFiles({ node }: NodeWork): DiagnosticError {
  return new DiagnosticError({
    code: 'lake/file-model',
    message: `The snapshot "${node.name}" would be kept in several Parquet files, which cannot be replaced at once`,
    hint: 'Leave out partition_by and options that make several files, or keep it as a Delta table with format: delta',
    node: node.uniqueId,
  })
}
