/**
 * Splits a template into tokens, as Jinja2's lexer does under dbt's settings: no line statements, no trim_blocks, no
 * lstrip_blocks, one trailing newline dropped, `\r\n` and `\r` read as `\n`. Whitespace control is done here, so that
 * the parser sees text data and tokens only. Offsets refer to the text as given, before newlines are normalised.
 */
import { placeAt, type SourceFile } from '../base/source-file.ts'
import { decodeStringLiteral } from './string-literal.ts'
import { syntaxError, type TemplateError } from './template-error.ts'
import { normalInt } from './value.ts'

export type TokenType =
  | 'data'
  | 'block_begin'
  | 'block_end'
  | 'variable_begin'
  | 'variable_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'eof'
  | OperatorType

export interface Token {
  readonly type: TokenType
  /** Decoded: the text of data, names and strings, the number of numbers. */
  readonly value: string | number | bigint
  readonly start: number
  readonly end: number
}

export const operators = {
  '+': 'add',
  '-': 'sub',
  '/': 'div',
  '//': 'floordiv',
  '*': 'mul',
  '%': 'mod',
  '**': 'pow',
  '~': 'tilde',
  '[': 'lbracket',
  ']': 'rbracket',
  '(': 'lparen',
  ')': 'rparen',
  '{': 'lbrace',
  '}': 'rbrace',
  '==': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gteq',
  '<': 'lt',
  '<=': 'lteq',
  '=': 'assign',
  '.': 'dot',
  ':': 'colon',
  '|': 'pipe',
  ',': 'comma',
  ';': 'semicolon',
} as const

type OperatorType = (typeof operators)[keyof typeof operators]

/** Where the text of a template stands. */
export interface TemplateText {
  readonly text: string
  readonly file: SourceFile
  /** Offset of the text in the file. */
  readonly base: number
}

