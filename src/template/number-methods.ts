/** Attributes and methods of int, bool and float, and the methods of bytes. */

import { floatText } from './float-text.ts'
import { type Method, type Methods, method, textArgument } from './method.ts'
import { lookupError, typeError, valueError } from './template-error.ts'
import { normalInt, PyBytes, PyFloat, PyTuple, type Value } from './value.ts'

type Int = number | bigint

export function intAttribute(value: Int, name: string): Value | undefined {
  switch (name) {
    case 'real':
    case 'numerator':
      return value
    case 'imag':
      return 0
    case 'denominator':
      return 1
    default:
      return undefined
  }
}

function bits(value: Int): string {
  return value === 0 ? '' : (value < 0 ? -BigInt(value) : BigInt(value)).toString(2)
}

function toBytes(value: Int, length: Value, order: Value): PyBytes {
  if (value < 0) throw valueError("can't convert negative int to unsigned")
  const size = Number(length)
  const bytes: number[] = []
  for (let rest = BigInt(value); rest > 0n; rest >>= 8n) bytes.push(Number(rest & 255n))
  if (bytes.length > size) throw valueError('int too big to convert')
  while (bytes.length < size) bytes.push(0)
  return new PyBytes(new Uint8Array(order === 'little' ? bytes : bytes.reverse()))
}

export const intMethods: Methods<Int> = new Map<string, Method<Int>>([
  method('bit_length', 0, 0, value => bits(value).length),
  method('bit_count', 0, 0, value => bits(value).replaceAll('0', '').length),
  method('conjugate', 0, 0, value => value),
  method('as_integer_ratio', 0, 0, value => new PyTuple([value, 1])),
  method('to_bytes', 0, 2, (value, length = 1, order = 'big') => toBytes(value, length, order), [
    'length',
    'byteorder',
  ]),
])

export function floatAttribute(value: PyFloat, name: string): Value | undefined {
  if (name === 'real') return value
  return name === 'imag' ? new PyFloat(0) : undefined
}

function ratio(value: number): PyTuple {
  if (!Number.isFinite(value)) throw valueError(`cannot convert ${floatText(value)} to integer ratio`)
  let denominator = 1n
  let scaled = value
  while (!Number.isInteger(scaled)) {
    scaled *= 2
    denominator *= 2n
  }
  return new PyTuple([normalInt(BigInt(scaled)), normalInt(denominator)])
}

function hex(value: number): string {
  if (!Number.isFinite(value)) return floatText(value)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  let size = Math.abs(value)
  if (size === 0) return `${sign}0x0.0p+0`
  let exponent = 0
  while (size >= 2) {
    size /= 2
    exponent++
  }
  while (size < 1 && exponent > -1022) {
    size *= 2
    exponent--
  }
  const whole = Math.floor(size)
  const fraction = BigInt((size - whole) * 2 ** 52)
    .toString(16)
    .padStart(13, '0')
  return `${sign}0x${whole}.${fraction}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

export const floatMethods: Methods<PyFloat> = new Map<string, Method<PyFloat>>([
  method('is_integer', 0, 0, value => Number.isInteger(value.value)),
  method('conjugate', 0, 0, value => value),
  method('as_integer_ratio', 0, 0, value => ratio(value.value)),
  method('hex', 0, 0, value => hex(value.value)),
])

function decode(bytes: PyBytes, encoding: Value = 'utf-8', errors: Value = 'strict'): string {
  const name = textArgument(encoding).toLowerCase()
  const label = name === 'ascii' || name.startsWith('latin') ? 'latin1' : name
  try {
    return new TextDecoder(label, { fatal: errors === 'strict', ignoreBOM: true }).decode(bytes.data)
  } catch (error) {
    if (error instanceof RangeError) throw lookupError(`unknown encoding: ${name}`)
    if (error instanceof TypeError) throw valueError(`'${name}' codec can't decode the bytes`)
    throw error
  }
}

export const bytesMethods: Methods<PyBytes> = new Map<string, Method<PyBytes>>([
  method('decode', 0, 2, decode, ['encoding', 'errors']),
  method('hex', 0, 0, bytes => Buffer.from(bytes.data).toString('hex')),
  method('startswith', 1, 1, (bytes, start = null) => {
    if (!(start instanceof PyBytes)) throw typeError('startswith first arg must be bytes or a tuple of bytes')
    return start.data.every((byte, index) => bytes.data[index] === byte)
  }),
])
