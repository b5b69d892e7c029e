/**
 * A Parquet file that is nothing but a footer: row groups with the bounds of their columns, and no rows behind them. DuckDB
 * passes over a row group whose bounds no wanted row can be within; where it wants one it meets zeros in place of a page,
 * and fails. Pure.
 */
import type { DeltaType } from './schema.ts'

/** What the rows of a row group have in a column: without bounds any value, unless `hasNoNull` nulls too. */
export interface HollowBounds {
  readonly min: HollowValue | undefined
  readonly max: HollowValue | undefined
  readonly hasNoNull: boolean
}

/** A number without its point, microseconds since 1970, a text, or a date as `2024-02-01`. */
export type HollowValue = bigint | string

/** Columns are called `c0`, `c1`, …; one without a type is a text that nothing is known of. */
export type HollowColumn = DeltaType | undefined

/** Of each column by its place. */
export type HollowRowGroup = ReadonlyMap<number, HollowBounds>

export function hollowParquet(columns: readonly HollowColumn[], groups: readonly HollowRowGroup[]): Uint8Array {
  const forms = columns.map(formOf)
  const schema = [
    struct([
      [4, text('schema')],
      [5, i32(columns.length)],
    ]),
    ...forms.map((form, at) => schemaElement(form, `c${at}`)),
  ]
  const rowGroups = groups.map(group =>
    struct([
      [
        1,
        list(
          typeStruct,
          forms.map((form, at) => columnChunk(form, `c${at}`, group.get(at))),
        ),
      ],
      [2, i64(BigInt(holeBytes))],
      [3, i64(1n)],
    ]),
  )
  const footer = struct([
    [1, i32(1)],
    [2, list(typeStruct, schema)],
    [3, i64(BigInt(groups.length))],
    [4, list(typeStruct, rowGroups)],
  ]).bytes
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, footer.length, true)
  const magic = [0x50, 0x41, 0x52, 0x31]
  return Uint8Array.from([...magic, ...new Array<number>(holeBytes).fill(0), ...footer, ...length, ...magic])
}

/** Whether bounds of the type can be told; there are none for numbers with NaN among them. */
export function hasHollowForm(type: DeltaType): boolean {
  return formOf(type) !== textForm || (type.kind === 'primitive' && type.name === 'string')
}

/** Zeros are no page header. All columns share them. */
const holeBytes = 64

/** Physical and converted types by their numbers in parquet.thrift. */
interface Form {
  readonly physical: number
  readonly length?: number
  readonly converted?: number
  readonly decimal?: { readonly precision: number; readonly scale: number }
  readonly isAdjusted?: boolean
  encode(value: HollowValue): Uint8Array | undefined
}

const [int32, int64, byteArray, fixedBytes] = [1, 2, 6, 7]

const textForm: Form = {
  physical: byteArray,
  converted: 0,
  encode: value => (typeof value === 'string' ? new TextEncoder().encode(value) : undefined),
}

function formOf(type: HollowColumn): Form {
  if (type === undefined) return textForm
  if (type.kind === 'decimal') return decimalForm(type)
  if (type.kind !== 'primitive') return textForm
  switch (type.name) {
    case 'byte':
      return { physical: int32, converted: 15, encode: integer(4, 8) }
    case 'short':
      return { physical: int32, converted: 16, encode: integer(4, 16) }
    case 'integer':
      return { physical: int32, encode: integer(4, 32) }
    case 'long':
      return { physical: int64, encode: integer(8, 64) }
    case 'date':
      return { physical: int32, converted: 6, encode: dayBytes }
    case 'timestamp':
      return { physical: int64, isAdjusted: true, encode: integer(8, 64) }
    case 'timestamp_ntz':
      return { physical: int64, isAdjusted: false, encode: integer(8, 64) }
    default:
      return textForm
  }
}

function decimalForm(decimal: { readonly precision: number; readonly scale: number }): Form {
  const { precision } = decimal
  if (precision <= 9) return { physical: int32, converted: 5, decimal, encode: integer(4, 32) }
  if (precision <= 18) return { physical: int64, converted: 5, decimal, encode: integer(8, 64) }
  const encode = (value: HollowValue): Uint8Array | undefined => integer(16, 128)(value)?.reverse()
  return { physical: fixedBytes, length: 16, converted: 5, decimal, encode }
}

