/**
 * Values and results as they come out of the database, in plain records: what the adapter gives and what the names a
 * template sees are made from. Nothing in here knows DuckDB's library or Python's values.
 */

/**
 * One value of a result.
 * - integers of every width (and enum, bit, JSON and other text types) are plain: `number` inside the safe range,
 *   `bigint` outside it; text is `string`.
 * - what JavaScript cannot tell from an integer or cannot hold exactly is a record with a `kind`.
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | SqlFloat
  | SqlDecimal
  | SqlDate
  | SqlTime
  | SqlTimestamp
  | SqlInterval
  | SqlBlob
  | SqlUuid
  | SqlList
  | SqlStruct
  | SqlMap

/** FLOAT and DOUBLE. */
interface SqlFloat {
  readonly kind: 'float'
  readonly value: number
}

/** DECIMAL, exact: `text` has all digits of the scale (`1.50`). */
interface SqlDecimal {
  readonly kind: 'decimal'
  readonly text: string
}

/** Days since 1970-01-01; `Infinity` and `-Infinity` for DuckDB's infinite dates. */
interface SqlDate {
  readonly kind: 'date'
  readonly days: number
}

/** Microseconds since midnight; `offsetSeconds` east of UTC for TIME WITH TIME ZONE. */
interface SqlTime {
  readonly kind: 'time'
  readonly micros: number
  readonly offsetSeconds?: number
}

/**
 * Microseconds since 1970-01-01 00:00 (nanoseconds cut off). `utc`: TIMESTAMP WITH TIME ZONE, an instant.
 * `infinite` is 1 or -1 for DuckDB's infinite timestamps, `micros` is then 0.
 */
export interface SqlTimestamp {
  readonly kind: 'timestamp'
  readonly micros: bigint
  readonly utc: boolean
  readonly infinite?: 1 | -1
}

export interface SqlInterval {
  readonly kind: 'interval'
  readonly months: number
  readonly days: number
  readonly micros: bigint
}

interface SqlBlob {
  readonly kind: 'blob'
  readonly bytes: Uint8Array
}

interface SqlUuid {
  readonly kind: 'uuid'
  readonly text: string
}

/** LIST and ARRAY. */
interface SqlList {
  readonly kind: 'list'
  readonly items: readonly SqlValue[]
}

interface SqlStruct {
  readonly kind: 'struct'
  readonly fields: readonly (readonly [name: string, value: SqlValue])[]
}

interface SqlMap {
  readonly kind: 'map'
  readonly entries: readonly (readonly [key: SqlValue, value: SqlValue])[]
}

/** A column of a result or relation; `type` is DuckDB's own text for it (`DECIMAL(10,2)`, `STRUCT(a INTEGER)`). */
export interface ColumnInfo {
  readonly name: string
  readonly type: string
}

/** Rows are arrays in column order. `rowCount` counts rows changed by DML or, for a query, the rows given. */
export interface QueryResult {
  readonly columns: readonly ColumnInfo[]
  readonly rows: readonly (readonly SqlValue[])[]
  readonly rowCount: number
}

/** Where a relation stands; parts are unquoted and keep their case. */
export interface RelationName {
  readonly database: string
  readonly schema: string
  readonly identifier: string
}

/** dbt's words for what a relation is; the catalogue itself only knows tables and views. */
export type RelationKind =
  | 'table'
  | 'view'
  | 'cte'
  | 'materialized_view'
  | 'external'
  | 'pointer_table'
  | 'ephemeral'
  | 'function'

/** A relation that exists. */
export interface RelationInfo extends RelationName {
  readonly kind: RelationKind
}
