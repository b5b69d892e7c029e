/** Makes the change of a Delta table that a model's rows ask for, by its strategy: only files that it may touch are read. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteIdentifier } from '../base/sql-text.ts'
import type { Relation } from '../context/relation.ts'
import type { AddFile } from '../delta/action.ts'
import {
  appendChange,
  type Change,
  createChange,
  overwriteChange,
  replaceChange,
  replacePartitionsChange,
} from '../delta/change.ts'
import { type FileWriter, writeDataFiles } from '../delta/data-files.ts'
import { mayHoldRows, type Predicate } from '../delta/data-skipping.ts'
import { snapshotSql } from '../delta/scan.ts'
import type { DeltaField, StructType } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { FileFacts } from '../delta/statistics.ts'
import type { TableFiles } from '../delta/table-files.ts'
import { deltaField, schemaJson } from '../delta/type-from-duckdb.ts'
import type { FileModelOptions } from './file-model-options.ts'
import type { NodeWork } from './node-work.ts'
import { readPredicates } from './predicate-text.ts'
import { columnsOf, dropTables, refuseOutside, runStrategy, temporaryTable } from './row-strategy.ts'

export interface DeltaRows {
  readonly work: NodeWork
  readonly options: FileModelOptions
  readonly files: TableFiles
  readonly writer: FileWriter
}

/** Undefined if there is nothing to change. Data files are written; nobody sees them before the commit. */
export async function prepareChange(rows: DeltaRows, base: Snapshot | undefined): Promise<Change | undefined> {
  const { work, options } = rows
  const query = work.compiled.compiledCode
  if (base === undefined) return createTable(rows, query)
  if (!options.isIncremental || work.fullRefresh) return overwrite(rows, base, query)
  const isPlain = options.onSchemaChange === 'ignore' && options.predicates.length === 0
  if (isPlain && options.strategy === 'append') return append(rows, base, query)
  if (isPlain && options.strategy === 'insert_overwrite') return insertOverwrite(rows, base, query)
  return byMacro(rows, base, query)
}

export async function createTable({ work, options, writer }: DeltaRows, query: string): Promise<Change> {
  const schema = await schemaOf(work, query)
  const partitionColumns = realNames(options.partitionBy, schema)
  const adds = await writeDataFiles(writer, { query, schema, partitionColumns })
  const table = { id: writer.ids(), schema, partitionColumns, configuration: options.properties, nowMs: writer.now() }
  return createChange(table, adds)
}

async function overwrite({ work, options, writer }: DeltaRows, base: Snapshot, query: string): Promise<Change> {
  const schema = await schemaOf(work, query)
  const partitionColumns = realNames(options.partitionBy, schema)
  // Columns that stay as they are keep what the log knows of them.
  const kept = schema.fields.map(field => base.schema.fields.find(one => isSame(one, field)) ?? field)
  const shape = { schema: { kind: 'struct', fields: kept } satisfies StructType, partitionColumns }
  return overwriteChange(base, await writeDataFiles(writer, { query, ...shape }), shape)
}

async function append({ writer }: DeltaRows, base: Snapshot, query: string): Promise<Change | undefined> {
  const adds = await writeAs(writer, base, query)
  return adds.length === 0 ? undefined : appendChange(base, adds)
}

async function insertOverwrite({ writer }: DeltaRows, base: Snapshot, query: string): Promise<Change | undefined> {
  const adds = await writeAs(writer, base, query)
  if (base.partitionColumns.length === 0) return overwriteChange(base, adds)
  return adds.length === 0 ? undefined : replacePartitionsChange(base, adds)
}

/** The new rows in a temporary table, the stored ones that matter in another, then the macro of the strategy. */
async function byMacro(rows: DeltaRows, base: Snapshot, query: string): Promise<Change | undefined> {
  const { work, options, files, writer } = rows
  const fresh = await temporaryTable(work, 'new', query)
  await refuseOutside(work, options, fresh)
  const touched = await touchedFiles(rows, base, fresh)
  const keepsRows = !replacesWhole(options)
  const scan = await snapshotSql(files, base, { keep: keepsRows ? touched : () => false })
  const stored = await temporaryTable(work, 'stored', scan)
  // On a table without rows to overwrite, it is the same as to append.
  const strategy = keepsRows ? options.strategy : 'append'
  await runStrategy(work, { ...options, strategy }, fresh, stored)
  const schema = await schemaAfter(rows, base, stored, touched)
  const adds = await writeDataFiles(writer, {
    query: `from ${stored.render()}`,
    schema,
    partitionColumns: base.partitionColumns,
  })
  await dropTables(work, [fresh, stored])
  return changeOf(rows, base, adds, schema, touched)
}

function changeOf(
  { options }: DeltaRows,
  base: Snapshot,
  adds: readonly AddFile[],
  schema: StructType,
  matches: (file: FileFacts) => boolean,
): Change | undefined {
  const isSameSchema = JSON.stringify(schemaJson(schema)) === JSON.stringify(schemaJson(base.schema))
  const isTouched = base.files.some(matches)
  if (adds.length === 0 && !isTouched && isSameSchema) return undefined
  if (options.strategy === 'append') return appendChange(base, adds, schema)
  const wasRead = !replacesWhole(options)
  const operation = options.strategy === 'merge' ? 'MERGE' : 'WRITE'
  const parameters = { mode: 'Overwrite', strategy: options.strategy }
  return replaceChange(base, adds, { matches, parameters, operation, wasRead, schema })
}

