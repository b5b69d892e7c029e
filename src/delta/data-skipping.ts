/**
 * Leaves out files that cannot hold a wanted row, by partition values and statistics. Sound, never complete: whatever is
 * not understood keeps the file. A kept file may still hold no such row, so the query must filter all the same.
 */
import { partitionText } from './partition-value.ts'
import { sameName } from './protocol.ts'
import { type DeltaField, physicalName } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import { type FileFacts, fileStatistics } from './statistics.ts'

/** One condition on one column; a row must meet all of a list. Values are texts, as the log would write them. */
export type Predicate =
  | { readonly column: string; readonly kind: '=' | '<' | '<=' | '>' | '>='; readonly value: string }
  | { readonly column: string; readonly kind: 'in'; readonly values: readonly string[] }
  | { readonly column: string; readonly kind: 'is null' | 'is not null' }

/** A test for `ScanOptions.keep`. */
export function mayHoldRows(snapshot: Snapshot, predicates: readonly Predicate[]): (file: FileFacts) => boolean {
  const checks = predicates.flatMap(predicate => {
    const field = snapshot.schema.fields.find(one => sameName(one.name, predicate.column))
    if (field === undefined) return []
    const isPartition = snapshot.partitionColumns.some(column => sameName(column, field.name))
    return [{ predicate, field, isPartition }]
  })
  return file =>
    checks.every(({ predicate, field, isPartition }) => {
      const bounds = isPartition ? partitionBounds(snapshot, file, field) : statisticsBounds(snapshot, file, field)
      return mayMatch(predicate, bounds)
    })
}

type Comparable = number | bigint | string

/** What is known of a column in a file; a bound that is not known is undefined. */
interface Bounds {
  readonly parse: (text: string) => Comparable | undefined
  readonly min: Comparable | undefined
  readonly max: Comparable | undefined
  readonly allNull: boolean
  readonly noNull: boolean
}

function mayMatch(predicate: Predicate, bounds: Bounds): boolean {
  switch (predicate.kind) {
    case 'is null':
      return !bounds.noNull
    case 'is not null':
      return !bounds.allNull
    case 'in':
      return !bounds.allNull && predicate.values.some(value => mayEqual(bounds, bounds.parse(value)))
    case '=':
      return !bounds.allNull && mayEqual(bounds, bounds.parse(predicate.value))
    case '<':
      return !bounds.allNull && !isKnown(bounds.min, bounds.parse(predicate.value), (min, value) => min >= value)
    case '<=':
      return !bounds.allNull && !isKnown(bounds.min, bounds.parse(predicate.value), (min, value) => min > value)
    case '>':
      return !bounds.allNull && !isKnown(bounds.max, bounds.parse(predicate.value), (max, value) => max <= value)
    case '>=':
      return !bounds.allNull && !isKnown(bounds.max, bounds.parse(predicate.value), (max, value) => max < value)
  }
}

function mayEqual(bounds: Bounds, value: Comparable | undefined): boolean {
  const isBelow = isKnown(bounds.min, value, (min, wanted) => min > wanted)
  const isAbove = isKnown(bounds.max, value, (max, wanted) => max < wanted)
  return !isBelow && !isAbove
}

function isKnown(
  bound: Comparable | undefined,
  value: Comparable | undefined,
  holds: (bound: Comparable, value: Comparable) => boolean,
): boolean {
  return bound !== undefined && value !== undefined && typeof bound === typeof value && holds(bound, value)
}

function partitionBounds(snapshot: Snapshot, file: FileFacts, field: DeltaField): Bounds {
  const parse = parserFor(field)
  const text = partitionText(file.partitionValues, field, snapshot.mapping)
  const value = text === null ? undefined : parse(text)
  return { parse, min: value, max: value, allNull: text === null, noNull: text !== null }
}

function statisticsBounds(snapshot: Snapshot, file: FileFacts, field: DeltaField): Bounds {
  const parse = parserFor(field)
  const statistics = fileStatistics(file)
  const name = physicalName(field, snapshot.mapping)
  const wasWidened = Array.isArray(field.metadata['delta.typeChanges'])
  const bound = (values: Readonly<Record<string, unknown>> | undefined, isMax: boolean): Comparable | undefined => {
    const text = values?.[name]
    // Bounds written before a change from float to double were rounded to float.
    if (typeof text !== 'string' || wasWidened || (isMax && isFloating(field))) return undefined
    const value = parse(text)
    // Timestamps are cut to milliseconds in the log, so the largest may be up to one later.
    const isCut = isMax && typeof value === 'bigint' && isTimestamp(field)
    return isCut ? value + 1000n : value
  }
  const nulls = statistics?.nullCount[name]
  const nullCount = typeof nulls === 'string' ? Number(nulls) : undefined
  // Counts and bounds are of the file with its deleted rows: fewer rows can only narrow them.
  return {
    parse,
    min: bound(statistics?.minValues, false),
    max: bound(statistics?.maxValues, true),
    allNull: nullCount !== undefined && statistics?.numRecords === nullCount && nullCount > 0,
    noNull: nullCount === 0,
  }
}

/** NaN is the largest value to DuckDB but in no bound that writers give, so there is no largest value. */
function isFloating(field: DeltaField): boolean {
  return field.type.kind === 'primitive' && (field.type.name === 'float' || field.type.name === 'double')
}

function isTimestamp(field: DeltaField): boolean {
  return field.type.kind === 'primitive' && (field.type.name === 'timestamp' || field.type.name === 'timestamp_ntz')
}

/** Texts of the type in a form that `<` orders as DuckDB does; undefined for what cannot be decided. */
function parserFor(field: DeltaField): (text: string) => Comparable | undefined {
  const { type } = field
  if (type.kind === 'decimal') return text => scaled(text, type.scale)
  if (type.kind !== 'primitive') return () => undefined
  switch (type.name) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return text => scaled(text, 0)
    case 'float':
    case 'double':
      return text => numberOf(text)
    case 'date':
      return text => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined)
    case 'string':
      // UTF-16 order differs from that of UTF-8 only beyond the surrogates; texts with them are not decided.
      return text => (/[\ud800-\uffff]/.test(text) ? undefined : text)
    case 'timestamp':
    case 'timestamp_ntz':
      return microseconds
    default:
      return () => undefined
  }
}

/** The digits as an integer after moving the point; undefined if digits would be lost. */
function scaled(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text)
  if (match === null) return undefined
  const fraction = (match[3] ?? '').replace(/0+$/, '')
  if (fraction.length > scale) return undefined
  const value = BigInt(`${match[2]}${fraction.padEnd(scale, '0')}`)
  return match[1] === '-' ? -value : value
}

function numberOf(text: string): number | undefined {
  const value = Number(text)
  return text.trim() === '' || Number.isNaN(value) ? undefined : value
}

function microseconds(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?$/.exec(text)
  if (match === null) return undefined
  const seconds = Date.parse(`${match[1]}T${match[2]}${match[4] ?? 'Z'}`)
  return Number.isNaN(seconds) ? undefined : BigInt(seconds) * 1000n + BigInt((match[3] ?? '').padEnd(6, '0'))
}
