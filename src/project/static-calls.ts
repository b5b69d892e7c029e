/** Calls of `ref`, `source` and `config` whose arguments are literals, read off the syntax tree. */
import type { Arguments, Expression } from '../template/ast.ts'
import { parseTemplate } from '../template/parse.ts'
import { TemplateError } from '../template/template-error.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { CapturedCalls } from './captured-calls.ts'
import type { RefCall, SourceCall } from './node.ts'

function readCall(node: Expression, calls: CapturedCalls): boolean {
  if (node.kind === 'name') return node.name === 'this'
  if (node.kind === 'constant') return true
  if (node.kind !== 'call' || node.callee.kind !== 'name' || node.rest || node.restNamed) return false
  switch (node.callee.name) {
    case 'ref': {
      const ref = readRef(node)
      if (ref) calls.refs.push(ref)
      return ref !== undefined
    }
    case 'source': {
      const source = readSource(node)
      if (source && !calls.sources.some(one => one.source === source.source && one.table === source.table)) {
        calls.sources.push(source)
      }
      return source !== undefined
    }
    case 'config':
      return readConfig(node, calls)
    default:
      return false
  }
}

/** A `ref` whose arguments are all literal. */
export function readRef(call: Arguments): RefCall | undefined {
  const texts = call.args.map(textLiteral)
  const [first, second] = texts
  if (first === undefined || texts.length > 2 || (texts.length === 2 && second === undefined)) return undefined
  let version: string | number | null = null
  for (const keyword of call.kwargs) {
    const value = literal(keyword.value)
    if (keyword.name !== 'v' && keyword.name !== 'version') return undefined
    if (typeof value !== 'string' && typeof value !== 'number') return undefined
    version = value
  }
  return second === undefined ? { name: first, package: null, version } : { name: second, package: first, version }
}

export function readSource(call: Arguments): SourceCall | undefined {
  const [source, table, ...more] = call.args.map(textLiteral)
  if (source === undefined || table === undefined || more.length > 0 || call.kwargs.length > 0) return undefined
  return { source, table }
}

/** @returns false when an option is no literal, or a hook, which is a template of its own */
export function readConfig(call: Arguments, calls: CapturedCalls): boolean {
  if (call.args.length > 0 || call.kwargs.length === 0) return false
  const options = new PyDict()
  for (const keyword of call.kwargs) {
    const value = literal(keyword.value)
    if (value === undefined || /^(?:pre|post)[_-]hook$/.test(keyword.name)) return false
    options.set(keyword.name, value)
  }
  calls.addConfig(options)
  return true
}

function textLiteral(node: Expression): string | undefined {
  return node.kind === 'constant' && typeof node.value === 'string' ? node.value : undefined
}

/** The value of an expression made of constants, lists and dicts alone. */
function literal(node: Expression): Value | undefined {
  switch (node.kind) {
    case 'constant':
      return node.value
    case 'list': {
      const items: Value[] = []
      for (const item of node.items) {
        const value = literal(item)
        if (value === undefined) return undefined
        items.push(value)
      }
      return items
    }
    case 'dict': {
      const dict = new PyDict()
      for (const [key, item] of node.pairs) {
        const name = literal(key)
        const value = literal(item)
        if (name === undefined || value === undefined || typeof name === 'object') return undefined
        dict.set(name, value)
      }
      return dict
    }
    default:
      return undefined
  }
}

/** Reads one expression such as `ref('a')` or `source('a', 'b')`. @returns false when it is none */
export function readCallText(expression: string, calls: CapturedCalls): boolean {
  try {
    const text = `{{ ${expression} }}`
    const template = parseTemplate({ text, file: { path: '<expression>', text }, base: 0 })
    const [statement] = template.body
    const item = statement?.kind === 'output' ? statement.items[0] : undefined
    return item !== undefined && item.kind === 'call' && readDependency(item, calls)
  } catch (error) {
    if (error instanceof TemplateError) return false
    throw error
  }
}

function readDependency(call: Extract<Expression, { kind: 'call' }>, calls: CapturedCalls): boolean {
  if (call.callee.kind === 'name' && call.callee.name === 'metric') {
    const names = call.args.map(textLiteral)
    if (names.length === 0 || names.length > 2) return false
    calls.metrics.push(names.map(name => name ?? ''))
    return true
  }
  return readCall(call, calls)
}

/** The literal arguments of a call written as `("a", 1)`. @returns undefined when one is no literal */
export function literalArguments(text: string): readonly Value[] | undefined {
  try {
    const whole = `{{ call${text} }}`
    const [statement] = parseTemplate({ text: whole, file: { path: '<expression>', text: whole }, base: 0 }).body
    const item = statement?.kind === 'output' ? statement.items[0] : undefined
    if (item?.kind !== 'call') return undefined
    const values = item.args.map(literal)
    return values.every(value => value !== undefined) ? values : undefined
  } catch (error) {
    if (error instanceof TemplateError) return undefined
    throw error
  }
}
