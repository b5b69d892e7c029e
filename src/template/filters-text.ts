/** Filters over text. */

import { slice } from './attribute.ts'
import { numeric, textOf } from './comparison.ts'
import type { Evaluation } from './evaluation.ts'
import { type Filter, filter, filterArgumentError } from './filter.ts'
import { linkify, linkRelations, schemeList, stripTags, urlEncode, xmlAttributes } from './html-text.ts'
import { lengthOf, truthy } from './iteration.ts'
import { jsonText } from './json-text.ts'
import { center } from './letter-methods.ts'
import { escapeText, escapeValue } from './markup.ts'
import { intArgument, optionalInt, textArgument } from './method.ts'
import { fixed } from './number-format.ts'
import { parseFloatText } from './number-parse.ts'
import { add, modulo } from './operators.ts'
import { prettyPrint } from './pretty-print.ts'
import { str } from './repr.ts'
import { replaceText } from './string-methods.ts'
import { typeError, valueError } from './template-error.ts'
import { capitalize, lowerCase, splitLines, stripEnd, stripStart, textLength, upperCase } from './text.ts'
import { wrapText } from './text-wrap.ts'
import { Markup, PyDict, PyObject, PyTuple, typeName, Undefined, type Value } from './value.ts'

/** Text in, text out; marked text stays marked. */
function mapText(value: Value, change: (text: string) => string): Value {
  const changed = change(str(value))
  return value instanceof Markup ? new Markup(changed) : changed
}

