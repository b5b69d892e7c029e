/** `'%s' % values`: Python's printf-style formatting. */
import { toFloat } from './arithmetic.ts'
import { numeric, textOf } from './comparison.ts'
import { fixed, general, scientific } from './number-format.ts'
import { asciiRepr, repr, str } from './repr.ts'
import { lookupError, type TemplateError, typeError, valueError } from './template-error.ts'
import { textLength } from './text.ts'
import { PyDict, PyFloat, PyObject, PyTuple, StrSubclass, typeName, Undefined, type Value } from './value.ts'

const directive = /%(?:\(((?:[^()]|\([^()]*\))*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?([hlL])?(.)?/gsu

interface Directive {
  readonly flags: string
  readonly width: number
  readonly precision: number | undefined
  readonly type: string
}

/** @throws `template/type` and `template/value` as Python does */
export function percentFormat(format: string, values: Value): string {
  const source = new Arguments(values)
  const text = format.replace(directive, (whole: string, ...groups: unknown[]) => {
    const [key, flags, width, precision, , type] = groups as (string | undefined)[]
    if (type === '%' && whole === '%%') return '%'
    if (type === undefined) throw valueError('incomplete format')
    if (key !== undefined) source.useKey(key)
    const given = width === '*' ? source.nextInt() : Number(width ?? 0)
    const places = precision === '*' ? source.nextInt() : precision
    const isPrecise = whole.slice(0, -type.length).includes('.')
    const all: Directive = {
      flags: (flags ?? '') + (given < 0 ? '-' : ''),
      width: Math.abs(given),
      precision: isPrecise ? Number(places ?? 0) : undefined,
      type,
    }
    if (type === '%') return '%'
    return formatOne(all, source)
  })
  source.finish()
  return text
}

class Arguments {
  private readonly values: Value
  private readonly items: readonly Value[]
  private readonly isMapping: boolean
  private used = 0
  private keyed: Value | undefined

  constructor(values: Value) {
    this.values = values
    this.items = values instanceof PyTuple ? values.items : [values]
    this.isMapping =
      values instanceof PyDict ||
      Array.isArray(values) ||
      values instanceof Undefined ||
      (values instanceof PyObject && values.kind !== 'other')
  }

  useKey(key: string): void {
    const { values } = this
    if (values instanceof PyDict) this.keyed = values.get(key)
    else if (values instanceof PyObject && values.kind === 'mapping') this.keyed = values.item(key)
    else if (values instanceof Undefined) throw values.fail()
    else throw typeError('format requires a mapping')
    if (this.keyed === undefined) throw lookupError(`'${key}'`)
  }

  next(): Value {
    const { keyed } = this
    if (keyed !== undefined) {
      this.keyed = undefined
      this.used = this.items.length
      return keyed
    }
    const value = this.items[this.used++]
    if (value === undefined) throw typeError('not enough arguments for format string')
    return value
  }

  nextInt(): number {
    const value = this.next()
    if (typeof value !== 'number') throw typeError('* wants int')
    return value
  }

  finish(): void {
    if (this.used < this.items.length && !this.isMapping) {
      throw typeError('not all arguments converted during string formatting')
    }
  }
}

function formatOne(given: Directive, source: Arguments): string {
  const { type, precision } = given
  switch (type) {
    case 's':
    case 'r':
    case 'a': {
      const value = source.next()
      const text = type === 's' ? str(value) : type === 'r' ? repr(value) : asciiRepr(value)
      return pad(precision === undefined ? text : Array.from(text).slice(0, precision).join(''), given)
    }
    case 'c':
      return pad(character(source.next()), given)
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o':
      return integer(given, source.next())
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return real(given, source.next())
    default:
      throw valueError(`unsupported format character '${type}' (0x${type.codePointAt(0)?.toString(16)})`)
  }
}

function character(value: Value): string {
  const text = textOf(value)
  if (text !== undefined && textLength(text) === 1) return text
  if (typeof value === 'boolean') return String.fromCodePoint(Number(value))
  if (typeof value === 'number' && value >= 0 && value < 0x110000) return String.fromCodePoint(value)
  throw typeError('%c requires int or char')
}

function notNumber(type: string, value: Value): TemplateError {
  if (value instanceof Undefined && !'xXo'.includes(type)) return value.fail()
  const wanted = 'xXo'.includes(type) ? 'an integer is' : 'a real number is'
  return typeError(`%${type} format: ${wanted} required, not ${typeName(value)}`)
}

function integer(given: Directive, value: Value): string {
  const { type, flags } = given
  let number = numeric(value)
  if (number === undefined && value instanceof PyObject && value.kind === 'number') number = value.toInt()
  if (number === undefined || value instanceof StrSubclass) throw notNumber(type, value)
  if (value instanceof PyFloat) {
    if ('xXo'.includes(type)) throw notNumber(type, value)
    if (!Number.isFinite(value.value)) throw valueError('cannot convert float to integer')
    number = BigInt(Math.trunc(value.value))
  }
  const negative = number < 0
  const size = BigInt(number) * (negative ? -1n : 1n)
  let digits = size.toString(type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10)
  if (given.precision !== undefined) digits = digits.padStart(given.precision, '0')
  let prefix = ''
  if (flags.includes('#') && 'xXo'.includes(type)) prefix = `0${type}`
  if (type === 'X') digits = digits.toUpperCase()
  return signed(given, negative, prefix, digits)
}

function real(given: Directive, value: Value): string {
  const number = numeric(value) ?? (value instanceof PyObject ? value.toFloat() : undefined)
  if (number === undefined) {
    if (value instanceof Undefined) throw value.fail()
    throw typeError(`must be real number, not ${typeName(value)}`)
  }
  const float = toFloat(number)
  const size = Math.abs(float)
  const precision = given.precision ?? 6
  const kind = given.type.toLowerCase()
  const digits =
    kind === 'f'
      ? fixed(size, precision)
      : kind === 'e'
        ? scientific(size, precision)
        : general(size, precision, given.flags.includes('#'))
  const negative = float < 0 || Object.is(float, -0)
  return signed(given, negative, '', given.type === kind ? digits : digits.toUpperCase())
}

function signed(given: Directive, negative: boolean, prefix: string, digits: string): string {
  const { flags } = given
  const sign = negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const head = sign + prefix
  if (flags.includes('0') && !flags.includes('-')) return head + digits.padStart(given.width - head.length, '0')
  return pad(head + digits, given)
}

function pad(text: string, given: Directive): string {
  const missing = given.width - textLength(text)
  if (missing <= 0) return text
  return given.flags.includes('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}
