/** The statement grammar: Jinja2's tags with the extensions `do` and `loopcontrols`, and dbt's own block tags. */
import type { Data, Expression, If, Macro, Signature, Statement, Target, Template } from './ast.ts'
import type { TemplateText, Token } from './lexer.ts'
import { HeadParser, type MacroHead } from './parse-head.ts'
import { recursionError } from './template-error.ts'

/** @throws `template/syntax`, and `template/macro-argument` for an unknown argument of a materialization */
export function parseTemplate(source: TemplateText): Template {
  try {
    return new Parser(source).template()
  } catch (error) {
    if (error instanceof RangeError) throw recursionError('the template is nested too deeply')
    throw error
  }
}

class Parser extends HeadParser {
  private readonly openTags: string[] = []
  private readonly awaited: (readonly string[])[] = []
  /** Statements by the name of their tag. */
  private static readonly handlers: Readonly<Record<string, (parser: Parser, tag: Token) => Statement>> = {
    set: (parser, tag) => parser.set(tag),
    for: (parser, tag) => parser.for(tag),
    if: (parser, tag) => parser.if(tag),
    with: (parser, tag) => parser.with(tag),
    autoescape: (parser, tag) => parser.autoescape(tag),
    block: (parser, tag) => parser.block(tag),
    print: (parser, tag) => parser.print(tag),
    macro: (parser, tag) => parser.macro(tag, parser.macroHead()),
    test: (parser, tag) => parser.macro(tag, parser.testHead()),
    materialization: (parser, tag) => parser.macro(tag, parser.materializationHead(tag)),
    docs: (parser, tag) => parser.macro(tag, parser.docsHead()),
    call: (parser, tag) => parser.callBlock(tag),
    filter: (parser, tag) => parser.filterBlock(tag),
    do: (parser, tag) => parser.do(tag),
    break: (_, tag) => ({ kind: 'break', start: tag.start, end: tag.end }),
    continue: (_, tag) => ({ kind: 'continue', start: tag.start, end: tag.end }),
    include: (parser, tag) => parser.include(tag),
    import: (parser, tag) => parser.import(tag),
    from: (parser, tag) => parser.from(tag),
    extends: (parser, tag) => ({
      kind: 'load',
      tag: 'extends',
      template: parser.expression(),
      names: [],
      ...parser.since(tag),
    }),
  }

  template(): Template {
    const body = this.statements(undefined)
    return { body, length: this.source.text.length }
  }

  private statements(endTags: readonly string[] | undefined): Statement[] {
    const body: Statement[] = []
    let output: (Data | Expression)[] = []
    const flush = (): void => {
      const [first] = output
      const last = output.at(-1)
      if (first && last) body.push({ kind: 'output', items: output, start: first.start, end: last.end })
      output = []
    }
    if (endTags) this.awaited.push(endTags)
    for (;;) {
      const token = this.peekToken()
      if (token.type === 'eof') break
      this.take()
      if (token.type === 'data') {
        output.push({ kind: 'data', text: String(token.value), start: token.start, end: token.end })
      } else if (token.type === 'variable_begin') {
        output.push(this.tuple())
        this.expect('variable_end')
      } else {
        flush()
        const name = this.peekToken()
        if (endTags && name.type === 'name' && endTags.includes(String(name.value))) {
          this.awaited.pop()
          return body
        }
        body.push(this.statement())
        this.expect('block_end')
      }
    }
    flush()
    if (endTags) {
      this.awaited.pop()
      this.failEnd(endTags)
    }
    return body
  }

  private statement(): Statement {
    const tag = this.peekToken()
    if (tag.type !== 'name') return this.failAt('tag name expected', tag)
    const name = String(tag.value)
    const handler = Object.hasOwn(Parser.handlers, name) ? Parser.handlers[name] : undefined
    if (!handler) return this.failUnknown(tag)
    this.take()
    this.openTags.push(name)
    const statement = handler(this, tag)
    this.openTags.pop()
    return statement
  }

