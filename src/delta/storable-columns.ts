/** Which columns a Delta table can have. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { countTypes, type DeltaType, type StructType } from './schema.ts'

/** Whether a name, at any depth, has a character that files cannot have: then only column mapping can store it. */
export function needsMapping(type: DeltaType): boolean {
  const isOdd = (one: DeltaType): boolean =>
    one.kind === 'struct' && one.fields.some(field => /[ ,;{}()\n\t=]/.test(field.name))
  return countTypes(type, isOdd) > 0
}

/** Throws `delta/unstorable` for partition columns, repetitions and types that the format does not allow. */
export function requireStorable(schema: StructType, partitionColumns: readonly string[]): void {
  requireDistinct(schema)
  for (const column of partitionColumns) {
    const field = schema.fields.find(one => one.name === column)
    if (field === undefined) throw unstorable(`it is to be partitioned by "${column}", which is not among its columns`)
    if (field.type.kind !== 'primitive' && field.type.kind !== 'decimal') {
      throw unstorable(`it is to be partitioned by "${column}", which is nested`)
    }
    if (field.type.kind === 'primitive' && field.type.name === 'binary') {
      throw unstorable(`it is to be partitioned by "${column}", which is binary`)
    }
  }
  const stored = schema.fields.filter(field => !partitionColumns.includes(field.name) && !isVoid(field.type))
  if (stored.length === 0) throw unstorable('every column is a partition column')
  if (countTypes(schema, holdsVoid) > 0) throw unstorable('a list or map in it holds nothing but nulls of no type')
}

export function isVoid(type: DeltaType): boolean {
  return type.kind === 'primitive' && type.name === 'void'
}

function holdsVoid(type: DeltaType): boolean {
  if (type.kind === 'array') return isVoid(type.element)
  return type.kind === 'map' && (isVoid(type.key) || isVoid(type.value))
}

function requireDistinct(type: DeltaType): void {
  countTypes(type, one => {
    if (one.kind !== 'struct') return false
    const seen = new Set<string>()
    for (const field of one.fields) {
      const name = field.name.toLowerCase()
      if (seen.has(name)) throw unstorable(`two columns are called "${field.name}" but for their case`)
      seen.add(name)
    }
    return false
  })
}

function unstorable(reason: string): DiagnosticError {
  const message = `The rows cannot be stored as a Delta table: ${reason}`
  return new DiagnosticError({
    code: 'delta/unstorable',
    kind: 'Runtime',
    message,
    hint: 'Rename or leave out columns in the model',
  })
}
