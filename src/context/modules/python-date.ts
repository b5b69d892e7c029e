/** Python's `datetime.date`. */
import { arithmeticError, typeError, valueError } from '../../template/template-error.ts'
import { type BinaryOperator, type HashKey, PyObject, PyTuple, type Value } from '../../template/value.ts'
import { type Attributes, attributeOf, contextFunction, method } from '../python-object.ts'
import {
  type CivilDate,
  civilDate,
  dayOfYear,
  daysInMonth,
  daysOf,
  daysOfIsoWeek,
  floorDiv,
  isoWeek,
  microsPerDay,
  ordinalOfEpoch,
  pad,
  weekdayOf,
} from './calendar.ts'
import { intArgument, numberArgument, PythonClass, textArgument } from './python-class.ts'
import { PyTimeDelta } from './python-timedelta.ts'
import { type Moment, monthNames, strftime, weekdayNames } from './strftime.ts'

const firstDay = daysOf({ year: 1, month: 1, day: 1 })
const lastDay = daysOf({ year: 9999, month: 12, day: 31 })

export class PyDate extends PyObject {
  readonly typeName = 'date'
  /** Days since 1970-01-01. */
  readonly days: number

  constructor(days: number) {
    super()
    if (days < firstDay || days > lastDay) throw arithmeticError('date value out of range')
    this.days = days
  }
  get civil(): CivilDate {
    return civilDate(this.days)
  }
  get iso(): string {
    return isoDate(this.civil)
  }
  get moment(): Moment {
    const epochSeconds = this.days * 86400
    return { days: this.days, hour: 0, minute: 0, second: 0, microsecond: 0, offset: '', zone: '', epochSeconds }
  }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    return attributeOf(attributes, this, name)
  }
  override str(): string {
    return this.iso
  }
  override repr(): string {
    const { year, month, day } = this.civil
    return `datetime.date(${year}, ${month}, ${day})`
  }
  override format(spec: string): string {
    return strftime(spec, this.moment)
  }
  override equals(other: Value): boolean {
    return other instanceof PyDate && other.days === this.days
  }
  override compare(other: Value): number | undefined {
    return other instanceof PyDate ? this.days - other.days : undefined
  }
  override hashKey(): HashKey {
    return `\0date ${this.days}`
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof PyTimeDelta) {
      const whole = Number(floorDiv(other.micros, microsPerDay))
      if (operator === '+') return new PyDate(this.days + whole)
      return operator === '-' && !reflected ? new PyDate(this.days - whole) : undefined
    }
    if (other instanceof PyDate && operator === '-') {
      return new PyTimeDelta(BigInt(reflected ? other.days - this.days : this.days - other.days) * microsPerDay)
    }
    return undefined
  }
}

export function isoDate({ year, month, day }: CivilDate): string {
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** @throws `template/value` for a day that does not exist */
export function checkedDays(year: number, month: number, day: number): number {
  if (year < 1 || year > 9999) throw valueError(`year ${year} is out of range`)
  if (month < 1 || month > 12) throw valueError('month must be in 1..12')
  if (day < 1 || day > daysInMonth(year, month)) throw valueError('day is out of range for month')
  return daysOf({ year, month, day })
}

/** `2024-01-02`, `20240102`, `2024-W01-2`, `2024W012`. `undefined` if it is none of these. */
export function parseIsoDate(text: string): number | undefined {
  const plain = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text)
  if (plain && (text.length === 8 || text.length === 10)) {
    return checkedDays(Number(plain[1]), Number(plain[2]), Number(plain[3]))
  }
  const week = /^(\d{4})-?W(\d\d)(?:-?(\d))?$/.exec(text)
  if (!week) return undefined
  return checkedIsoWeek(Number(week[1]), Number(week[2]), Number(week[3] ?? 1))
}

function checkedIsoWeek(year: number, week: number, weekday: number): number {
  if (year < 1 || year > 9999) throw valueError(`Year is out of range: ${year}`)
  if (week < 1 || week > isoWeek(daysOf({ year, month: 12, day: 28 })).week) throw valueError(`Invalid week: ${week}`)
  if (weekday < 1 || weekday > 7) throw valueError(`Invalid weekday: ${weekday} (range is [1, 7])`)
  return daysOfIsoWeek({ year, week, weekday })
}

/** A named tuple: prints as a tuple, answers to its fields. */
class NamedTuple extends PyTuple {
  private readonly fields: readonly string[]
  constructor(fields: readonly string[], items: readonly Value[]) {
    super(items)
    this.fields = fields
  }
  override attr(name: string): Value | undefined {
    const index = this.fields.indexOf(name)
    return index === -1 ? undefined : this.items[index]
  }
}