function title(text: string): string {
  return text
    .split(/([-\s({[<]+)/)
    .map(part => {
      const [first = '', ...rest] = part
      return upperCase(first) + lowerCase(rest.join(''))
    })
    .join('')
}

function indent(value: Value, width: Value, first: Value, blank: Value): Value {
  const indention = textOf(width) ?? ' '.repeat(Math.max(0, intArgument(width)))
  const text = textOf(add(value, value instanceof Markup ? new Markup('\n') : '\n')) ?? ''
  const lines = splitLines(text)
  let result: string
  if (truthy(blank)) result = lines.join(`\n${indention}`)
  else {
    const [head = '', ...rest] = lines
    result = [head, ...rest.map(line => (line === '' ? '' : indention + line))].join('\n')
  }
  if (truthy(first)) result = indention + result
  return value instanceof Markup ? new Markup(result) : result
}

function truncate(env: Evaluation, value: Value, length: Value, killWords: Value, end: Value, leeway: Value): Value {
  const ending = textArgument(end)
  const size = intArgument(length)
  const slack = leeway === null ? 5 : intArgument(leeway)
  if (size < textLength(ending)) throw valueError(`expected length >= ${textLength(ending)}, got ${size}`)
  if (slack < 0) throw valueError(`expected leeway >= 0, got ${slack}`)
  if (lengthOf(value) <= size + slack) return value
  const cut = slice(env, value, null, size - textLength(ending), null)
  if (truthy(killWords)) return add(cut, ending)
  const text = textOf(cut)
  if (text === undefined) throw typeError(`'${typeName(value)}' object has no attribute 'rsplit'`)
  const blank = text.lastIndexOf(' ')
  return (blank === -1 ? text : text.slice(0, blank)) + ending
}

function wordWrap(value: Value, width: Value, breakLong: Value, by: Value, onHyphens: Value): string {
  const text = textOf(value)
  if (text === undefined) {
    if (value instanceof Undefined) throw value.fail()
    throw typeError(`'${typeName(value)}' object has no attribute 'splitlines'`)
  }
  const wrapper = by === null ? '\n' : textArgument(by)
  const size = intArgument(width)
  if (size <= 0) throw valueError(`invalid width ${size} (must be > 0)`)
  const options = { width: size, breakLongWords: truthy(breakLong), breakOnHyphens: truthy(onHyphens) }
  return splitLines(text)
    .map(line => wrapText(line, options).join(wrapper))
    .join(wrapper)
}

function fileSize(value: Value, binary: boolean): string {
  const text = textOf(value)
  const number = numeric(value) ?? (value instanceof PyObject ? value.toFloat() : undefined)
  const bytes = text === undefined ? Number(number) : parseFloatText(text)
  if (value instanceof Undefined) throw value.fail()
  if (bytes === undefined) throw valueError(`could not convert string to float: '${text}'`)
  if (Number.isNaN(bytes))
    throw typeError(`float() argument must be a string or a real number, not '${typeName(value)}'`)
  const base = binary ? 1024 : 1000
  if (bytes === 1) return '1 Byte'
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`
  const prefixes = Array.from('KMGTPEZY', (letter, index) =>
    binary ? `${letter}iB` : `${index === 0 ? 'k' : letter}B`,
  )
  let unit = base
  for (const prefix of prefixes) {
    unit *= base
    if (bytes < unit || prefix === prefixes.at(-1)) return `${fixed((base * bytes) / unit, 1)} ${prefix}`
  }
  return ''
}

function stripBoth(value: Value, chars: Value): Value {
  const set = chars === null ? null : textArgument(chars, 'strip arg')
  return mapText(value, text => stripEnd(stripStart(text, set), set))
}

function htmlJson(value: Value, indentBy: Value): Markup {
  const width = indentBy === null ? undefined : (textOf(indentBy) ?? intArgument(indentBy))
  const text = jsonText(value, { sortKeys: true, ...(width === undefined ? {} : { indent: width }) })
  return new Markup(text.replace(/[<>&']/g, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`))
}

const format: Filter = {
  name: 'format',
  usesContext: false,
  run(_env, [value = null, ...args], kwargs) {
    if (args.length > 0 && kwargs.size > 0) {
      throw filterArgumentError("can't handle positional and keyword arguments at the same time")
    }
    const text = value instanceof Markup ? value : str(value)
    return modulo(text, kwargs.size > 0 ? PyDict.of(kwargs) : new PyTuple(args))
  },
}

export const textFilters: readonly Filter[] = [
  filter('upper', ['s'], (_, value = null) => mapText(value, upperCase)),
  filter('lower', ['s'], (_, value = null) => mapText(value, lowerCase)),
  filter('capitalize', ['s'], (_, value = null) => mapText(value, capitalize)),
  filter('title', ['s'], (_, value = null) => title(str(value))),
  filter('trim', ['value', ['chars', null]], (_, value = null, chars = null) => stripBoth(value, chars)),
  filter('center', ['value', ['width', 80]], (_, value = null, width = 80) =>
    mapText(value, text => center(text, intArgument(width))),
  ),
  filter('string', ['s'], (_, value = null) => (value instanceof Markup ? value : str(value))),
  filter('replace', ['s', 'old', 'new', ['count', null]], (_, value = null, old = null, by = null, count = null) =>
    replaceText(str(value), str(old), str(by), optionalInt(count) ?? -1),
  ),
  format,
  filter(
    'indent',
    ['s', ['width', 4], ['first', false], ['blank', false]],
    (_, value = null, width = 4, first = false, blank = false) => indent(value, width, first, blank),
  ),
  filter(
    'truncate',
    ['s', ['length', 255], ['killwords', false], ['end', '...'], ['leeway', null]],
    (env, value = null, length = 255, kill = false, end = '...', leeway = null) =>
      truncate(env, value, length, kill, end, leeway),
  ),
  filter(
    'wordwrap',
    ['s', ['width', 79], ['break_long_words', true], ['wrapstring', null], ['break_on_hyphens', true]],
    (_, value = null, width = 79, breakLong = true, by = null, onHyphens = true) =>
      wordWrap(value, width, breakLong, by, onHyphens),
  ),
  filter('wordcount', ['s'], (_, value = null) => str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  filter('escape', ['s', '/'], (_, value = null) => escapeValue(value)),
  filter('e', ['s', '/'], (_, value = null) => escapeValue(value)),
  filter('forceescape', ['value'], (_, value = null) => new Markup(escapeText(str(value)))),
  filter('safe', ['value'], (_, value = null) => (value instanceof Markup ? value : new Markup(str(value)))),
  filter('striptags', ['value'], (_, value = null) => stripTags(str(value))),
  filter('urlencode', ['value'], (_, value = null) => urlEncode(value)),
  filter('xmlattr', ['d', ['autospace', true]], (_, value = null, autospace = true) =>
    xmlAttributes(value, truthy(autospace)),
  ),
  filter(
    'urlize',
    ['value', ['trim_url_limit', null], ['nofollow', false], ['target', null], ['rel', null], ['extra_schemes', null]],
    (_, value = null, limit = null, nofollow = false, target = null, rel = null, schemes = null) =>
      linkify(str(value), {
        limit: optionalInt(limit) ?? undefined,
        rel: linkRelations(rel === null ? '' : textArgument(rel), truthy(nofollow)),
        target: target === null ? '' : textArgument(target),
        schemes: schemeList(schemes),
      }),
  ),
  filter('filesizeformat', ['value', ['binary', false]], (_, value = null, binary = false) =>
    fileSize(value, truthy(binary)),
  ),
  filter('pprint', ['value'], (_, value = null) => prettyPrint(value)),
  filter('tojson', ['value', ['indent', null]], (_, value = null, indentBy = null) => htmlJson(value, indentBy)),
]
