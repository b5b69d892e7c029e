/** Python's `decimal.Decimal` in its default context: 28 digits, half to even. */
import { arithmeticError, typeError, valueError } from '../../template/template-error.ts'
import { type BinaryOperator, type HashKey, normalInt, PyFloat, PyObject, type Value } from '../../template/value.ts'
import { type Attributes, attributeOf, method } from '../python-object.ts'

const precision = 28

/** `coefficient * 10 ** exponent`, or a special value. The sign is kept apart so that -0 exists. */
interface Parts {
  readonly negative: boolean
  readonly coefficient: bigint
  readonly exponent: number
  readonly special?: 'NaN' | 'Infinity'
}

export class PyDecimal extends PyObject {
  readonly typeName = 'Decimal'
  readonly parts: Parts

  constructor(parts: Parts) {
    super()
    this.parts = parts
  }

  /** @throws `template/arithmetic` for text that is no number */
  static parse(text: string): PyDecimal {
    const parts = parseDecimal(text.trim().replaceAll('_', ''))
    if (!parts) throw arithmeticError("[<class 'decimal.ConversionSyntax'>]")
    return new PyDecimal(parts)
  }

  static ofInt(value: number | bigint): PyDecimal {
    const whole = BigInt(value)
    return new PyDecimal({ negative: whole < 0n, coefficient: whole < 0n ? -whole : whole, exponent: 0 })
  }

  override get kind(): 'number' {
    return 'number'
  }
  get isFinite(): boolean {
    return this.parts.special === undefined
  }
  get signed(): bigint {
    return this.parts.negative ? -this.parts.coefficient : this.parts.coefficient
  }

  override truthy(): boolean {
    return !this.isFinite || this.parts.coefficient !== 0n
  }
  override attr(name: string): Value | undefined {
    return attributeOf(attributes, this, name)
  }
  override str(): string {
    return decimalText(this.parts)
  }
  override repr(): string {
    return `Decimal('${this.str()}')`
  }
  override equals(other: Value): boolean {
    if (other instanceof PyFloat && !Number.isFinite(other.value)) return Number(this.str()) === other.value
    const value = decimalOperand(other) ?? (other instanceof PyFloat ? exactDecimal(other.value) : undefined)
    return value !== undefined && compareParts(this.parts, value.parts) === 0
  }
  override compare(other: Value): number | undefined {
    const value = decimalOperand(other) ?? (other instanceof PyFloat ? exactDecimal(other.value) : undefined)
    return value === undefined ? undefined : compareParts(this.parts, value.parts)
  }
  override hashKey(): HashKey {
    const { special, coefficient, exponent } = this.parts
    if (special) return special === 'NaN' ? this : this.toFloat()
    if (exponent >= 0) return normalInt(this.signed * 10n ** BigInt(exponent))
    const scale = 10n ** BigInt(-exponent)
    if (coefficient % scale === 0n) return normalInt(this.signed / scale)
    const asFloat = this.toFloat()
    return compareParts(exactDecimal(asFloat).parts, this.parts) === 0
      ? asFloat
      : `\0decimal ${decimalText(normalized(this.parts))}`
  }
  override unary(operator: '-' | '+' | 'abs'): Value {
    const { negative, coefficient } = this.parts
    const flipped = operator === '-' ? !negative && coefficient !== 0n : operator === 'abs' ? false : negative
    return new PyDecimal(rounded({ ...this.parts, negative: flipped }))
  }
  override toInt(): number | bigint {
    if (this.parts.special) throw valueError(`cannot convert ${this.parts.special} to integer`)
    const { exponent } = this.parts
    return normalInt(exponent >= 0 ? this.signed * 10n ** BigInt(exponent) : this.signed / 10n ** BigInt(-exponent))
  }
  override toFloat(): number {
    return Number(this.str())
  }
  override round(digits: number | null): Value {
    const quantized = quantize(this.parts, -(digits ?? 0))
    return digits === null ? new PyDecimal(quantized).toInt() : new PyDecimal(quantized)
  }
  override format(spec: string): string | undefined {
    return formatDecimal(this, spec)
  }
  override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value | undefined {
    const operand = decimalOperand(other)
    if (!operand) return undefined
    const [left, right] = reflected ? [operand, this] : [this, operand]
    const result = calculate(operator, left.parts, right.parts)
    return result && new PyDecimal(rounded(result))
  }
}

function decimalOperand(value: Value): PyDecimal | undefined {
  if (value instanceof PyDecimal) return value
  if (typeof value === 'boolean') return PyDecimal.ofInt(value ? 1 : 0)
  return typeof value === 'number' || typeof value === 'bigint' ? PyDecimal.ofInt(value) : undefined
}

function parseDecimal(text: string): Parts | undefined {
  const match = /^([+-])?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/.exec(text)
  if (match) {
    const [, sign, whole = '', fraction = match[4] ?? '', , exponent = '0'] = match
    return {
      negative: sign === '-',
      coefficient: BigInt(whole + fraction),
      exponent: Number(exponent) - fraction.length,
    }
  }
  const special = /^([+-])?(?:(inf(?:inity)?)|nan\d*)$/i.exec(text)
  if (!special) return undefined
  return { negative: special[1] === '-', coefficient: 0n, exponent: 0, special: special[2] ? 'Infinity' : 'NaN' }
}

