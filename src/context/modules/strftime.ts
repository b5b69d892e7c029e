/** `strftime` as glibc does it in the C locale, with its flags (`%-d`), and Python's own `%f`, `%z`, `%Z`. */
import { type CivilDate, civilDate, dayOfYear, isoWeek, pad, weekdayOf } from './calendar.ts'

export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** A moment taken apart, as `strftime` needs it. */
export interface Moment {
  /** Days since 1970-01-01. */
  readonly days: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
  /** `+0530`, or nothing for a naive one. */
  readonly offset: string
  readonly zone: string
  /** Seconds since 1970-01-01 UTC, for `%s`. */
  readonly epochSeconds: number
}

interface Parts extends Moment {
  readonly date: CivilDate
  readonly weekday: number
}

export function strftime(format: string, moment: Moment): string {
  const parts: Parts = { ...moment, date: civilDate(moment.days), weekday: weekdayOf(moment.days) }
  return format.replace(/%([-_0^#]*)(:?[A-Za-z%])/g, (whole, flags: string, code: string) =>
    directive(whole, flags, code, parts),
  )
}

function directive(whole: string, flags: string, code: string, parts: Parts): string {
  const number = numberDirective(code, parts)
  if (number !== undefined) return padded(number, flags)
  const text = textDirective(code, parts)
  if (text === undefined) return whole
  if (flags.includes('^')) return text.toUpperCase()
  if (flags.includes('#')) return code === 'p' || code === 'Z' ? text.toLowerCase() : text.toUpperCase()
  return text
}

interface NumberField {
  readonly value: number
  readonly width: number
  readonly fill: '0' | ' '
}

function padded({ value, width, fill }: NumberField, flags: string): string {
  if (flags.includes('-')) return String(value)
  const character = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : fill
  return String(value).padStart(width, character)
}

const zeros = (value: number, width = 2): NumberField => ({ value, width, fill: '0' })
const blanks = (value: number): NumberField => ({ value, width: 2, fill: ' ' })

function numberDirective(code: string, parts: Parts): NumberField | undefined {
  const { date, hour, minute, second, weekday, days } = parts
  const hour12 = hour % 12 === 0 ? 12 : hour % 12
  switch (code) {
    case 'd':
      return zeros(date.day)
    case 'e':
      return blanks(date.day)
    case 'm':
      return zeros(date.month)
    case 'y':
      return zeros(((date.year % 100) + 100) % 100)
    case 'Y':
      return zeros(date.year, 1)
    case 'C':
      return zeros(Math.floor(date.year / 100))
    case 'H':
      return zeros(hour)
    case 'k':
      return blanks(hour)
    case 'I':
      return zeros(hour12)
    case 'l':
      return blanks(hour12)
    case 'M':
      return zeros(minute)
    case 'S':
      return zeros(second)
    case 'j':
      return zeros(dayOfYear(days), 3)
    case 'w':
      return zeros((weekday + 1) % 7, 1)
    case 'u':
      return zeros(weekday + 1, 1)
    case 'U':
      return zeros(Math.floor((dayOfYear(days) + 6 - ((weekday + 1) % 7)) / 7))
    case 'W':
      return zeros(Math.floor((dayOfYear(days) + 6 - weekday) / 7))
    case 'G':
      return zeros(isoWeek(days).year, 1)
    case 'g':
      return zeros(isoWeek(days).year % 100)
    case 'V':
      return zeros(isoWeek(days).week)
    case 's':
      return zeros(parts.epochSeconds, 1)
    default:
      return undefined
  }
}

const compound: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  R: '%H:%M',
  r: '%I:%M:%S %p',
}

function textDirective(code: string, parts: Parts): string | undefined {
  const { date, weekday, hour } = parts
  switch (code) {
    case 'a':
      return weekdayNames[weekday]?.slice(0, 3)
    case 'A':
      return weekdayNames[weekday]
    case 'b':
    case 'h':
      return monthNames[date.month - 1]?.slice(0, 3)
    case 'B':
      return monthNames[date.month - 1]
    case 'p':
      return hour < 12 ? 'AM' : 'PM'
    case 'P':
      return hour < 12 ? 'am' : 'pm'
    case 'f':
      return pad(parts.microsecond, 6)
    case 'z':
      return parts.offset
    case ':z':
      return parts.offset.replace(/^(.\d\d)(\d\d)/, '$1:$2')
    case 'Z':
      return parts.zone
    case 'n':
      return '\n'
    case 't':
      return '\t'
    case '%':
      return '%'
    default:
      return compound[code] === undefined ? undefined : strftime(compound[code], parts)
  }
}
