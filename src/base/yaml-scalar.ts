/**
 * What a plain (unquoted) YAML scalar means by YAML 1.1, as PyYAML's SafeLoader reads it: `yes` is a bool, `012` octal,
 * `1:30` sexagesimal, `1e3` text, `2024-01-31` a date.
 */
import type { YamlValue } from './yaml-node.ts'

const booleans: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['yes', 'true', 'on'].flatMap(word => spellings(word).map(one => [one, true] as const)),
  ...['no', 'false', 'off'].flatMap(word => spellings(word).map(one => [one, false] as const)),
])
const nulls = new Set(['', '~', 'null', 'Null', 'NULL'])
const float =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const int =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/
const date = /^(\d\d\d\d)-(\d\d)-(\d\d)$/
const timestamp =
  /^(\d\d\d\d)-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::?(\d\d))?))?$/

function spellings(word: string): string[] {
  return [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]
}

/** @throws RangeError for a date that does not exist, as Python does */
export function plainScalar(text: string): YamlValue {
  const first = text.charCodeAt(0)
  // Most scalars are words: letters other than the initials of yes, no, true, false, on, off and null are text at once.
  if (first > 0x39 && first !== 0x7e) {
    if (text.length > 5 || !startsWord(first)) return text
    const bool = booleans[text]
    if (bool !== undefined && Object.hasOwn(booleans, text)) return bool
    return nulls.has(text) ? null : text
  }
  if (nulls.has(text)) return null
  if (int.test(text)) return intValue(text)
  if (float.test(text)) return { kind: 'float', value: floatValue(text) }
  return dateOrTime(text) ?? text
}

function startsWord(code: number): boolean {
  const letter = code | 0x20
  return letter === 0x79 || letter === 0x6e || letter === 0x74 || letter === 0x66 || letter === 0x6f
}

/** The value of a text that is known to be an integer; also what `!!int` makes of its text. */
export function intValue(text: string): number | bigint {
  let digits = text.replaceAll('_', '')
  const negative = digits.startsWith('-')
  if (negative || digits.startsWith('+')) digits = digits.slice(1)
  const size = unsignedInt(digits)
  const value = negative ? -size : size
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

function unsignedInt(digits: string): bigint {
  if (digits.includes(':')) return digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n)
  if (digits.startsWith('0b') || digits.startsWith('0x')) return BigInt(digits)
  if (digits.length > 1 && digits.startsWith('0')) return BigInt(`0o${digits.slice(1)}`)
  return BigInt(digits)
}

/** The value of a text that is known to be a float; also what `!!float` makes of its text. */
export function floatValue(text: string): number {
  const plain = text.replaceAll('_', '').toLowerCase()
  const negative = plain.startsWith('-')
  const size = negative || plain.startsWith('+') ? plain.slice(1) : plain
  const value = unsignedFloat(size)
  return negative ? -value : value
}

function unsignedFloat(text: string): number {
  if (text === '.inf') return Number.POSITIVE_INFINITY
  if (text === '.nan') return Number.NaN
  if (text.includes(':')) return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return Number(text)
}

/** The value of a date or timestamp; `undefined` for any other text. */
export function dateOrTime(text: string): YamlValue | undefined {
  const day = date.exec(text)
  if (day) {
    const [year, month, dayOfMonth] = [Number(day[1]), Number(day[2]), Number(day[3])]
    checkDate(year, month, dayOfMonth)
    return { kind: 'date', year, month, day: dayOfMonth }
  }
  const parts = timestamp.exec(text)
  if (!parts) return undefined
  const [year, month, dayOfMonth] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  checkDate(year, month, dayOfMonth)
  const [hour, minute, second] = [Number(parts[4]), Number(parts[5]), Number(parts[6])]
  if (hour > 23 || minute > 59 || second > 59) throw new RangeError('the time of day does not exist')
  const fraction = BigInt((parts[7] ?? '').slice(0, 6).padEnd(6, '0'))
  const ms = epochMs(year, month, dayOfMonth) + ((hour * 60 + minute) * 60 + second) * 1000
  return { kind: 'timestamp', micros: BigInt(ms) * 1000n + fraction, offsetMinutes: offsetMinutes(parts) }
}

function offsetMinutes(parts: RegExpExecArray): number | null {
  if (parts[8] === undefined) return null
  if (parts[9] === undefined) return 0
  const minutes = Number(parts[10]) * 60 + Number(parts[11] ?? 0)
  return parts[9] === '-' ? -minutes : minutes
}

/** `Date.UTC` takes years below 100 for the twentieth century. */
function epochMs(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day)
}

function checkDate(year: number, month: number, day: number): void {
  const date = new Date(epochMs(year, month, day))
  const exists = year >= 1 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!exists) throw new RangeError('the date does not exist')
}
