/**
 * What a table is to those who write to it: its columns, how they are found in files, and its properties. Made once for a
 * change, so that data files, statistics and metadata agree.
 */
import type { IdSource } from '../base/clock.ts'
import { isRecord } from '../base/record.ts'
import type { DomainMetadata } from './action.ts'
import { sameName } from './protocol.ts'
import { type ColumnMapping, columnId, type DeltaField, type DeltaType, type StructType } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import { needsMapping } from './storable-columns.ts'
import { schemaJson } from './type-from-duckdb.ts'

export interface TableShape {
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  readonly mapping: ColumnMapping
  /** Physical paths of the columns that the table is clustered by: their statistics may not be missing. */
  readonly clusteredBy: readonly (readonly string[])[]
  /** Files hold the columns of their partition as well. */
  readonly keepsPartitionColumns: boolean
}

const modeKey = 'delta.columnMapping.mode'
const highestIdKey = 'delta.columnMapping.maxColumnId'
const idKey = 'delta.columnMapping.id'
const physicalNameKey = 'delta.columnMapping.physicalName'

/** A table that does not exist yet. Column mapping is used if it is asked for, or if a name cannot be stored without. */
export function newShape(
  table: Pick<TableShape, 'schema' | 'partitionColumns'> & { readonly configuration?: TableShape['configuration'] },
  ids: IdSource,
): TableShape {
  const configuration = withoutVersions(table.configuration ?? {})
  const asked = modeOf(configuration)
  const mapping = asked === 'none' && needsMapping(table.schema) ? 'name' : asked
  const bare: TableShape = {
    schema: table.schema,
    partitionColumns: table.partitionColumns,
    configuration,
    mapping,
    clusteredBy: [],
    keepsPartitionColumns: false,
  }
  return mapping === 'none' ? bare : mapped(bare, new IdCounter(0), () => `col-${ids()}`)
}

export function shapeOf(snapshot: Snapshot): TableShape {
  const { schema, partitionColumns, mapping, metadata, protocol, domains } = snapshot
  return {
    schema,
    partitionColumns,
    configuration: metadata.configuration,
    mapping,
    clusteredBy: clusteringColumns(domains.get('delta.clustering')),
    keepsPartitionColumns: (protocol.writerFeatures ?? []).includes('materializePartitionColumns'),
  }
}

/**
 * The table with other columns. Columns that stay must be those of the table, with what the log knows of them; new ones get
 * their place in files. A table without column mapping gets it if a new name needs it: its files keep their names then.
 */
export function changedShape(
  base: Snapshot,
  columns: Pick<TableShape, 'schema' | 'partitionColumns'>,
  ids: IdSource,
): TableShape {
  const before = shapeOf(base)
  const needed = before.mapping === 'none' && needsMapping(columns.schema)
  const shape: TableShape = { ...before, ...columns, mapping: needed ? 'name' : before.mapping }
  if (shape.mapping === 'none') return shape
  const highest = Math.max(Number(before.configuration[highestIdKey] ?? 0), highestId(before.schema))
  const isOld = (field: DeltaField): boolean => needed && base.schema.fields.some(one => sameName(one.name, field.name))
  return mapped(shape, new IdCounter(highest), (field, isInside) =>
    isOld(field) || (needed && isInside) ? field.name : `col-${ids()}`,
  )
}

export function isSameShape(left: TableShape, right: TableShape): boolean {
  return (
    JSON.stringify(schemaJson(left.schema)) === JSON.stringify(schemaJson(right.schema)) &&
    left.partitionColumns.join('\n') === right.partitionColumns.join('\n') &&
    JSON.stringify(left.configuration) === JSON.stringify(right.configuration)
  )
}

class IdCounter {
  value: number
  constructor(value: number) {
    this.value = value
  }
  next(): number {
    this.value += 1
    return this.value
  }
}

type Naming = (field: DeltaField, isInside: boolean) => string

function mapped(shape: TableShape, counter: IdCounter, name: Naming): TableShape {
  const schema = mappedStruct(shape.schema, counter, name, false)
  const configuration = {
    ...shape.configuration,
    [modeKey]: shape.mapping,
    [highestIdKey]: String(Math.max(counter.value, Number(shape.configuration[highestIdKey] ?? 0))),
  }
  return { ...shape, schema, configuration }
}

function mappedStruct(type: StructType, counter: IdCounter, name: Naming, isInside: boolean): StructType {
  const fields = type.fields.map(field => {
    const metadata =
      columnId(field) !== undefined && typeof field.metadata[physicalNameKey] === 'string'
        ? field.metadata
        : { ...field.metadata, [idKey]: counter.next(), [physicalNameKey]: name(field, isInside) }
    return { ...field, metadata, type: mappedType(field.type, counter, name) }
  })
  return { kind: 'struct', fields }
}

function mappedType(type: DeltaType, counter: IdCounter, name: Naming): DeltaType {
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return type
    case 'struct':
      return mappedStruct(type, counter, name, true)
    case 'array':
      return { ...type, element: mappedType(type.element, counter, name) }
    case 'map':
      return { ...type, key: mappedType(type.key, counter, name), value: mappedType(type.value, counter, name) }
  }
}

function highestId(type: DeltaType): number {
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return 0
    case 'struct':
      return Math.max(0, ...type.fields.map(field => Math.max(columnId(field) ?? 0, highestId(field.type))))
    case 'array':
      return highestId(type.element)
    case 'map':
      return Math.max(highestId(type.key), highestId(type.value))
  }
}

function modeOf(configuration: TableShape['configuration']): ColumnMapping {
  const mode = configuration[modeKey]
  return mode === 'name' || mode === 'id' ? mode : 'none'
}

/** These are no properties: other programs take them as a wish for a protocol, which follows from the features here. */
function withoutVersions(configuration: TableShape['configuration']): TableShape['configuration'] {
  const isWish = (key: string): boolean => key === 'delta.minReaderVersion' || key === 'delta.minWriterVersion'
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => !isWish(key)))
}

function clusteringColumns(domain: DomainMetadata | undefined): readonly (readonly string[])[] {
  if (domain === undefined) return []
  let value: unknown
  try {
    value = JSON.parse(domain.configuration)
  } catch {
    return []
  }
  const columns = isRecord(value) ? value.clusteringColumns : undefined
  return Array.isArray(columns) ? columns.filter(Array.isArray).map(path => path.map(String)) : []
}