  private failUnknown(tag: Token): never {
    const current = this.awaited.at(-1)
    const parts = [`Encountered unknown tag '${tag.value}'`]
    if (current) {
      const looking = current.map(name => `'${name}'`).join(' or ')
      const nesting = this.awaited.some(names => names.includes(String(tag.value)))
      parts.push(
        nesting
          ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}`
          : `Jinja was looking for the following tags: ${looking}`,
      )
    }
    const innermost = this.openTags.at(-1)
    if (innermost) parts.push(`The innermost block that needs to be closed is '${innermost}'`)
    return this.failAt(parts.join('. '), tag)
  }

  private failEnd(endTags: readonly string[]): never {
    const looking = endTags.map(name => `'${name}'`).join(' or ')
    const parts = ['Unexpected end of template', `Jinja was looking for the following tags: ${looking}`]
    const innermost = this.openTags.at(-1)
    if (innermost) parts.push(`The innermost block that needs to be closed is '${innermost}'`)
    return this.failAt(parts.join('. '), this.peekToken())
  }

  /** The statements up to one of the end tags, whose name is the next token afterwards. */
  private body(...endTags: readonly string[]): Statement[] {
    this.skipType('colon')
    this.expect('block_end')
    return this.statements(endTags)
  }

  private closedBody(endTag: string): Statement[] {
    const body = this.body(endTag)
    this.take()
    return body
  }

  private set(tag: Token): Statement {
    const target = this.target({ withNamespace: true })
    if (this.skipType('assign')) {
      const value = this.tuple()
      return { kind: 'set', target, value, ...this.since(tag) }
    }
    const filter = this.filter(undefined)
    const body = this.closedBody('endset')
    return { kind: 'setBlock', target, filter, body, ...this.since(tag) }
  }

  private for(tag: Token): Statement {
    const target = this.target({})
    this.expectName('in')
    const iterable = this.tuple({ withCondition: false })
    const test = this.skipName('if') ? this.expression() : undefined
    const recursive = this.skipName('recursive')
    const head = this.since(tag)
    const body = this.body('endfor', 'else')
    const otherwise = this.take().value === 'else' ? this.closedBody('endfor') : []
    return { kind: 'for', target, iterable, test, recursive, body, otherwise, ...head }
  }

  private if(tag: Token): If {
    const branches: { test: Expression; body: Statement[] }[] = []
    let otherwise: Statement[] = []
    for (;;) {
      const test = this.tuple({ withCondition: false })
      branches.push({ test, body: this.body('elif', 'else', 'endif') })
      const end = this.take()
      if (end.value === 'elif') continue
      if (end.value === 'else') otherwise = this.closedBody('endif')
      return { kind: 'if', branches, otherwise, ...this.since(tag) }
    }
  }

  private with(tag: Token): Statement {
    const targets: Target[] = []
    const values: Expression[] = []
    while (this.peekToken().type !== 'block_end') {
      if (targets.length > 0) this.expect('comma')
      targets.push(this.target({}))
      this.expect('assign')
      values.push(this.expression())
    }
    return { kind: 'with', targets, values, body: this.closedBody('endwith'), ...this.since(tag) }
  }

  private autoescape(tag: Token): Statement {
    const value = this.expression()
    return { kind: 'autoescape', value, body: this.closedBody('endautoescape'), ...this.since(tag) }
  }

  private block(tag: Token): Statement {
    const name = String(this.expect('name').value)
    const scoped = this.skipName('scoped')
    const required = this.skipName('required')
    if (this.peekToken().type === 'sub') {
      this.failAt('Block names may not contain hyphens, use an underscore instead', this.peekToken())
    }
    const body = this.closedBody('endblock')
    if (required && !body.every(isBlank)) this.failAt('Required blocks can only contain comments or whitespace', tag)
    this.skipName(name)
    return { kind: 'block', name, scoped, required, body, ...this.since(tag) }
  }

  private print(tag: Token): Statement {
    const items: Expression[] = []
    while (this.peekToken().type !== 'block_end') {
      if (items.length > 0) this.expect('comma')
      items.push(this.expression())
    }
    return { kind: 'output', items, ...this.since(tag) }
  }

  private macro(tag: Token, head: MacroHead): Macro {
    const body = this.closedBody(`end${head.macroKind}`)
    return { kind: 'macro', ...head, body, ...this.since(tag) }
  }

  private callBlock(tag: Token): Statement {
    const none: Signature = { parameters: [], defaults: [] }
    const signature = this.peekToken().type === 'lparen' ? this.signature() : none
    const call = this.expression()
    if (call.kind !== 'call') return this.failAt('expected call', tag)
    const head = this.since(tag)
    return { kind: 'callBlock', call, ...signature, body: this.closedBody('endcall'), ...head }
  }

  private filterBlock(tag: Token): Statement {
    const filter = this.filter(undefined, true)
    if (!filter) return this.failAt('expected a filter', tag)
    return { kind: 'filterBlock', filter, body: this.closedBody('endfilter'), ...this.since(tag) }
  }

  private do(tag: Token): Statement {
    const value = this.tuple()
    return { kind: 'do', value, ...this.since(tag) }
  }

  private include(tag: Token): Statement {
    const template = this.expression()
    if (this.isName('ignore') && this.following().value === 'missing') {
      this.take()
      this.take()
    }
    this.loadContext()
    return { kind: 'load', tag: 'include', template, names: [], ...this.since(tag) }
  }

  private import(tag: Token): Statement {
    const template = this.expression()
    this.expectName('as')
    const { name } = this.plainTarget()
    this.loadContext()
    return { kind: 'load', tag: 'import', template, names: [name], ...this.since(tag) }
  }

  private from(tag: Token): Statement {
    const template = this.expression()
    this.expectName('import')
    const names: string[] = []
    for (;;) {
      if (names.length > 0) this.expect('comma')
      if (this.peekToken().type !== 'name' || this.loadContext()) break
      const target = this.plainTarget()
      if (target.name.startsWith('_')) {
        this.failAt('names starting with an underline can not be imported', target)
      }
      names.push(this.skipName('as') ? this.plainTarget().name : target.name)
      if (this.loadContext() || this.peekToken().type !== 'comma') break
    }
    if (names.length === 0) this.expect('name')
    return { kind: 'load', tag: 'from', template, names, ...this.since(tag) }
  }
}

function isBlank(statement: Statement): boolean {
  return statement.kind === 'output' && statement.items.every(item => item.kind === 'data' && item.text.trim() === '')
}