/** What Python's `str.isspace` and `\s` take for white space; JavaScript's `\s` differs. */
const space = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const whitespace = new RegExp(`${space}+`, 'y')
const trailingSpace = new RegExp(`${space}+$`)
const tagStart = /\{[{%#]/g
const rawBegin = new RegExp(`\\{%[-+]?${space}*raw${space}*(?:-%\\}${space}*|%\\})`, 'y')
const rawEnd = new RegExp(`\\{%([-+]?)${space}*endraw${space}*(?:\\+%\\}|-%\\}${space}*|%\\})`, 'g')
const commentEnd = new RegExp(`\\+#\\}|-#\\}${space}*|#\\}`, 'g')
const blockEnd = new RegExp(`\\+%\\}|-%\\}${space}*|%\\}`, 'y')
const variableEnd = new RegExp(`-\\}\\}${space}*|\\}\\}`, 'y')
const float = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy
const asciiName = /[A-Za-z_][A-Za-z0-9_]*/y
const anyName = /[\p{L}\p{N}\p{M}\p{Pc}\u00b7\u0387\u1369-\u1371\u19da\u2118\u212e\u309b\u309c]+/uy
const identifier = /^[\p{XIDS}_][\p{XIDC}]*$/u
const string = /'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y
const operator = /\*\*|\/\/|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y

const closers: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' }

/** @throws `template/syntax` */
export function tokenize(source: TemplateText): Token[] {
  return new Lexer(source).run()
}

class Lexer {
  private readonly source: TemplateText
  private readonly text: string
  private readonly original: (offset: number) => number
  private readonly tokens: Token[] = []
  private at = 0

  constructor(source: TemplateText) {
    this.source = source
    const { text, original } = normaliseNewlines(source.text)
    this.text = text.endsWith('\n') ? text.slice(0, -1) : text
    this.original = original
  }

  run(): Token[] {
    while (this.at < this.text.length) this.root()
    const last = this.tokens.at(-1)
    const end = last?.start ?? this.original(0)
    this.tokens.push({ type: 'eof', value: '', start: end, end })
    return this.tokens
  }

  private root(): void {
    tagStart.lastIndex = this.at
    const found = tagStart.exec(this.text)
    if (!found) {
      this.data(this.at, this.text.length, false)
      this.at = this.text.length
      return
    }
    const open = found.index
    const sign = this.text[open + 2]
    this.data(this.at, open, sign === '-')
    const inner = open + (sign === '-' || sign === '+' ? 3 : 2)
    if (found[0] === '{#') this.comment(inner)
    else if (found[0] === '{{') this.tag(open, inner, 'variable')
    else {
      const raw = matchAt(rawBegin, this.text, open)
      if (raw !== undefined) this.raw(open + raw.length)
      else this.tag(open, inner, 'block')
    }
  }

  private data(start: number, end: number, stripEnd: boolean): void {
    if (start >= end) return
    let text = this.text.slice(start, end)
    if (stripEnd) text = text.replace(trailingSpace, '')
    if (text !== '') this.push('data', text, start, start + text.length)
  }

  private comment(inner: number): void {
    commentEnd.lastIndex = inner
    const end = commentEnd.exec(this.text)
    if (!end && inner < this.text.length) throw this.fail('Missing end of comment tag', inner)
    this.at = end ? commentEnd.lastIndex : inner
  }

  private raw(inner: number): void {
    rawEnd.lastIndex = inner
    const end = rawEnd.exec(this.text)
    if (!end && inner < this.text.length) throw this.fail('Missing end of raw directive', inner)
    this.at = end ? rawEnd.lastIndex : inner
    if (end) this.data(inner, end.index, end[1] === '-')
  }

  private tag(open: number, inner: number, kind: 'block' | 'variable'): void {
    this.push(`${kind}_begin`, '', open, inner)
    this.at = inner
    const ending = kind === 'block' ? blockEnd : variableEnd
    const openBrackets: string[] = []
    while (this.at < this.text.length) {
      if (openBrackets.length === 0 && mayEnd(this.text.charCodeAt(this.at))) {
        const end = matchAt(ending, this.text, this.at)
        if (end !== undefined) {
          this.push(`${kind}_end`, '', this.at, this.at + end.length)
          this.at += end.length
          return
        }
      }
      this.token(openBrackets)
    }
  }

  private token(brackets: string[]): void {
    const { text, at } = this
    const code = text.charCodeAt(at)
    if (code <= 32 || code >= 128) {
      const blank = matchAt(whitespace, text, at)
      if (blank !== undefined) {
        this.at += blank.length
        return
      }
    }
    if (code >= 48 && code <= 57) this.number()
    else if (code === 39 || code === 34) this.string()
    else if (code > 127 || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) this.name()
    else this.operator(brackets)
  }

  private number(): void {
    const { at } = this
    const real = matchAt(float, this.text, at)
    if (real !== undefined) {
      this.at += real.length
      this.push('float', Number(real.replaceAll('_', '')), at, this.at)
      return
    }
    const whole = matchAt(integer, this.text, at)
    if (whole === undefined) throw this.unexpected()
    this.at += whole.length
    this.push('integer', normalInt(BigInt(whole.replaceAll('_', ''))), at, this.at)
  }

  private string(): void {
    const { at } = this
    string.lastIndex = at
    const found = string.exec(this.text)
    if (!found) throw this.unexpected()
    const value = decodeStringLiteral(found[1] ?? found[2] ?? '')
    if (typeof value !== 'string') throw this.fail(value.error, at)
    this.at += found[0].length
    this.push('string', value, at, this.at)
  }

  private name(): void {
    const { at } = this
    let name = matchAt(asciiName, this.text, at)
    if (name === undefined || this.text.charCodeAt(at + name.length) > 127) name = matchAt(anyName, this.text, at)
    if (name === undefined) throw this.unexpected()
    if (name.charCodeAt(0) > 127 || /\P{ASCII}/u.test(name)) {
      if (!identifier.test(name)) throw this.fail('Invalid character in identifier', at)
    }
    this.at += name.length
    this.push('name', name, at, this.at)
  }

  private operator(brackets: string[]): void {
    const { at } = this
    const found = matchAt(operator, this.text, at)
    if (found === undefined) throw this.unexpected()
    const closer = closers[found]
    if (closer !== undefined) brackets.push(closer)
    else if (found === '}' || found === ')' || found === ']') {
      const expected = brackets.pop()
      if (expected === undefined) throw this.fail(`unexpected '${found}'`, at)
      if (expected !== found) throw this.fail(`unexpected '${found}', expected '${expected}'`, at)
    }
    this.at += found.length
    this.push(operators[found as keyof typeof operators], found, at, this.at)
  }

  private push(type: TokenType, value: string | number | bigint, start: number, end: number): void {
    this.tokens.push({ type, value, start: this.original(start), end: this.original(end) })
  }

  private unexpected(): TemplateError {
    return this.fail(`unexpected char '${String.fromCodePoint(this.text.codePointAt(this.at) ?? 32)}'`, this.at)
  }

  private fail(message: string, at: number): TemplateError {
    const start = this.source.base + this.original(at)
    return syntaxError(message, placeAt(this.source.file, start))
  }
}

/** `%`, `}`, or a sign before one. */
function mayEnd(code: number): boolean {
  return code === 37 || code === 125 || code === 45 || code === 43
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** The text with `\n` only, and the way back from its offsets. */
function normaliseNewlines(text: string): { text: string; original: (offset: number) => number } {
  if (!text.includes('\r')) return { text, original: offset => offset }
  const dropped: number[] = []
  const normal = text.replace(/\r\n?/g, (found, at: number) => {
    if (found.length === 2) dropped.push(at - dropped.length)
    return '\n'
  })
  return {
    text: normal,
    original(offset) {
      let low = 0
      let high = dropped.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((dropped[middle] ?? 0) < offset) low = middle + 1
        else high = middle
      }
      return offset + low
    },
  }
}
