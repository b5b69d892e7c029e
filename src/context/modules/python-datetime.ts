/** Python's `datetime.datetime`, naive or with a zone. */
import type { Clock } from '../../base/clock.ts'
import { arithmeticError, TemplateError, typeError, valueError } from '../../template/template-error.ts'
import { type BinaryOperator, type HashKey, PyFloat, PyObject, type Value } from '../../template/value.ts'
import { type Attributes, attributeOf, contextFunction, method } from '../python-object.ts'
import {
  type CivilDate,
  civilDate,
  daysOf,
  floorDiv,
  floorMod,
  microsPerDay,
  ordinalOfEpoch,
  weekdayOf,
} from './calendar.ts'
import { intArgument, numberArgument, PythonClass, textArgument } from './python-class.ts'
import {
  checkedDays,
  ctime,
  dateClassMethods,
  isoCalendar,
  isoDate,
  PyDate,
  parseIsoDate,
  timeTuple,
} from './python-date.ts'
import {
  type ClockTime,
  checkedMicros,
  clockTime,
  isoClock,
  PyTime,
  parseIsoTime,
  zoneArgument,
} from './python-time.ts'
import { PyTimeDelta, roundHalfEven } from './python-timedelta.ts'
import { fixedTimeZone, offsetText, type TimeZone, utc } from './python-tzinfo.ts'
import { type Moment, strftime } from './strftime.ts'
import { strptime } from './strptime.ts'

const firstMoment = BigInt(daysOf({ year: 1, month: 1, day: 1 })) * microsPerDay
const lastMoment = BigInt(daysOf({ year: 9999, month: 12, day: 31 }) + 1) * microsPerDay - 1n

export class PyDateTime extends PyObject {
  readonly typeName = 'datetime'
  /** Microseconds since 1970-01-01 00:00 on the clock of its zone. */
  readonly local: bigint
  readonly zone: TimeZone | null

  constructor(local: bigint, zone: TimeZone | null = null) {
    super()
    if (local < firstMoment || local > lastMoment) throw arithmeticError('date value out of range')
    this.local = local
    this.zone = zone
  }

  get days(): number {
    return Number(floorDiv(this.local, microsPerDay))
  }
  get microsOfDay(): number {
    return Number(floorMod(this.local, microsPerDay))
  }
  get civil(): CivilDate {
    return civilDate(this.days)
  }
  get clock(): ClockTime {
    return clockTime(this.microsOfDay)
  }
  get offset(): bigint | null {
    return this.zone?.offset(this.local) ?? null
  }
  /** The instant; a naive one counts as the machine's local time. */
  get instant(): bigint {
    return this.local - (this.offset ?? machineOffset(this.local))
  }
  get moment(): Moment {
    return {
      days: this.days,
      ...this.clock,
      offset: this.offset === null ? '' : offsetText(this.offset, ''),
      zone: this.zone?.abbreviation(this.local) ?? '',
      epochSeconds: Number(floorDiv(this.instant, 1_000_000n)),
    }
  }

  iso(separator = 'T', timespec = 'auto'): string {
    const zone = this.offset === null ? '' : offsetText(this.offset)
    return `${isoDate(this.civil)}${separator}${isoClock(this.clock, timespec)}${zone}`
  }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    return attributeOf(attributes, this, name)
  }
  override str(): string {
    return this.iso(' ')
  }
  override repr(): string {
    const { year, month, day } = this.civil
    const { hour, minute, second, microsecond } = this.clock
    const shown = [year, month, day, hour, minute]
    if (second !== 0 || microsecond !== 0) shown.push(second)
    if (microsecond !== 0) shown.push(microsecond)
    return `datetime.datetime(${shown.join(', ')}${this.zone ? `, tzinfo=${this.zone.repr()}` : ''})`
  }
  override format(spec: string): string {
    return strftime(spec, this.moment)
  }
  override equals(other: Value): boolean {
    return other instanceof PyDateTime && other.hashKey() === this.hashKey()
  }
  override compare(other: Value): number | undefined {
    if (!(other instanceof PyDateTime)) return undefined
    this.refuseMixed(other, 'compare')
    const difference = this.comparable - other.comparable
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }
  override hashKey(): HashKey {
    return `\0datetime ${this.comparable} ${this.offset === null}`
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof PyTimeDelta) {
      if (operator === '+') return new PyDateTime(this.local + other.micros, this.zone)
      return operator === '-' && !reflected ? new PyDateTime(this.local - other.micros, this.zone) : undefined
    }
    if (!(other instanceof PyDateTime) || operator !== '-') return undefined
    const [left, right] = reflected ? [other, this] : [this, other]
    left.refuseMixed(right, 'subtract')
    return new PyTimeDelta(left.zone === right.zone ? left.local - right.local : left.comparable - right.comparable)
  }

  private get comparable(): bigint {
    return this.local - (this.offset ?? 0n)
  }
  private refuseMixed(other: PyDateTime, what: 'compare' | 'subtract'): void {
    if ((this.offset === null) !== (other.offset === null)) {
      throw typeError(`can't ${what} offset-naive and offset-aware datetimes`)
    }
  }
}

