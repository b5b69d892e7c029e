/** `int(text, base)` and `float(text)`. `undefined` stands for Python's ValueError. */
import { stripEnd, stripStart } from './text.ts'
import { normalInt } from './value.ts'

const prefixes: Readonly<Record<string, number>> = { '0b': 2, '0o': 8, '0x': 16 }

/** Digits of other scripts count as digits. Each script has its ten in a row, some several rows one after the other. */
function plainDigits(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text
  return text.replace(/(?![0-9])\p{Nd}/gu, digit => {
    let code = digit.codePointAt(0) ?? 0
    const start = code
    while (/\p{Nd}/u.test(String.fromCodePoint(code - 1))) code--
    return String((start - code) % 10)
  })
}

export function parseInteger(text: string, base = 10): number | bigint | undefined {
  const found = /^([+-]?)(.*)$/s.exec(stripEnd(stripStart(plainDigits(text), null), null))
  let digits = (found?.[2] ?? '').toLowerCase()
  const prefix = prefixes[digits.slice(0, 2)]
  let radix = base
  if (prefix !== undefined && (base === 0 || base === prefix)) {
    digits = digits.slice(2).replace(/^_/, '')
    radix = prefix
  } else if (base === 0) {
    if (/^0_?[0_]*[1-9]/.test(digits)) return undefined
    radix = 10
  }
  if (radix < 2 || radix > 36 || !/^[0-9a-z]+(?:_[0-9a-z]+)*$/.test(digits)) return undefined
  digits = digits.replaceAll('_', '')
  let value = 0n
  if (radix === 10 || radix === 16 || radix === 8 || radix === 2) {
    const legal = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^\d+$/, 16: /^[\da-f]+$/ }[radix]
    if (!legal.test(digits)) return undefined
    value = BigInt({ 2: '0b', 8: '0o', 10: '', 16: '0x' }[radix] + digits)
  } else {
    for (const digit of digits) {
      const one = Number.parseInt(digit, 36)
      if (one >= radix) return undefined
      value = value * BigInt(radix) + BigInt(one)
    }
  }
  return normalInt(found?.[1] === '-' ? -value : value)
}

export function parseFloatText(text: string): number | undefined {
  const trimmed = stripEnd(stripStart(plainDigits(text), null), null)
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed)
  if (word) {
    if (word[2]?.toLowerCase() === 'nan') return Number.NaN
    return word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const digits = '\\d+(?:_\\d+)*'
  const legal = new RegExp(`^[+-]?(?:${digits}\\.?(?:${digits})?|\\.${digits})(?:e[+-]?${digits})?$`, 'i')
  return legal.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined
}
