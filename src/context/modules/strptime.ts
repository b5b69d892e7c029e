/** Python's `strptime`: a text read by a format into its parts, with Python's errors. */
import { valueError } from '../../template/template-error.ts'
import { civilDate, daysInMonth, daysOf, daysOfIsoWeek, weekdayOf } from './calendar.ts'
import { monthNames, weekdayNames } from './strftime.ts'

export interface ParsedMoment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  /** Microseconds east of UTC. */
  readonly offset: bigint | null
  readonly zoneName: string | null
}

const alternatives = (names: readonly string[]): string =>
  names
    .toSorted((a, b) => b.length - a.length)
    .join('|')
    .toLowerCase()
const short = (names: readonly string[]): string[] => names.map(name => name.slice(0, 3))

const patterns: Readonly<Record<string, string>> = {
  d: '3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]',
  f: '[0-9]{1,6}',
  H: '2[0-3]|[0-1]\\d|\\d',
  I: '1[0-2]|0[1-9]|[1-9]',
  G: '\\d\\d\\d\\d',
  j: '36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]',
  m: '1[0-2]|0[1-9]|[1-9]',
  M: '[0-5]\\d|\\d',
  S: '6[0-1]|[0-5]\\d|\\d',
  U: '5[0-3]|[0-4]\\d|\\d',
  W: '5[0-3]|[0-4]\\d|\\d',
  V: '5[0-3]|0[1-9]|[1-4]\\d|\\d',
  w: '[0-6]',
  u: '[1-7]',
  y: '\\d\\d',
  Y: '\\d\\d\\d\\d',
  z: '[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|z',
  Z: 'utc|gmt|[a-z]{3,5}',
  A: alternatives(weekdayNames),
  a: alternatives(short(weekdayNames)),
  B: alternatives(monthNames),
  b: alternatives(short(monthNames)),
  p: 'am|pm',
}

const compound: Readonly<Record<string, string>> = {
  c: '%a %b %d %H:%M:%S %Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

/** @throws `template/value` as Python words it */
export function strptime(text: string, format: string): ParsedMoment {
  const codes: string[] = []
  const expression = new RegExp(`^${formatPattern(format, codes)}`, 'i')
  const match = expression.exec(text)
  if (!match) throw valueError(`time data '${text}' does not match format '${format}'`)
  if (match[0].length < text.length) throw valueError(`unconverted data remains: ${text.slice(match[0].length)}`)
  const found = new Map(codes.map((code, index) => [code, match[index + 1] ?? ''] as const))
  return assembled(found)
}

function formatPattern(format: string, codes: string[]): string {
  let pattern = ''
  const expanded = format.replace(/%([cxX])/g, (_, code: string) => compound[code] ?? '')
  for (let index = 0; index < expanded.length; index++) {
    const character = expanded[index] ?? ''
    if (/\s/.test(character)) {
      while (/\s/.test(expanded[index + 1] ?? '')) index++
      pattern += '\\s+'
    } else if (character !== '%') pattern += character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    else pattern += directivePattern(expanded[++index], expanded, codes)
  }
  return pattern
}

function directivePattern(code: string | undefined, format: string, codes: string[]): string {
  if (code === undefined) throw valueError(`stray % in format '${format}'`)
  if (code === '%') return '%'
  const pattern = patterns[code]
  if (pattern === undefined) throw valueError(`'${code}' is a bad directive in format '${format}'`)
  if (codes.includes(code)) throw valueError(`redefinition of group name '${code}'`)
  codes.push(code)
  return `(${pattern})`
}

function assembled(found: ReadonlyMap<string, string>): ParsedMoment {
  const number = (code: string): number | undefined => {
    const text = found.get(code)
    return text === undefined ? undefined : Number(text)
  }
  const zone = found.get('Z')
  return {
    ...dateOf(found, number),
    hour: hourOf(number('H'), number('I'), found.get('p')),
    minute: number('M') ?? 0,
    second: number('S') ?? 0,
    microsecond: Number((found.get('f') ?? '').padEnd(6, '0')),
    offset: offsetOf(found.get('z')),
    zoneName: zone ?? null,
  }
}

function hourOf(hour: number | undefined, hour12: number | undefined, half: string | undefined): number {
  if (hour !== undefined) return hour
  if (hour12 === undefined) return 0
  const morning = half === undefined || half.toLowerCase() === 'am'
  return (hour12 % 12) + (morning ? 0 : 12)
}

function dateOf(
  found: ReadonlyMap<string, string>,
  number: (code: string) => number | undefined,
): { year: number; month: number; day: number } {
  const twoDigits = number('y')
  const year = number('Y') ?? (twoDigits === undefined ? undefined : twoDigits + (twoDigits <= 68 ? 2000 : 1900))
  const isoYear = number('G')
  const weekday = weekdayIndex(found, number)
  const week = number('V')
  if (isoYear !== undefined && week !== undefined && weekday !== undefined) {
    return civilDate(daysOfIsoWeek({ year: isoYear, week, weekday: weekday + 1 }))
  }
  const first = daysOf({ year: year ?? 1900, month: 1, day: 1 })
  const dayNumber = number('j')
  if (dayNumber !== undefined && number('m') === undefined) return civilDate(first + dayNumber - 1)
  const weekNumber = number('U') ?? number('W')
  if (year !== undefined && weekday !== undefined && weekNumber !== undefined) {
    return civilDate(dayOfWeekNumber(first, weekNumber, weekday, found.has('W')))
  }
  const month = number('m') ?? monthIndex(found) ?? 1
  const day = number('d') ?? 1
  if (day > daysInMonth(year ?? 1900, month)) throw valueError('day is out of range for month')
  return { year: year ?? 1900, month, day }
}

function dayOfWeekNumber(first: number, week: number, weekday: number, fromMonday: boolean): number {
  const start = fromMonday ? weekdayOf(first) : (weekdayOf(first) + 1) % 7
  const position = fromMonday ? weekday : (weekday + 1) % 7
  return first - start + (start === 0 ? week - 1 : week) * 7 + position
}

function weekdayIndex(
  found: ReadonlyMap<string, string>,
  number: (code: string) => number | undefined,
): number | undefined {
  const name = (found.get('A') ?? found.get('a'))?.slice(0, 3).toLowerCase()
  if (name !== undefined) return weekdayNames.findIndex(one => one.slice(0, 3).toLowerCase() === name)
  const fromMonday = number('u')
  if (fromMonday !== undefined) return fromMonday - 1
  const fromSunday = number('w')
  return fromSunday === undefined ? undefined : (fromSunday + 6) % 7
}

function monthIndex(found: ReadonlyMap<string, string>): number | undefined {
  const name = (found.get('B') ?? found.get('b'))?.slice(0, 3).toLowerCase()
  return name === undefined ? undefined : monthNames.findIndex(one => one.slice(0, 3).toLowerCase() === name) + 1
}

function offsetOf(text: string | undefined): bigint | null {
  if (text === undefined) return null
  if (text.toLowerCase() === 'z') return 0n
  const match = /^([+-])(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text)
  if (!match) return null
  const [, sign, hours, minutes, seconds = '0', fraction = ''] = match
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  const micros = BigInt(total) * 1_000_000n + BigInt(fraction.padEnd(6, '0') || '0')
  return sign === '-' ? -micros : micros
}
