/** The proleptic Gregorian calendar: days since 1970-01-01 and dates, weeks, days of the year. */

export interface CivilDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
}

/** Howard Hinnant's algorithm: years begin in March, so that the leap day is the last. */
export function daysOf({ year, month, day }: CivilDate): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146097 + dayOfEra - 719468
}

export function civilDate(days: number): CivilDate {
  const shifted = days + 719468
  const era = Math.floor(shifted / 146097)
  const dayOfEra = shifted - era * 146097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  }
}

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

export function daysInMonth(year: number, month: number): number {
  return [31, isLeapYear(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

/** Monday is 0. */
export function weekdayOf(days: number): number {
  return (((days + 3) % 7) + 7) % 7
}

/** 1 for January 1st. */
export function dayOfYear(days: number): number {
  return days - daysOf({ year: civilDate(days).year, month: 1, day: 1 }) + 1
}

export interface IsoWeek {
  readonly year: number
  readonly week: number
  /** Monday is 1. */
  readonly weekday: number
}

export function isoWeek(days: number): IsoWeek {
  const thursday = days - weekdayOf(days) + 3
  const { year } = civilDate(thursday)
  const week = Math.floor((thursday - daysOf({ year, month: 1, day: 1 })) / 7) + 1
  return { year, week, weekday: weekdayOf(days) + 1 }
}

/** The day of an ISO week; the caller has checked the ranges. */
export function daysOfIsoWeek({ year, week, weekday }: IsoWeek): number {
  const fourth = daysOf({ year, month: 1, day: 4 })
  return fourth - weekdayOf(fourth) + (week - 1) * 7 + weekday - 1
}

/** Days since 0001-01-01, which is 1: Python's ordinal. */
export const ordinalOfEpoch = 719163

export const microsPerSecond = 1_000_000n
export const microsPerDay = 86_400_000_000n

export function floorDiv(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}

export function floorMod(a: bigint, b: bigint): bigint {
  return a - floorDiv(a, b) * b
}

export function pad(value: number, width: number): string {
  return value < 0 ? `-${String(-value).padStart(width - 1, '0')}` : String(value).padStart(width, '0')
}
