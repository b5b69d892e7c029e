/** Arithmetic of Python's bool, int and float. Ints never overflow; `//` and `%` follow the sign of the divisor. */
import { preciselyRaised } from './power.ts'
import { arithmeticError } from './template-error.ts'
import { type BinaryOperator, normalInt, PyFloat } from './value.ts'

export type Int = number | bigint
/** `isFloat` tells 1.0 from 1. */
export interface Operand {
  readonly value: Int
  readonly isFloat: boolean
}

export function arithmetic(operator: BinaryOperator, a: Operand, b: Operand): Int | PyFloat {
  if (a.isFloat || b.isFloat) return new PyFloat(floats(operator, toFloat(a.value), toFloat(b.value)))
  return ints(operator, a.value, b.value)
}

/** @throws `template/arithmetic` for an int beyond the range of floats */
export function toFloat(value: Int): number {
  const float = Number(value)
  if (!Number.isFinite(float) && typeof value === 'bigint') {
    throw arithmeticError('int too large to convert to float')
  }
  return float
}

function floats(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      if (b === 0) throw arithmeticError('float division by zero')
      return a / b
    case '//':
      if (b === 0) throw arithmeticError('float floor division by zero')
      return floorDivision(a, b).quotient
    case '%':
      if (b === 0) throw arithmeticError('float modulo')
      return floorDivision(a, b).remainder
    case '**':
      return floatPower(a, b)
  }
}

function floatPower(a: number, b: number): number {
  if (a === 0 && b < 0) throw arithmeticError('0.0 cannot be raised to a negative power')
  if (a === 1) return 1
  const result = exactPower(a, b)
  if (Number.isNaN(result) && a < 0 && !Number.isNaN(b)) {
    throw arithmeticError('a negative number raised to a fractional power has no real value')
  }
  if (!Number.isFinite(result) && Number.isFinite(a) && Number.isFinite(b)) {
    throw arithmeticError('Numerical result out of range')
  }
  return result
}

function exactPower(a: number, b: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b) || a === 0) return a ** b
  if (a > 0) return preciselyRaised(a, b)
  if (!Number.isInteger(b)) return Number.NaN
  return preciselyRaised(-a, b) * (b % 2 === 0 ? 1 : -1)
}

/** C Python's way to `divmod` of floats, signed zeros included. */
function floorDivision(a: number, b: number): { quotient: number; remainder: number } {
  let remainder = a % b
  let quotient = (a - remainder) / b
  if (remainder !== 0) {
    if (b < 0 !== remainder < 0) {
      remainder += b
      quotient -= 1
    }
  } else remainder = b < 0 || Object.is(b, -0) ? -0 : 0
  if (quotient !== 0) {
    const floor = Math.floor(quotient)
    quotient = quotient - floor > 0.5 ? floor + 1 : floor
  } else quotient = a / b < 0 || Object.is(a / b, -0) ? -0 : 0
  return { quotient, remainder }
}

function ints(operator: BinaryOperator, a: Int, b: Int): Int | PyFloat {
  switch (operator) {
    case '+':
      return exact(a, b, Number(a) + Number(b), (x, y) => x + y)
    case '-':
      return exact(a, b, Number(a) - Number(b), (x, y) => x - y)
    case '*':
      return exact(a, b, Number(a) * Number(b), (x, y) => x * y)
    case '/':
      return new PyFloat(trueDivision(a, b))
    case '//':
      return intDivision(a, b).quotient
    case '%':
      return intDivision(a, b).remainder
    case '**':
      return intPower(a, b)
  }
}

function exact(a: Int, b: Int, quick: number, slow: (a: bigint, b: bigint) => bigint): Int {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(quick)) return quick + 0
  return normalInt(slow(BigInt(a), BigInt(b)))
}

