/** The texts of partition values as SQL values (PROTOCOL.md "Partition Value Serialization"). */
import type { PartitionValues } from './action.ts'
import { type ColumnMapping, type DeltaField, type DeltaType, duckdbType, physicalName } from './schema.ts'

/** The text under a column, looked up by its physical name and tolerant of case; empty text is null for every type. */
export function partitionText(values: PartitionValues, field: DeltaField, mapping: ColumnMapping): string | null {
  const name = physicalName(field, mapping)
  if (Object.hasOwn(values, name)) return values[name] || null
  const lower = name.toLowerCase()
  const entry = Object.entries(values).find(([key]) => key.toLowerCase() === lower)
  return entry?.[1] || null
}

/**
 * The text in the one form that the cast below takes. A timestamp without a zone is that of the writer's session,
 * which the log does not name; `zone` (such as `America/Los_Angeles`) says it, UTC otherwise.
 */
export function normalPartitionText(text: string, type: DeltaType): string {
  // delta-rs writes the negative decimal -1.25 as -1.-25.
  if (type.kind === 'decimal') return text.replace(/^(-?\d+)\.-(\d+)$/, '$1.$2')
  return text
}

/** SQL that turns a text expression into the value; never depends on the time zone of the session. */
export function partitionValueSql(text: string, type: DeltaType, zone: string): string {
  if (type.kind === 'primitive') {
    if (type.name === 'string') return text
    if (type.name === 'binary') return `encode(${text})`
    if (type.name === 'timestamp') return timestampSql(text, zone)
    if (type.name === 'void') return 'NULL'
  }
  return `CAST(${text} AS ${duckdbType(type)})`
}

function timestampSql(text: string, zone: string): string {
  const zoned = `regexp_matches(${text}, '(Z|[+-]\\d\\d(:?\\d\\d)?)$') AND ${text} LIKE '%:%'`
  const local = `timezone('${zone.replaceAll("'", "''")}', CAST(${text} AS TIMESTAMP))`
  return `CASE WHEN ${zoned} THEN CAST(${text} AS TIMESTAMPTZ) ELSE ${local} END`
}
