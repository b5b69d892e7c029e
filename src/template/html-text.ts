/** The filters for HTML: links in text, attributes, tags taken out, percent-encoding. */
import { textOf } from './comparison.ts'
import { findIterable, iterate, toArray, unpack } from './iteration.ts'
import { escapeText, escapeValue } from './markup.ts'
import { repr, str } from './repr.ts'
import { typeError, valueError } from './template-error.ts'
import { pythonSpace } from './text.ts'
import { PyBytes, PyDict, PyObject, typeName, Undefined, type Value } from './value.ts'

const link = new RegExp(
  '^((https?://|www\\.)(([\\w%-]+\\.)+)?([a-z]{2,63}|xn--[\\w%]{2,59})' +
    '|([\\w%-]{2,63}\\.)+(com|net|int|edu|gov|org|info|mil)' +
    '|(https?://)((([\\d]{1,3})(\\.[\\d]{1,3}){3})|(\\[([\\da-f]{0,4}:){2}([\\da-f]{0,4}:?){1,6}\\])))' +
    '(?::[\\d]{1,5})?(?:[/?#]\\S*)?$',
  'i',
)
const mail = /^\S+@\w[\w.-]*\.\w+$/

export interface LinkOptions {
  readonly limit: number | undefined
  readonly rel: string
  readonly target: string
  readonly schemes: readonly string[]
}

export function linkify(text: string, options: LinkOptions): string {
  const words = escapeText(text).split(new RegExp(`([${pythonSpace}]+)`))
  return words.map(word => linkWord(word, options)).join('')
}

function linkWord(word: string, options: LinkOptions): string {
  let middle = word
  const head = /^(?:[(<]|&lt;)+/.exec(middle)?.[0] ?? ''
  middle = middle.slice(head.length)
  let tail = /(?:[)>.,\n]|&gt;)+$/.exec(middle)?.[0] ?? ''
  middle = middle.slice(0, middle.length - tail.length)
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    const opened = middle.split(open).length - 1
    if (opened <= middle.split(close).length - 1) continue
    for (let round = Math.min(opened, tail.split(close).length - 1); round > 0; round--) {
      const end = tail.indexOf(close) + close.length
      middle += tail.slice(0, end)
      tail = tail.slice(end)
    }
  }
  return head + linkMiddle(middle, options) + tail
}

function linkMiddle(text: string, { limit, rel, target, schemes }: LinkOptions): string {
  const attributes = (rel ? ` rel="${escapeText(rel)}"` : '') + (target ? ` target="${escapeText(target)}"` : '')
  const shown = limit !== undefined && text.length > limit ? `${text.slice(0, limit)}...` : text
  if (link.test(text)) {
    const url = /^https?:\/\//.test(text) ? text : `https://${text}`
    return `<a href="${url}"${attributes}>${shown}</a>`
  }
  if (text.startsWith('mailto:') && mail.test(text.slice(7))) return `<a href="${text}">${text.slice(7)}</a>`
  if (text.includes('@') && !/^(?:www\.|@)/.test(text) && !text.includes(':') && mail.test(text)) {
    return `<a href="mailto:${text}">${text}</a>`
  }
  const scheme = schemes.find(one => text !== one && text.startsWith(one))
  return scheme === undefined ? text : `<a href="${text}"${attributes}>${text}</a>`
}

/** `quote` of urllib: letters, digits, `_.-~` and `/` stay. */
function quoteUrl(value: Value, forQuery = false): string {
  const bytes = value instanceof PyBytes ? value.data : new TextEncoder().encode(textOf(value) ?? str(value))
  let out = ''
  for (const byte of bytes) {
    const character = String.fromCharCode(byte)
    if (/[A-Za-z0-9_.~-]/.test(character) || (character === '/' && !forQuery)) out += character
    else out += character === ' ' && forQuery ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

export function urlEncode(value: Value): string {
  if (textOf(value) !== undefined || findIterable(value) === undefined) return quoteUrl(value)
  const pairs = value instanceof PyDict ? [...value.entries()] : toArray(value).map(pair => unpack(pair, 2))
  return pairs.map(([key, item]) => `${quoteUrl(key!, true)}=${quoteUrl(item!, true)}`).join('&')
}

export function xmlAttributes(value: Value, autospace: boolean): string {
  const parts: string[] = []
  for (const [key, item] of entriesOf(value)) {
    if (item === null || item instanceof Undefined) continue
    const name = textOf(key)
    if (name === undefined) throw typeError(`expected string or bytes-like object, got '${typeName(key)}'`)
    if (/[\t-\r />=]/.test(name)) throw valueError(`Invalid character in attribute name: ${repr(key)}`)
    parts.push(`${escapeText(name)}="${escapeValue(item).text}"`)
  }
  const text = parts.join(' ')
  return autospace && text !== '' ? ` ${text}` : text
}

function entriesOf(value: Value): Iterable<readonly [Value, Value]> {
  if (value instanceof PyDict) return value.entries()
  if (value instanceof PyObject && value.kind === 'mapping') {
    return toArray(value).map(key => [key, value.item(key) ?? null] as const)
  }
  if (value instanceof Undefined) throw value.fail()
  throw typeError(`'${typeName(value)}' object has no attribute 'items'`)
}

/** The policies leave `noopener` as the one `rel` of links. */
export function linkRelations(rel: string, nofollow: boolean): string {
  const parts = new Set(rel.split(/\s+/).filter(one => one))
  if (nofollow) parts.add('nofollow')
  parts.add('noopener')
  return [...parts].sort().join(' ')
}

export function schemeList(value: Value): string[] {
  if (value === null) return []
  return Array.from(iterate(value), scheme => {
    const text = textOf(scheme)
    if (text === undefined || !/^[\w.+-]{2,}:\/{0,2}$/.test(text)) {
      throw valueError(`${repr(scheme)} is not a valid URI scheme prefix.`)
    }
    return text
  })
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\xa0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  sect: '§',
  deg: '°',
  middot: '·',
  bull: '•',
  times: '×',
  divide: '÷',
  laquo: '«',
  raquo: '»',
  para: '¶',
}

function unescapeText(text: string): string {
  return text.replace(/&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([A-Za-z]+))(;?)/g, (found, decimal, hex, name, end) => {
    if (name !== undefined) {
      const plain = named[name]
      return plain === undefined || (end === '' && !/^(?:amp|lt|gt|quot|nbsp|copy|reg)$/.test(name)) ? found : plain
    }
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
  })
}

export function stripTags(text: string): string {
  const plain = cut(cut(text, '<!--', '-->'), '<', '>')
  const words = plain.split(new RegExp(`[${pythonSpace}]+`)).filter(word => word)
  return unescapeText(words.join(' '))
}

function cut(text: string, open: string, close: string): string {
  let rest = text
  for (let start = rest.indexOf(open); start !== -1; start = rest.indexOf(open)) {
    const end = rest.indexOf(close, start)
    if (end === -1) break
    rest = rest.slice(0, start) + rest.slice(end + close.length)
  }
  return rest
}