const timeTupleFields = [
  'tm_year',
  'tm_mon',
  'tm_mday',
  'tm_hour',
  'tm_min',
  'tm_sec',
  'tm_wday',
  'tm_yday',
  'tm_isdst',
]

export function timeTuple({ days, hour, minute, second }: Moment, isDst: number): PyTuple {
  const { year, month, day } = civilDate(days)
  return new NamedTuple(timeTupleFields, [
    year,
    month,
    day,
    hour,
    minute,
    second,
    weekdayOf(days),
    dayOfYear(days),
    isDst,
  ])
}

export function isoCalendar(days: number): PyTuple {
  const { year, week, weekday } = isoWeek(days)
  return new NamedTuple(['year', 'week', 'weekday'], [year, week, weekday])
}

export function ctime(moment: Moment): string {
  const { year, month, day } = civilDate(moment.days)
  const weekday = weekdayNames[weekdayOf(moment.days)]?.slice(0, 3)
  const clock = [moment.hour, moment.minute, moment.second].map(part => pad(part, 2)).join(':')
  return `${weekday} ${monthNames[month - 1]?.slice(0, 3)} ${String(day).padStart(2)} ${clock} ${pad(year, 4)}`
}

const attributes: Attributes<PyDate> = {
  year: self => self.civil.year,
  month: self => self.civil.month,
  day: self => self.civil.day,
  weekday: method('weekday', [], self => weekdayOf(self.days)),
  isoweekday: method('isoweekday', [], self => weekdayOf(self.days) + 1),
  isocalendar: method('isocalendar', [], self => isoCalendar(self.days)),
  isoformat: method('isoformat', [], self => self.iso),
  toordinal: method('toordinal', [], self => self.days + ordinalOfEpoch),
  timetuple: method('timetuple', [], self => timeTuple(self.moment, -1)),
  ctime: method('ctime', [], self => ctime(self.moment)),
  strftime: method('strftime', ['format'], (self, [format]) => strftime(textArgument(format, 'format'), self.moment)),
  replace: method(
    'replace',
    [
      ['year', null],
      ['month', null],
      ['day', null],
    ],
    (self, [year, month, day]) => {
      const old = self.civil
      const part = (given: Value | undefined, kept: number): number => (given === null ? kept : intArgument(given))
      return new PyDate(checkedDays(part(year, old.year), part(month, old.month), part(day, old.day)))
    },
  ),
}

/** Class methods that dates and datetimes share, given what makes an instance from a day. */
export function dateClassMethods(make: (days: number) => Value): Readonly<Record<string, () => Value>> {
  return {
    fromordinal: () =>
      contextFunction('fromordinal', ['ordinal'], ([ordinal]) => make(intArgument(ordinal) - ordinalOfEpoch)),
    fromisocalendar: () =>
      contextFunction('fromisocalendar', ['year', 'week', 'day'], ([year, week, day]) =>
        make(checkedIsoWeek(intArgument(year), intArgument(week), intArgument(day))),
      ),
  }
}

/** @param today days since 1970-01-01 on the machine's clock */
export function dateClass(today: () => number): PythonClass {
  return new PythonClass(
    'datetime.date',
    contextFunction('date', ['year', 'month', 'day'], ([year, month, day]) => {
      return new PyDate(checkedDays(intArgument(year), intArgument(month), intArgument(day)))
    }),
    {
      ...dateClassMethods(days => new PyDate(days)),
      today: () => contextFunction('today', [], () => new PyDate(today())),
      fromtimestamp: () =>
        contextFunction('fromtimestamp', ['timestamp'], ([seconds]) => {
          const local = new Date(numberArgument(seconds) * 1000)
          return new PyDate(daysOf({ year: local.getFullYear(), month: local.getMonth() + 1, day: local.getDate() }))
        }),
      fromisoformat: () =>
        contextFunction('fromisoformat', ['date_string'], ([text]) => {
          if (typeof text !== 'string') throw typeError('fromisoformat: argument must be str')
          const days = parseIsoDate(text)
          if (days === undefined) throw valueError(`Invalid isoformat string: '${text}'`)
          return new PyDate(days)
        }),
      min: () => new PyDate(firstDay),
      max: () => new PyDate(lastDay),
      resolution: () => new PyTimeDelta(microsPerDay),
    },
  )
}