/** Python's rule: plain notation unless the exponent is positive or there are many leading zeros. */
function decimalText({ negative, coefficient, exponent, special }: Parts): string {
  const sign = negative ? '-' : ''
  if (special) return sign + special
  const digits = coefficient.toString()
  const leftDigits = exponent + digits.length
  const point = exponent <= 0 && leftDigits > -6 ? leftDigits : 1
  const exponentText = leftDigits === point ? '' : `E${leftDigits - point >= 0 ? '+' : ''}${leftDigits - point}`
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}${exponentText}`
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}${exponentText}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}${exponentText}`
}

function compareParts(a: Parts, b: Parts): number {
  if (a.special === 'NaN' || b.special === 'NaN') return Number.NaN
  if (a.special || b.special) return Number(decimalText(a)) - Number(decimalText(b)) || 0
  const [x, y] = aligned(a, b)
  return x < y ? -1 : x > y ? 1 : 0
}

/** Both as signed integers of the smaller exponent. */
function aligned(a: Parts, b: Parts): [bigint, bigint, number] {
  const exponent = Math.min(a.exponent, b.exponent)
  const scale = ({ negative, coefficient, exponent: own }: Parts): bigint =>
    (negative ? -coefficient : coefficient) * 10n ** BigInt(own - exponent)
  return [scale(a), scale(b), exponent]
}

function ofSigned(value: bigint, exponent: number): Parts {
  return { negative: value < 0n, coefficient: value < 0n ? -value : value, exponent }
}

function calculate(operator: BinaryOperator, a: Parts, b: Parts): Parts | undefined {
  if (a.special || b.special) return specialResult(operator, a, b)
  switch (operator) {
    case '+':
    case '-': {
      const [x, y, exponent] = aligned(a, b)
      return ofSigned(operator === '+' ? x + y : x - y, exponent)
    }
    case '*':
      return {
        negative: a.negative !== b.negative,
        coefficient: a.coefficient * b.coefficient,
        exponent: a.exponent + b.exponent,
      }
    case '/':
      return quotient(a, b)
    case '//':
    case '%': {
      refuseZero(b, operator)
      const [x, y, exponent] = aligned(a, b)
      return operator === '//' ? ofSigned(x / y, 0) : ofSigned(x % y, exponent)
    }
    case '**':
      return power(a, b)
  }
}

/** By way of floats: infinities and NaN have no digits to lose. */
function specialResult(operator: BinaryOperator, a: Parts, b: Parts): Parts {
  const [x, y] = [Number(decimalText(a)), Number(decimalText(b))]
  const results = { '+': x + y, '-': x - y, '*': x * y, '/': x / y, '//': Math.trunc(x / y), '%': x % y, '**': x ** y }
  return exactDecimal(results[operator]).parts
}

function refuseZero(divisor: Parts, operator: string): void {
  if (divisor.coefficient !== 0n) return
  throw arithmeticError(
    operator === '/' ? "[<class 'decimal.DivisionByZero'>]" : "[<class 'decimal.InvalidOperation'>]",
  )
}

function quotient(a: Parts, b: Parts): Parts {
  refuseZero(b, '/')
  const negative = a.negative !== b.negative
  const ideal = a.exponent - b.exponent
  if (a.coefficient === 0n) return { negative, coefficient: 0n, exponent: ideal }
  const shift = Math.max(0, b.coefficient.toString().length - a.coefficient.toString().length + precision + 1)
  const scaled = a.coefficient * 10n ** BigInt(shift)
  let coefficient = scaled / b.coefficient
  let exponent = ideal - shift
  if (scaled % b.coefficient !== 0n) {
    // A sticky digit keeps the rounding honest where the quotient goes on.
    if (coefficient % 5n === 0n) coefficient += 1n
    return { negative, coefficient, exponent }
  }
  while (exponent < ideal && coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent++
  }
  return { negative, coefficient, exponent }
}

function power(base: Parts, exponent: Parts): Parts {
  const whole = new PyDecimal(exponent)
  const isWhole = exponent.exponent >= 0 || exponent.coefficient % 10n ** BigInt(-exponent.exponent) === 0n
  const count = isWhole ? Number(whole.toInt()) : Number.NaN
  if (!isWhole || Math.abs(count) > 9999) {
    return exactDecimal(new PyDecimal(base).toFloat() ** whole.toFloat()).parts
  }
  const raised: Parts = {
    negative: base.negative && count % 2 !== 0,
    coefficient: base.coefficient ** BigInt(Math.abs(count)),
    exponent: base.exponent * Math.abs(count),
  }
  return count >= 0 ? raised : quotient({ negative: false, coefficient: 1n, exponent: 0 }, raised)
}

function rounded(parts: Parts): Parts {
  if (parts.special) return parts
  const surplus = parts.coefficient.toString().length - precision
  return surplus > 0 ? quantize(parts, parts.exponent + surplus) : parts
}

