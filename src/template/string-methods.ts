/** The methods of `str`, except `format`, which looks at attributes of its arguments (attribute.ts). */
import { textOf } from './comparison.ts'
import { findIterable } from './iteration.ts'
import { letterMethods } from './letter-methods.ts'
import { intArgument, type Method, type Methods, method, optionalInt, textArgument } from './method.ts'
import { lookupError, typeError, valueError } from './template-error.ts'
import {
  characters,
  clampRange,
  pointIndex,
  pythonSpace,
  splitLines,
  stripEnd,
  stripStart,
  textLength,
} from './text.ts'
import { PyBytes, PyDict, PyTuple, typeName, type Value } from './value.ts'

/** The part of a text that `start` and `end` leave, and where it begins, in code points. */
function part(text: string, start: Value | undefined, end: Value | undefined): { text: string; offset: number } | null {
  if (start === undefined && end === undefined) return { text, offset: 0 }
  const points = characters(text)
  const from = optionalInt(start)
  const [low, high] = clampRange(from, optionalInt(end), points.length)
  if ((from ?? 0) > points.length || low > high) return null
  return { text: points.slice(low, high).join(''), offset: low }
}

function find(text: string, wanted: Value, start: Value | undefined, end: Value | undefined, last: boolean): number {
  const needle = textArgument(wanted)
  const inside = part(text, start, end)
  if (!inside) return -1
  const at = last ? inside.text.lastIndexOf(needle) : inside.text.indexOf(needle)
  return at === -1 ? -1 : pointIndex(inside.text, at) + inside.offset
}

function requireFound(index: number): number {
  if (index === -1) throw valueError('substring not found')
  return index
}

function count(text: string, wanted: Value, start?: Value, end?: Value): number {
  const needle = textArgument(wanted)
  const inside = part(text, start, end)
  if (!inside) return 0
  if (needle === '') return textLength(inside.text) + 1
  return inside.text.split(needle).length - 1
}

function affix(name: 'startsWith' | 'endsWith'): (text: string, ...args: Value[]) => Value {
  return (text, wanted = null, start, end) => {
    const inside = part(text, start, end)
    const options = wanted instanceof PyTuple ? wanted.items : [wanted]
    const python = name.toLowerCase()
    for (const option of options) {
      const affixText = textOf(option)
      if (affixText === undefined) {
        const what =
          wanted instanceof PyTuple
            ? `tuple for ${python} must only contain str`
            : `${python} first arg must be str or a tuple of str`
        throw typeError(`${what}, not ${typeName(option)}`)
      }
      if (inside?.text[name](affixText)) return true
    }
    return false
  }
}

const blanks = new RegExp(`[${pythonSpace}]+`, 'g')

function splitBlanks(text: string, max: number): string[] {
  const parts: string[] = []
  let rest = stripStart(text, null)
  while (rest !== '') {
    if (parts.length === max) {
      parts.push(stripEnd(rest, null))
      break
    }
    blanks.lastIndex = 0
    const found = blanks.exec(rest)
    if (!found) {
      parts.push(rest)
      break
    }
    parts.push(rest.slice(0, found.index))
    rest = rest.slice(found.index + found[0].length)
  }
  return parts
}

function splitBlanksFromEnd(text: string, max: number): string[] {
  const parts: string[] = []
  let rest = stripEnd(text, null)
  while (rest !== '') {
    if (parts.length === max) {
      parts.unshift(stripStart(rest, null))
      break
    }
    const word = new RegExp(`[^${pythonSpace}]+$`).exec(rest)
    if (!word) break
    parts.unshift(word[0])
    rest = stripEnd(rest.slice(0, word.index), null)
  }
  return parts
}

function separator(value: Value): string {
  const text = textArgument(value)
  if (text === '') throw valueError('empty separator')
  return text
}

function split(text: string, by: Value = null, limit: Value = -1): Value {
  const most = intArgument(limit)
  const max = most < 0 ? Number.POSITIVE_INFINITY : most
  if (by === null) return splitBlanks(text, max)
  const parts = text.split(separator(by))
  if (parts.length <= max + 1) return parts
  return [...parts.slice(0, max), parts.slice(max).join(separator(by))]
}

function rsplit(text: string, by: Value = null, limit: Value = -1): Value {
  const most = intArgument(limit)
  if (most < 0 && by !== null) return split(text, by)
  const max = most < 0 ? Number.POSITIVE_INFINITY : most
  if (by === null) return splitBlanksFromEnd(text, max)
  const parts = splitFromEnd(text, separator(by))
  if (parts.length <= max + 1) return parts
  const head = parts.slice(0, parts.length - max).join(separator(by))
  return max === 0 ? [text] : [head, ...parts.slice(parts.length - max)]
}

function splitFromEnd(text: string, by: string): string[] {
  const parts: string[] = []
  let end = text.length
  for (let at = text.lastIndexOf(by, end - by.length); at >= 0 && end - by.length >= 0; ) {
    parts.unshift(text.slice(at + by.length, end))
    end = at
    if (end - by.length < 0) break
    at = text.lastIndexOf(by, end - by.length)
  }
  parts.unshift(text.slice(0, end))
  return parts
}

/** Joins the items of anything iterable, all of which must be text. */
function joinText(by: string, items: Value): string {
  const iterable = findIterable(items)
  if (iterable === undefined) throw typeError('can only join an iterable')
  const parts: string[] = []
  for (const item of iterable) {
    const text = textOf(item)
    if (text === undefined) {
      throw typeError(`sequence item ${parts.length}: expected str instance, ${typeName(item)} found`)
    }
    parts.push(text)
  }
  return parts.join(by)
}

