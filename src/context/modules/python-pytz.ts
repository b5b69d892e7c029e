/**
 * Python's `pytz`: zones by name, from the zone data of the JavaScript engine. As in pytz a zone is one of several
 * states (EST, EDT, local mean time), each with one offset; `localize` and `astimezone` pick the state that holds.
 */
import { lookupError, typeError, valueError } from '../../template/template-error.ts'
import { type HashKey, PyDict, PySet, type Value } from '../../template/value.ts'
import { contextFunction } from '../python-object.ts'
import { floorDiv } from './calendar.ts'
import { intArgument, PythonClass } from './python-class.ts'
import { PyDateTime } from './python-datetime.ts'
import { PyTimeDelta } from './python-timedelta.ts'
import { FixedTimeZone, TimeZone } from './python-tzinfo.ts'
import { canonicalZoneName, zoneNames } from './zone-names.ts'
import { ZoneRules } from './zone-rules.ts'

/** One state of a zone. */
class PytzZone extends TimeZone {
  override readonly typeName: string = 'DstTzInfo'
  readonly rules: ZoneRules
  private readonly state: { readonly offset: number; readonly dst: number; readonly label: string }

  constructor(rules: ZoneRules, state: PytzZone['state']) {
    super()
    this.rules = rules
    this.state = state
  }
  offset(): bigint {
    return BigInt(this.state.offset) * 1_000_000n
  }
  dst(): bigint {
    return BigInt(this.state.dst) * 1_000_000n
  }
  abbreviation(): string {
    return this.state.label
  }
  fromUtc(utc: bigint): { readonly zone: TimeZone; readonly local: bigint } {
    const zone = stateAt(this.rules, Number(floorDiv(utc, 1_000_000n)))
    return { zone, local: utc + zone.offset() }
  }
  override str(): string {
    return this.rules.name
  }
  override repr(): string {
    const kind = this.state.dst === 0 ? 'STD' : 'DST'
    return `<DstTzInfo '${this.rules.name}' ${this.state.label}${signedDelta(this.state.offset)} ${kind}>`
  }
  override equals(other: Value): boolean {
    return other instanceof PytzZone && other.hashKey() === this.hashKey()
  }
  override hashKey(): HashKey {
    return `\0pytz ${this.rules.name} ${this.state.offset} ${this.state.label}`
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'zone':
        return this.rules.name
      case 'localize':
        return contextFunction(name, ['dt', ['is_dst', false]], ([date, isDst = null]) =>
          localize(this.rules, date, isDst),
        )
      case 'normalize':
        return contextFunction(name, ['dt', ['is_dst', false]], ([date]) => normalize(this, date))
      case 'fromutc':
        return contextFunction(name, ['dt'], ([date]) => {
          const { zone, local } = this.fromUtc(dateArgument(date).local)
          return new PyDateTime(local, zone)
        })
      default:
        return super.attr(name)
    }
  }
}

function signedDelta(seconds: number): string {
  const text = new PyTimeDelta(BigInt(seconds) * 1_000_000n).str()
  return seconds < 0 ? text : `+${text}`
}

function stateAt(rules: ZoneRules, second: number): PytzZone {
  const offset = rules.offsetAt(second)
  const dst = offset - rules.standardAt(second)
  return new PytzZone(rules, { offset, dst, label: rules.abbreviationAt(second, offset) })
}

/** A zone as it comes from `timezone(name)`: in local mean time, rounded to minutes, until it is localized. */
function rawZone(rules: ZoneRules): TimeZone {
  const early = -5_000_000_000
  const offset = Math.round(rules.offsetAt(early) / 60) * 60
  const fixed = offset === rules.offsetAt(0) && offset === rules.offsetAt(1_700_000_000)
  if (fixed) return stateAt(rules, 0)
  return new PytzZone(rules, { offset, dst: 0, label: 'LMT' })
}

function dateArgument(value: Value | undefined): PyDateTime {
  if (value instanceof PyDateTime) return value
  throw typeError('a datetime is needed here')
}

function localize(rules: ZoneRules, value: Value | undefined, isDst: Value): PyDateTime {
  const date = dateArgument(value)
  if (date.zone) throw valueError('Not naive datetime (tzinfo is already set)')
  const second = Number(floorDiv(date.local, 1_000_000n))
  const around = [second - 86400, second + 86400].map(one => rules.offsetAt(one))
  const candidates = [...new Set(around)].filter(offset => rules.offsetAt(second - offset) === offset)
  const offset = chosenOffset(date, candidates, around, isDst)
  const dst = offset - rules.standardAt(second - offset)
  const label = rules.abbreviationAt(second - offset, rules.offsetAt(second - offset))
  const gap = rules.offsetAt(second - offset) !== offset
  const state = { offset, dst: Math.max(dst, 0), label }
  return new PyDateTime(date.local, gap ? gapState(rules, second, offset) : new PytzZone(rules, state))
}