/** To the exponent, half to even. */
function quantize(parts: Parts, exponent: number): Parts {
  if (parts.special) return parts
  const shift = exponent - parts.exponent
  if (shift <= 0) return { ...parts, coefficient: parts.coefficient * 10n ** BigInt(-shift), exponent }
  const scale = 10n ** BigInt(shift)
  const rest = parts.coefficient % scale
  const floor = parts.coefficient / scale
  const up = rest * 2n > scale || (rest * 2n === scale && floor % 2n === 1n)
  return { ...parts, coefficient: up ? floor + 1n : floor, exponent }
}

/** Without trailing zeros. */
function normalized(parts: Parts): Parts {
  if (parts.special) return parts
  let { coefficient, exponent } = parts
  if (coefficient === 0n) return { ...parts, exponent: 0 }
  while (coefficient % 10n === 0n) {
    coefficient /= 10n
    exponent++
  }
  return { ...parts, coefficient, exponent }
}

/** Digits behind the point once trailing zeros are gone, and digits before it: what agate measures columns by. */
export function decimalPlaces(value: PyDecimal): { readonly fraction: number; readonly whole: number } {
  const { coefficient, exponent } = normalized(value.parts)
  const fraction = exponent < 0 ? -exponent : 0
  return { fraction, whole: coefficient.toString().length - fraction }
}

/** Fixed notation with `places` digits behind the point. */
export function fixedText(value: PyDecimal, places: number): string {
  return value.isFinite ? fixed(quantize(value.parts, -places), places) : value.str()
}

function fixed({ negative, coefficient }: Parts, places: number): string {
  const digits = coefficient.toString().padStart(places + 1, '0')
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
  return negative ? `-${text}` : text
}

/** The float's exact binary value, as `Decimal(0.1)` has it. */
function exactDecimal(value: number): PyDecimal {
  if (!Number.isFinite(value))
    return PyDecimal.parse(Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity')
  let exponent = 0
  let scaled = Math.abs(value)
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    exponent++
  }
  const coefficient = BigInt(scaled) * 5n ** BigInt(exponent)
  return new PyDecimal({ negative: value < 0 || Object.is(value, -0), coefficient, exponent: -exponent })
}

/** The forms that occur: sign, zero padding, width, thousands, `.2f`, `%`. */
function formatDecimal(value: PyDecimal, spec: string): string | undefined {
  const match = /^(?:(.)?([<>^=]))?([+ -])?(0)?(\d+)?([,_])?(?:\.(\d+))?([fF%])?$/s.exec(spec)
  if (!match || !value.isFinite) return undefined
  const [, fill, align, sign, zero, width = '0', group, places, type] = match
  const scaled = type === '%' ? new PyDecimal({ ...value.parts, exponent: value.parts.exponent + 2 }) : value
  const digits =
    places !== undefined ? fixed(quantize(scaled.parts, -Number(places)), Number(places)) : plainText(scaled)
  const unsigned = digits.replace(/^-/, '')
  const [whole = '', fraction] = unsigned.split('.')
  const grouped = group ? whole.replace(/\B(?=(\d{3})+(?!\d))/g, group) : whole
  const prefix = digits.startsWith('-') ? '-' : sign && sign !== '-' ? sign : ''
  const body = (fraction === undefined ? grouped : `${grouped}.${fraction}`) + (type === '%' ? '%' : '')
  const missing = Math.max(0, Number(width) - prefix.length - body.length)
  const padding = (fill ?? (zero ? '0' : ' ')).repeat(missing)
  if (align === '<') return prefix + body + padding
  if (align === '^') return padding.slice(0, missing >> 1) + prefix + body + padding.slice(missing >> 1)
  return align === '=' || (zero && !align) ? prefix + padding + body : padding + prefix + body
}

function plainText(value: PyDecimal): string {
  const { exponent } = value.parts
  return exponent > 0 ? fixed(quantize(value.parts, 0), 0) : fixed(value.parts, -exponent)
}

const attributes: Attributes<PyDecimal> = {
  real: self => self,
  quantize: method('quantize', ['exp', ['rounding', null]], (self, [to]) => {
    const target = decimalOperand(to ?? null)
    if (!target) throw typeError('quantize() needs a Decimal')
    return new PyDecimal(quantize(self.parts, target.parts.exponent))
  }),
  normalize: method('normalize', [], self => new PyDecimal(normalized(rounded(self.parts)))),
  to_integral_value: method('to_integral_value', [], self => new PyDecimal(quantize(self.parts, 0))),
  is_nan: method('is_nan', [], self => self.parts.special === 'NaN'),
  is_infinite: method('is_infinite', [], self => self.parts.special === 'Infinity'),
  is_finite: method('is_finite', [], self => self.isFinite),
  is_zero: method('is_zero', [], self => self.isFinite && self.parts.coefficient === 0n),
  is_signed: method('is_signed', [], self => self.parts.negative),
  copy_abs: method('copy_abs', [], self => new PyDecimal({ ...self.parts, negative: false })),
}
