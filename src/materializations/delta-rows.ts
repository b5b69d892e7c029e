/** Makes the change of a Delta table that a model's rows ask for, by its strategy: only files that it may touch are read. */
import { quoteIdentifier } from '../base/sql-text.ts'
import type { Relation } from '../context/relation.ts'
import { appendChange, type Change, overwriteChange, replaceChange, replacePartitionsChange } from '../delta/change.ts'
import { writeDataFiles } from '../delta/data-files.ts'
import { mayHoldRows, type Predicate } from '../delta/data-skipping.ts'
import { partitionKeys } from '../delta/partition-value.ts'
import { snapshotSql } from '../delta/scan.ts'
import { type DeltaField, duckdbType, physicalName, renderDeltaType } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { FileFacts } from '../delta/statistics.ts'
import { changedShape, isSameShape, shapeOf } from '../delta/table-shape.ts'
import { requireRemovable, requireWritable } from '../delta/write-protocol.ts'
import { writeChanges } from './delta-changes.ts'
import { mergeByKey } from './delta-merge.ts'
import { createTable, type DeltaRows, isSame, realNames, sameText, schemaOf, shapeAfter } from './delta-table.ts'
import type { FileModelOptions } from './file-model-options.ts'
import type { NodeWork } from './node-work.ts'
import { readPredicates } from './predicate-text.ts'
import { dropTables, refuseOutside, runStrategy, temporaryTable } from './row-strategy.ts'

/** Undefined if there is nothing to change. Data files are written; nobody sees them before the commit. */
export async function prepareChange(rows: DeltaRows, base: Snapshot | undefined): Promise<Change | undefined> {
  const { work, options } = rows
  const query = work.compiled.compiledCode
  if (base === undefined) return createTable(rows, query)
  requireWritable(base)
  if (options.strategy !== 'append' || !options.isIncremental || work.fullRefresh) requireRemovable(base)
  if (!options.isIncremental || work.fullRefresh) return overwrite(rows, base, query)
  const isPlain = options.onSchemaChange === 'ignore' && options.predicates.length === 0
  if (isPlain && options.strategy === 'append') return append(rows, base, query)
  if (isPlain && options.strategy === 'insert_overwrite') return insertOverwrite(rows, base, query)
  return byMacro(rows, base, query)
}

async function overwrite({ work, options, writer }: DeltaRows, base: Snapshot, query: string): Promise<Change> {
  const schema = await schemaOf(work, query)
  const partitionColumns = realNames(options.partitionBy, schema)
  // Columns that stay as they are keep what the log knows of them.
  const fields = schema.fields.map(field => base.schema.fields.find(one => isSame(one, field)) ?? field)
  const shape = changedShape(base, { schema: { kind: 'struct', fields }, partitionColumns }, writer.ids)
  return overwriteChange(base, await writeDataFiles(writer, { query, shape }), shape)
}

async function append({ writer }: DeltaRows, base: Snapshot, query: string): Promise<Change | undefined> {
  const adds = await writeDataFiles(writer, { query, shape: shapeOf(base) })
  return adds.length === 0 ? undefined : appendChange(base, adds)
}

async function insertOverwrite({ writer }: DeltaRows, base: Snapshot, query: string): Promise<Change | undefined> {
  const adds = await writeDataFiles(writer, { query, shape: shapeOf(base) })
  if (base.partitionColumns.length === 0) return overwriteChange(base, adds)
  return adds.length === 0 ? undefined : replacePartitionsChange(base, adds)
}

/** The new rows in a temporary table, the stored ones that matter in another, then the macro of the strategy. */
async function byMacro(rows: DeltaRows, base: Snapshot, query: string): Promise<Change | undefined> {
  const { work, options } = rows
  const fresh = await temporaryTable(work, 'new', query)
  try {
    await refuseOutside(work, options, fresh)
    const key = await keyColumns(rows, base, fresh)
    if (key === undefined) return await changeWhole(rows, base, fresh)
    return await mergeByKey(rows, base, { fresh, key, touched: await touchedFiles(rows, base, fresh) })
  } finally {
    await dropTables(work, [fresh])
  }
}

/** The columns by which the strategy looks at stored rows; undefined if it may look at others, or change all of them. */
async function keyColumns(
  { work, options }: DeltaRows,
  base: Snapshot,
  fresh: Relation,
): Promise<readonly string[] | undefined> {
  if (!options.readsByKey) return undefined
  const names = options.uniqueKey.map(key => columnNamed(base, key))
  const known = names.filter(name => name !== undefined)
  if (known.length < names.length) return undefined
  if (options.onSchemaChange === 'sync_all_columns' && (await columnsDiffer(work, base, fresh))) return undefined
  return known
}

/** A key is SQL: a name, bare or quoted, or an expression. */
function columnNamed({ schema }: Snapshot, key: string): string | undefined {
  const text = key.trim()
  const name = /^"(?:[^"]|"")+"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text
  return schema.fields.find(field => sameText(field.name, name))?.name
}

