/**
 * What stands in the head of a tag beside expressions: targets that are assigned to, signatures, and the names that dbt
 * gives to its kinds of macros.
 */
import type { Expression, MacroKind, Name, Signature, Target } from './ast.ts'
import type { Token } from './lexer.ts'
import { ExpressionParser } from './parse-expression.ts'
import { TemplateError } from './template-error.ts'

/** Everything of a macro but its body. */
export interface MacroHead extends Signature {
  readonly macroKind: MacroKind
  /** As written; `name` is the name under which dbt keeps it. */
  readonly givenName: string
  readonly name: string
}

export class HeadParser extends ExpressionParser {
  /** From a tag to the last token that was taken. */
  protected since(from: { readonly start: number }): { start: number; end: number } {
    return { start: from.start, end: this.lastEnd }
  }

  protected macroHead(): MacroHead {
    const givenName = this.plainTarget().name
    return { macroKind: 'macro', givenName, name: `dbt_macro__${givenName}`, ...this.signature() }
  }

  protected testHead(): MacroHead {
    const givenName = this.plainTarget().name
    return { macroKind: 'test', givenName, name: `dbt_macro__test_${givenName}`, ...this.signature() }
  }

  protected docsHead(): MacroHead {
    const givenName = this.plainTarget().name
    return { macroKind: 'docs', givenName, name: `dbt_docs__${givenName}`, parameters: [], defaults: [] }
  }

  protected materializationHead(tag: Token): MacroHead {
    const givenName = this.plainTarget().name
    let adapter = 'default'
    let languages: Expression | undefined
    let languagesName: Name | undefined
    while (this.skipType('comma')) {
      const option = this.plainTarget()
      if (option.name === 'adapter') {
        this.expect('assign')
        const value = this.expression()
        if (value.kind === 'constant') adapter = String(value.value)
      } else if (option.name === 'supported_languages') {
        this.expect('assign')
        languages = this.expression()
        languagesName = option
      } else if (option.name !== 'default') {
        const at = {
          file: this.source.file,
          start: this.source.base + option.start,
          end: this.source.base + option.end,
        }
        const message = `materialization '${givenName}' received unknown argument '${option.name}'`
        throw new TemplateError('template/macro-argument', message, { at })
      }
    }
    const { start, end } = tag
    const parameter: Name = languagesName ?? { kind: 'name', name: 'supported_languages', start, end }
    const sqlOnly: Expression = { kind: 'constant', value: 'sql', start, end }
    const signature: Signature = {
      parameters: [parameter],
      defaults: [languages ?? { kind: 'list', items: [sqlOnly], start, end }],
    }
    const name = `dbt_macro__materialization_${givenName}_${adapter}`
    return { macroKind: 'materialization', givenName, name, ...signature }
  }

  protected signature(): Signature {
    const parameters: Name[] = []
    const defaults: Expression[] = []
    this.expect('lparen')
    while (this.peekToken().type !== 'rparen') {
      if (parameters.length > 0) this.expect('comma')
      const parameter = this.plainTarget()
      if (this.skipType('colon')) this.typeAnnotation()
      if (this.skipType('assign')) defaults.push(this.expression())
      else if (defaults.length > 0) this.failAt('non-default argument follows default argument', this.peekToken())
      parameters.push(parameter)
    }
    this.expect('rparen')
    return { parameters, defaults }
  }

  /** dbt checks the form of a type, `list[str]`, and nothing else. */
  private typeAnnotation(): void {
    this.expect('name')
    if (!this.skipType('lbracket')) return
    for (let first = true; this.peekToken().type !== 'rbracket'; first = false) {
      if (!first) this.expect('comma')
      this.typeAnnotation()
    }
    this.expect('rbracket')
  }

  /** `with context` and `without context`, whether they stood there. */
  protected loadContext(): boolean {
    if (!(this.isName('with') || this.isName('without')) || this.following().value !== 'context') return false
    this.take()
    this.take()
    return true
  }

  protected plainTarget(): Name {
    const token = this.expect('name')
    const name: Name = { kind: 'name', name: String(token.value), start: token.start, end: token.end }
    if (/^(?:[Tt]rue|[Ff]alse|[Nn]one)$/.test(name.name)) this.failAt("can't assign to 'name'", token)
    return name
  }

  protected target(options: { withNamespace?: boolean }): Target {
    const { start } = this.peekToken()
    const { items, isTuple } = this.commaSeparated(() => this.oneTarget(options.withNamespace ?? false))
    if (!isTuple && items[0]) return items[0]
    if (!isTuple) return this.failAt('Expected an expression to assign to', this.peekToken())
    return { kind: 'targets', items, start, end: this.lastEnd }
  }

  private oneTarget(withNamespace: boolean): Target {
    const node = this.primary()
    if (withNamespace && node.kind === 'name' && this.peekToken().type === 'dot') {
      this.take()
      const attribute = String(this.expect('name').value)
      return { kind: 'namespace', name: node.name, attribute, start: node.start, end: this.lastEnd }
    }
    return this.assignable(node)
  }

  private assignable(node: Expression): Target {
    if (node.kind === 'name') return node
    if (node.kind === 'tuple') {
      return { kind: 'targets', items: node.items.map(item => this.assignable(item)), start: node.start, end: node.end }
    }
    return this.failAt(`can't assign to '${node.kind}'`, node)
  }
}
