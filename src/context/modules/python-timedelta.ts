/** Python's `datetime.timedelta`: an exact number of microseconds. */
import { arithmeticError, typeError } from '../../template/template-error.ts'
import { type BinaryOperator, type HashKey, normalInt, PyFloat, PyObject, type Value } from '../../template/value.ts'
import { type Attributes, attributeOf, contextFunction, method } from '../python-object.ts'
import { floorDiv, floorMod, microsPerDay, microsPerSecond, pad } from './calendar.ts'
import { numberArgument, PythonClass } from './python-class.ts'

export class PyTimeDelta extends PyObject {
  readonly typeName = 'timedelta'
  readonly micros: bigint

  constructor(micros: bigint) {
    super()
    if (micros >= 1_000_000_000n * microsPerDay || micros <= -1_000_000_000n * microsPerDay) {
      throw arithmeticError(`days=${floorDiv(micros, microsPerDay)}; must have magnitude <= 999999999`)
    }
    this.micros = micros
  }

  get days(): number {
    return Number(floorDiv(this.micros, microsPerDay))
  }
  /** 0 to 86399. */
  get seconds(): number {
    return Number(floorMod(this.micros, microsPerDay) / microsPerSecond)
  }
  get microseconds(): number {
    return Number(floorMod(this.micros, microsPerSecond))
  }

  override truthy(): boolean {
    return this.micros !== 0n
  }
  override attr(name: string): Value | undefined {
    return attributeOf(attributes, this, name)
  }
  override str(): string {
    const { days, seconds, microseconds } = this
    const clock = `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
    const fraction = microseconds === 0 ? '' : `.${pad(microseconds, 6)}`
    return days === 0 ? clock + fraction : `${days} day${Math.abs(days) === 1 ? '' : 's'}, ${clock}${fraction}`
  }
  override repr(): string {
    const shown: string[] = []
    if (this.days !== 0) shown.push(`days=${this.days}`)
    if (this.seconds !== 0) shown.push(`seconds=${this.seconds}`)
    if (this.microseconds !== 0) shown.push(`microseconds=${this.microseconds}`)
    return `datetime.timedelta(${shown.join(', ') || '0'})`
  }
  override equals(other: Value): boolean {
    return other instanceof PyTimeDelta && other.micros === this.micros
  }
  override compare(other: Value): number | undefined {
    if (!(other instanceof PyTimeDelta)) return undefined
    return this.micros < other.micros ? -1 : this.micros > other.micros ? 1 : 0
  }
  override hashKey(): HashKey {
    return `\0timedelta ${this.micros}`
  }
  override unary(operator: '-' | '+' | 'abs'): Value {
    const negate = operator === '-' || (operator === 'abs' && this.micros < 0n)
    return negate ? new PyTimeDelta(-this.micros) : this
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    if (other instanceof PyTimeDelta) {
      const [left, right] = reflected ? [other, this] : [this, other]
      return betweenDeltas(operator, left.micros, right.micros)
    }
    if (operator === '*') return scaled(this.micros, other)
    return reflected ? undefined : divided(operator, this.micros, other)
  }
}

function betweenDeltas(operator: BinaryOperator, left: bigint, right: bigint): Value | undefined {
  switch (operator) {
    case '+':
      return new PyTimeDelta(left + right)
    case '-':
      return new PyTimeDelta(left - right)
    case '/':
      return new PyFloat(Number(left) / Number(nonZero(right)))
    case '//':
      return normalInt(floorDiv(left, nonZero(right)))
    case '%':
      return new PyTimeDelta(floorMod(left, nonZero(right)))
    default:
      return undefined
  }
}

function nonZero(value: bigint): bigint {
  if (value === 0n) throw arithmeticError('integer division or modulo by zero')
  return value
}

function wholeNumber(value: Value): bigint | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined
}

function scaled(micros: bigint, by: Value): Value | undefined {
  const whole = wholeNumber(by)
  if (whole !== undefined) return new PyTimeDelta(micros * whole)
  return by instanceof PyFloat ? new PyTimeDelta(roundHalfEven(Number(micros) * by.value)) : undefined
}

function divided(operator: BinaryOperator, micros: bigint, by: Value): Value | undefined {
  const whole = wholeNumber(by)
  if (operator === '//' && whole !== undefined) return new PyTimeDelta(floorDiv(micros, nonZero(whole)))
  if (operator !== '/') return undefined
  if (whole !== undefined) return new PyTimeDelta(roundHalfEven(Number(micros) / Number(nonZero(whole))))
  if (!(by instanceof PyFloat)) return undefined
  if (by.value === 0) throw arithmeticError('float division by zero')
  return new PyTimeDelta(roundHalfEven(Number(micros) / by.value))
}

/** Python rounds microseconds half to even. */
export function roundHalfEven(value: number): bigint {
  const floor = Math.floor(value)
  const difference = value - floor
  if (difference < 0.5) return BigInt(floor)
  if (difference > 0.5) return BigInt(floor) + 1n
  return BigInt(floor % 2 === 0 ? floor : floor + 1)
}

const attributes: Attributes<PyTimeDelta> = {
  days: self => self.days,
  seconds: self => self.seconds,
  microseconds: self => self.microseconds,
  total_seconds: method('total_seconds', [], self => new PyFloat(Number(self.micros) / 1e6)),
  min: () => new PyTimeDelta(-999_999_999n * microsPerDay),
  max: () => new PyTimeDelta(1_000_000_000n * microsPerDay - 1n),
  resolution: () => new PyTimeDelta(1n),
}

const units: readonly (readonly [name: string, micros: number])[] = [
  ['days', 86_400_000_000],
  ['seconds', 1_000_000],
  ['microseconds', 1],
  ['milliseconds', 1000],
  ['minutes', 60_000_000],
  ['hours', 3_600_000_000],
  ['weeks', 604_800_000_000],
]

/** Whole amounts are exact; fractions are added up and rounded once. */
function construct(args: readonly Value[]): PyTimeDelta {
  let whole = 0n
  let fraction = 0
  for (const [index, [, micros]] of units.entries()) {
    const amount = numberArgument(args[index])
    const integer = Math.trunc(amount)
    if (!Number.isFinite(amount)) throw typeError('cannot convert float infinity or NaN to integer')
    whole += BigInt(integer) * BigInt(micros)
    fraction += (amount - integer) * micros
  }
  const floor = Math.floor(fraction)
  const total = whole + BigInt(floor)
  const rest = fraction - floor
  const up = rest > 0.5 || (rest === 0.5 && total % 2n !== 0n)
  return new PyTimeDelta(up ? total + 1n : total)
}

const empty = new PyTimeDelta(0n)

export const timedeltaClass = new PythonClass(
  'datetime.timedelta',
  contextFunction(
    'timedelta',
    units.map(([name]) => [name, 0] as const),
    construct,
  ),
  Object.fromEntries(['min', 'max', 'resolution'].map(name => [name, () => attributes[name]?.(empty) ?? null])),
)
