/** Turns what DuckDB returns about a written file (`COPY … RETURN_STATS`) into an `add` action. */
import type { AddFile } from './action.ts'
import { type DeltaField, type DeltaType, physicalName } from './schema.ts'
import { quoteName } from './sql-words.ts'
import { statisticsColumns } from './statistics-columns.ts'
import { isVoid } from './storable-columns.ts'
import type { TableShape } from './table-shape.ts'

const longestText = 32

/** `path` is relative to the table, as the file system has it; the log wants it percent-encoded. */
export function addOf(row: Readonly<Record<string, unknown>>, path: string, shape: TableShape, nowMs: number): AddFile {
  const keys = textMapOf(row.partition_keys)
  const partitionValues = Object.fromEntries(
    shape.partitionColumns.map(column => {
      const field = shape.schema.fields.find(one => one.name === column)
      const name = field === undefined ? column : physicalName(field, shape.mapping)
      return [name, partitionText(keys.get(name) ?? null, field?.type)]
    }),
  )
  return {
    kind: 'add',
    path: path
      .split('/')
      .map(part => encodeURIComponent(part).replaceAll('%3D', '='))
      .join('/'),
    partitionValues,
    size: Number(row.file_size_bytes),
    modificationTime: nowMs,
    dataChange: true,
    stats: statsJson(row, shape),
  }
}

function partitionText(text: string | null, type: DeltaType | undefined): string | null {
  if (text === null || text === '') return null
  if (type?.kind !== 'primitive') return text
  if (type.name === 'timestamp') return isoTime(text)
  // Java's words, which every reader takes.
  if (type.name === 'float' || type.name === 'double') return javaFloats[text] ?? text
  return text
}

const javaFloats: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }

interface Bounds {
  readonly min: string[]
  readonly max: string[]
  readonly nulls: string[]
}

function statsJson(row: Readonly<Record<string, unknown>>, shape: TableShape): string {
  const statistics = mapOf(row.column_statistics)
  const isWanted = statisticsColumns(shape)
  const visit = (field: DeltaField, above: readonly string[], into: Bounds): void => {
    const name = physicalName(field, shape.mapping)
    const path = [...above, name]
    const { type } = field
    if (type.kind === 'struct') {
      const inner: Bounds = { min: [], max: [], nulls: [] }
      for (const one of type.fields) visit(one, path, inner)
      for (const part of ['min', 'max', 'nulls'] as const) {
        if (inner[part].length > 0) into[part].push(`${JSON.stringify(name)}:{${inner[part].join(',')}}`)
      }
    } else if (!isVoid(type) && isWanted(path)) {
      pushBounds(name, type, textMapOf(statistics.get(path.map(quoteName).join('.'))), into)
    }
  }
  const all: Bounds = { min: [], max: [], nulls: [] }
  for (const field of shape.schema.fields) {
    if (!shape.partitionColumns.includes(field.name)) visit(field, [], all)
  }
  const count = String(row.count)
  const { min, max, nulls } = all
  return `{"numRecords":${count},"minValues":{${min.join(',')}},"maxValues":{${max.join(',')}},"nullCount":{${nulls.join(',')}}}`
}

function pushBounds(name: string, type: DeltaType, found: ReadonlyMap<string, string | null>, into: Bounds): void {
  const key = JSON.stringify(name)
  const nullCount = found.get('null_count')
  if (nullCount != null && /^\d+$/.test(nullCount)) into.nulls.push(`${key}:${nullCount}`)
  if (found.get('has_nan') === 'true') return
  const smallest = boundJson(type, found.get('min') ?? null, 'min')
  const largest = boundJson(type, found.get('max') ?? null, 'max')
  if (smallest !== undefined) into.min.push(`${key}:${smallest}`)
  if (largest !== undefined) into.max.push(`${key}:${largest}`)
}

/** JSON of a bound; numbers keep their digits, since they may not fit a JavaScript number. */
function boundJson(type: DeltaType, text: string | null, side: 'min' | 'max'): string | undefined {
  if (text === null) return undefined
  if (type.kind === 'decimal') return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined
  if (type.kind !== 'primitive') return undefined
  switch (type.name) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
      return /^-?\d+$/.test(text) ? text : undefined
    case 'float':
    case 'double':
      return Number.isFinite(Number(text)) ? text.replace(/\.$/, '') : undefined
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) ? JSON.stringify(text) : undefined
    case 'timestamp': {
      const time = isoTime(text)
      return time === null ? undefined : JSON.stringify(toMilliseconds(time, side))
    }
    case 'timestamp_ntz': {
      const time = isoTime(`${text}+00`)
      return time === null ? undefined : JSON.stringify(toMilliseconds(time, side).slice(0, -1))
    }
    case 'string':
      return side === 'min' ? JSON.stringify(cut(text)) : upperText(text)
    default:
      return undefined
  }
}

function cut(text: string): string {
  return [...text].slice(0, longestText).join('')
}

/** A cut text is smaller than the whole one, so its last character that can be is raised. */
function upperText(text: string): string | undefined {
  const characters = [...text]
  if (characters.length <= longestText) return JSON.stringify(text)
  for (let index = longestText - 1; index >= 0; index--) {
    const code = characters[index]?.codePointAt(0) ?? 0
    if (code >= 0x10ffff || (code >= 0xd7ff && code < 0xe000)) continue
    return JSON.stringify(characters.slice(0, index).join('') + String.fromCodePoint(code + 1))
  }
  return undefined
}

/** The log has milliseconds in bounds; one from above must not be cut, for readers that take it at its word. */
function toMilliseconds(time: string, side: 'min' | 'max'): string {
  const isExact = time.endsWith('000Z')
  const cutTime = time.replace(/\d{3}Z$/, 'Z')
  return side === 'min' || isExact ? cutTime : new Date(Date.parse(cutTime) + 1).toISOString()
}

/** `2020-06-01 12:00:00.5+09` as `2020-06-01T03:00:00.500000Z`; null if it is not in the years 0000 to 9999. */
function isoTime(text: string): string | null {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d)(?::?(\d\d))?(?::?(\d\d))?$/.exec(text)
  if (match === null) return null
  const [, date, time, fraction = '', hours = '+00', minutes = '00', seconds = '00'] = match
  const sign = hours.startsWith('-') ? -1 : 1
  const offset = Math.abs(Number(hours)) * 3600 + Number(minutes) * 60 + Number(seconds)
  const utc = new Date(Date.parse(`${date}T${time}Z`) - sign * offset * 1000)
  return utc.toISOString().replace(/\.\d+Z$/, `.${fraction.slice(0, 6).padEnd(6, '0')}Z`)
}

/** A DuckDB MAP in whichever JavaScript form: the driver's, that of a row reader, or that of `base/sql-value.ts`. */
export function mapOf(value: unknown): ReadonlyMap<string, unknown> {
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [String(key), one]))
  const entries = isRecord(value) && Array.isArray(value.entries) ? value.entries : value
  if (Array.isArray(entries)) return new Map(entries.map(entryOf))
  return new Map(isRecord(value) ? Object.entries(value) : [])
}

function entryOf(entry: unknown): readonly [string, unknown] {
  if (Array.isArray(entry)) return [String(entry[0]), entry[1]]
  return isRecord(entry) ? [String(entry.key), entry.value] : ['', entry]
}

function textMapOf(value: unknown): ReadonlyMap<string, string | null> {
  return new Map([...mapOf(value)].map(([key, one]) => [key, one === null || one === undefined ? null : String(one)]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
