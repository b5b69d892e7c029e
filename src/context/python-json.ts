/** Python's `json` module: `dumps` with its spelling of numbers, text and separators, and `loads` with its types. */
import { typeError, valueError } from '../template/template-error.ts'
import { Markup, normalInt, PyDict, PyFloat, PyTuple, typeName, type Value } from '../template/value.ts'
import { sortedBy } from '../template/comparison.ts'
import { repr, str } from '../template/repr.ts'

export interface DumpOptions {
  readonly sortKeys?: boolean
  readonly indent?: number
  /** Print what has no JSON form as its text instead of raising. */
  readonly lenient?: boolean
}

/** @throws `template/type` for values without a JSON form */
export function dumpJson(value: Value, options: DumpOptions = {}): string {
  return dump(value, options, '\n', new Set())
}

function dump(value: Value, options: DumpOptions, newline: string, open: Set<object>): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'string') return jsonText(value)
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Markup) return jsonText(value.text)
  if (value instanceof PyFloat) return jsonFloat(value)
  if (Array.isArray(value) || value instanceof PyTuple) {
    const items = Array.isArray(value) ? value : value.items
    return nested(value, open, () => {
      const inner = deeper(newline, options)
      return bracketed('[', ']', items.map(item => dump(item, options, inner, open)), newline, options)
    })
  }
  if (value instanceof PyDict) {
    return nested(value, open, () => dumpDict(value, options, newline, open))
  }
  if (options.lenient) return jsonText(str(value))
  throw typeError(`Object of type ${typeName(value)} is not JSON serializable`)
}

function dumpDict(dict: PyDict, options: DumpOptions, newline: string, open: Set<object>): string {
  const inner = deeper(newline, options)
  let pairs = Array.from(dict, ([key, value]) => ({ key, value }))
  if (options.sortKeys) pairs = sortedBy(pairs, pair => pair.key, false)
  const shown = pairs.map(({ key, value }) => `${jsonText(keyText(key))}: ${dump(value, options, inner, open)}`)
  return bracketed('{', '}', shown, newline, options)
}

function nested(container: object, open: Set<object>, work: () => string): string {
  if (open.has(container)) throw valueError('Circular reference detected')
  open.add(container)
  const text = work()
  open.delete(container)
  return text
}

function deeper(newline: string, { indent }: DumpOptions): string {
  return indent === undefined ? newline : newline + ' '.repeat(indent)
}

function bracketed(begin: string, end: string, items: readonly string[], newline: string, options: DumpOptions): string {
  if (items.length === 0) return begin + end
  if (options.indent === undefined) return begin + items.join(', ') + end
  const inner = deeper(newline, options)
  return begin + inner + items.join(`,${inner}`) + newline + end
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key
  if (key === null) return 'null'
  if (typeof key === 'boolean') return key ? 'true' : 'false'
  if (key instanceof PyFloat) return jsonFloat(key)
  if (typeof key === 'number' || typeof key === 'bigint') return String(key)
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

function jsonFloat(value: PyFloat): string {
  if (Number.isNaN(value.value)) return 'NaN'
  if (!Number.isFinite(value.value)) return value.value > 0 ? 'Infinity' : '-Infinity'
  return repr(value)
}

/** Everything outside ASCII is escaped, one escape for each UTF-16 unit. */
function jsonText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    unit => (unit === '\u007f' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
}

/** @throws `template/value` for text that is not JSON */
export function loadJson(text: string): Value {
  const reader = new JsonReader(text)
  return reader.document()
}

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y
const wordValues: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new PyFloat(Number.NaN)],
  ['Infinity', new PyFloat(Number.POSITIVE_INFINITY)],
  ['-Infinity', new PyFloat(Number.NEGATIVE_INFINITY)],
]

class JsonReader {
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  document(): Value {
    const value = this.value()
    this.blanks()
    if (this.at < this.text.length) throw this.failure('Extra data')
    return value
  }

  private value(): Value {
    this.blanks()
    switch (this.text[this.at]) {
      case '"':
        return this.string()
      case '[':
        return this.list()
      case '{':
        return this.dict()
      default:
        return this.wordOrNumber()
    }
  }

  private wordOrNumber(): Value {
    for (const [word, value] of wordValues) {
      if (!this.text.startsWith(word, this.at)) continue
      this.at += word.length
      return value
    }
    numberPattern.lastIndex = this.at
    const match = numberPattern.exec(this.text)
    if (!match) throw this.failure('Expecting value')
    this.at += match[0].length
    if (match[1] !== undefined || match[2] !== undefined) return new PyFloat(Number(match[0]))
    return normalInt(BigInt(match[0]))
  }

  private list(): Value {
    const items: Value[] = []
    this.at++
    this.blanks()
    if (this.take(']')) return items
    for (;;) {
      items.push(this.value())
      this.blanks()
      if (this.take(']')) return items
      if (!this.take(',')) throw this.failure("Expecting ',' delimiter")
    }
  }

  private dict(): Value {
    const dict = new PyDict()
    this.at++
    this.blanks()
    if (this.take('}')) return dict
    for (;;) {
      this.blanks()
      if (this.text[this.at] !== '"') throw this.failure('Expecting property name enclosed in double quotes')
      const key = this.string()
      this.blanks()
      if (!this.take(':')) throw this.failure("Expecting ':' delimiter")
      dict.set(key, this.value())
      this.blanks()
      if (this.take('}')) return dict
      if (!this.take(',')) throw this.failure("Expecting ',' delimiter")
    }
  }

  /** Python takes what JavaScript takes here; control characters are refused by both. */
  private string(): string {
    let end = this.at + 1
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1
    const raw = this.text.slice(this.at, end + 1)
    try {
      const value: unknown = JSON.parse(raw)
      this.at = end + 1
      return String(value)
    } catch {
      throw this.failure('Invalid string')
    }
  }

  private blanks(): void {
    while (/[ \t\n\r]/.test(this.text[this.at] ?? '')) this.at++
  }
  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }
  private failure(what: string): Error {
    const before = this.text.slice(0, this.at)
    const line = before.split('\n').length
    const column = this.at - before.lastIndexOf('\n')
    return valueError(`${what}: line ${line} column ${column} (char ${this.at})`)
  }
}
