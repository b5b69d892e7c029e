/** The texts of partition values as SQL values (PROTOCOL.md "Partition Value Serialization"). */
import type { PartitionValues } from './action.ts'
import { sameName } from './protocol.ts'
import { type ColumnMapping, type DeltaField, type DeltaType, duckdbType, physicalName } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

/** The text under a column, looked up by its physical name and tolerant of case; empty text is null for every type. */
export function partitionText(values: PartitionValues, field: DeltaField, mapping: ColumnMapping): string | null {
  const name = physicalName(field, mapping)
  if (Object.hasOwn(values, name)) return values[name] || null
  const lower = name.toLowerCase()
  const entry = Object.entries(values).find(([key]) => key.toLowerCase() === lower)
  return entry?.[1] || null
}

/** One text for the partition of a file, the same for every way in which writers put down the same values. */
export function partitionKeys(
  snapshot: Pick<Snapshot, 'schema' | 'partitionColumns' | 'mapping'>,
): (file: { readonly partitionValues: PartitionValues }) => string {
  const fields = snapshot.partitionColumns.flatMap(column =>
    snapshot.schema.fields.filter(field => sameName(field.name, column)),
  )
  return ({ partitionValues }) =>
    JSON.stringify(
      fields.map(field => {
        const text = partitionText(partitionValues, field, snapshot.mapping)
        return text === null ? null : plainText(normalPartitionText(text, field.type), field.type)
      }),
    )
}

function plainText(text: string, type: DeltaType): string {
  if (type.kind === 'decimal')
    return text
      .replace(/^(-?)0+(?=\d)/, '$1')
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '')
  if (type.kind !== 'primitive') return text
  switch (type.name) {
    case 'float':
    case 'double':
      return Number.isNaN(Number(text)) ? text.toLowerCase() : String(Number(text))
    case 'boolean':
      return text.toLowerCase()
    case 'timestamp':
    case 'timestamp_ntz':
      return momentText(text)
    default:
      return text
  }
}

/** Microseconds since 1970 in UTC; the text itself if it is no time. */
function momentText(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text)
  if (match === null) return text
  const [, date, time, fraction = '', zone = 'Z'] = match
  const ms = Date.parse(`${date}T${time}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`)
  return Number.isNaN(ms) ? text : `${BigInt(ms) * 1000n + BigInt(fraction.padEnd(6, '0'))}`
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
