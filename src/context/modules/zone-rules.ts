/**
 * What the JavaScript engine knows of a time zone: offsets, which of them are standard time, and abbreviations. Nothing
 * here is Python's; seconds count from 1970-01-01 UTC, offsets are seconds east of UTC.
 */
import { civilDate, daysOf } from './calendar.ts'

/** Abbreviations of the zone database that the engine's locales do not have, for standard time. */
const knownAbbreviations: Readonly<Record<string, string>> = {
  'Asia/Tokyo': 'JST',
  Japan: 'JST',
  'Asia/Seoul': 'KST',
  'Asia/Shanghai': 'CST',
  'Asia/Taipei': 'CST',
  'Asia/Hong_Kong': 'HKT',
  'Asia/Manila': 'PST',
  'Asia/Jakarta': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Jayapura': 'WIT',
  'Asia/Karachi': 'PKT',
  'Asia/Jerusalem': 'IST',
  'Europe/Moscow': 'MSK',
  'Africa/Nairobi': 'EAT',
  'Africa/Lagos': 'WAT',
  'Africa/Maputo': 'CAT',
}

/** The rules of one zone, with what was found out about it. */
export class ZoneRules {
  readonly name: string
  private readonly format: Intl.DateTimeFormat
  private readonly offsets = new Map<number, number>()

  constructor(name: string) {
    this.name = name
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  /** Seconds east of UTC at a second since 1970-01-01 UTC. */
  offsetAt(second: number): number {
    const known = this.offsets.get(second)
    if (known !== undefined) return known
    const parts = new Map(this.format.formatToParts(second * 1000).map(part => [part.type, part.value] as const))
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
    const year = parts.get('era') === 'BC' ? 1 - number('year') : number('year')
    const days = daysOf({ year, month: number('month'), day: number('day') })
    const local = days * 86400 + number('hour') * 3600 + number('minute') * 60 + number('second')
    const offset = local - second
    if (this.offsets.size > 5000) this.offsets.clear()
    this.offsets.set(second, offset)
    return offset
  }

  /** The offset that counts as no daylight saving at that time: the smaller of winter's and summer's. */
  standardAt(second: number): number {
    const { year } = civilDate(Math.floor(second / 86400))
    const offsets = [1, 7].map(month => this.offsetAt(daysOf({ year, month, day: 1 }) * 86400))
    const current = this.offsetAt(second)
    return offsets.includes(current) ? Math.min(...offsets) : current
  }

  abbreviationAt(second: number, offset: number): string {
    const known = knownAbbreviations[this.name]
    if (known !== undefined && offset === this.standardAt(second)) return known
    for (const locale of ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-IN', 'en-NZ', 'en-ZA']) {
      const format = new Intl.DateTimeFormat(locale, { timeZone: this.name, timeZoneName: 'short' })
      const text = format.formatToParts(second * 1000).find(part => part.type === 'timeZoneName')?.value ?? ''
      if (/^[A-Z]{2,5}$/.test(text) && (text !== 'GMT' || offset === 0)) return text
    }
    const minutes = Math.round(Math.abs(offset) / 60)
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map(part => String(part).padStart(2, '0'))
    return `${offset < 0 ? '-' : '+'}${hours}${rest === '00' ? '' : rest}`
  }
}
