/**
 * Leaves out files that cannot hold a wanted row, by partition values and statistics. Sound, never complete: whatever is
 * not understood keeps the file. A kept file may still hold no such row, so the query must filter all the same.
 */
import { partitionText } from './partition-value.ts'
import { sameName } from './protocol.ts'
import { type DeltaField, physicalName } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import { type FileFacts, type FileStatistics, fileStatistics, statisticText } from './statistics.ts'

/** One condition on one column; a row must meet all of a list. Values are texts, as the log would write them. */
export type Predicate =
  | { readonly column: string; readonly kind: '=' | '<' | '<=' | '>' | '>='; readonly value: string }
  | { readonly column: string; readonly kind: 'in'; readonly values: readonly string[] }
  | { readonly column: string; readonly kind: 'is null' | 'is not null' }
  /** One of several, all on that column, has to be met. */
  | { readonly column: string; readonly kind: 'any'; readonly of: readonly Predicate[] }

/** A test for `ScanOptions.keep`. */
export function mayHoldRows(snapshot: Snapshot, predicates: readonly Predicate[]): (file: FileFacts) => boolean {
  const conditions = columnConditions(snapshot, predicates)
  const readsStatistics = conditions.some(({ isPartition }) => !isPartition)
  return file => {
    const statistics = readsStatistics ? fileStatistics(file) : undefined
    return conditions.every(({ wanted, field, isPartition }) => {
      const bounds = isPartition
        ? partitionBounds(snapshot, file, field)
        : statisticsBounds(snapshot, statistics, field)
      return ruledOutSide(wanted, bounds, naturalOrder) === undefined
    })
  }
}

/** A predicate on a column that the table has. */
export interface ColumnCondition {
  readonly field: DeltaField
  readonly isPartition: boolean
  readonly wanted: Wanted
}

export function columnConditions(snapshot: Snapshot, predicates: readonly Predicate[]): ColumnCondition[] {
  return predicates.flatMap(predicate => {
    const field = snapshot.schema.fields.find(one => sameName(one.name, predicate.column))
    if (field === undefined) return []
    const isPartition = snapshot.partitionColumns.some(column => sameName(column, field.name))
    return [{ wanted: wantedBy(predicate, parserFor(field)), field, isPartition }]
  })
}

export type Comparable = number | bigint | string

/** A predicate with its values in a form that can be compared; undefined is a value that cannot. */
export type Wanted =
  | { readonly kind: '<' | '<=' | '>' | '>='; readonly value: Comparable | undefined }
  | { readonly kind: 'equal'; readonly values: readonly (Comparable | undefined)[] }
  | { readonly kind: 'is null' | 'is not null' }
  | { readonly kind: 'any'; readonly of: readonly Wanted[] }

function wantedBy(predicate: Predicate, parse: (text: string) => Comparable | undefined): Wanted {
  switch (predicate.kind) {
    case 'is null':
    case 'is not null':
      return predicate
    case '=':
      return { kind: 'equal', values: [parse(predicate.value)] }
    case 'in':
      return { kind: 'equal', values: predicate.values.map(parse) }
    case 'any':
      return { kind: 'any', of: predicate.of.map(one => wantedBy(one, parse)) }
    default:
      return { kind: predicate.kind, value: parse(predicate.value) }
  }
}

/** What is known of a column in a file; a bound that is not known is undefined. */
export interface Bounds {
  readonly min: Comparable | undefined
  readonly max: Comparable | undefined
  readonly allNull: boolean
  readonly noNull: boolean
}

/** Below zero if the bound is less than the value; undefined if that cannot be told. */
export type BoundOrder = (bound: Comparable, value: Comparable, isForEquality: boolean) => number | undefined

export function naturalOrder(bound: Comparable, value: Comparable): number {
  return bound < value ? -1 : bound > value ? 1 : 0
}

/** The side of what has no null where one is wanted. */
export const noNull = 'no null'

/**
 * On which side of the wanted values all values of a column are: files with one answer may be taken together. Undefined if
 * some may be wanted.
 */
