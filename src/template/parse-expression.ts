/**
 * Jinja2's expression grammar, which is neither Python's nor nunjucks': `~` binds tighter than `+`, `**` is
 * left-associative, unary minus binds tighter than `**`, filters and tests apply after the unary operators.
 */
import type { Arguments, BinaryOperator, Comparison, ComparisonOperator, Expression, Filter, Keyword } from './ast.ts'
import type { Token, TokenType } from './lexer.ts'
import { describeToken, TokenParser } from './token-parser.ts'
import { PyFloat, type Value } from './value.ts'

const comparisons: Partial<Record<TokenType, ComparisonOperator>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  lteq: '<=',
  gt: '>',
  gteq: '>=',
}

const factors: Partial<Record<TokenType, BinaryOperator>> = { mul: '*', div: '/', floordiv: '//', mod: '%' }

const constants: Readonly<Record<string, Value>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

export class ExpressionParser extends TokenParser {
  expression(withCondition = true): Expression {
    return withCondition ? this.condition() : this.or()
  }

  private condition(): Expression {
    let then = this.or()
    while (this.skipName('if')) {
      const test = this.or()
      const otherwise = this.skipName('else') ? this.condition() : undefined
      then = { kind: 'condition', test, then, otherwise, start: then.start, end: this.lastEnd }
    }
    return then
  }

  private or(): Expression {
    let left = this.and()
    while (this.skipName('or')) {
      const right = this.and()
      left = { kind: 'or', left, right, start: left.start, end: right.end }
    }
    return left
  }

  private and(): Expression {
    let left = this.not()
    while (this.skipName('and')) {
      const right = this.not()
      left = { kind: 'and', left, right, start: left.start, end: right.end }
    }
    return left
  }

  private not(): Expression {
    if (!this.isName('not')) return this.comparison()
    const { start } = this.take()
    const operand = this.not()
    return { kind: 'not', operand, start, end: operand.end }
  }

  private comparison(): Expression {
    const first = this.sum()
    const rest: Comparison[] = []
    for (;;) {
      const token = this.peekToken()
      let operator = comparisons[token.type]
      if (operator !== undefined) this.take()
      else if (this.skipName('in')) operator = 'in'
      else if (this.isName('not') && this.following().type === 'name' && this.following().value === 'in') {
        this.take()
        this.take()
        operator = 'not in'
      } else break
      rest.push({ operator, operand: this.sum() })
    }
    if (rest.length === 0) return first
    return { kind: 'compare', first, rest, start: first.start, end: this.lastEnd }
  }

  private sum(): Expression {
    let left = this.concatenation()
    for (;;) {
      const { type } = this.peekToken()
      if (type !== 'add' && type !== 'sub') return left
      this.take()
      const right = this.concatenation()
      left = { kind: 'binary', operator: type === 'add' ? '+' : '-', left, right, start: left.start, end: right.end }
    }
  }

  private concatenation(): Expression {
    const first = this.product()
    if (this.peekToken().type !== 'tilde') return first
    const items = [first]
    while (this.skipType('tilde')) items.push(this.product())
    return { kind: 'concat', items, start: first.start, end: this.lastEnd }
  }

  private product(): Expression {
    let left = this.power()
    for (;;) {
      const operator = factors[this.peekToken().type]
      if (operator === undefined) return left
      this.take()
      const right = this.power()
      left = { kind: 'binary', operator, left, right, start: left.start, end: right.end }
    }
  }

  private power(): Expression {
    let left = this.unary()
    while (this.skipType('pow')) {
      const right = this.unary()
      left = { kind: 'binary', operator: '**', left, right, start: left.start, end: right.end }
    }
    return left
  }

  private unary(withFilter = true): Expression {
    const { type, start } = this.peekToken()
    let node: Expression
    if (type === 'sub' || type === 'add') {
      this.take()
      const operand = this.unary(false)
      node = { kind: type === 'sub' ? 'negative' : 'positive', operand, start, end: operand.end }
    } else node = this.primary()
    node = this.postfix(node)
    return withFilter ? this.filtersAndTests(node) : node
  }