async function changeWhole(rows: DeltaRows, base: Snapshot, fresh: Relation): Promise<Change | undefined> {
  const { work, options, files, writer } = rows
  const touched = await touchedFiles(rows, base, fresh)
  const keepsRows = !replacesWhole(options)
  const before = await snapshotSql(files, base, { keep: keepsRows ? touched : () => false })
  const stored = await temporaryTable(work, 'stored', before)
  // On a table without rows to overwrite, it is the same as to append.
  const strategy = keepsRows ? options.strategy : 'append'
  await runStrategy(work, { ...options, strategy }, fresh, stored)
  const shape = await shapeAfter(rows, base, stored, touched)
  const after = `from ${stored.render()}`
  const adds = await writeDataFiles(writer, { query: after, shape })
  const compared = { before, after, key: options.uniqueKey.flatMap(key => columnNamed(base, key) ?? []) }
  const addsOnly = options.strategy === 'append' && !base.files.some(touched)
  const changes = keepsRows && !addsOnly ? await writeChanges(writer, base, shape, compared) : undefined
  await dropTables(work, [stored])
  if (adds.length === 0 && !base.files.some(touched) && isSameShape(shape, shapeOf(base))) return undefined
  if (addsOnly) return appendChange(base, adds, shape)
  requireRemovable(base)
  return replaceChange(base, adds, {
    matches: touched,
    parameters: { mode: 'Overwrite', strategy: options.strategy },
    operation: options.strategy === 'merge' ? 'MERGE' : 'WRITE',
    wasRead: keepsRows,
    shape,
    ...(changes === undefined ? {} : { changes }),
  })
}

/** Which files may hold a row that the strategy changes: it may be one too many, never one too few. */
async function touchedFiles(
  { work, options }: DeltaRows,
  base: Snapshot,
  fresh: Relation,
): Promise<(file: FileFacts) => boolean> {
  const differs = options.onSchemaChange === 'sync_all_columns' && (await columnsDiffer(work, base, fresh))
  if (differs && (options.strategy !== 'append' || !(await hasAllColumns(work, base, fresh)))) return () => true
  if (options.strategy === 'append') return () => false
  if (replacesWhole(options)) return freshPartitions(work, base, fresh)
  const narrowed = readPredicates(options.predicates, base.schema)
  if (options.strategy === 'insert_overwrite') return mayHoldRows(base, narrowed)
  if (!options.readsByKey) return () => true
  const { fields } = await schemaOf(work, `from ${fresh.render()}`)
  const known = base.schema.fields.filter(
    field =>
      options.uniqueKey.some(key => columnNamed(base, key) === field.name) &&
      fields.some(one => compareAsStored(one, field)),
  )
  const predicates = await Promise.all(known.map(field => keyPredicates(work, base, fresh, field.name)))
  return mayHoldRows(base, [...predicates.flat(), ...narrowed])
}

/** Between other types DuckDB converts before it compares, so that bounds of the one say nothing of the other. */
function compareAsStored(fresh: DeltaField, stored: DeltaField): boolean {
  if (!sameText(fresh.name, stored.name)) return false
  return renderDeltaType(fresh.type) === renderDeltaType(stored.type) || (isWhole(fresh) && isWhole(stored))
}

function isWhole({ type }: DeltaField): boolean {
  return type.kind === 'primitive' && ['byte', 'short', 'integer', 'long'].includes(type.name)
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
  const fields = base.partitionColumns.flatMap(column => base.schema.fields.filter(one => sameText(one.name, column)))
  const columns = fields.map(field => {
    const value = `cast(${quoteIdentifier(field.name)} as ${duckdbType(field.type)})`
    const isZoned = field.type.kind === 'primitive' && field.type.name === 'timestamp'
    return `nullif(${isZoned ? `timezone('UTC', ${value})` : value}::varchar, '')`
  })
  const found = await work.send(`select distinct to_json([${columns.join(', ')}])::varchar from ${fresh.render()}`, {
    begin: false,
  })
  const keyOf = partitionKeys(base)
  const keys = new Set(
    found.rows.map(([text]) => {
      const values = JSON.parse(String(text)) as readonly (string | null)[]
      const names = fields.map(field => physicalName(field, base.mapping))
      return keyOf({ partitionValues: Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])) })
    }),
  )
  return file => keys.has(keyOf(file))
}

async function texts(work: NodeWork, sql: string): Promise<string[]> {
  const { rows } = await work.send(sql, { begin: false })
  return rows.flatMap(([value]) => (value === null || value === undefined ? [] : [String(value)]))
}

/** Those of the table as they are, maybe beside others. */
async function hasAllColumns(work: NodeWork, base: Snapshot, fresh: Relation): Promise<boolean> {
  const { fields } = await schemaOf(work, `from ${fresh.render()}`)
  return base.schema.fields.every(field => fields.some(one => isSame(one, field)))
}

async function columnsDiffer(work: NodeWork, base: Snapshot, fresh: Relation): Promise<boolean> {
  const { fields } = await schemaOf(work, `from ${fresh.render()}`)
  return (
    fields.length !== base.schema.fields.length ||
    !fields.every(field => base.schema.fields.some(one => isSame(one, field)))
  )
}