/** The machine's offset from UTC at a local time. */
function machineOffset(local: bigint): bigint {
  const { year, month, day } = civilDate(Number(floorDiv(local, microsPerDay)))
  const { hour, minute, second } = clockTime(Number(floorMod(local, microsPerDay)))
  const date = new Date(2000, month - 1, day, hour, minute, second)
  date.setFullYear(year)
  return BigInt(-date.getTimezoneOffset()) * 60_000_000n
}

function machineLocal(utcMicros: bigint): bigint {
  const date = new Date(Number(floorDiv(utcMicros, 1000n)))
  return utcMicros - BigInt(date.getTimezoneOffset()) * 60_000_000n
}

/** An aware datetime in UTC. */
export function utcDateTime(micros: bigint): PyDateTime {
  return new PyDateTime(micros, utc)
}

/** An instant as a zone shows it. */
export function dateTimeIn(zone: TimeZone, utcMicros: bigint): PyDateTime {
  const { zone: exact, local } = zone.fromUtc(utcMicros)
  return new PyDateTime(local, exact)
}

/** A naive moment in UTC as `isoformat` shows it. */
export function isoDateTime(micros: bigint): string {
  return new PyDateTime(micros).iso()
}

function combined(days: number, micros: number, zone: TimeZone | null): PyDateTime {
  return new PyDateTime(BigInt(days) * microsPerDay + BigInt(micros), zone)
}

function asTimeZone(self: PyDateTime, zone: Value | undefined): PyDateTime {
  const target = zoneArgument(zone)
  const instant = self.instant
  if (target) return dateTimeIn(target, instant)
  const local = machineLocal(instant)
  return new PyDateTime(local, fixedTimeZone(local - instant))
}

const dateParts = ['year', 'month', 'day'] as const
const clockParts = ['hour', 'minute', 'second', 'microsecond'] as const

/** `replace`: parts that are not given stay. */
function replaced(self: PyDateTime, args: readonly Value[]): PyDateTime {
  const old: Readonly<Record<string, number>> = { ...self.civil, ...self.clock }
  const part = (name: string, index: number): number => {
    const given = args[index]
    return given === null || given === undefined ? (old[name] ?? 0) : intArgument(given)
  }
  const [year = 0, month = 0, day = 0] = dateParts.map(part)
  const [hour = 0, minute = 0, second = 0, microsecond = 0] = clockParts.map((name, index) => part(name, index + 3))
  const zone = args[7]
  return combined(
    checkedDays(year, month, day),
    checkedMicros({ hour, minute, second, microsecond }),
    zone === true ? self.zone : zoneArgument(zone),
  )
}

const replaceParameters = [
  ...[...dateParts, ...clockParts].map(name => [name, null] as const),
  ['tzinfo', true] as const,
  '*',
  ['fold', 0] as const,
]

const attributes: Attributes<PyDateTime> = {
  ...Object.fromEntries(dateParts.map(name => [name, (self: PyDateTime) => self.civil[name]])),
  ...Object.fromEntries(clockParts.map(name => [name, (self: PyDateTime) => self.clock[name]])),
  tzinfo: self => self.zone,
  fold: () => 0,
  date: method('date', [], self => new PyDate(self.days)),
  time: method('time', [], self => new PyTime(self.microsOfDay)),
  timetz: method('timetz', [], self => new PyTime(self.microsOfDay, self.zone)),
  replace: method('replace', replaceParameters, replaced),
  astimezone: method('astimezone', [['tz', null]], (self, [zone]) => asTimeZone(self, zone)),
  timestamp: method('timestamp', [], self => new PyFloat(Number(self.instant) / 1e6)),
  isoformat: method(
    'isoformat',
    [
      ['sep', 'T'],
      ['timespec', 'auto'],
    ],
    (self, [separator, timespec]) => self.iso(textArgument(separator, 'sep'), textArgument(timespec, 'timespec')),
  ),
  strftime: method('strftime', ['format'], (self, [format]) => strftime(textArgument(format, 'format'), self.moment)),
  weekday: method('weekday', [], self => weekdayOf(self.days)),
  isoweekday: method('isoweekday', [], self => weekdayOf(self.days) + 1),
  isocalendar: method('isocalendar', [], self => isoCalendar(self.days)),
  toordinal: method('toordinal', [], self => self.days + ordinalOfEpoch),
  ctime: method('ctime', [], self => ctime(self.moment)),
  utcoffset: method('utcoffset', [], self => (self.offset === null ? null : new PyTimeDelta(self.offset))),
  tzname: method('tzname', [], self => self.zone?.abbreviation(self.local) ?? null),
  dst: method('dst', [], self => {
    const dst = self.zone?.dst(self.local) ?? null
    return dst === null ? null : new PyTimeDelta(dst)
  }),
  timetuple: method('timetuple', [], self => {
    const dst = self.zone?.dst(self.local) ?? null
    return timeTuple(self.moment, dst === null ? -1 : dst === 0n ? 0 : 1)
  }),
  utctimetuple: method('utctimetuple', [], self => {
    return timeTuple(new PyDateTime(self.local - (self.offset ?? 0n)).moment, 0)
  }),
}

