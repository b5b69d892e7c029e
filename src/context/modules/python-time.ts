/** Python's `datetime.time`: a time of day, perhaps with a zone. */
import { typeError, valueError } from '../../template/template-error.ts'
import { type HashKey, PyObject, type Value } from '../../template/value.ts'
import { type Attributes, attributeOf, contextFunction, method } from '../python-object.ts'
import { microsPerSecond, pad } from './calendar.ts'
import { intArgument, PythonClass, textArgument } from './python-class.ts'
import { PyTimeDelta } from './python-timedelta.ts'
import { fixedTimeZone, offsetText, TimeZone } from './python-tzinfo.ts'
import { strftime } from './strftime.ts'

export interface ClockTime {
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly microsecond: number
}

/** @param micros since midnight */
export function clockTime(micros: number): ClockTime {
  const seconds = Math.floor(micros / 1e6)
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    microsecond: micros % 1e6,
  }
}

/** Microseconds since midnight. @throws `template/value` for a part out of range */
export function checkedMicros({ hour, minute, second, microsecond }: ClockTime): number {
  if (hour < 0 || hour > 23) throw valueError('hour must be in 0..23')
  if (minute < 0 || minute > 59) throw valueError('minute must be in 0..59')
  if (second < 0 || second > 59) throw valueError('second must be in 0..59')
  if (microsecond < 0 || microsecond > 999999) throw valueError('microsecond must be in 0..999999')
  return ((hour * 60 + minute) * 60 + second) * 1e6 + microsecond
}

const precisions = ['hours', 'minutes', 'seconds', 'milliseconds', 'microseconds']

/** `HH:MM:SS[.ffffff]`, cut off after the part that `timespec` names. */
export function isoClock({ hour, minute, second, microsecond }: ClockTime, timespec = 'auto'): string {
  const precision = timespec === 'auto' ? (microsecond === 0 ? 'seconds' : 'microseconds') : timespec
  const level = precisions.indexOf(precision)
  if (level === -1) throw valueError('Unknown timespec value')
  const text = [hour, minute, second]
    .slice(0, Math.min(level + 1, 3))
    .map(part => pad(part, 2))
    .join(':')
  if (level === 3) return `${text}.${pad(Math.floor(microsecond / 1000), 3)}`
  return level === 4 ? `${text}.${pad(microsecond, 6)}` : text
}

export class PyTime extends PyObject {
  readonly typeName = 'time'
  /** Microseconds since midnight. */
  readonly micros: number
  readonly zone: TimeZone | null

  constructor(micros: number, zone: TimeZone | null = null) {
    super()
    this.micros = micros
    this.zone = zone
  }
  get clock(): ClockTime {
    return clockTime(this.micros)
  }
  get offset(): bigint | null {
    return this.zone?.offset(null) ?? null
  }
  iso(timespec?: string): string {
    return isoClock(this.clock, timespec) + (this.offset === null ? '' : offsetText(this.offset))
  }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    return attributeOf(attributes, this, name)
  }
  override str(): string {
    return this.iso()
  }
  override repr(): string {
    const { hour, minute, second, microsecond } = this.clock
    const shown = [hour, minute]
    if (second !== 0 || microsecond !== 0) shown.push(second)
    if (microsecond !== 0) shown.push(microsecond)
    return `datetime.time(${shown.join(', ')}${this.zone ? `, tzinfo=${this.zone.repr()}` : ''})`
  }
  override format(spec: string): string {
    return this.strftime(spec)
  }
  override equals(other: Value): boolean {
    return other instanceof PyTime && other.hashKey() === this.hashKey()
  }
  override compare(other: Value): number | undefined {
    if (!(other instanceof PyTime)) return undefined
    if ((this.offset === null) !== (other.offset === null)) {
      throw typeError("can't compare offset-naive and offset-aware times")
    }
    return this.sortKey - other.sortKey
  }
  override hashKey(): HashKey {
    return `\0time ${this.sortKey} ${this.offset === null}`
  }
  private get sortKey(): number {
    return this.micros - Number(this.offset ?? 0n)
  }

  /** Python counts a bare time as of 1900-01-01. */
  strftime(format: string): string {
    const offset = this.offset === null ? '' : offsetText(this.offset, '')
    const zone = this.zone?.abbreviation(null) ?? ''
    return strftime(format, { days: -25567, ...this.clock, offset, zone, epochSeconds: 0 })
  }
}

