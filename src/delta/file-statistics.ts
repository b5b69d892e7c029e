/** Turns what DuckDB returns about a written file (`COPY … RETURN_STATS`) into an `add` action. */
import type { AddFile } from './action.ts'
import type { DeltaType, StructType } from './schema.ts'
import { quoteName } from './sql-words.ts'

/** Leaf columns with statistics, as the protocol's default has it. */
const indexedColumns = 32
const longestText = 32

export interface FileShape {
  readonly schema: StructType
  readonly partitionColumns: readonly string[]
}

/** `path` is relative to the table, as the file system has it; the log wants it percent-encoded. */
export function addOf(row: Readonly<Record<string, unknown>>, path: string, shape: FileShape, nowMs: number): AddFile {
  const keys = textMapOf(row.partition_keys)
  const partitionValues = Object.fromEntries(
    shape.partitionColumns.map(column => {
      const type = shape.schema.fields.find(field => field.name === column)?.type
      return [column, partitionText(keys.get(column) ?? null, type)]
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
  if (type?.kind === 'primitive' && type.name === 'timestamp') return isoTime(text)
  return text
}

function statsJson(row: Readonly<Record<string, unknown>>, shape: FileShape): string {
  const statistics = mapOf(row.column_statistics)
  const min: string[] = []
  const max: string[] = []
  const nulls: string[] = []
  let left = indexedColumns
  const visit = (
    type: DeltaType,
    path: string,
    names: { min: string[]; max: string[]; nulls: string[] },
    name: string,
  ): void => {
    if (left <= 0) return
    const key = JSON.stringify(name)
    if (type.kind === 'struct') {
      const inner = { min: [] as string[], max: [] as string[], nulls: [] as string[] }
      for (const field of type.fields) visit(field.type, `${path}.${quoteName(field.name)}`, inner, field.name)
      for (const part of ['min', 'max', 'nulls'] as const) {
        if (inner[part].length > 0) names[part].push(`${key}:{${inner[part].join(',')}}`)
      }
      return
    }
    left -= 1
    const found = textMapOf(statistics.get(path))
    const nullCount = found.get('null_count')
    if (nullCount != null && /^\d+$/.test(nullCount)) names.nulls.push(`${key}:${nullCount}`)
    const hasNan = found.get('has_nan') === 'true'
    const smallest = boundJson(type, found.get('min') ?? null, 'min')
    const largest = hasNan ? undefined : boundJson(type, found.get('max') ?? null, 'max')
    if (smallest !== undefined && !hasNan) names.min.push(`${key}:${smallest}`)
    if (largest !== undefined) names.max.push(`${key}:${largest}`)
  }
  for (const field of shape.schema.fields) {
    if (shape.partitionColumns.includes(field.name)) continue
    visit(field.type, quoteName(field.name), { min, max, nulls }, field.name)
  }
  const count = String(row.count)
  return `{"numRecords":${count},"minValues":{${min.join(',')}},"maxValues":{${max.join(',')}},"nullCount":{${nulls.join(',')}}}`
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

export function textMapOf(value: unknown): ReadonlyMap<string, string | null> {
  return new Map([...mapOf(value)].map(([key, one]) => [key, one === null || one === undefined ? null : String(one)]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