/** `str.replace`; a count below zero replaces all. */
export function replaceText(text: string, old: string, by: string, most = -1): string {
  if (most < 0)
    return old === '' ? `${by}${characters(text).join(by)}${text === '' ? '' : by}` : text.replaceAll(old, () => by)
  if (old === '') {
    const points = characters(text)
    const done = points.slice(0, most).map(point => by + point)
    return done.join('') + points.slice(most).join('') + (most > points.length ? by : '')
  }
  const parts = text.split(old)
  if (parts.length <= most + 1) return parts.join(by)
  return [...parts.slice(0, most), parts.slice(most).join(old)].join(by)
}

function partition(text: string, by: Value, last: boolean): PyTuple {
  const needle = separator(by)
  const at = last ? text.lastIndexOf(needle) : text.indexOf(needle)
  if (at === -1) return new PyTuple(last ? ['', '', text] : [text, '', ''])
  return new PyTuple([text.slice(0, at), needle, text.slice(at + needle.length)])
}

function strip(name: string, ends: (text: string, chars: string | null) => string): readonly [string, Method<string>] {
  return method(name, 0, 1, (text, chars = null) =>
    ends(text, chars === null ? null : textArgument(chars, `${name} arg`)),
  )
}

function encode(text: string, encoding: Value = 'utf-8', errors: Value = 'strict'): PyBytes {
  const name = textArgument(encoding).toLowerCase().replaceAll(/[_ ]/g, '-')
  if (['utf-8', 'utf8', 'u8'].includes(name)) return new PyBytes(new TextEncoder().encode(text))
  const limit = { ascii: 127, 'us-ascii': 127, latin1: 255, 'latin-1': 255, 'iso-8859-1': 255 }[name]
  if (limit === undefined) throw lookupError(`unknown encoding: ${name}`)
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code <= limit) bytes.push(code)
    else if (errors === 'replace') bytes.push(63)
    else if (errors !== 'ignore') throw valueError(`'${name}' codec can't encode character '${character}'`)
  }
  return new PyBytes(new Uint8Array(bytes))
}

function translate(text: string, table: Value): string {
  if (!(table instanceof PyDict)) throw typeError(`'${typeName(table)}' object is not a translation table`)
  let out = ''
  for (const character of text) {
    const to = table.get(character.codePointAt(0) ?? 0)
    if (to === undefined) out += character
    else if (typeof to === 'number') out += String.fromCodePoint(to)
    else if (to !== null) out += textArgument(to, 'character mapping')
  }
  return out
}

function makeTable(_text: string, from: Value, to?: Value, dropped?: Value): PyDict {
  const table = new PyDict()
  if (to === undefined) {
    if (!(from instanceof PyDict)) throw typeError('if you give only one argument to maketrans it must be a dict')
    for (const [key, value] of from.entries())
      table.set(typeof key === 'string' ? (key.codePointAt(0) ?? 0) : key, value)
    return table
  }
  const left = Array.from(textArgument(from))
  const right = Array.from(textArgument(to))
  if (left.length !== right.length) throw valueError('the first two maketrans arguments must have equal length')
  for (const [index, one] of left.entries()) table.set(one.codePointAt(0) ?? 0, right[index]?.codePointAt(0) ?? 0)
  if (dropped !== undefined) for (const one of textArgument(dropped)) table.set(one.codePointAt(0) ?? 0, null)
  return table
}

export const stringMethods: Methods<string> = new Map<string, Method<string>>([
  ...letterMethods,
  method('find', 1, 3, (text, wanted = null, start, end) => find(text, wanted, start, end, false)),
  method('rfind', 1, 3, (text, wanted = null, start, end) => find(text, wanted, start, end, true)),
  method('index', 1, 3, (text, wanted = null, start, end) => requireFound(find(text, wanted, start, end, false))),
  method('rindex', 1, 3, (text, wanted = null, start, end) => requireFound(find(text, wanted, start, end, true))),
  method('count', 1, 3, (text, wanted = null, start, end) => count(text, wanted, start, end)),
  method('startswith', 1, 3, affix('startsWith')),
  method('endswith', 1, 3, affix('endsWith')),
  method('split', 0, 2, split, ['sep', 'maxsplit']),
  method('rsplit', 0, 2, rsplit, ['sep', 'maxsplit']),
  method('splitlines', 0, 1, (text, keep = false) => splitLines(text, keep !== false && keep !== 0), ['keepends']),
  method('join', 1, 1, (text, items = null) => joinText(text, items)),
  method('replace', 2, 3, (text, old = null, by = null, most = -1) =>
    replaceText(
      text,
      textArgument(old, 'replace() argument 1'),
      textArgument(by, 'replace() argument 2'),
      intArgument(most),
    ),
  ),
  method('partition', 1, 1, (text, by = null) => partition(text, by, false)),
  method('rpartition', 1, 1, (text, by = null) => partition(text, by, true)),
  method('removeprefix', 1, 1, (text, prefix = null) => {
    const start = textArgument(prefix, 'removeprefix() argument')
    return text.startsWith(start) ? text.slice(start.length) : text
  }),
  method('removesuffix', 1, 1, (text, suffix = null) => {
    const end = textArgument(suffix, 'removesuffix() argument')
    return end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text
  }),
  strip('strip', (text, chars) => stripEnd(stripStart(text, chars), chars)),
  strip('lstrip', stripStart),
  strip('rstrip', stripEnd),
  method('encode', 0, 2, encode, ['encoding', 'errors']),
  method('translate', 1, 1, (text, table = null) => translate(text, table)),
  method('maketrans', 1, 3, (text, from = null, to, dropped) => makeTable(text, from, to, dropped)),
])
