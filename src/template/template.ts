/**
 * The Jinja engine: texts in, text or Python values out, to the byte as Jinja2 3.1 does it in dbt's environment.
 *
 *   text --tokenize--> tokens --parseTemplate--> tree --generateCode--> JavaScript text --CompiledTemplate--> output
 *
 * Lexer (lexer.ts): splits text data from code, strips white space as the tags ask, keeps every offset.
 * Parser (parse.ts over parse-expression.ts): Jinja2's grammar with `do`, loop controls and dbt's block tags. Trees are
 * tagged unions (ast.ts) whose nodes know where they stand.
 * Code generation (generate-code.ts over generate-expression.ts): decides which variable each name means (symbols.ts),
 * then writes one JavaScript function per template, macro, call block and recursive loop. The text depends on nothing
 * but the tree, so it can be kept under the hash of the template; it becomes functions on first use. Templates without
 * statements, filters and operators skip this: they are walked as they are (flat-program.ts).
 * Values (value.ts): Python's types in JavaScript. What operators, attributes, filters and tests do with them is in
 * files named after those; `repr.ts` prints them. Compiled code reaches all of it through `runtime.ts`.
 *
 * The async rule. A function of the context may give a promise (a query, say). Compiled functions are generators that
 * yield such promises and nothing else: `drive` runs them at once as long as there is none, so rendering is synchronous
 * unless something really has to wait. Filters and tests never wait.
 *
 * Scopes. A compiled template runs in any Scope. A macro is compiled from its own block alone and bound to a scope per
 * rendering; it sees the scope's names and its own, never those of its caller. `return(v)` throws a ReturnSignal, which
 * ends the innermost macro with a typed value.
 *
 * Errors are DiagnosticErrors with a `template/...` code, the place in the user's file, and the macro calls that led
 * there as notes. Endless recursion and endless loops end as errors.
 */
import type { SourceFile } from '../base/source-file.ts'
import type { CodeMode } from './code-unit.ts'
import { BoundMacro, CompiledTemplate, type Rendered, TemplateCode } from './compiled-template.ts'
import type { EvaluationOptions } from './evaluation.ts'
import { flatten } from './flat-program.ts'
import { generateCode } from './generate-code.ts'
import type { TemplateText } from './lexer.ts'
import { joinPieces } from './native.ts'
import { parseTemplate } from './parse.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

export interface TemplateOptions {
  /** The file that errors point into; the text itself without a path is the default. */
  readonly file?: SourceFile
  /** Offset of the text in the file. */
  readonly base?: number
  /** `mapped` records which part of the output comes from where; `native` is for YAML values. */
  readonly mode?: CodeMode
}

const marks = /\{[{%#]|[#}%]\}/

/** A text without any of Jinja's marks renders as itself, its trailing newline included. */
export function hasMarks(text: string): boolean {
  return marks.test(text)
}

function sourceOf(text: string, options: TemplateOptions): TemplateText {
  return { text, file: options.file ?? { path: '', text }, base: options.base ?? 0 }
}

/**
 * The JavaScript text of a template, empty when it renders as itself. Worth keeping: making it is the slow part.
 * @throws `template/syntax`
 */
export function generateTemplateCode(text: string, options: TemplateOptions = {}): string {
  const mode = options.mode ?? 'text'
  if (mode !== 'native' && !hasMarks(text)) return ''
  const source = sourceOf(text, options)
  const tree = parseTemplate(source)
  const flat = flatten(tree, mode)
  return flat ? JSON.stringify(flat) : generateCode(tree, source, mode)
}

/** A template from code that `generateTemplateCode` made of the same text in the same mode. */
export function instantiateTemplate(code: string, text: string, options: TemplateOptions = {}): CompiledTemplate {
  return withSource(new TemplateCode(code), text, options)
}

function withSource(code: TemplateCode, text: string, options: TemplateOptions): CompiledTemplate {
  const { file, base } = sourceOf(text, options)
  return new CompiledTemplate(code, { file, base }, text)
}

/** Code of short texts by mode and text: thousands of tests share a few, and each mentions the model of its neighbours. */
const shortTexts = new Map<string, TemplateCode>()
const longestShortText = 512
const mostShortTexts = 2048

/** @throws `template/syntax` */
export function compileTemplate(text: string, options: TemplateOptions = {}): CompiledTemplate {
  if (text.length > longestShortText) return instantiateTemplate(generateTemplateCode(text, options), text, options)
  const key = `${options.mode ?? 'text'}\0${text}`
  let code = shortTexts.get(key)
  if (code === undefined) {
    code = new TemplateCode(generateTemplateCode(text, options))
    if (shortTexts.size === mostShortTexts) shortTexts.clear()
    shortTexts.set(key, code)
  }
  return withSource(code, text, options)
}

/** A macro compiled once, to be bound to a scope for each rendering. */
export interface CompiledMacro {
  readonly template: CompiledTemplate
  /** The name it has in its own text, with dbt's prefix: `dbt_macro__x`. */
  readonly name: string
  bind(scope: Scope, options?: EvaluationOptions): BoundMacro
}

/**
 * The macro of a block's text (`{% macro x() %}...{% endmacro %}`; tests and materializations are macros too).
 * `name` is what the context calls it: `x`, `test_x`, `materialization_x_default`.
 */
export function compileMacro(name: string, template: CompiledTemplate): CompiledMacro {
  const key = name.startsWith('dbt_macro__') || name.startsWith('dbt_docs__') ? name : `dbt_macro__${name}`
  return { template, name: key, bind: (scope, options = {}) => new BoundMacro(template, key, scope, options) }
}

/**
 * A YAML value: text whose only content is one expression gives that expression's value, anything else text.
 * @throws `template/conversion` when a value is not what `as_bool` or `as_number` wants
 */
export function renderNative(
  text: string,
  scope: Scope,
  options: TemplateOptions & EvaluationOptions = {},
): Rendered<Value> {
  const template = compileTemplate(text, { ...options, mode: 'native' })
  const pieces = template.renderPieces(scope, options)
  return pieces instanceof Promise ? pieces.then(joinPieces) : joinPieces(pieces)
}

/** What dbt's `get_rendered` does: a text rendered in a scope. */
export function renderText(
  text: string,
  scope: Scope,
  options: TemplateOptions & EvaluationOptions = {},
): Rendered<string> {
  return compileTemplate(text, options).render(scope, options)
}
