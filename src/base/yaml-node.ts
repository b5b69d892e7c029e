/**
 * A YAML document as a tree: every node knows its place. Scalars hold plain values as PyYAML's SafeLoader gives them,
 * with records where JavaScript has no type of its own (float, date, timestamp, bytes).
 *
 * 1. `start` and `end` are UTF-16 offsets in the document's file, half-open, quotes included.
 * 2. An alias gives the very node of its anchor, place included.
 * 3. A map's entries are in the order of a Python dict: a repeated key keeps its first position and its last value;
 *    what `<<` brings in comes first and yields to the map's own keys.
 */
import type { Place, SourceFile } from './source-file.ts'

/** A float; whole numbers without point are `number`, or `bigint` outside the safe range. */
interface YamlFloat {
  readonly kind: 'float'
  readonly value: number
}

export interface YamlDate {
  readonly kind: 'date'
  readonly year: number
  readonly month: number
  readonly day: number
}

export interface YamlTimestamp {
  readonly kind: 'timestamp'
  /** Microseconds since 1970-01-01 00:00 on the clock that was written. */
  readonly micros: bigint
  /** East of UTC; `null` when none was written. */
  readonly offsetMinutes: number | null
}

interface YamlBytes {
  readonly kind: 'bytes'
  readonly bytes: Uint8Array
}

export type YamlValue = null | boolean | number | bigint | string | YamlFloat | YamlDate | YamlTimestamp | YamlBytes

export interface YamlScalar {
  readonly kind: 'scalar'
  readonly value: YamlValue
  readonly start: number
  readonly end: number
}

interface YamlList {
  readonly kind: 'list'
  readonly items: readonly YamlNode[]
  readonly start: number
  readonly end: number
}

export interface YamlEntry {
  readonly key: YamlScalar
  readonly value: YamlNode
}

export interface YamlMap {
  readonly kind: 'map'
  readonly entries: readonly YamlEntry[]
  readonly start: number
  readonly end: number
}

export type YamlNode = YamlScalar | YamlList | YamlMap

export interface DuplicateKey {
  readonly key: string
  readonly at: Place
  readonly first: Place
}

export interface YamlDocument {
  readonly file: SourceFile
  /** A scalar `null` for an empty document. */
  readonly root: YamlNode
  readonly duplicates: readonly DuplicateKey[]
}

/** The entry of a map under a text key; `undefined` when there is none or the node is no map. */
export function yamlEntry(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  if (node?.kind !== 'map') return undefined
  return node.entries.find(entry => entry.key.value === key)
}

/** The value under a path of keys and indexes; `undefined` where the path ends early. */
export function yamlAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): YamlNode | undefined {
  let current = node
  for (const step of path) {
    if (typeof step === 'string') current = yamlEntry(current, step)?.value
    else current = current?.kind === 'list' ? current.items[step] : undefined
  }
  return current
}

export function yamlPlace(document: YamlDocument, node: { readonly start: number; readonly end: number }): Place {
  return { file: document.file, start: node.start, end: node.end }
}

/** What dbt writes for dates and times that stand in its files: Python's `isoformat()`. */
export function isoText(value: YamlDate | YamlTimestamp): string {
  if (value.kind === 'date') return `${digits(value.year, 4)}-${digits(value.month, 2)}-${digits(value.day, 2)}`
  const dayMicros = 86_400_000_000n
  const day = value.micros >= 0n ? value.micros / dayMicros : -((-value.micros + dayMicros - 1n) / dayMicros)
  const date = new Date(Number(day) * 86_400_000)
  const inDay = Number(value.micros - day * dayMicros)
  const fraction = inDay % 1_000_000
  const seconds = Math.floor(inDay / 1_000_000)
  const time = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(one => digits(one, 2))
  const dateText = `${digits(date.getUTCFullYear(), 4)}-${digits(date.getUTCMonth() + 1, 2)}-${digits(date.getUTCDate(), 2)}`
  return `${dateText}T${time.join(':')}${fraction === 0 ? '' : `.${digits(fraction, 6)}`}${offsetText(value.offsetMinutes)}`
}

function offsetText(minutes: number | null): string {
  if (minutes === null) return ''
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60), 2)}:${digits(size % 60, 2)}`
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

/** JSON-like data: floats become numbers, dates and times their ISO text, map keys text. */
export function yamlData(node: YamlNode): unknown {
  switch (node.kind) {
    case 'list':
      return node.items.map(yamlData)
    case 'map':
      return Object.fromEntries(node.entries.map(entry => [keyText(entry.key), yamlData(entry.value)]))
    case 'scalar':
      return scalarData(node.value)
  }
}

function scalarData(value: YamlValue): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value.kind === 'float') return value.value
  if (value.kind === 'bytes') return value.bytes
  return isoText(value)
}

/** A key as text: what `str()` makes of it in Python for the types that keys have. */
export function keyText(key: YamlScalar): string {
  const { value } = key
  if (typeof value === 'string') return value
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value !== 'object') return String(value)
  if (value.kind === 'float') return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value)
  if (value.kind === 'bytes') return Buffer.from(value.bytes).toString('latin1')
  return isoText(value).replace('T', ' ')
}