  protected primary(): Expression {
    const token = this.peekToken()
    const { start } = token
    switch (token.type) {
      case 'name': {
        this.take()
        const name = String(token.value)
        const constant = Object.hasOwn(constants, name) ? constants[name] : undefined
        if (constant !== undefined) return { kind: 'constant', value: constant, start, end: token.end }
        return { kind: 'name', name, start, end: token.end }
      }
      case 'string': {
        let value = ''
        while (this.peekToken().type === 'string') value += this.take().value
        return { kind: 'constant', value, start, end: this.lastEnd }
      }
      case 'integer':
      case 'float': {
        this.take()
        const value = token.type === 'float' ? new PyFloat(Number(token.value)) : token.value
        return { kind: 'constant', value, start, end: token.end }
      }
      case 'lparen': {
        this.take()
        const node = this.tuple({ parenthesised: true })
        this.expect('rparen')
        return { ...node, start, end: this.lastEnd }
      }
      case 'lbracket':
        return this.list()
      case 'lbrace':
        return this.dict()
      default:
        return this.failAt(`unexpected '${describeToken(token)}'`, token)
    }
  }

  /** What stands between commas, up to the end of a tag or of brackets. One item with a comma behind it is a tuple. */
  protected commaSeparated<Item>(read: () => Item): { readonly items: Item[]; readonly isTuple: boolean } {
    const items: Item[] = []
    let isTuple = false
    for (;;) {
      if (items.length > 0) this.expect('comma')
      const { type } = this.peekToken()
      if (type === 'variable_end' || type === 'block_end' || type === 'rparen') break
      items.push(read())
      if (this.peekToken().type !== 'comma') break
      isTuple = true
    }
    return { items, isTuple }
  }

  /** One expression, or several with commas between them: a tuple. */
  tuple(options: { parenthesised?: boolean; withCondition?: boolean } = {}): Expression {
    const { start } = this.peekToken()
    const { items, isTuple } = this.commaSeparated(() => this.expression(options.withCondition ?? true))
    if (!isTuple) {
      if (items[0]) return items[0]
      if (!options.parenthesised) {
        return this.failAt(`Expected an expression, got '${describeToken(this.peekToken())}'`, this.peekToken())
      }
    }
    return { kind: 'tuple', items, start, end: Math.max(start, this.lastEnd) }
  }

  private list(): Expression {
    const { start } = this.take()
    const items: Expression[] = []
    while (this.peekToken().type !== 'rbracket') {
      if (items.length > 0) this.expect('comma')
      if (this.peekToken().type === 'rbracket') break
      items.push(this.expression())
    }
    const { end } = this.expect('rbracket')
    return { kind: 'list', items, start, end }
  }

  private dict(): Expression {
    const { start } = this.take()
    const pairs: [Expression, Expression][] = []
    while (this.peekToken().type !== 'rbrace') {
      if (pairs.length > 0) this.expect('comma')
      if (this.peekToken().type === 'rbrace') break
      const key = this.expression()
      this.expect('colon')
      pairs.push([key, this.expression()])
    }
    const { end } = this.expect('rbrace')
    return { kind: 'dict', pairs, start, end }
  }

  protected postfix(node: Expression): Expression {
    let result = node
    for (;;) {
      const { type } = this.peekToken()
      if (type === 'dot') result = this.attribute(result)
      else if (type === 'lbracket') result = this.subscript(result)
      else if (type === 'lparen') result = this.call(result)
      else return result
    }
  }

  private filtersAndTests(node: Expression): Expression {
    let result = node
    for (;;) {
      const token = this.peekToken()
      if (token.type === 'pipe') result = this.filter(result) ?? result
      else if (token.type === 'name' && token.value === 'is') result = this.test(result)
      else if (token.type === 'lparen') result = this.call(result)
      else return result
    }
  }

  private attribute(object: Expression): Expression {
    this.take()
    const token = this.take()
    const { start } = object
    if (token.type === 'name') return { kind: 'attribute', object, name: String(token.value), start, end: token.end }
    if (token.type !== 'integer') return this.failAt('expected name or number', token)
    const key: Expression = { kind: 'constant', value: token.value, start: token.start, end: token.end }
    return { kind: 'item', object, key, start, end: token.end }
  }

