/**
 * Which variable a name means, decided before code is generated, by Jinja2's rules:
 * 1. A frame (template, macro, loop body, set block ...) has one variable per name that it assigns or looks up.
 * 2. A name that a frame only reads is the variable of the nearest frame outside, else it is looked up in the context
 *    once, when the frame in which it first occurs is entered.
 * 3. A name that an inner frame assigns starts, each time the frame is entered, with the outer variable's value; the
 *    assignment is not seen outside.
 * 4. The branches of an `if` belong to the frame around them.
 */
import type { Expression, Statement, Target } from './ast.ts'
import { eachExpression, eachStatement, eachTargetName } from './walk.ts'

export type Load =
  | { readonly kind: 'parameter' }
  | { readonly kind: 'context'; readonly name: string }
  | { readonly kind: 'alias'; readonly of: string }
  | { readonly kind: 'unset' }

export class Symbols {
  readonly parent: Symbols | undefined
  private readonly prefix: string
  private readonly refs = new Map<string, string>()
  /** How each variable of this frame starts, in order. */
  readonly loads = new Map<string, Load>()
  readonly stores = new Set<string>()

  constructor(parent?: Symbols, prefix = parent ? deeper(parent.prefix) : 'l0_') {
    this.parent = parent
    this.prefix = prefix
  }

  private copy(): Symbols {
    const copy = new Symbols(this.parent, this.prefix)
    for (const [name, ref] of this.refs) copy.refs.set(name, ref)
    for (const [ref, load] of this.loads) copy.loads.set(ref, load)
    for (const name of this.stores) copy.stores.add(name)
    return copy
  }

  private define(name: string, load: Load): string {
    const ref = this.prefix + name
    this.refs.set(name, ref)
    this.loads.set(ref, load)
    return ref
  }

  find(name: string): string | undefined {
    return this.refs.get(name) ?? this.parent?.find(name)
  }

  require(name: string): string {
    const ref = this.find(name)
    if (ref === undefined) throw new Error(`no variable for the name ${name}`)
    return ref
  }

  loadOf(ref: string): Load | undefined {
    return this.loads.get(ref) ?? this.parent?.loadOf(ref)
  }

  parameter(name: string): string {
    this.stores.add(name)
    return this.define(name, { kind: 'parameter' })
  }

  load(name: string): void {
    if (this.find(name) === undefined) this.define(name, { kind: 'context', name })
  }

  store(name: string): void {
    this.stores.add(name)
    if (this.refs.has(name)) return
    const outer = this.parent?.find(name)
    this.define(name, outer === undefined ? { kind: 'unset' } : { kind: 'alias', of: outer })
  }

  private joinBranches(branches: readonly Symbols[]): void {
    const added = new Set<string>()
    for (const branch of branches) for (const name of branch.stores) if (!this.stores.has(name)) added.add(name)
    for (const branch of branches) {
      for (const [name, ref] of branch.refs) this.refs.set(name, ref)
      for (const [ref, load] of branch.loads) this.loads.set(ref, load)
      for (const name of branch.stores) this.stores.add(name)
    }
    for (const name of added) {
      const outer = this.parent?.find(name)
      this.loads.set(this.require(name), outer === undefined ? { kind: 'context', name } : { kind: 'alias', of: outer })
    }
  }

  expression(node: Expression | undefined): void {
    if (!node) return
    eachExpression(node, one => {
      if (one.kind === 'name') this.load(one.name)
    })
  }

  target(target: Target): void {
    eachTargetName(target, (name, isNamespace) => (isNamespace ? this.load(name) : this.store(name)))
  }

  parameters(target: Target): void {
    eachTargetName(target, name => this.parameter(name))
  }

  statements(nodes: readonly Statement[]): void {
    for (const node of nodes) this.statement(node)
  }

  private statement(node: Statement): void {
    switch (node.kind) {
      case 'output':
        for (const item of node.items) if (item.kind !== 'data') this.expression(item)
        return
      case 'set':
        this.expression(node.value)
        this.target(node.target)
        return
      case 'setBlock':
        this.target(node.target)
        return
      case 'for':
        this.expression(node.iterable)
        return
      case 'if':
        this.branches(node.branches, 0, node.otherwise)
        return
      case 'with':
        for (const value of node.values) this.expression(value)
        return
      case 'macro':
        this.store(node.name)
        return
      case 'callBlock':
        this.expression(node.call)
        return
      case 'filterBlock':
        this.expression(node.filter)
        return
      case 'do':
        this.expression(node.value)
        return
      case 'load':
        this.expression(node.template)
        for (const name of node.names) this.store(name)
        return
      case 'autoescape':
      case 'block':
      case 'break':
      case 'continue':
        return
    }
  }

  /** Each `elif` is, to the analysis, an `if` of its own inside one branch of the first. */
  private branches(
    branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[],
    index: number,
    otherwise: readonly Statement[],
  ): void {
    const first = branches[index]
    if (!first) return
    this.expression(first.test)
    const body = this.copy()
    body.statements(first.body)
    const elifs = this.copy()
    if (index === 0) for (let i = 1; i < branches.length; i++) elifs.branches(branches.slice(i, i + 1), 0, [])
    const last = this.copy()
    last.statements(otherwise)
    this.joinBranches([body, elifs, last])
  }
}

function deeper(prefix: string): string {
  return prefix.replace(/\d+_$/, level => `${Number.parseInt(level, 10) + 1}_`)
}

/** Which of the names the statements read without having assigned them first. */
export function undeclaredNames(statements: readonly Statement[], names: readonly string[]): Set<string> {
  const open = new Set(names)
  const found = new Set<string>()
  eachStatement(statements, {
    load(node) {
      if (node.kind === 'name' && open.has(node.name)) found.add(node.name)
    },
    store(target) {
      eachTargetName(target, (name, isNamespace) => {
        if (!isNamespace) open.delete(name)
      })
    },
  })
  return found
}
