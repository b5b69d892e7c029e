/** How a column of the table is written to files: under its physical names, with field ids, without `void` fields. */
import { type ColumnMapping, columnId, type DeltaField, type DeltaType, duckdbType, physicalName } from './schema.ts'
import { quoteName, quoteText } from './sql-words.ts'
import { isVoid } from './storable-columns.ts'

/** SQL for the value as files hold it, given SQL for a value of any form that casts to the type of the column. */
export function physicalSql(type: DeltaType, value: string, mapping: ColumnMapping): string {
  return reshaped(type, `CAST(${value} AS ${duckdbType(type)})`, mapping, 0)
}

function reshaped(type: DeltaType, value: string, mapping: ColumnMapping, depth: number): string {
  if (!needsReshaping(type, mapping)) return value
  const item = `x${depth}`
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return value
    case 'struct': {
      const fields = type.fields
        .filter(field => !isVoid(field.type))
        .map(field => {
          const inner = reshaped(field.type, `struct_extract(${value}, ${quoteText(field.name)})`, mapping, depth)
          return `${quoteName(physicalName(field, mapping))} := ${inner}`
        })
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${fields.join(', ')}) END`
    }
    case 'array':
      return `list_transform(${value}, lambda ${item}: ${reshaped(type.element, item, mapping, depth + 1)})`
    case 'map': {
      const key = reshaped(type.key, `struct_extract(${item}, 'key')`, mapping, depth + 1)
      const inner = reshaped(type.value, `struct_extract(${item}, 'value')`, mapping, depth + 1)
      const entries = `list_transform(map_entries(${value}), lambda ${item}: {'key': ${key}, 'value': ${inner}})`
      return `CASE WHEN ${value} IS NULL THEN NULL ELSE map_from_entries(${entries}) END`
    }
  }
}

function needsReshaping(type: DeltaType, mapping: ColumnMapping): boolean {
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return false
    case 'struct':
      return type.fields.some(
        field =>
          physicalName(field, mapping) !== field.name || isVoid(field.type) || needsReshaping(field.type, mapping),
      )
    case 'array':
      return needsReshaping(type.element, mapping)
    case 'map':
      return needsReshaping(type.key, mapping) || needsReshaping(type.value, mapping)
  }
}

/** The value of COPY's option FIELD_IDS for the columns of a file. */
export function fieldIdsSql(fields: readonly DeltaField[], mapping: ColumnMapping): string {
  return `{${fields.flatMap(field => idEntry(field, mapping)).join(', ')}}`
}

function idEntry(field: DeltaField, mapping: ColumnMapping): string[] {
  if (isVoid(field.type)) return []
  const id = columnId(field)
  const inner = innerIds(field.type, mapping)
  const name = quoteName(physicalName(field, mapping))
  if (inner.length === 0) return id === undefined ? [] : [`${name}: ${id}`]
  const own = id === undefined ? [] : [`__duckdb_field_id: ${id}`]
  return [`${name}: {${[...own, ...inner].join(', ')}}`]
}

/** Elements, keys and values have no ids of their own, but structs in them have. */
function innerIds(type: DeltaType, mapping: ColumnMapping): string[] {
  const below = (name: string, inside: DeltaType): string[] => {
    const entries = innerIds(inside, mapping)
    return entries.length === 0 ? [] : [`${name}: {${entries.join(', ')}}`]
  }
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return []
    case 'struct':
      return type.fields.flatMap(field => idEntry(field, mapping))
    case 'array':
      return below('element', type.element)
    case 'map':
      return [...below('key', type.key), ...below('value', type.value)]
  }
}
