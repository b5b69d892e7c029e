/**
 * The one door to nunjucks. What serves here is the token plumbing of its parser (read, peek, push back, skip): our
 * parser extends that class. Its lexer, grammar, nodes and compiler do not serve: names, numbers, strings and white
 * space are split differently from Jinja2, the precedence table is JavaScript's, tests take no arguments, and nodes
 * keep a line and a column but no end, so those parts are our own.
 */
import nunjucksParser from 'nunjucks/src/parser.js'

/** A source of tokens that repeats its last token for ever. */
export interface TokenSource<Token> {
  nextToken(): Token
}

/** The part of nunjucks' `Parser` that is used. */
export interface TokenReader<Token extends { readonly type: string }> {
  nextToken(): Token
  peekToken(): Token
  pushToken(token: Token): void
  /** Takes the next token if it is of the type. */
  skip(type: Token['type']): boolean
  skipValue(type: Token['type'], value: unknown): boolean
}

type TokenReaderClass = new <Token extends { readonly type: string }>(tokens: TokenSource<Token>) => TokenReader<Token>

export const TokenReader = nunjucksParser.Parser as unknown as TokenReaderClass
