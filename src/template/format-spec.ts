/** `format(value, spec)`: the mini-language of `str.format` and its fields. */
import { numeric, textOf } from './comparison.ts'
import { floatText } from './float-text.ts'
import { fixed, general, scientific } from './number-format.ts'
import { str } from './repr.ts'
import { arithmeticError, typeError, valueError } from './template-error.ts'
import { textLength } from './text.ts'
import { PyFloat, PyObject, typeName, type Value } from './value.ts'

interface FormatSpec {
  readonly fill: string
  readonly align: '<' | '>' | '=' | '^' | ''
  readonly sign: '+' | '-' | ' ' | ''
  readonly noMinusZero: boolean
  readonly alternate: boolean
  readonly width: number
  readonly grouping: ',' | '_' | ''
  readonly precision: number | undefined
  readonly type: string
}

const pattern = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([A-Za-z%])?$/su

function parseSpec(spec: string): FormatSpec {
  const found = pattern.exec(spec)
  if (!found) throw valueError(`Invalid format specifier '${spec}'`)
  const [, fill, align, sign, z, alternate, zero, width, grouping, precision, type] = found
  return {
    fill: fill ?? (zero ? '0' : ' '),
    align: (align ?? (zero ? '=' : '')) as FormatSpec['align'],
    sign: (sign ?? '') as FormatSpec['sign'],
    noMinusZero: z !== undefined,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: (grouping ?? '') as FormatSpec['grouping'],
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? '',
  }
}

/** @throws `template/value` for a wrong spec, `template/type` for a value that takes none */
export function formatValue(value: Value, spec: string): string {
  if (spec === '') return str(value)
  const text = textOf(value)
  if (text !== undefined) return formatText(text, parseSpec(spec))
  if (value instanceof PyObject) {
    const formatted = value.format(spec)
    if (formatted !== undefined) return formatted
  }
  const number = numeric(value)
  if (number === undefined) {
    throw typeError(`unsupported format string passed to ${typeName(value)}.__format__`)
  }
  const parsed = parseSpec(spec)
  return value instanceof PyFloat
    ? formatFloat(value.value, parsed, 'float')
    : formatInt(number, parsed, typeof value === 'boolean' && parsed.type === '' ? 'int' : typeName(value))
}

function formatText(text: string, spec: FormatSpec): string {
  if (spec.type !== '' && spec.type !== 's') throw unknownCode(spec, 'str')
  if (spec.sign !== '') throw valueError('Sign not allowed in string format specifier')
  if (spec.noMinusZero) throw valueError('Negative zero coercion (z) not allowed in string format specifier')
  if (spec.align === '=' && spec.fill !== '0') {
    throw valueError("'=' alignment not allowed in string format specifier")
  }
  if (spec.grouping !== '') throw valueError(`Cannot specify '${spec.grouping}' with 's'.`)
  const cut = spec.precision === undefined ? text : Array.from(text).slice(0, spec.precision).join('')
  return pad(cut, spec, spec.align === '=' ? '<' : spec.align || '<')
}

function unknownCode(spec: FormatSpec, type: string): Error {
  return valueError(`Unknown format code '${spec.type}' for object of type '${type}'`)
}

const radix: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 }

function formatInt(value: number | bigint, spec: FormatSpec, type: string): string {
  if ('eEfFgG%'.includes(spec.type) && spec.type !== '') return formatFloat(Number(value), spec, type)
  if (spec.precision !== undefined) throw valueError('Precision not allowed in integer format specifier')
  const negative = value < 0
  const size = BigInt(value) * (negative ? -1n : 1n)
  if (spec.noMinusZero) throw valueError('Negative zero coercion (z) not allowed in integer format specifier')
  if (spec.type === 'c') {
    if (value < 0 || value > 0x10ffff) throw arithmeticError('%c arg not in range(0x110000)')
    return pad(String.fromCodePoint(Number(size)), spec, spec.align || '<')
  }
  const base = radix[spec.type]
  if (base === undefined && !['', 'd', 'n'].includes(spec.type)) throw unknownCode(spec, type)
  let digits = size.toString(base ?? 10)
  if (spec.type === 'X') digits = digits.toUpperCase()
  const prefix = spec.alternate && base !== undefined ? `0${spec.type}` : ''
  if (spec.grouping === ',' && base !== undefined) throw valueError(`Cannot specify ',' with '${spec.type}'.`)
  return signed(negative, prefix, digits, spec, base === undefined ? 3 : 4)
}

function formatFloat(value: number, spec: FormatSpec, type: string): string {
  let negative = value < 0 || Object.is(value, -0)
  const size = Math.abs(value)
  let digits: string
  switch (spec.type) {
    case 'e':
    case 'E':
      digits = scientific(size, spec.precision ?? 6)
      break
    case 'f':
    case 'F':
      digits = fixed(size, spec.precision ?? 6)
      break
    case '%':
      digits = `${fixed(size * 100, spec.precision ?? 6)}%`
      break
    case 'g':
    case 'G':
    case 'n':
      digits = general(size, spec.precision ?? 6, spec.alternate)
      break
    case '':
      digits = spec.precision === undefined ? floatText(size) : withPoint(general(size, spec.precision, spec.alternate))
      break
    default:
      throw unknownCode(spec, type)
  }
  if (spec.type === 'E' || spec.type === 'F' || spec.type === 'G') digits = digits.toUpperCase()
  if (spec.noMinusZero && /^[0.%e+-]*$/.test(digits)) negative = false
  return signed(negative, '', digits, spec, 3)
}

/** Without a type, a float keeps one digit behind its point unless it has an exponent. */
function withPoint(text: string): string {
  return /^\d+$/.test(text) ? `${text}.0` : text
}

function signed(negative: boolean, prefix: string, digits: string, spec: FormatSpec, group: number): string {
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign
  const [whole = '', rest = ''] = splitWhole(digits)
  const head = sign + prefix
  const align = spec.align || '>'
  if (spec.grouping === '') {
    if (align === '=' && spec.width > 0) {
      const missing = spec.width - head.length - digits.length
      return head + spec.fill.repeat(Math.max(0, missing)) + digits
    }
    return pad(head + digits, spec, align)
  }
  let grouped = grouping(whole, spec.grouping, group)
  if (align === '=' && spec.fill === '0') {
    const room = spec.width - head.length - rest.length
    let zeros = whole
    while (grouping(zeros, spec.grouping, group).length < room) zeros = `0${zeros}`
    grouped = grouping(zeros, spec.grouping, group)
    return head + grouped + rest
  }
  if (align === '=') {
    const missing = spec.width - head.length - grouped.length - rest.length
    return head + spec.fill.repeat(Math.max(0, missing)) + grouped + rest
  }
  return pad(head + grouped + rest, spec, align)
}

function splitWhole(digits: string): [string, string] {
  const whole = /^[0-9a-fA-F]*/.exec(digits)?.[0] ?? ''
  const decimal = /[.e%]/.test(digits) ? (/^\d*/.exec(digits)?.[0] ?? '') : whole
  return [decimal, digits.slice(decimal.length)]
}

function grouping(whole: string, separator: string, size: number): string {
  const parts: string[] = []
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(0, end - size), end))
  return parts.join(separator)
}

function pad(text: string, spec: FormatSpec, align: string): string {
  const missing = spec.width - textLength(text)
  if (missing <= 0) return text
  if (align === '<') return text + spec.fill.repeat(missing)
  if (align === '^') {
    const left = missing >> 1
    return spec.fill.repeat(left) + text + spec.fill.repeat(missing - left)
  }
  return spec.fill.repeat(missing) + text
}
