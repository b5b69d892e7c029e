/** Floats and big integers as Python writes them. */
import { valueError } from './template-error.ts'

/** `repr(float)`: shortest digits that read back the same, an exponent from 1e16 up and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e16 || size < 1e-4) {
    const [digits = '', exponent = '0'] = value.toExponential().split('e')
    return `${digits}e${exponentText(Number(exponent))}`
  }
  const text = String(value)
  if (text.includes('e')) return plainDecimal(text)
  return text.includes('.') ? text : `${text}.0`
}

/** Sign and at least two digits. */
export function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** JavaScript turns to exponents at 1e-7, Python at 1e-4: only sizes between need this, and they have none. */
function plainDecimal(text: string): string {
  return Number(text).toFixed(20).replace(/0+$/, '')
}

/** `str(int)`: Python refuses more than 4300 digits. */
export function bigintText(value: bigint): string {
  const text = value.toString()
  if (text.length > 4301) throw valueError('Exceeds the limit (4300 digits) for integer string conversion')
  return text
}