export function ruledOutSide(wanted: Wanted, bounds: Bounds, order: BoundOrder): string | undefined {
  const { min, max, allNull } = bounds
  if (wanted.kind === 'is null') return bounds.noNull ? noNull : undefined
  if (allNull) return 'all null'
  switch (wanted.kind) {
    case 'is not null':
      return undefined
    case 'equal': {
      const isOne = wanted.values.length === 1
      let above = 0
      for (const value of wanted.values) {
        if ((compare(order, min, value, isOne) ?? 0) > 0) above += 1
        else if ((compare(order, max, value, isOne) ?? 0) >= 0) return undefined
      }
      return `above ${above}`
    }
    case '<':
      return (compare(order, min, wanted.value) ?? -1) >= 0 ? 'above' : undefined
    case '<=':
      return (compare(order, min, wanted.value) ?? 0) > 0 ? 'above' : undefined
    case '>':
      return (compare(order, max, wanted.value) ?? 1) <= 0 ? 'below' : undefined
    case '>=':
      return (compare(order, max, wanted.value) ?? 0) < 0 ? 'below' : undefined
    case 'any': {
      const sides: string[] = []
      for (const one of wanted.of) {
        const side = ruledOutSide(one, bounds, order)
        if (side === undefined) return undefined
        sides.push(side)
      }
      return sides.join(' or ')
    }
  }
}

function compare(
  order: BoundOrder,
  bound: Comparable | undefined,
  value: Comparable | undefined,
  isForEquality = false,
): number | undefined {
  if (bound === undefined || value === undefined || typeof bound !== typeof value) return undefined
  return order(bound, value, isForEquality)
}

function partitionBounds(snapshot: Snapshot, file: FileFacts, field: DeltaField): Bounds {
  const text = partitionText(file.partitionValues, field, snapshot.mapping)
  const value = text === null ? undefined : parserFor(field)(text)
  return { min: value, max: value, allNull: text === null, noNull: text !== null }
}

export function statisticsBounds(
  snapshot: Snapshot,
  statistics: FileStatistics | undefined,
  field: DeltaField,
): Bounds {
  const parse = parserFor(field)
  const name = physicalName(field, snapshot.mapping)
  const wasWidened = Array.isArray(field.metadata['delta.typeChanges'])
  const bound = (values: Readonly<Record<string, unknown>> | undefined, isMax: boolean): Comparable | undefined => {
    const text = statisticText(values, name)
    // Bounds written before a change from float to double were rounded to float.
    if (text === undefined || wasWidened || (isMax && isFloating(field))) return undefined
    // The zone of a writer who does not name one is not known.
    if (isZoned(field) && !/(?:Z|[+-]\d\d:?\d\d)$/.test(text)) return undefined
    const value = parse(text)
    if (typeof value !== 'bigint') return value
    const slack = slackOf(field, value)
    return isMax ? value + slack.above : value - slack.below
  }
  const nulls = statisticText(statistics?.nullCount, name)
  const nullCount = nulls === undefined ? undefined : Number(nulls)
  // Counts and bounds are of the file with its deleted rows: fewer rows can only narrow them.
  return {
    min: bound(statistics?.minValues, false),
    max: bound(statistics?.maxValues, true),
    allNull: nullCount !== undefined && statistics?.numRecords === nullCount && nullCount > 0,
    noNull: nullCount === 0,
  }
}

/** How far a bound in the log may be from that of the rows. */
function slackOf({ type }: DeltaField, value: bigint): { readonly below: bigint; readonly above: bigint } {
  // Timestamps are cut to milliseconds, so the largest may be up to one later.
  if (type.kind === 'primitive' && type.name.startsWith('timestamp')) return { below: 0n, above: 1000n }
  // delta-rs writes decimals by way of floating numbers, which hold fifteen digits.
  if (type.kind !== 'decimal' || type.precision <= 15) return { below: 0n, above: 0n }
  const rounding = (value < 0n ? -value : value) / 2n ** 52n + 1n
  return { below: rounding, above: rounding }
}

/** NaN is the largest value to DuckDB but in no bound that writers give, so there is no largest value. */
function isFloating(field: DeltaField): boolean {
  return field.type.kind === 'primitive' && (field.type.name === 'float' || field.type.name === 'double')
}

function isZoned(field: DeltaField): boolean {
  return field.type.kind === 'primitive' && field.type.name === 'timestamp'
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
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text)
  if (match === null) return undefined
  const [, date, time, , zone = 'Z'] = match
  const seconds = Date.parse(`${date}T${time}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`)
  return Number.isNaN(seconds) ? undefined : BigInt(seconds) * 1000n + BigInt((match[3] ?? '').padEnd(6, '0'))
}
