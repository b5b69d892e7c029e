/** Floats as digits: fixed, exponent and general notation, rounded exactly with halves to even as C and Python do. */
import { exactDecimal } from './arithmetic.ts'
import { exponentText } from './float-text.ts'

/** Digits of a finite number that is not negative, `0.d1d2d3... * 10^exponent`, d1 not zero unless the value is. */
function exactDigits(value: number): { digits: string; exponent: number } {
  const [whole = '', fraction = ''] = exactDecimal(value).split('.')
  const all = whole + fraction
  const first = all.search(/[1-9]/)
  if (first === -1) return { digits: '0', exponent: 1 }
  return { digits: all.slice(first), exponent: whole.length - first }
}

/** Keeps `count` digits (which may be none or negative) and says how the exponent changed. */
function roundDigits(digits: string, count: number): { digits: string; carry: number } {
  if (count >= digits.length) return { digits: digits.padEnd(count, '0'), carry: 0 }
  if (count < 0) return { digits: '', carry: 0 }
  const tail = digits.slice(count)
  const half = tail[0] === '5' && /^0*$/.test(tail.slice(1))
  const kept = digits.slice(0, count)
  const isOdd = Number(kept.at(-1) ?? '0') % 2 === 1
  const up = half ? isOdd : tail[0]! >= '5'
  if (!up) return { digits: kept, carry: 0 }
  const raised = (BigInt(kept || '0') + 1n).toString().padStart(count, '0')
  return raised.length > count ? { digits: raised, carry: 1 } : { digits: raised, carry: 0 }
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'nan'
  return Number.isFinite(value) ? undefined : 'inf'
}

/** `%f` of a value without its sign. */
export function fixed(value: number, precision: number): string {
  const word = special(value)
  if (word) return word
  const { digits, exponent } = exactDigits(value)
  const rounded = roundDigits(digits, exponent + precision)
  const all = rounded.digits.padStart(precision + 1, '0')
  const cut = all.length - precision
  return precision === 0 ? all : `${all.slice(0, cut)}.${all.slice(cut)}`
}

/** `%e` of a value without its sign. */
export function scientific(value: number, precision: number): string {
  const word = special(value)
  if (word) return word
  const { digits, exponent } = exactDigits(value)
  const rounded = roundDigits(digits, precision + 1)
  const shown = rounded.digits.slice(0, precision + 1)
  const power = value === 0 ? 0 : exponent - 1 + rounded.carry
  return `${shown[0]}${precision > 0 ? `.${shown.slice(1)}` : ''}e${exponentText(power)}`
}

/** `%g` of a value without its sign; `keepZeros` is the flag `#`. */
export function general(value: number, precision: number, keepZeros: boolean): string {
  const word = special(value)
  if (word) return word
  const places = precision === 0 ? 1 : precision
  const power = Number(scientific(value, places - 1).split('e')[1])
  if (power < -4 || power >= places) {
    const [mantissa = '', exponent = ''] = scientific(value, places - 1).split('e')
    return `${keepZeros ? mantissa : dropZeros(mantissa)}e${exponent}`
  }
  const text = fixed(value, places - 1 - power)
  return keepZeros ? text : dropZeros(text)
}

function dropZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
