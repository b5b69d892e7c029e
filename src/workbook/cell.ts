/** What a cell of a sheet holds, once its format is known; and Excel's way to count days. */

export type Cell =
  | null
  | string
  | number
  | boolean
  /** A date, or a date with a time of day, without a zone: milliseconds since 1970-01-01 as if it were UTC. */
  | { readonly kind: 'moment'; readonly milliseconds: number }
  /** A time of day, or how long something takes, in milliseconds. */
  | { readonly kind: 'time' | 'duration'; readonly milliseconds: number }

export const millisecondsOfDay = 86_400_000
/** Days from 1899-12-30 to 1970-01-01. */
const daysBefore1970 = 25_569
/** How many days later the calendar begins that old files of Macintosh use. */
const daysOf1904 = 1462

/**
 * A number in a cell with a format of dates. Numbers below one are times of day. Excel holds 1900 for a leap year, so
 * days before March of that year are one off.
 */
export function cellOfSerial(serial: number, calendarOf1904: boolean): Cell {
  const days = calendarOf1904 ? serial + daysOf1904 : serial
  if (!calendarOf1904 && serial >= 0 && serial < 1) {
    return { kind: 'time', milliseconds: Math.round(serial * millisecondsOfDay) % millisecondsOfDay }
  }
  const shifted = days > 0 && days < 60 ? days + 1 : days
  return { kind: 'moment', milliseconds: Math.round((shifted - daysBefore1970) * millisecondsOfDay) }
}

/** The number that stands for a moment. */
export function serialOfMoment(milliseconds: number): number {
  const days = milliseconds / millisecondsOfDay + daysBefore1970
  return days > 0 && days <= 60 ? days - 1 : days
}

/** `A` is 0, `AA` is 26. */
export function columnIndex(reference: string): number {
  let index = 0
  for (const letter of reference) {
    const code = letter.charCodeAt(0)
    if (code < 65 || code > 90) break
    index = index * 26 + code - 64
  }
  return index - 1
}

export function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last
}
