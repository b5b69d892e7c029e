/** Python's `ast.literal_eval`, for the text that as_bool, as_number and as_native are given. */

import { parseInteger } from './number-parse.ts'
import { negative } from './operators.ts'
import { decodeStringLiteral } from './string-literal.ts'
import { PyBytes, PyDict, PyFloat, PySet, PyTuple, type Value } from './value.ts'

/** The value of a Python literal; `undefined` when the text is anything else. */
export function literalEval(text: string): Value | undefined {
  const reader = new LiteralReader(text.replace(/^[ \t]+/, ''))
  try {
    return reader.whole()
  } catch (error) {
    if (error instanceof NoLiteral) return undefined
    throw error
  }
}

class NoLiteral {}

const token =
  /(?:[ \t\f\n\r]|\\\n|#[^\n]*(?![^\n]))*(?:(?<number>(?:0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?)(?![\w.]))|(?<prefix>[rRbBuU]{0,2})(?<string>'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|(?<name>[A-Za-z_]\w*)|(?<mark>[-+()[\]{},:]))/y

type Token = Readonly<Record<'number' | 'prefix' | 'string' | 'name' | 'mark', string | undefined>>

class LiteralReader {
  private readonly text: string
  private at = 0
  private current: Token | undefined

  constructor(text: string) {
    this.text = text
    this.next()
  }

  private next(): void {
    token.lastIndex = this.at
    const found = token.exec(this.text)
    this.current = found?.groups as Token | undefined
    if (found) this.at = token.lastIndex
  }

  private fail(): never {
    throw new NoLiteral()
  }

  whole(): Value {
    const value = this.tuple(undefined)
    if (this.current || !/^(?:\s|#[^\n]*(?:\n|$))*$/.test(this.text.slice(this.at))) this.fail()
    return value
  }

  private isMark(mark: string): boolean {
    return this.current?.mark === mark
  }

  private skip(mark: string): boolean {
    if (!this.isMark(mark)) return false
    this.next()
    return true
  }

  /** One value, or several with commas up to the closing mark (or the end). */
  private tuple(close: string | undefined): Value {
    const items: Value[] = []
    let hasComma = false
    const atEnd = (): boolean => (close === undefined ? this.current === undefined : this.isMark(close))
    while (!atEnd()) {
      items.push(this.value())
      if (!this.skip(',')) break
      hasComma = true
    }
    if (!atEnd()) this.fail()
    if (items.length === 1 && !hasComma) return items[0]!
    return items.length === 0 && close === undefined ? this.fail() : new PyTuple(items)
  }

  private value(): Value {
    const { current } = this
    if (!current) return this.fail()
    if (current.mark === '-' || current.mark === '+') return this.signed(current.mark)
    if (current.number !== undefined) return this.number(current.number)
    if (current.string !== undefined) return this.strings()
    if (current.name !== undefined) return this.name(current.name)
    this.next()
    switch (current.mark) {
      case '(': {
        const value = this.tuple(')')
        this.next()
        return value
      }
      case '[':
        return this.sequence(']')
      case '{':
        return this.braces()
      default:
        return this.fail()
    }
  }

  private signed(sign: string): Value {
    this.next()
    const { current } = this
    if (current?.mark === '-' || current?.mark === '+') return this.fail()
    const value = this.value()
    if (typeof value !== 'number' && typeof value !== 'bigint' && !(value instanceof PyFloat)) return this.fail()
    return sign === '-' ? negative(value) : value
  }

  private number(text: string): Value {
    this.next()
    if (/^0[xXoObB]/.test(text)) return parseInteger(text, 0) ?? this.fail()
    if (/^[\d_]+$/.test(text)) {
      if (/^0[\d_]*[1-9]/.test(text)) return this.fail()
      return parseInteger(text) ?? this.fail()
    }
    return new PyFloat(Number(text.replaceAll('_', '')))
  }

  private strings(): Value {
    let text = ''
    let isBytes: boolean | undefined
    for (let part = this.current; part?.string !== undefined; part = this.current) {
      const prefix = (part.prefix ?? '').toLowerCase()
      if (isBytes !== undefined && isBytes !== prefix.includes('b')) return this.fail()
      isBytes = prefix.includes('b')
      const size = /^(?:'''|""")/.test(part.string) ? 3 : 1
      const raw = part.string.slice(size, -size)
      const decoded = prefix.includes('r') ? raw : decodeStringLiteral(raw)
      if (typeof decoded !== 'string') return this.fail()
      text += decoded
      this.next()
    }
    return isBytes ? new PyBytes(Uint8Array.from(text, character => character.charCodeAt(0))) : text
  }

  private name(name: string): Value {
    this.next()
    if (name === 'None') return null
    if (name === 'True' || name === 'False') return name === 'True'
    if (name === 'set' && this.skip('(') && this.skip(')')) return new PySet()
    return this.fail()
  }

  private sequence(close: string): Value[] {
    const items: Value[] = []
    while (!this.isMark(close)) {
      items.push(this.value())
      if (!this.skip(',')) break
    }
    if (!this.skip(close)) this.fail()
    return items
  }

  private braces(): Value {
    if (this.skip('}')) return new PyDict()
    const first = this.value()
    if (!this.skip(':')) return this.set(first)
    const dict = new PyDict().set(first, this.value())
    while (this.skip(',') && !this.isMark('}')) {
      const key = this.value()
      if (!this.skip(':')) this.fail()
      dict.set(key, this.value())
    }
    if (!this.skip('}')) this.fail()
    return dict
  }

  private set(first: Value): Value {
    const items = [first]
    while (this.skip(',') && !this.isMark('}')) items.push(this.value())
    if (!this.skip('}')) this.fail()
    return new PySet(items)
  }
}
