/** Python's `json.loads`: JSON read into Python's values, `NaN` and big integers included. */
import { valueError } from '../template/template-error.ts'
import { normalInt, PyDict, PyFloat, type Value } from '../template/value.ts'

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