/** A time that the clocks skip takes the state of the day before or after, whichever has the offset. */
function gapState(rules: ZoneRules, second: number, offset: number): PytzZone {
  const near = [second - 86400, second + 86400].find(one => rules.offsetAt(one) === offset) ?? second
  return stateAt(rules, near)
}

function chosenOffset(
  date: PyDateTime,
  candidates: readonly number[],
  around: readonly number[],
  isDst: Value,
): number {
  if (candidates.length === 1) return candidates[0] ?? 0
  if (isDst === null) {
    throw valueError(`${candidates.length === 0 ? 'non-existent' : 'ambiguous'} local time: ${date.str()}`)
  }
  const choices = candidates.length === 0 ? around : candidates
  return isDst === true ? Math.max(...choices) : Math.min(...choices)
}

function normalize(zone: PytzZone, value: Value | undefined): PyDateTime {
  const date = dateArgument(value)
  if (!date.zone) throw valueError('Naive time - no tzinfo set')
  const { zone: exact, local } = zone.fromUtc(date.local - (date.offset ?? 0n))
  return new PyDateTime(local, exact)
}

/** UTC and fixed offsets: `localize` only puts the zone on. */
class SimpleZone extends FixedTimeZone {
  private readonly shown: string

  constructor(micros: bigint, label: string, shown: string) {
    super(micros, label)
    this.shown = shown
  }
  override repr(): string {
    return this.shown
  }
  override str(): string {
    return this.shown === '<UTC>' ? 'UTC' : this.shown
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'zone':
        return this.shown === '<UTC>' ? 'UTC' : null
      case 'localize':
        return contextFunction(name, ['dt', ['is_dst', false]], ([value]) => {
          const date = dateArgument(value)
          if (date.zone) throw valueError('Not naive datetime (tzinfo is already set)')
          return new PyDateTime(date.local, this)
        })
      case 'normalize':
        return contextFunction(name, ['dt', ['is_dst', false]], ([value]) => {
          const date = dateArgument(value)
          if (!date.zone) throw valueError('Naive time - no tzinfo set')
          return new PyDateTime(date.local - (date.offset ?? 0n) + this.offset(), this)
        })
      default:
        return super.attr(name)
    }
  }
}

const pytzUtc = new SimpleZone(0n, 'UTC', '<UTC>')

const zones = new Map<string, TimeZone>([['utc', pytzUtc]])

/** The zone of that name in any case. @throws `template/lookup` as pytz's UnknownTimeZoneError */
export function pytzZone(name: string): TimeZone {
  const key = name.toLowerCase()
  const known = zones.get(key)
  if (known) return known
  const canonical = canonicalZoneName(name)
  if (canonical === undefined) throw lookupError(`'${name}'`)
  const zone = rawZone(new ZoneRules(canonical))
  zones.set(key, zone)
  return zone
}

const unknownZone = new PythonClass(
  'pytz.exceptions.UnknownTimeZoneError',
  contextFunction('UnknownTimeZoneError', ['zone'], ([zone]) => {
    throw lookupError(`'${String(zone)}'`)
  }),
)

/** A list that is made only when a template asks for it. */
class PytzModule extends PyDict {
  override get(key: Value): Value | undefined {
    switch (key) {
      case 'all_timezones':
      case 'common_timezones':
        return [...zoneNames()]
      case 'all_timezones_set':
      case 'common_timezones_set':
        return new PySet(zoneNames())
      default:
        return super.get(key)
    }
  }
}

function makeModule(): PyDict {
  const module = new PytzModule()
  module.set('utc', pytzUtc)
  module.set(
    'timezone',
    contextFunction('timezone', ['zone'], ([zone = null]) => {
      if (typeof zone !== 'string') throw typeError('the name of a time zone must be text')
      return pytzZone(zone)
    }),
  )
  module.set(
    'FixedOffset',
    contextFunction('FixedOffset', ['offset'], ([offset]) => {
      const minutes = intArgument(offset)
      if (minutes === 0) return pytzUtc
      return new SimpleZone(BigInt(minutes) * 60_000_000n, '', `pytz.FixedOffset(${minutes})`)
    }),
  )
  module.set('UnknownTimeZoneError', unknownZone)
  for (const name of ['all_timezones', 'common_timezones', 'all_timezones_set', 'common_timezones_set'])
    module.set(name, null)
  return module
}

export const pytzModule: PyDict = makeModule()
