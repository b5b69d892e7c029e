/** Time zones: the base class, and Python's `datetime.timezone` with its fixed offsets. */
import { typeError } from '../../template/template-error.ts'
import { type HashKey, PyObject, type Value } from '../../template/value.ts'
import { contextFunction } from '../python-object.ts'
import { floorMod, microsPerSecond, pad } from './calendar.ts'
import { PyTimeDelta } from './python-timedelta.ts'

/** Offsets are microseconds east of UTC. Local times are microseconds since 1970-01-01 00:00 on the zone's own clock. */
export abstract class TimeZone extends PyObject {
  readonly typeName: string = 'tzinfo'

  /** Offset of a local time that carries this zone; null asks without a date. */
  abstract offset(local: bigint | null): bigint | null
  abstract abbreviation(local: bigint | null): string | null
  abstract dst(local: bigint | null): bigint | null
  /** The zone and its local time for an instant: what `astimezone` gives. */
  abstract fromUtc(utc: bigint): { readonly zone: TimeZone; readonly local: bigint }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'utcoffset':
        return contextFunction(name, ['dt'], ([dt]) => deltaOrNone(this.offset(localOf(dt))))
      case 'tzname':
        return contextFunction(name, ['dt'], ([dt]) => this.abbreviation(localOf(dt)))
      case 'dst':
        return contextFunction(name, ['dt'], ([dt]) => deltaOrNone(this.dst(localOf(dt))))
      default:
        return undefined
    }
  }
}

/** A datetime's local time, for the methods that take one. */
function localOf(value: Value | undefined): bigint | null {
  if (value === null || value === undefined) return null
  const local = (value as { readonly local?: unknown }).local
  if (typeof local === 'bigint') return local
  throw typeError('the argument must be a datetime instance or None')
}

function deltaOrNone(micros: bigint | null): Value {
  return micros === null ? null : new PyTimeDelta(micros)
}

/** `+05:30`, with seconds and microseconds only where there are some. */
export function offsetText(offset: bigint, colon = ':'): string {
  const sign = offset < 0n ? '-' : '+'
  const micros = offset < 0n ? -offset : offset
  const seconds = Number(micros / microsPerSecond)
  const fraction = Number(floorMod(micros, microsPerSecond))
  let text = `${sign}${pad(Math.floor(seconds / 3600), 2)}${colon}${pad(Math.floor(seconds / 60) % 60, 2)}`
  if (seconds % 60 !== 0 || fraction !== 0) text += `${colon}${pad(seconds % 60, 2)}`
  if (fraction !== 0) text += `.${pad(fraction, 6)}`
  return text
}

export class FixedTimeZone extends TimeZone {
  override readonly typeName = 'timezone'
  private readonly micros: bigint
  private readonly label: string | null

  constructor(micros: bigint, label: string | null = null) {
    super()
    this.micros = micros
    this.label = label
  }
  offset(): bigint {
    return this.micros
  }
  abbreviation(): string {
    if (this.label !== null) return this.label
    return this.micros === 0n ? 'UTC' : `UTC${offsetText(this.micros)}`
  }
  dst(): null {
    return null
  }
  fromUtc(utc: bigint): { readonly zone: TimeZone; readonly local: bigint } {
    return { zone: this, local: utc + this.micros }
  }
  override str(): string {
    return this.abbreviation()
  }
  override repr(): string {
    if (this === utc) return 'datetime.timezone.utc'
    const label = this.label === null ? '' : `, '${this.label}'`
    return `datetime.timezone(${new PyTimeDelta(this.micros).repr()}${label})`
  }
  override equals(other: Value): boolean {
    return other instanceof FixedTimeZone && other.micros === this.micros
  }
  override hashKey(): HashKey {
    return `\0timezone ${this.micros}`
  }
}

export const utc: FixedTimeZone = new FixedTimeZone(0n)

export function fixedTimeZone(micros: bigint): FixedTimeZone {
  return micros === 0n ? utc : new FixedTimeZone(micros)
}
