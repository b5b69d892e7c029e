/**
 * What a template calls, without running it: `ref('a')`, `config(materialized='table')`, `dbt_utils.star(...)`. From
 * this follows whether a model has to be rendered at all to know its parents, and on which macros a macro depends.
 */
import type { Arguments, Call, Expression, Macro, Statement, Template } from './ast.ts'
import { foldConstant } from './fold.ts'
import { freeNames } from './free-names.ts'
import type { Value } from './value.ts'
import { children } from './walk.ts'

interface FoundCall {
  /** `['ref']`, `['adapter', 'dispatch']`. */
  readonly path: readonly string[]
  /** One per positional argument; `undefined` for one that is not constant. */
  readonly args: readonly (Value | undefined)[]
  readonly kwargs: ReadonlyMap<string, Value | undefined>
  /** All arguments are constants, and none come from `*` or `**`. */
  readonly isLiteral: boolean
  /** Inside a loop, a branch, the second half of `and`, a macro: it may run never or often. */
  readonly isConditional: boolean
  /** Offsets in the template's text. */
  readonly start: number
  readonly end: number
}

export interface FoundNames {
  readonly calls: readonly FoundCall[]
  /** Names taken from the context, called or not. */
  readonly names: ReadonlySet<string>
  /** Macros that the template defines, in order. */
  readonly macros: readonly Macro[]
}

export function findCalls(template: Template): FoundNames {
  const finder = new CallFinder()
  finder.statements(template.body, false)
  const names = freeNames(template.body)
  return { calls: finder.calls, names, macros: finder.macros }
}

class CallFinder {
  readonly calls: FoundCall[] = []
  readonly macros: Macro[] = []

  statements(nodes: readonly Statement[], conditional: boolean): void {
    for (const node of nodes) this.statement(node, conditional)
  }

  private statement(node: Statement, conditional: boolean): void {
    switch (node.kind) {
      case 'output':
        for (const item of node.items) if (item.kind !== 'data') this.expression(item, conditional)
        return
      case 'set':
      case 'do':
        this.expression(node.value, conditional)
        return
      case 'setBlock':
      case 'filterBlock':
        this.statements(node.body, conditional)
        if (node.filter) this.expression(node.filter, conditional)
        return
      case 'for':
        this.expression(node.iterable, conditional)
        if (node.test) this.expression(node.test, true)
        this.statements(node.body, true)
        this.statements(node.otherwise, true)
        return
      case 'if':
        for (const [index, branch] of node.branches.entries()) {
          this.expression(branch.test, conditional || index > 0)
          this.statements(branch.body, true)
        }
        this.statements(node.otherwise, true)
        return
      case 'with':
        for (const value of node.values) this.expression(value, conditional)
        this.statements(node.body, conditional)
        return
      case 'macro':
        this.macros.push(node)
        for (const value of node.defaults) this.expression(value, true)
        this.statements(node.body, true)
        return
      case 'callBlock':
        this.expression(node.call, conditional)
        for (const value of node.defaults) this.expression(value, true)
        this.statements(node.body, true)
        return
      case 'autoescape':
      case 'block':
        if (node.kind === 'autoescape') this.expression(node.value, conditional)
        this.statements(node.body, conditional)
        return
      case 'load':
        this.expression(node.template, conditional)
        return
      case 'break':
      case 'continue':
        return
    }
  }

  private expression(node: Expression, conditional: boolean): void {
    if (node.kind === 'call') {
      const path = pathOf(node.callee)
      if (path) this.calls.push(describe(node, path, conditional))
    }
    if (node.kind === 'condition') {
      this.expression(node.test, conditional)
      this.expression(node.then, true)
      if (node.otherwise) this.expression(node.otherwise, true)
    } else if (node.kind === 'and' || node.kind === 'or') {
      this.expression(node.left, conditional)
      this.expression(node.right, true)
    } else for (const child of children(node)) this.expression(child, conditional)
  }
}

function pathOf(node: Expression): string[] | undefined {
  if (node.kind === 'name') return [node.name]
  if (node.kind !== 'attribute') return undefined
  const path = pathOf(node.object)
  path?.push(node.name)
  return path
}

function describe(node: Call, path: readonly string[], isConditional: boolean): FoundCall {
  const args = node.args.map(foldConstant)
  const kwargs = new Map(node.kwargs.map(one => [one.name, foldConstant(one.value)] as const))
  return {
    path,
    args,
    kwargs,
    isLiteral: isLiteral(node, args, kwargs),
    isConditional,
    start: node.start,
    end: node.end,
  }
}

function isLiteral(
  node: Arguments,
  args: readonly (Value | undefined)[],
  kwargs: ReadonlyMap<string, Value | undefined>,
): boolean {
  if (node.rest || node.restNamed) return false
  return args.every(one => one !== undefined) && [...kwargs.values()].every(one => one !== undefined)
}