const replaceParameters = [
  ['hour', null],
  ['minute', null],
  ['second', null],
  ['microsecond', null],
  ['tzinfo', true],
  '*',
  ['fold', 0],
] as const

const attributes: Attributes<PyTime> = {
  hour: self => self.clock.hour,
  minute: self => self.clock.minute,
  second: self => self.clock.second,
  microsecond: self => self.clock.microsecond,
  tzinfo: self => self.zone,
  fold: () => 0,
  isoformat: method('isoformat', [['timespec', 'auto']], (self, [spec]) => self.iso(textArgument(spec, 'timespec'))),
  strftime: method('strftime', ['format'], (self, [format]) => self.strftime(textArgument(format, 'format'))),
  utcoffset: method('utcoffset', [], self => (self.offset === null ? null : new PyTimeDelta(self.offset))),
  tzname: method('tzname', [], self => self.zone?.abbreviation(null) ?? null),
  dst: method('dst', [], () => null),
  replace: method('replace', replaceParameters, (self, [hour, minute, second, microsecond, zone = null]) => {
    const old = self.clock
    const part = (given: Value | undefined, kept: number): number => (given === null ? kept : intArgument(given))
    const micros = checkedMicros({
      hour: part(hour, old.hour),
      minute: part(minute, old.minute),
      second: part(second, old.second),
      microsecond: part(microsecond, old.microsecond),
    })
    return new PyTime(micros, zone === true ? self.zone : zoneArgument(zone))
  }),
}

/** @throws `template/type` for anything but a zone or None */
export function zoneArgument(value: Value | undefined): TimeZone | null {
  if (value === null || value === undefined || value instanceof TimeZone) return value ?? null
  throw typeError('tzinfo argument must be None or of a tzinfo subclass')
}

/** `HH[:MM[:SS[.ffffff]]][+HH:MM]`, colons optional. `undefined` if it is none. */
export function parseIsoTime(text: string): { micros: number; zone: TimeZone | null } | undefined {
  const match =
    /^T?(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,}))?)?)?(Z|[+-]\d\d(?::?\d\d(?::?\d\d(?:\.\d+)?)?)?)?$/.exec(text)
  if (!match) return undefined
  const [, hour = '0', minute = '0', second = '0', fraction = '', zone] = match
  const micros = checkedMicros({
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    microsecond: Number(fraction.slice(0, 6).padEnd(6, '0')),
  })
  return { micros, zone: zone === undefined ? null : fixedTimeZone(isoOffset(zone)) }
}

function isoOffset(text: string): bigint {
  if (text === 'Z') return 0n
  const [, sign, hours, minutes = '0', seconds = '0'] = /^([+-])(\d\d):?(\d\d)?:?(\d\d)?/.exec(text) ?? []
  const total = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * microsPerSecond
  return sign === '-' ? -total : total
}

export const timeClass = new PythonClass(
  'datetime.time',
  contextFunction(
    'time',
    [['hour', 0], ['minute', 0], ['second', 0], ['microsecond', 0], ['tzinfo', null], '*', ['fold', 0]],
    ([hour, minute, second, microsecond, zone]) =>
      new PyTime(
        checkedMicros({
          hour: intArgument(hour),
          minute: intArgument(minute),
          second: intArgument(second),
          microsecond: intArgument(microsecond),
        }),
        zoneArgument(zone),
      ),
  ),
  {
    min: () => new PyTime(0),
    max: () => new PyTime(86_399_999_999),
    resolution: () => new PyTimeDelta(1n),
    fromisoformat: () =>
      contextFunction('fromisoformat', ['time_string'], ([text]) => {
        const parsed = parseIsoTime(textArgument(text, 'time_string'))
        if (!parsed) throw valueError(`Invalid isoformat string: '${String(text)}'`)
        return new PyTime(parsed.micros, parsed.zone)
      }),
  },
)
