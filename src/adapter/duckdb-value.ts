/**
 * From the driver's values to plain records, by the column's type. The driver's classes are described structurally, so
 * that its library stays behind `duckdb.ts`.
 */
import type { SqlValue } from '../base/sql-value.ts'

/** What is needed of a driver type. */
export interface DriverType {
  readonly typeId: number
  toString(): string
  readonly valueType?: DriverType
  readonly keyType?: DriverType
  readonly entryNames?: readonly string[]
  readonly entryTypes?: readonly DriverType[]
  readonly memberTags?: readonly string[]
  readonly memberTypes?: readonly DriverType[]
  readonly alias?: string | undefined
}

type Reader = (value: never) => SqlValue

/** Type numbers of DuckDB's C interface. */
const readers: Readonly<Record<number, Reader>> = {
  5: integer,
  9: integer,
  10: float,
  11: float,
  12: (value: { micros: bigint }) => timestamp(value.micros, value.micros, false),
  13: (value: { days: number }) => ({ kind: 'date', days: infiniteDays(value.days) }),
  14: (value: { micros: bigint }) => ({ kind: 'time', micros: Number(value.micros) }),
  15: (value: { months: number; days: number; micros: bigint }) => ({
    kind: 'interval',
    months: value.months,
    days: value.days,
    micros: value.micros,
  }),
  16: integer,
  18: (value: { bytes: Uint8Array }) => ({ kind: 'blob', bytes: new Uint8Array(value.bytes) }),
  19: (value: { value: bigint; scale: number }) => ({ kind: 'decimal', text: decimalText(value.value, value.scale) }),
  20: (value: { seconds: bigint }) => timestamp(value.seconds * 1_000_000n, value.seconds, false),
  21: (value: { millis: bigint }) => timestamp(value.millis * 1000n, value.millis, false),
  22: (value: { nanos: bigint }) => timestamp(floorDivide(value.nanos, 1000n), value.nanos, false),
  27: (value: object) => ({ kind: 'uuid', text: String(value) }),
  29: (value: object) => String(value),
  30: (value: { micros: bigint; offset: number }) => ({
    kind: 'time',
    micros: Number(value.micros),
    offsetSeconds: value.offset,
  }),
  31: (value: { micros: bigint }) => timestamp(value.micros, value.micros, true),
  32: integer,
  35: integer,
  39: (value: { nanos: bigint }) => ({ kind: 'time', micros: Number(value.nanos / 1000n) }),
}

/** Gives the function that reads a value of the type; null stays null. */
export function valueReader(type: DriverType): (value: unknown) => SqlValue {
  const read = nestedReader(type) ?? readers[type.typeId]
  if (!read) return value => (value === null || value === undefined ? null : plain(value))
  return value => (value === null || value === undefined ? null : read(value as never))
}

function nestedReader(type: DriverType): Reader | undefined {
  const { valueType, keyType, entryNames, entryTypes, memberTags, memberTypes } = type
  if (entryNames && entryTypes) return structReader(entryNames, entryTypes.map(valueReader))
  if (memberTags && memberTypes) return unionReader(memberTags, memberTypes.map(valueReader))
  if (keyType && valueType) return mapReader(valueReader(keyType), valueReader(valueType))
  if (valueType) return listReader(valueReader(valueType))
  return undefined
}

function listReader(item: (value: unknown) => SqlValue): Reader {
  return (value: { items: readonly unknown[] }) => ({ kind: 'list', items: value.items.map(item) })
}

function structReader(names: readonly string[], read: readonly ((value: unknown) => SqlValue)[]): Reader {
  return (value: { entries: Readonly<Record<string, unknown>> }) => ({
    kind: 'struct',
    fields: names.map((name, index) => [name, read[index]?.(value.entries[name]) ?? null] as const),
  })
}

function mapReader(key: (value: unknown) => SqlValue, item: (value: unknown) => SqlValue): Reader {
  return (value: { entries: readonly { key: unknown; value: unknown }[] }) => ({
    kind: 'map',
    entries: value.entries.map(entry => [key(entry.key), item(entry.value)] as const),
  })
}

function unionReader(tags: readonly string[], read: readonly ((value: unknown) => SqlValue)[]): Reader {
  return (value: { tag: string; value: unknown }) => read[tags.indexOf(value.tag)]?.(value.value) ?? null
}

/** Booleans, small integers, text; of anything else (VARIANT, GEOMETRY) its text. */
function plain(value: unknown): SqlValue {
  switch (typeof value) {
    case 'boolean':
    case 'number':
    case 'string':
      return value
    case 'bigint':
      return integer(value)
    default:
      return String(value)
  }
}

function integer(value: bigint | number): number | bigint {
  if (typeof value === 'number') return value
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

function float(value: number): SqlValue {
  return { kind: 'float', value }
}

const largest = 9223372036854775807n

/** `raw` is the count as stored, in which the two largest magnitudes stand for the infinities. */
function timestamp(micros: bigint, raw: bigint, utc: boolean): SqlValue {
  if (raw === largest) return { kind: 'timestamp', micros: 0n, utc, infinite: 1 }
  if (raw === -largest) return { kind: 'timestamp', micros: 0n, utc, infinite: -1 }
  return { kind: 'timestamp', micros, utc }
}

function infiniteDays(days: number): number {
  if (days === 2147483647) return Number.POSITIVE_INFINITY
  return days === -2147483647 ? Number.NEGATIVE_INFINITY : days
}

function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

function decimalText(value: bigint, scale: number): string {
  if (scale === 0) return value.toString()
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