/** Little-endian; undefined for what does not fit. */
function integer(bytes: number, bits: number): (value: HollowValue) => Uint8Array | undefined {
  return value => {
    if (typeof value !== 'bigint' || BigInt.asIntN(bits, value) !== value) return undefined
    return Uint8Array.from({ length: bytes }, (_, at) => Number(BigInt.asUintN(8, value >> BigInt(8 * at))))
  }
}

function dayBytes(value: HollowValue): Uint8Array | undefined {
  const ms = typeof value === 'string' ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  return Number.isNaN(ms) ? undefined : integer(4, 32)(BigInt(ms / 86_400_000))
}

function schemaElement(form: Form, name: string): Value {
  const { physical, length, converted, decimal, isAdjusted } = form
  const optional = 1
  const fields: [number, Value][] = [[1, i32(physical)]]
  if (length !== undefined) fields.push([2, i32(length)])
  fields.push([3, i32(optional)], [4, text(name)])
  if (converted !== undefined) fields.push([6, i32(converted)])
  if (decimal !== undefined) fields.push([7, i32(decimal.scale)], [8, i32(decimal.precision)])
  if (isAdjusted !== undefined) fields.push([10, timestampType(isAdjusted)])
  return struct(fields)
}

/** `LogicalType.TIMESTAMP` in microseconds. */
function timestampType(isAdjusted: boolean): Value {
  const unit = struct([[2, struct([])]])
  const timestamp = struct([
    [1, { type: isAdjusted ? 1 : 2, bytes: [] }],
    [2, unit],
  ])
  return struct([[8, timestamp]])
}

function columnChunk(form: Form, name: string, bounds: HollowBounds | undefined): Value {
  const statistics = bounds === undefined ? undefined : statisticsOf(form, bounds)
  const hole = i64(BigInt(holeBytes))
  const meta: [number, Value][] = [
    [1, i32(form.physical)],
    [2, list(typeI32, [i32(0)])],
    [3, list(typeBinary, [text(name)])],
    [4, i32(0)],
    [5, i64(1n)],
    [6, hole],
    [7, hole],
    [9, i64(4n)],
  ]
  if (statistics !== undefined) meta.push([12, statistics])
  return struct([
    [2, i64(4n)],
    [3, struct(meta)],
  ])
}

function statisticsOf(form: Form, { min, max, hasNoNull }: HollowBounds): Value | undefined {
  const least = min === undefined ? undefined : form.encode(min)
  const most = max === undefined ? undefined : form.encode(max)
  const fields: [number, Value][] = hasNoNull ? [[3, i64(0n)]] : []
  if (least !== undefined && most !== undefined) fields.push([5, binary(most)], [6, binary(least)])
  return fields.length === 0 ? undefined : struct(fields)
}

/** A value of Thrift's compact protocol. */
interface Value {
  readonly type: number
  readonly bytes: readonly number[]
}

const [typeI32, typeI64, typeBinary, typeList, typeStruct] = [5, 6, 8, 9, 12]

function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return [...bytes, Number(rest)]
}

function zigzag(value: bigint): number[] {
  return varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)))
}

function i32(value: number): Value {
  return { type: typeI32, bytes: zigzag(BigInt(value)) }
}

function i64(value: bigint): Value {
  return { type: typeI64, bytes: zigzag(value) }
}

function binary(bytes: Uint8Array): Value {
  return { type: typeBinary, bytes: [...varint(BigInt(bytes.length)), ...bytes] }
}

function text(value: string): Value {
  return binary(new TextEncoder().encode(value))
}

function list(type: number, items: readonly Value[]): Value {
  const head = items.length < 15 ? [(items.length << 4) | type] : [0xf0 | type, ...varint(BigInt(items.length))]
  return { type: typeList, bytes: [...head, ...items.flatMap(item => item.bytes)] }
}

/** Fields by their numbers, in order. */
function struct(fields: readonly (readonly [number, Value])[]): Value {
  const bytes: number[] = []
  let last = 0
  for (const [id, value] of fields) {
    bytes.push(((id - last) << 4) | value.type)
    for (const byte of value.bytes) bytes.push(byte)
    last = id
  }
  bytes.push(0)
  return { type: typeStruct, bytes }
}
