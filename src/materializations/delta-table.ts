/** What the ways to write a Delta model have in common: the table that is made, and its columns after a change. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Relation } from '../context/relation.ts'
import { type Change, createChange, type NewTable } from '../delta/change.ts'
import { type FileWriter, writeDataFiles } from '../delta/data-files.ts'
import { type DeltaField, renderDeltaType, type StructType } from '../delta/schema.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { FileFacts } from '../delta/statistics.ts'
import { isVoid } from '../delta/storable-columns.ts'
import type { TableFiles } from '../delta/table-files.ts'
import { changedShape, newShape, type TableShape } from '../delta/table-shape.ts'
import { deltaField } from '../delta/type-from-duckdb.ts'
import type { FileModelOptions } from './file-model-options.ts'
import type { NodeWork } from './node-work.ts'
import { columnsOf } from './row-strategy.ts'

export interface DeltaRows {
  readonly work: NodeWork
  readonly options: FileModelOptions
  readonly files: TableFiles
  readonly writer: FileWriter
}

export async function createTable(rows: DeltaRows, query: string): Promise<Change> {
  const schema = await schemaOf(rows.work, query)
  const shape = firstShape(rows, schema)
  // What cannot be done is refused before a file is written.
  const change = createChange(newTable(rows, shape), [])
  return { ...change, adds: await writeDataFiles(rows.writer, { query, shape }) }
}

/** Of a table that does not exist yet. */
export function firstShape({ options, writer }: DeltaRows, schema: StructType): TableShape {
  const partitionColumns = realNames(options.partitionBy, schema)
  return newShape({ schema, partitionColumns, configuration: options.properties }, writer.ids)
}

export function newTable({ work, writer }: DeltaRows, shape: TableShape): NewTable {
  return { id: writer.ids(), name: work.node.name, shape, nowMs: writer.now() }
}

/** The table's columns as they were, then those that the strategy's tables have beside. */
export async function shapeAfter(
  { work, writer }: DeltaRows,
  base: Snapshot,
  stored: Relation,
  touched: (file: FileFacts) => boolean,
): Promise<TableShape> {
  const now = await schemaOf(work, `from ${stored.render()}`)
  const isWhole = base.files.every(touched)
  const fields = now.fields.map(field => {
    const known = base.schema.fields.find(one => sameText(one.name, field.name))
    return known === undefined || (isWhole && !isSame(known, field)) ? field : known
  })
  const gone = base.schema.fields.find(one => !now.fields.some(field => sameText(field.name, one.name)))
  if (gone !== undefined && !isWhole) {
    throw new DiagnosticError({
      code: 'lake/file-model',
      kind: 'Runtime',
      message: `The column "${gone.name}" of the Delta table of "${work.node.name}" would be lost`,
      hint: 'Rebuild the table with --full-refresh',
      node: work.node.uniqueId,
    })
  }
  const { partitionColumns } = base
  return changedShape(base, { schema: { kind: 'struct', fields }, partitionColumns }, writer.ids)
}

export async function schemaOf(work: NodeWork, query: string): Promise<StructType> {
  const columns = await columnsOf(work, query)
  return { kind: 'struct', fields: columns.map(({ name, type }) => deltaField(name, type)) }
}

export function realNames(names: readonly string[], schema: StructType): string[] {
  return names.map(name => schema.fields.find(field => sameText(field.name, name))?.name ?? name)
}

/** Nothing but nulls can be in a column of no type, and DuckDB gives it another one. */
export function isSame(left: DeltaField, right: DeltaField): boolean {
  if (!sameText(left.name, right.name)) return false
  return isVoid(left.type) || renderDeltaType(left.type) === renderDeltaType(right.type)
}

export function sameText(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}
