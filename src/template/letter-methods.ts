/** The methods of `str` that look at or change letters, and those that pad. */
import { intArgument, type Method, method, textArgument } from './method.ts'
import { typeError } from './template-error.ts'
import { capitalize, lowerCase, pythonSpace, textLength, titleCase, upperCase } from './text.ts'
import type { Value } from './value.ts'

function title(text: string): string {
  let out = ''
  let inWord = false
  for (const character of text) {
    out += inWord ? lowerCase(character) : titleCase(character)
    inWord = isCased(character)
  }
  return out
}

const upperLetter = /[\p{Uppercase}\p{Lt}]/u
const lowerLetter = /\p{Lowercase}/u

function isCased(character: string): boolean {
  return upperLetter.test(character) || lowerLetter.test(character)
}

function isTitle(text: string): boolean {
  let inWord = false
  let any = false
  for (const character of text) {
    if (upperLetter.test(character)) {
      if (inWord) return false
      inWord = true
      any = true
    } else if (lowerLetter.test(character)) {
      if (!inWord) return false
      any = true
    } else inWord = false
  }
  return any
}

function swapCase(text: string): string {
  let out = ''
  for (const character of text) {
    out += upperLetter.test(character) ? character.toLowerCase() : character.toUpperCase()
  }
  return out
}

/** Case folding goes beyond lower case in a few letters; those that matter in practice. */
function caseFold(text: string): string {
  return text
    .replaceAll(/[ßẞ]/g, 'ss')
    .replaceAll('ſ', 's')
    .replaceAll('ŉ', 'ʼn')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize()
}

/** @param pattern made when it is called: V8 needs a tenth of a millisecond to read a class of Unicode */
function all(name: string, pattern: () => RegExp, emptyIs = false): readonly [string, Method<string>] {
  return method(name, 0, 0, text => (text === '' ? emptyIs : pattern().test(text)))
}

function fillCharacter(value: Value | undefined): string {
  if (value === undefined) return ' '
  const text = textArgument(value, 'The fill character')
  if (textLength(text) !== 1) throw typeError('The fill character must be exactly one character long')
  return text
}

/** `str.center`: of an odd number of blanks the one more goes left when the width is odd. */
export function center(text: string, width: number, fill = ' '): string {
  const missing = width - textLength(text)
  if (missing <= 0) return text
  const left = (missing >> 1) + (missing & width & 1)
  return fill.repeat(left) + text + fill.repeat(missing - left)
}

export function expandTabs(text: string, size: number): string {
  let column = 0
  let out = ''
  for (const character of text) {
    if (character === '\t') {
      const blanks = size > 0 ? size - (column % size) : 0
      out += ' '.repeat(blanks)
      column += blanks
    } else {
      out += character
      column = character === '\n' || character === '\r' ? 0 : column + 1
    }
  }
  return out
}

function zeroFill(text: string, width: number): string {
  const missing = width - textLength(text)
  if (missing <= 0) return text
  const sign = /^[+-]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

export const letterMethods: readonly (readonly [string, Method<string>])[] = [
  method('upper', 0, 0, upperCase),
  method('lower', 0, 0, lowerCase),
  method('capitalize', 0, 0, capitalize),
  method('title', 0, 0, title),
  method('swapcase', 0, 0, swapCase),
  method('casefold', 0, 0, caseFold),
  method('isupper', 0, 0, text => upperLetter.test(text) && !lowerLetter.test(text)),
  method('islower', 0, 0, text => lowerLetter.test(text) && !upperLetter.test(text)),
  method('istitle', 0, 0, isTitle),
  all('isalpha', () => /^\p{L}+$/u),
  all('isalnum', () => /^[\p{L}\p{N}]+$/u),
  all('isdecimal', () => /^\p{Nd}+$/u),
  all('isdigit', () => /^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨]+$/u),
  all('isnumeric', () => /^[\p{N}一二三四五六七八九十百千万億〇零]+$/u),
  all('isascii', () => /^\p{ASCII}*$/u, true),
  all('isspace', () => new RegExp(`^[${pythonSpace}]+$`)),
  all('isidentifier', () => /^[\p{XIDS}_][\p{XIDC}]*$/u),
  all('isprintable', () => /^[^\p{C}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*$/u, true),
  method('center', 1, 2, (text, width = 0, fill) => center(text, intArgument(width), fillCharacter(fill))),
  method('ljust', 1, 2, (text, width = 0, fill) => {
    const missing = intArgument(width) - textLength(text)
    return text + fillCharacter(fill).repeat(Math.max(0, missing))
  }),
  method('rjust', 1, 2, (text, width = 0, fill) => {
    const missing = intArgument(width) - textLength(text)
    return fillCharacter(fill).repeat(Math.max(0, missing)) + text
  }),
  method('zfill', 1, 1, (text, width = 0) => zeroFill(text, intArgument(width))),
  method('expandtabs', 0, 1, (text, size = 8) => expandTabs(text, intArgument(size)), ['tabsize']),
]
