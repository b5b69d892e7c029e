/**
 * How a column of the table is declared to `read_parquet` and turned back into its logical shape: nested fields under
 * their physical names, `void` fields that no file holds, and timestamps stored without a zone.
 */
import type { FileLayout } from './file-layout.ts'
import {
  type ColumnMapping,
  type DeltaField,
  type DeltaType,
  duckdbType,
  physicalName,
  type StructType,
} from './schema.ts'
import { quoteName, quoteText } from './sql-words.ts'

export interface StoredForm {
  readonly mapping: ColumnMapping
  /**
   * The files hold the timestamps of this column without a zone. A cast to a zoned type would use the time zone of the
   * session, so they are declared as what they are and converted as UTC.
   */
  readonly zoneless: boolean
  /** Where structs in the files are not as the schema says. */
  readonly layout?: Pick<FileLayout, 'names' | 'witnesses'>
}

/** What the files call a field of a struct; undefined if they do not have it. */
function storedName(field: DeltaField, struct: StructType, form: StoredForm): string | undefined {
  if (form.layout === undefined) return physicalName(field, form.mapping)
  if (form.layout.witnesses.has(struct)) return undefined
  return form.layout.names.has(field) ? form.layout.names.get(field) : physicalName(field, form.mapping)
}

/** The type to declare for a column of a file; undefined if no file holds it. */
export function storedType(type: DeltaType, form: StoredForm): string | undefined {
  switch (type.kind) {
    case 'primitive':
      if (type.name === 'void') return undefined
      return type.name === 'timestamp' && form.zoneless ? 'TIMESTAMP' : duckdbType(type)
    case 'decimal':
      return duckdbType(type)
    case 'struct': {
      const witness = form.layout?.witnesses.get(type)
      // Any type casts to text, and only whether the struct is null counts.
      if (witness !== undefined) return `STRUCT(${quoteName(witness)} VARCHAR)`
      const fields = type.fields.flatMap(field => {
        const name = storedName(field, type, form)
        const inner = storedType(field.type, form)
        return name === undefined || inner === undefined ? [] : [`${quoteName(name)} ${inner}`]
      })
      return fields.length === 0 ? undefined : `STRUCT(${fields.join(', ')})`
    }
    case 'array': {
      const element = storedType(type.element, form)
      return element && `${element}[]`
    }
    case 'map': {
      const key = storedType(type.key, form)
      const value = storedType(type.value, form)
      return key && value && `MAP(${key}, ${value})`
    }
  }
}

/** The value in its logical shape, given SQL for the stored one. */
export function logicalSql(type: DeltaType, stored: string, form: StoredForm): string {
  if (storedType(type, form) === undefined) return `CAST(NULL AS ${duckdbType(type)})`
  return reshaped(type, stored, form, 0)
}

function reshaped(type: DeltaType, stored: string, form: StoredForm, depth: number): string {
  if (!needsReshaping(type, form)) return stored
  const item = `x${depth}`
  switch (type.kind) {
    case 'primitive':
      return `timezone('UTC', ${stored})`
    case 'decimal':
      return stored
    case 'struct': {
      const fields = type.fields.map(field => {
        const name = storedName(field, type, form)
        const inner = name === undefined ? undefined : `struct_extract(${stored}, ${quoteText(name)})`
        return `${quoteName(field.name)} := ${fieldSql(field.type, inner, form, depth)}`
      })
      return `CASE WHEN ${stored} IS NULL THEN NULL ELSE struct_pack(${fields.join(', ')}) END`
    }
    case 'array':
      return `list_transform(${stored}, lambda ${item}: ${reshaped(type.element, item, form, depth + 1)})`
    case 'map': {
      const key = reshaped(type.key, `struct_extract(${item}, 'key')`, form, depth + 1)
      const value = reshaped(type.value, `struct_extract(${item}, 'value')`, form, depth + 1)
      const entries = `list_transform(map_entries(${stored}), lambda ${item}: {'key': ${key}, 'value': ${value}})`
      return `map_from_entries(${entries})`
    }
  }
}

function fieldSql(type: DeltaType, stored: string | undefined, form: StoredForm, depth: number): string {
  if (stored === undefined || storedType(type, form) === undefined) return `CAST(NULL AS ${duckdbType(type)})`
  return reshaped(type, stored, form, depth)
}

function needsReshaping(type: DeltaType, form: StoredForm): boolean {
  switch (type.kind) {
    case 'primitive':
      return type.name === 'timestamp' && form.zoneless
    case 'decimal':
      return false
    case 'struct':
      return type.fields.some(
        field =>
          storedName(field, type, form) !== field.name ||
          storedType(field.type, form) === undefined ||
          needsReshaping(field.type, form),
      )
    case 'array':
      return needsReshaping(type.element, form)
    case 'map':
      return needsReshaping(type.key, form) || needsReshaping(type.value, form)
  }
}
