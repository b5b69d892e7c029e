/**
 * Python's view of a string: a sequence of code points. JavaScript counts UTF-16 units, so texts with characters
 * outside the basic plane take a slower way here.
 */

const surrogate = /[\ud800-\udfff]/

export function hasSurrogates(text: string): boolean {
  return surrogate.test(text)
}

export function textLength(text: string): number {
  if (!surrogate.test(text)) return text.length
  let length = 0
  for (const _ of text) length++
  return length
}

export function characters(text: string): string[] {
  return surrogate.test(text) ? Array.from(text) : text.split('')
}

/** The character at an index that may be negative. */
export function characterAt(text: string, index: number): string | undefined {
  if (surrogate.test(text)) return Array.from(text).at(index)
  return text.at(index)
}

/** Index in code points of an index in UTF-16 units. */
export function pointIndex(text: string, unitIndex: number): number {
  return unitIndex < 0 || !surrogate.test(text) ? unitIndex : textLength(text.slice(0, unitIndex))
}

/** Start and end of a slice `[start:end]` in units of the sequence, by Python's rules for negative and missing bounds. */
export function clampRange(start: number | null, end: number | null, length: number): [number, number] {
  const fix = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + length : bound, 0), length)
  return [start === null ? 0 : fix(start), end === null ? length : fix(end)]
}

const spaceClass = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'

/** Python's `str.isspace` characters, as the inside of a regular expression class. */
export const pythonSpace = spaceClass
const leading = new RegExp(`^[${spaceClass}]+`)
const trailing = new RegExp(`[${spaceClass}]+$`)

export function stripStart(text: string, chars: string | null): string {
  if (chars === null) return text.replace(leading, '')
  const set = new Set(chars)
  const points = Array.from(text)
  let start = 0
  while (start < points.length && set.has(points[start]!)) start++
  return points.slice(start).join('')
}

export function stripEnd(text: string, chars: string | null): string {
  if (chars === null) return trimTrailing(text)
  const set = new Set(chars)
  const points = Array.from(text)
  let end = points.length
  while (end > 0 && set.has(points[end - 1]!)) end--
  return points.slice(0, end).join('')
}

/** A regular expression anchored at the end alone takes quadratic time on long runs of blanks inside a text. */
function trimTrailing(text: string): string {
  let end = text.length
  while (end > 0 && isSpaceCode(text.charCodeAt(end - 1))) end--
  return end === text.length ? text : text.slice(0, end)
}

function isSpaceCode(code: number): boolean {
  if (code < 128) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31)
  return trailing.test(String.fromCharCode(code))
}

/** What `str.splitlines` takes for the end of a line, besides `\r\n`. */
const lineEnds = '\n\v\f\r\x1c-\x1e\x85\u2028\u2029'
const lineBreak = new RegExp(`\r\n|[${lineEnds}]`, 'g')

/** `str.splitlines`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = []
  let start = 0
  for (const found of text.matchAll(lineBreak)) {
    const end = found.index + found[0].length
    lines.push(text.slice(start, keepEnds ? end : found.index))
    start = end
  }
  if (start < text.length) lines.push(text.slice(start))
  return lines
}

export function upperCase(text: string): string {
  return text.toUpperCase()
}

export function capitalize(text: string): string {
  const [first] = text
  if (first === undefined) return ''
  return titleCase(first) + lowerCase(text.slice(first.length))
}

/** JavaScript's and Python's lower-casing agree, the final sigma included. */
export function lowerCase(text: string): string {
  return text.toLowerCase()
}

/** A few characters have a title form apart from their upper one. */
export function titleCase(character: string): string {
  const upper = character.toUpperCase()
  if (upper.length > character.length) {
    const [first = '', ...rest] = upper
    return first.toLowerCase() === first ? upper : first + rest.join('').toLowerCase()
  }
  const digraph = 'ǄǅǆǇǈǉǊǋǌǱǲǳ'.indexOf(character)
  if (digraph !== -1 && character !== '') return 'ǄǅǆǇǈǉǊǋǌǱǲǳ'[digraph - (digraph % 3) + 1] ?? upper
  return upper
}

/** Compares by code point, where JavaScript's `<` compares UTF-16 units. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1
  const left = Array.from(a)
  const right = Array.from(b)
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** In Python's order. */
export function sortedTexts(texts: Iterable<string>): string[] {
  return [...texts].sort(compareText)
}
