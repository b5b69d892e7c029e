/**
 * The options of a `config()` call as they are written, for `state_modified_compare_more_unrendered_values`: dbt keeps
 * the syntax tree of each option of the first call in a text, whichever call runs, unless it read the text without
 * rendering it.
 */
import type { Call, Expression, Template } from '../template/ast.ts'
import { keywordRepr } from '../template/node-repr.ts'
import { PyDict } from '../template/value.ts'
import { eachStatement } from '../template/walk.ts'

/** Empty when no call names an option in the text itself. */
export function writtenConfig(template: Template): PyDict {
  let first: Call | undefined
  eachStatement(template.body, {
    load(node) {
      if (node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === 'config') first ??= node
    },
  })
  return PyDict.of((first?.kwargs ?? []).map(one => [one.name, keywordRepr(one)] as const))
}

/**
 * Whether dbt's static parser reads a model: it knows nothing but prints of `ref`, `source` and `config` whose arguments
 * are texts, truth values, lists and dicts, and no tags, numbers or trimmed whitespace.
 */
export function isReadWithoutRendering(text: string, template: Template): boolean {
  if (/\{%|\{\{-|-\}\}/.test(text.replace(/\{#.*?#\}/gs, ''))) return false
  return template.body.every(
    node => node.kind === 'output' && node.items.every(item => item.kind === 'data' || isPlainPrint(item)),
  )
}

function isPlainPrint(node: Expression): boolean {
  if (node.kind === 'constant') return true
  if (node.kind !== 'call' || node.callee.kind !== 'name' || node.rest || node.restNamed) return false
  switch (node.callee.name) {
    case 'ref':
    case 'source':
      return node.args.every(isPlainValue)
    case 'config':
      return (
        node.args.length === 0 &&
        node.kwargs.length > 0 &&
        node.kwargs.every(one => isPlainValue(one.value) && !/^(?:pre|post)_hook$/.test(one.name))
      )
    default:
      return false
  }
}

function isPlainValue(node: Expression): boolean {
  switch (node.kind) {
    case 'constant':
      return typeof node.value === 'string' || typeof node.value === 'boolean'
    case 'list':
      return node.items.every(isPlainValue)
    case 'dict':
      return node.pairs.flat().every(isPlainValue)
    default:
      return false
  }
}
