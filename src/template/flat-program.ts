/**
 * A short cut for the templates that most models and YAML values are: text with a few calls in it, no statements.
 * Making JavaScript functions costs far more than running them once, so these become a list that is walked. The list
 * is JSON, and kept like generated code.
 */
import type { Expression, Template } from './ast.ts'
import { attribute } from './attribute.ts'
import { call, callAttribute, makeKwargs } from './call.ts'
import type { CodeMode } from './code-unit.ts'
import type { Running } from './drive.ts'
import type { Evaluation } from './evaluation.ts'
import { foldToText } from './fold.ts'
import { str } from './repr.ts'
import { noKwargs, PyDict, PyFloat, PyTuple, type Value } from './value.ts'

type Place = readonly [start: number, end: number]

type FlatExpression =
  | { readonly k: string | number | boolean | null }
  | { readonly f: number }
  | { readonly n: string; readonly p: Place }
  | { readonly o: FlatExpression; readonly a: string; readonly p: Place }
  | {
      readonly c: FlatExpression
      readonly g: readonly FlatExpression[]
      readonly w?: readonly (readonly [string, FlatExpression])[]
      readonly p: Place
    }
  | { readonly l: readonly FlatExpression[] }
  | { readonly t: readonly FlatExpression[] }
  | { readonly d: readonly (readonly [FlatExpression, FlatExpression])[]; readonly p: Place }

/** Text and expressions in turn; text with the offset that it comes from. */
type FlatItem = readonly [text: string, start: number] | FlatExpression

export interface FlatProgram {
  readonly mode: CodeMode
  readonly items: readonly FlatItem[]
}

/** `undefined` for a template with statements, filters, operators or anything else that wants real code. */
export function flatten(template: Template, mode: CodeMode): FlatProgram | undefined {
  const items: FlatItem[] = []
  for (const statement of template.body) {
    if (statement.kind !== 'output') return undefined
    let isOpen = false
    for (const one of statement.items) {
      const text = one.kind === 'data' ? one.text : foldToText(one, mode)
      if (text === undefined && one.kind !== 'data') {
        const flat = flatExpression(one)
        if (!flat) return undefined
        items.push(flat)
        isOpen = false
      } else if (isOpen && mode !== 'mapped') {
        const [before, start] = items.pop() as [string, number]
        items.push([before + text, start])
      } else {
        items.push([text ?? '', one.start])
        isOpen = true
      }
    }
  }
  return { mode, items }
}

function flatExpression(node: Expression): FlatExpression | undefined {
  const p: Place = [node.start, node.end]
  switch (node.kind) {
    case 'constant':
      return flatConstant(node.value)
    case 'name':
      return node.name === 'self' ? undefined : { n: node.name, p }
    case 'attribute': {
      const o = flatExpression(node.object)
      return o && { o, a: node.name, p }
    }
    case 'call': {
      const c = flatExpression(node.callee)
      const g = flatAll(node.args)
      const values = flatAll(node.kwargs.map(one => one.value))
      const names = new Set(node.kwargs.map(one => one.name))
      if (!c || !g || !values || node.rest || node.restNamed || names.size < values.length) return undefined
      const w = node.kwargs.map((one, index) => [one.name, values[index]!] as const)
      return w.length > 0 ? { c, g, w, p } : { c, g, p }
    }
    case 'list': {
      const l = flatAll(node.items)
      return l && { l }
    }
    case 'tuple': {
      const t = flatAll(node.items)
      return t && { t }
    }
    case 'dict': {
      const keys = flatAll(node.pairs.map(([key]) => key))
      const values = flatAll(node.pairs.map(([, value]) => value))
      return keys && values && { d: keys.map((key, index) => [key, values[index]!] as const), p }
    }
    default:
      return undefined
  }
}

function flatConstant(value: Value): FlatExpression | undefined {
  if (value instanceof PyFloat) return Number.isFinite(value.value) ? { f: value.value } : undefined
  return typeof value === 'bigint' || (typeof value === 'object' && value !== null) ? undefined : { k: value }
}

function flatAll(nodes: readonly Expression[]): FlatExpression[] | undefined {
  const all: FlatExpression[] = []
  for (const node of nodes) {
    const flat = flatExpression(node)
    if (!flat) return undefined
    all.push(flat)
  }
  return all
}

/** Renders; `map` receives pairs of output and source offsets in mode `mapped`. Errors come with their place. */
export class FlatRun {
  /** Where the run is, for errors. */
  place: Place = [0, 0]
  private readonly env: Evaluation
  private readonly names = new Map<string, Value | undefined>()

  constructor(env: Evaluation) {
    this.env = env
  }

  *render(program: FlatProgram, map: number[]): Running<Value> {
    const pieces: Value[] = []
    let out = ''
    const { mode } = program
    for (const item of program.items) {
      const isText = Array.isArray(item)
      if (mode === 'mapped')
        map.push(out.length, isText ? (item as [string, number])[1] : startOf(item as FlatExpression))
      const value = isText ? (item as [string, number])[0] : yield* this.evaluate(item as FlatExpression)
      if (mode === 'native') pieces.push(value)
      else out += str(value)
    }
    return mode === 'native' ? pieces : out
  }

  private *evaluate(node: FlatExpression): Running<Value> {
    if ('k' in node) return node.k
    if ('f' in node) return new PyFloat(node.f)
    if ('n' in node) return this.lookup(node.n)
    if ('l' in node) return yield* this.all(node.l)
    if ('t' in node) return new PyTuple(yield* this.all(node.t))
    if ('d' in node) {
      const dict = new PyDict()
      for (const [key, value] of node.d) {
        const hashed = yield* this.evaluate(key)
        const item = yield* this.evaluate(value)
        this.place = node.p
        dict.set(hashed, item)
      }
      return dict
    }
    if ('a' in node) {
      const object = yield* this.evaluate(node.o)
      this.place = node.p
      return attribute(this.env, object, node.a)
    }
    return yield* this.call(node)
  }

  private *call(node: Extract<FlatExpression, { c: FlatExpression }>): Running<Value> {
    const { c: callee } = node
    const object = yield* this.evaluate('a' in callee ? callee.o : callee)
    const args = yield* this.all(node.g)
    let kwargs = noKwargs
    if (node.w) {
      const pairs: Value[] = []
      for (const [name, value] of node.w) pairs.push(name, yield* this.evaluate(value))
      kwargs = makeKwargs(pairs)
    }
    this.place = node.p
    const result = 'a' in callee ? callAttribute(this.env, object, callee.a, args, kwargs) : call(object, args, kwargs)
    return result instanceof Promise ? yield result : result
  }

  private *all(nodes: readonly FlatExpression[]): Running<Value[]> {
    const values: Value[] = []
    for (const node of nodes) values.push('k' in node ? node.k : yield* this.evaluate(node))
    return values
  }

  /** A name keeps its first value, as in generated code. */
  private lookup(name: string): Value {
    let value = this.names.get(name)
    if (value === undefined && !this.names.has(name)) {
      value = this.env.lookup(name)
      this.names.set(name, value)
    }
    return value === undefined ? this.env.missingName(name) : value
  }
}

function startOf(node: FlatExpression): number {
  return 'p' in node ? node.p[0] : 0
}