export function intDivision(a: Int, b: Int): { quotient: Int; remainder: Int } {
  // biome-ignore lint/suspicious/noDoubleEquals: 0n == 0
  if (b == 0) throw arithmeticError('integer division or modulo by zero')
  if (typeof a === 'number' && typeof b === 'number') {
    let remainder = a % b
    if (remainder !== 0 && remainder < 0 !== b < 0) remainder += b
    const multiple = a - remainder
    if (Number.isSafeInteger(multiple)) return { quotient: multiple / b + 0, remainder: remainder + 0 }
  }
  const x = BigInt(a)
  const y = BigInt(b)
  let remainder = x % y
  if (remainder !== 0n && remainder < 0n !== y < 0n) remainder += y
  return { quotient: normalInt((x - remainder) / y), remainder: normalInt(remainder) }
}

/** Correctly rounded, as Python's is, also where an operand has no exact float. */
function trueDivision(a: Int, b: Int): number {
  // biome-ignore lint/suspicious/noDoubleEquals: 0n == 0
  if (b == 0) throw arithmeticError('division by zero')
  if (typeof a === 'number' && typeof b === 'number') return a / b
  const x = BigInt(a)
  const y = BigInt(b)
  const top = x < 0n ? -x : x
  const bottom = y < 0n ? -y : y
  const shift = 66 - (top.toString(2).length - bottom.toString(2).length)
  const scaled = shift > 0 ? top << BigInt(shift) : top
  const divisor = shift < 0 ? bottom << BigInt(-shift) : bottom
  let quotient = scaled / divisor
  if (quotient * divisor !== scaled) quotient |= 1n
  const size = Number(quotient) * 2 ** -shift
  if (!Number.isFinite(size)) throw arithmeticError('integer division result too large for a float')
  return x < 0n !== y < 0n ? -size : size
}

function intPower(a: Int, b: Int): Int | PyFloat {
  if (b < 0) return new PyFloat(floatPower(toFloat(a), toFloat(b)))
  const base = BigInt(a)
  if (base !== 0n && base !== 1n && base !== -1n) {
    const bits = base.toString(2).length * Number(b)
    if (bits > 4_000_000) throw arithmeticError('the result of ** is too large')
  }
  return normalInt(base ** BigInt(b))
}

/** `round(float, digits)`: to the nearest, ties by the exact binary value, halves that are exact to even. */
export function roundFloat(value: number, digits: number): number {
  if (!Number.isFinite(value) || value === 0 || digits > 323) return value
  if (digits < -308) return value < 0 ? -0 : 0
  if (digits < 0) return roundWhole(value, digits)
  const exactText = exactDecimal(Math.abs(value))
  const [whole = '0', fraction = ''] = exactText.split('.')
  if (fraction.length <= digits) return value
  const kept = BigInt(whole + fraction.slice(0, digits))
  const tail = fraction.slice(digits)
  const half = tail[0] === '5' && /^0*$/.test(tail.slice(1))
  const up = half ? kept % 2n === 1n : (tail[0] ?? '0') >= '5'
  const rounded = (up ? kept + 1n : kept).toString().padStart(digits + 1, '0')
  const cut = rounded.length - digits
  const size = Number(`${rounded.slice(0, cut)}.${rounded.slice(cut) || '0'}`)
  return value < 0 ? -size : size
}

function roundWhole(value: number, digits: number): number {
  const rounded = roundInt(BigInt(Math.trunc(value)), digits, value % 1)
  const result = Number(rounded)
  return result === 0 && value < 0 ? -0 : result
}

/** `round(int, -2)`, halves to even. `fraction` is what a float had behind its point. */
export function roundInt(value: bigint, digits: number, fraction = 0): bigint {
  const unit = 10n ** BigInt(-digits)
  const size = value < 0n ? -value : value
  const rest = size % unit
  const low = size - rest
  const twice = rest * 2n
  const above = twice > unit || (twice === unit && (fraction !== 0 || (low / unit) % 2n === 1n))
  const rounded = above ? low + unit : low
  return value < 0n ? -rounded : rounded
}

/** Every digit of the binary value, in decimal. */
export function exactDecimal(value: number): string {
  if (Number.isInteger(value)) return `${BigInt(value)}.`
  let exponent = 0
  let scaled = value
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    exponent++
  }
  const digits = (BigInt(scaled) * 5n ** BigInt(exponent)).toString().padStart(exponent + 1, '0')
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`
}