/** Which files may hold a row that the strategy changes: it may be one too many, never one too few. */
async function touchedFiles(
  { work, options }: DeltaRows,
  base: Snapshot,
  fresh: Relation,
): Promise<(file: FileFacts) => boolean> {
  if (options.strategy === 'append') return () => false
  if (options.onSchemaChange === 'sync_all_columns' && (await columnsDiffer(work, base, fresh))) return () => true
  if (replacesWhole(options)) return freshPartitions(work, base, fresh)
  const narrowed = readPredicates(options.predicates, base.schema)
  if (options.strategy === 'insert_overwrite') return mayHoldRows(base, narrowed)
  if (!options.readsByKey) return () => true
  const known = options.uniqueKey.filter(key => base.schema.fields.some(field => sameText(field.name, key)))
  const predicates = await Promise.all(known.map(key => keyPredicates(work, base, fresh, key)))
  return mayHoldRows(base, [...predicates.flat(), ...narrowed])
}

/** Partitions, or the table, instead of single rows. */
function replacesWhole({ strategy, predicates }: FileModelOptions): boolean {
  return strategy === 'insert_overwrite' && predicates.length === 0
}

const mostValues = 1000

/** Rows without a key match nothing. */
async function keyPredicates(work: NodeWork, base: Snapshot, fresh: Relation, key: string): Promise<Predicate[]> {
  const name = quoteIdentifier(key)
  if (base.partitionColumns.some(column => sameText(column, key))) {
    const values = await texts(
      work,
      `select distinct ${name}::varchar from ${fresh.render()} where ${name} is not null limit ${mostValues + 1}`,
    )
    if (values.length <= mostValues) return [{ column: key, kind: 'in', values }]
  }
  const [low, high] = await texts(
    work,
    `select unnest([min(${name})::varchar, max(${name})::varchar]) from ${fresh.render()}`,
  )
  if (low === undefined || high === undefined) return [{ column: key, kind: 'in', values: [] }]
  return [
    { column: key, kind: '>=', value: low },
    { column: key, kind: '<=', value: high },
  ]
}

async function freshPartitions(work: NodeWork, base: Snapshot, fresh: Relation): Promise<(file: FileFacts) => boolean> {
  if (base.partitionColumns.length === 0) return () => true
  const columns = base.partitionColumns.map(column => `nullif(${quoteIdentifier(column)}::varchar, '')`)
  const found = await work.send(`select distinct to_json([${columns.join(', ')}])::varchar from ${fresh.render()}`, {
    begin: false,
  })
  const keys = new Set(found.rows.map(([text]) => String(text)))
  return file => keys.has(JSON.stringify(base.partitionColumns.map(column => file.partitionValues[column] || null)))
}

async function texts(work: NodeWork, sql: string): Promise<string[]> {
  const { rows } = await work.send(sql, { begin: false })
  return rows.flatMap(([value]) => (value === null || value === undefined ? [] : [String(value)]))
}

/** The table's columns as they were, then those that the strategy's tables have beside. */
export async function schemaAfter(
  { work }: DeltaRows,
  base: Snapshot,
  stored: Relation,
  touched: (file: FileFacts) => boolean,
): Promise<StructType> {
  const now = await schemaOf(work, `from ${stored.render()}`)
  const isWhole = base.files.every(touched)
  const fields = now.fields.map(field => {
    const known = base.schema.fields.find(one => sameText(one.name, field.name))
    return known === undefined || (isWhole && !isSame(known, field)) ? field : known
  })
  const gone = base.schema.fields.find(one => !now.fields.some(field => sameText(field.name, one.name)))
  if (gone === undefined || isWhole) return { kind: 'struct', fields }
  throw new DiagnosticError({
    code: 'lake/file-model',
    kind: 'Runtime',
    message: `The column "${gone.name}" of the Delta table of "${work.node.name}" would be lost`,
    hint: 'Rebuild the table with --full-refresh',
    node: work.node.uniqueId,
  })
}

async function columnsDiffer(work: NodeWork, base: Snapshot, fresh: Relation): Promise<boolean> {
  const { fields } = await schemaOf(work, `from ${fresh.render()}`)
  return (
    fields.length !== base.schema.fields.length ||
    !fields.every(field => base.schema.fields.some(one => isSame(one, field)))
  )
}

export async function schemaOf(work: NodeWork, query: string): Promise<StructType> {
  const columns = await columnsOf(work, query)
  return { kind: 'struct', fields: columns.map(({ name, type }) => deltaField(name, type)) }
}

/** The rows in the columns of the table; columns that it does not have are left out. */
function writeAs(writer: FileWriter, base: Snapshot, query: string): Promise<AddFile[]> {
  const { schema, partitionColumns } = base
  return writeDataFiles(writer, { query, schema, partitionColumns })
}

export function realNames(names: readonly string[], schema: StructType): string[] {
  return names.map(name => schema.fields.find(field => sameText(field.name, name))?.name ?? name)
}

function isSame(left: DeltaField, right: DeltaField): boolean {
  const json = ({ type }: DeltaField): string => JSON.stringify(schemaJson(type))
  return sameText(left.name, right.name) && json(left) === json(right)
}

function sameText(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
