/** Which columns a Delta table without column mapping can have. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { StructType } from './schema.ts'

/** Throws `delta/unstorable` for names, partition columns and repetitions that the format does not allow. */
export function requireStorable(schema: StructType, partitionColumns: readonly string[]): void {
  const seen = new Set<string>()
  for (const field of schema.fields) {
    const name = field.name.toLowerCase()
    if (seen.has(name)) throw unstorable(`two columns are called "${field.name}" but for their case`)
    if (/[ ,;{}()\n\t=]/.test(field.name))
      throw unstorable(`the column name "${field.name}" has a character out of " ,;{}()=", a tab or a line break`)
    seen.add(name)
  }
  for (const column of partitionColumns) {
    const field = schema.fields.find(one => one.name === column)
    if (field === undefined) throw unstorable(`it is to be partitioned by "${column}", which is not among its columns`)
    if (field.type.kind !== 'primitive' && field.type.kind !== 'decimal') {
      throw unstorable(`it is to be partitioned by "${column}", which is nested`)
    }
  }
  if (schema.fields.length === partitionColumns.length) throw unstorable('every column is a partition column')
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
