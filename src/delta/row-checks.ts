/**
 * What rows must fulfil before they may be in a table: constraints (`delta.constraints.…`), invariants of columns, and columns
 * that are not nullable, at any depth. Checked while the rows are written, in the same pass.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { isRecord } from '../base/record.ts'
import { checkSql } from './check-expression.ts'
import { type DeltaField, type DeltaType, duckdbType, type StructType } from './schema.ts'
import { quoteName, quoteText } from './sql-words.ts'

export interface RowCheck {
  /** What a message calls it. */
  readonly name: string
  /** SQL over the columns of the table; TRUE for rows that may be in it. Undefined if it cannot be told in DuckDB. */
  readonly sql: string | undefined
  readonly code: 'delta/null-value' | 'delta/broken-constraint'
}

export function rowChecks(schema: StructType, configuration: Readonly<Record<string, string>>): RowCheck[] {
  const lead = 'delta.constraints.'
  const constraints = Object.entries(configuration).flatMap(([key, text]): RowCheck[] => {
    if (!key.toLowerCase().startsWith(lead)) return []
    const name = `the constraint "${key.slice(lead.length)}" (${text})`
    return [{ name, sql: checkSql(text, schema), code: 'delta/broken-constraint' }]
  })
  return [...constraints, ...schema.fields.flatMap(field => fieldChecks(field, schema))]
}

function fieldChecks(field: DeltaField, schema: StructType): RowCheck[] {
  const broken = nullInside(field.type, quoteName(field.name), 0)
  const parts = [...(field.nullable ? [] : [`${quoteName(field.name)} IS NULL`]), ...broken]
  const sql = `(${parts.join(' OR ')}) IS NOT TRUE`
  const nulls: RowCheck = { name: `the rule that "${field.name}" must not be null`, sql, code: 'delta/null-value' }
  return [...(parts.length === 0 ? [] : [nulls]), ...invariants(field, field.name, schema)]
}

/** Conditions of which none may hold: a null where the type allows none. */
function nullInside(type: DeltaType, value: string, depth: number): string[] {
  const item = `x${depth}`
  switch (type.kind) {
    case 'primitive':
    case 'decimal':
      return []
    case 'struct': {
      // Values of queries may have their fields in any order, so they are cast before they are looked into.
      const inner = type.fields.flatMap(field => {
        const at = `struct_extract(CAST(${value} AS ${duckdbType(type)}), ${quoteText(field.name)})`
        return [...(field.nullable ? [] : [`${at} IS NULL`]), ...nullInside(field.type, at, depth)]
      })
      return inner.length === 0 ? [] : [`(${value} IS NOT NULL AND (${inner.join(' OR ')}))`]
    }
    case 'array':
      return inList(type.element, type.containsNull, value, item, depth)
    case 'map':
      return [
        ...inList(type.key, true, `map_keys(${value})`, item, depth),
        ...inList(type.value, type.valueContainsNull, `map_values(${value})`, item, depth),
      ]
  }
}

function inList(type: DeltaType, allowsNull: boolean, list: string, item: string, depth: number): string[] {
  const inner = [...(allowsNull ? [] : [`${item} IS NULL`]), ...nullInside(type, item, depth + 1)]
  return inner.length === 0 ? [] : [`len(list_filter(${list}, lambda ${item}: ${inner.join(' OR ')})) > 0`]
}

/** PROTOCOL.md "Column Invariants": an expression inside of JSON inside of JSON. */
function invariants(field: DeltaField, path: string, schema: StructType): RowCheck[] {
  const text = field.metadata['delta.invariants']
  const own: RowCheck[] = []
  if (text !== undefined && text !== null) {
    const expression = invariantOf(text)
    own.push({
      name: `the invariant of "${path}" (${expression ?? String(text)})`,
      sql: expression === undefined ? undefined : checkSql(expression, schema),
      code: 'delta/broken-constraint',
    })
  }
  if (field.type.kind !== 'struct') return own
  return [...own, ...field.type.fields.flatMap(inner => invariants(inner, `${path}.${inner.name}`, schema))]
}

function invariantOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const outer = isRecord(value) ? value.expression : undefined
  const inner = isRecord(outer) ? outer.expression : undefined
  return typeof inner === 'string' ? inner : undefined
}

const marker = 'eider row check '

/** A condition for WHERE that is true for every row, or ends the query at the first one that breaks a check. */
export function guardSql(checks: readonly RowCheck[]): string | undefined {
  const parts = checks.flatMap(({ sql }, index) =>
    sql === undefined
      ? []
      : [`CASE WHEN (${sql}) IS TRUE THEN TRUE ELSE error(${quoteText(`${marker}${index}.`)}) END`],
  )
  return parts.length === 0 ? undefined : parts.join(' AND ')
}

/** The failure of a guarded query in the words of the check that was broken; any other as it is. */
export function checkFailure(error: unknown, checks: readonly RowCheck[], table: string): unknown {
  const text = error instanceof Error ? error.message : String(error)
  const index = new RegExp(`${marker}(\\d+)\\.`).exec(text)?.[1]
  const check = index === undefined ? undefined : checks[Number(index)]
  if (check === undefined) return error
  return new DiagnosticError({
    code: check.code,
    kind: 'Runtime',
    message: `A new row for "${table}" breaks ${check.name}`,
    hint: 'Nothing was written; correct the rows in the model',
  })
}