  private subscript(object: Expression): Expression {
    const open = this.take()
    const keys: Expression[] = []
    while (this.peekToken().type !== 'rbracket') {
      if (keys.length > 0) this.expect('comma')
      keys.push(this.subscripted())
    }
    const { end } = this.expect('rbracket')
    const [first] = keys
    const key: Expression = keys.length === 1 && first ? first : { kind: 'tuple', items: keys, start: open.start, end }
    return { kind: 'item', object, key, start: object.start, end }
  }

  private subscripted(): Expression {
    const { start } = this.peekToken()
    const part = (): Expression | undefined => {
      const { type } = this.peekToken()
      return type === 'colon' || type === 'rbracket' || type === 'comma' ? undefined : this.expression()
    }
    let from: Expression | undefined
    if (this.peekToken().type !== 'colon') {
      from = this.expression()
      if (this.peekToken().type !== 'colon') return from
    }
    this.take()
    const to = part()
    const step = this.skipType('colon') ? part() : undefined
    return { kind: 'slice', from, to, step, start, end: this.lastEnd }
  }

  protected arguments(): Arguments {
    const open = this.expect('lparen')
    const args: Expression[] = []
    const kwargs: Keyword[] = []
    let rest: Expression | undefined
    let restNamed: Expression | undefined
    const ensure = (holds: boolean): void => {
      if (!holds) this.failAt('invalid syntax for function call expression', open)
    }
    for (let first = true; this.peekToken().type !== 'rparen'; first = false) {
      if (!first) {
        this.expect('comma')
        if (this.peekToken().type === 'rparen') break
      }
      const token = this.peekToken()
      if (token.type === 'mul') {
        ensure(rest === undefined && restNamed === undefined)
        this.take()
        rest = this.expression()
      } else if (token.type === 'pow') {
        ensure(restNamed === undefined)
        this.take()
        restNamed = this.expression()
      } else if (token.type === 'name' && this.following().type === 'assign') {
        ensure(restNamed === undefined)
        this.take()
        this.take()
        const value = this.expression()
        kwargs.push({ name: String(token.value), value, start: token.start, end: value.end })
      } else {
        ensure(rest === undefined && restNamed === undefined && kwargs.length === 0)
        args.push(this.expression())
      }
    }
    this.expect('rparen')
    return { args, kwargs, rest, restNamed }
  }

  private call(callee: Expression): Expression {
    const given = this.arguments()
    return { kind: 'call', callee, ...given, start: callee.start, end: this.lastEnd }
  }

  /** All filters that follow. With `inline` the first one comes without its `|`. */
  protected filter(input: Expression | undefined, inline = false): Filter | undefined {
    let node: Filter | undefined
    let withoutPipe = inline
    while (withoutPipe || this.peekToken().type === 'pipe') {
      if (!withoutPipe) this.take()
      withoutPipe = false
      const token = this.expect('name')
      const name = this.dottedName(token)
      const given = this.optionalArguments()
      const inner: Expression | undefined = node ?? input
      node = { kind: 'filter', input: inner, name, ...given, start: inner?.start ?? token.start, end: this.lastEnd }
    }
    return node
  }

  private dottedName(first: Token): string {
    let name = String(first.value)
    while (this.skipType('dot')) name += `.${this.expect('name').value}`
    return name
  }

  private optionalArguments(): Arguments {
    if (this.peekToken().type === 'lparen') return this.arguments()
    return { args: [], kwargs: [], rest: undefined, restNamed: undefined }
  }

  private test(input: Expression): Expression {
    this.take()
    const negated = this.skipName('not')
    const name = this.dottedName(this.expect('name'))
    const token = this.peekToken()
    let given = this.optionalArguments()
    if (token.type !== 'lparen' && this.startsTestArgument(token)) {
      if (token.type === 'name' && token.value === 'is') this.failAt('You cannot chain multiple tests with is', token)
      given = { ...given, args: [this.postfix(this.primary())] }
    }
    const node: Expression = { kind: 'test', input, name, ...given, start: input.start, end: this.lastEnd }
    return negated ? { kind: 'not', operand: node, start: node.start, end: node.end } : node
  }

  private startsTestArgument(token: Token): boolean {
    switch (token.type) {
      case 'name':
        return token.value !== 'else' && token.value !== 'or' && token.value !== 'and'
      case 'string':
      case 'integer':
      case 'float':
      case 'lbracket':
      case 'lbrace':
        return true
      default:
        return false
    }
  }
}
