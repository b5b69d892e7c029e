/** The tokens of a template as a parser takes them, and its complaints in Jinja2's words. */
import { placeAt } from '../base/source-file.ts'
import { operators, type TemplateText, type Token, type TokenType, tokenize } from './lexer.ts'
import { TokenReader, type TokenSource } from './nunjucks.ts'
import { syntaxError } from './template-error.ts'

const typeNames: Readonly<Record<string, string>> = {
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  data: 'template data / text',
  eof: 'end of template',
  ...Object.fromEntries(Object.entries(operators).map(([text, type]) => [type, text])),
}

function describeType(type: TokenType): string {
  return typeNames[type] ?? type
}

export function describeToken(token: Token): string {
  return token.type === 'name' ? String(token.value) : describeType(token.type)
}

class Tokens implements TokenSource<Token> {
  private readonly tokens: readonly Token[]
  private at = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }
  nextToken(): Token {
    const token = this.next()
    if (token.type !== 'eof') this.at++
    return token
  }
  /** The token that `nextToken` will give. */
  next(): Token {
    return this.tokens[this.at]!
  }
}

export class TokenParser extends TokenReader<Token> {
  protected readonly source: TemplateText
  private readonly ahead: Tokens
  /** Where the last token that was taken ends. */
  protected lastEnd = 0

  constructor(source: TemplateText) {
    const tokens = new Tokens(tokenize(source))
    super(tokens)
    this.source = source
    this.ahead = tokens
  }

  protected take(): Token {
    const token = this.nextToken()
    this.lastEnd = token.end
    return token
  }

  protected skipType(type: TokenType): boolean {
    if (this.peekToken().type !== type) return false
    this.take()
    return true
  }

  protected isName(value: string): boolean {
    const token = this.peekToken()
    return token.type === 'name' && token.value === value
  }

  protected skipName(value: string): boolean {
    if (!this.isName(value)) return false
    this.take()
    return true
  }

  /** The token after the one that `peekToken` gives. */
  protected following(): Token {
    this.peekToken()
    return this.ahead.next()
  }

  protected expect(type: TokenType): Token {
    const token = this.peekToken()
    if (token.type === type) return this.take()
    return this.unexpected(token, describeType(type))
  }

  protected expectName(value: string): Token {
    if (this.isName(value)) return this.take()
    return this.unexpected(this.peekToken(), value)
  }

  private unexpected(token: Token, wanted: string): never {
    if (token.type === 'eof') return this.failAt(`unexpected end of template, expected '${wanted}'`, token)
    return this.failAt(`expected token '${wanted}', got '${describeToken(token)}'`, token)
  }

  protected failAt(message: string, at: { readonly start: number; readonly end?: number }): never {
    const { file, base } = this.source
    const end = at.end === undefined || at.end === at.start ? undefined : base + at.end
    throw syntaxError(message, placeAt(file, base + at.start, end))
  }
}
