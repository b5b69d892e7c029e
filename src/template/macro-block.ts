/** What a `{% macro %}`, `{% test %}` or `{% materialization %}` block defines: its name for the context, its parameters. */
import type { Expression, Macro, Template } from './ast.ts'
import type { TemplateText } from './lexer.ts'
import { parseTemplate } from './parse.ts'
import { TemplateError } from './template-error.ts'
import { eachStatement } from './walk.ts'

export interface MacroBlock {
  /** As the context calls it: `x`, `test_x`, `materialization_x_default`. */
  readonly name: string
  /** As compiled code exports it, with dbt's prefix. */
  readonly key: string
  readonly macro: Macro
  readonly template: Template
  /** Of materializations: `['sql']` unless the tag says otherwise. */
  readonly supportedLanguages: readonly string[] | undefined
}

const prefix = 'dbt_macro__'

/**
 * Parses the text of one block. Gives `undefined` for a block that is no macro to dbt (docs).
 * @throws `template/syntax`; `template/block` unless the text holds exactly one macro
 */
export function parseMacroBlock(source: TemplateText): MacroBlock | undefined {
  const template = parseTemplate(source)
  const macros: Macro[] = []
  eachStatement(template.body, {
    statement: node => {
      if (node.kind === 'macro') macros.push(node)
    },
  })
  const [first] = template.body
  const only = template.body.length === 1 && first?.kind === 'macro' ? first : macros[0]
  if (!only || (only !== first && macros.length !== 1)) {
    const at = { file: source.file, start: source.base, end: source.base + source.text.length }
    throw new TemplateError('template/block', `Found ${macros.length} macros in one block, expected 1`, { at })
  }
  if (!only.name.startsWith(prefix)) return undefined
  return {
    name: only.name.replaceAll(prefix, ''),
    key: only.name,
    macro: only,
    template,
    supportedLanguages: only.macroKind === 'materialization' ? languagesOf(only) : undefined,
  }
}

function languagesOf(macro: Macro): string[] {
  const [languages] = macro.defaults
  if (languages?.kind !== 'list') return []
  return languages.items.map(textOfConstant).filter(one => one !== undefined)
}

function textOfConstant(node: Expression): string | undefined {
  return node.kind === 'constant' ? String(node.value) : undefined
}