function fromTimestamp(seconds: Value | undefined, zone: TimeZone | null): PyDateTime {
  const micros = roundHalfEven(numberArgument(seconds) * 1e6)
  return zone ? dateTimeIn(zone, micros) : new PyDateTime(machineLocal(micros))
}

function fromIsoFormat(value: Value | undefined): PyDateTime {
  const text = textArgument(value, 'fromisoformat: argument')
  const [, date = '', rest = ''] = /^(\d{4}-?W\d\d(?:-?\d)?|\d{4}-\d\d-\d\d|\d{8})(.*)$/s.exec(text) ?? []
  const days = parseIsoDate(date)
  const time = rest === '' ? { micros: 0, zone: null } : parseIsoTime(rest.slice(1))
  if (days === undefined || !time || rest.length === 1) throw valueError(`Invalid isoformat string: '${text}'`)
  return combined(days, time.micros, time.zone)
}

/** What `datetime.fromisoformat` gives; undefined where it would raise. */
export function isoMoment(text: string): PyDateTime | undefined {
  try {
    return fromIsoFormat(text)
  } catch (error) {
    if (error instanceof TemplateError) return undefined
    throw error
  }
}

function parsed(text: Value | undefined, format: Value | undefined): PyDateTime {
  const moment = strptime(textArgument(text, 'strptime() argument 1'), textArgument(format, 'strptime() argument 2'))
  const { offset } = moment
  const zone = offset === null ? null : fixedTimeZone(offset)
  return combined(checkedDays(moment.year, moment.month, moment.day), checkedMicros(moment), zone)
}

const constructParameters = [
  'year',
  'month',
  'day',
  ...clockParts.map(name => [name, 0] as const),
  ['tzinfo', null] as const,
  '*',
  ['fold', 0] as const,
]

const construct = contextFunction('datetime', constructParameters, args => {
  const [year, month, day, hour, minute, second, microsecond] = args.slice(0, 7).map(intArgument)
  const clock = { hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0, microsecond: microsecond ?? 0 }
  return combined(checkedDays(year ?? 0, month ?? 0, day ?? 0), checkedMicros(clock), zoneArgument(args[7]))
})

/** @param clock what `now` and `today` read */
export function dateTimeClass(clock: Clock): PythonClass {
  const now = (): bigint => BigInt(Math.floor(clock.now() * 1000))
  return new PythonClass('datetime.datetime', construct, {
    ...dateClassMethods(days => combined(days, 0, null)),
    now: () =>
      contextFunction('now', [['tz', null]], ([zone]) => {
        const target = zoneArgument(zone)
        return target ? dateTimeIn(target, now()) : new PyDateTime(machineLocal(now()))
      }),
    utcnow: () => contextFunction('utcnow', [], () => new PyDateTime(now())),
    today: () => contextFunction('today', [], () => new PyDateTime(machineLocal(now()))),
    fromtimestamp: () =>
      contextFunction('fromtimestamp', ['timestamp', ['tz', null]], ([seconds, zone]) =>
        fromTimestamp(seconds, zoneArgument(zone)),
      ),
    utcfromtimestamp: () =>
      contextFunction('utcfromtimestamp', ['timestamp'], ([seconds]) => {
        return new PyDateTime(roundHalfEven(numberArgument(seconds) * 1e6))
      }),
    fromisoformat: () => contextFunction('fromisoformat', ['date_string'], ([text]) => fromIsoFormat(text)),
    strptime: () => contextFunction('strptime', ['date_string', 'format'], ([text, format]) => parsed(text, format)),
    combine: () =>
      contextFunction('combine', ['date', 'time', ['tzinfo', true]], ([date, time, zone]) => {
        if (!(date instanceof PyDate || date instanceof PyDateTime))
          throw typeError('combine() argument 1 must be datetime.date')
        if (!(time instanceof PyTime)) throw typeError('combine() argument 2 must be datetime.time')
        return combined(date.days, time.micros, zone === true ? time.zone : zoneArgument(zone))
      }),
    min: () => new PyDateTime(firstMoment),
    max: () => new PyDateTime(lastMoment),
    resolution: () => new PyTimeDelta(1n),
  })
}

/** Days since 1970-01-01 on the machine's clock. */
export function machineToday(clock: Clock): number {
  return Number(floorDiv(machineLocal(BigInt(Math.floor(clock.now() * 1000))), microsPerDay))
}

export const lastDateTime = new PyDateTime(lastMoment)
export const firstDateTime = new PyDateTime(firstMoment)
