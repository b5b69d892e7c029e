/** The names that a template takes from its context, by the same analysis that code generation uses. */
import type { Signature, Statement } from './ast.ts'
import { Symbols, undeclaredNames } from './symbols.ts'

export function freeNames(statements: readonly Statement[]): Set<string> {
  const names = new Set<string>()
  const root = new Symbols()
  root.statements(statements)
  visit(statements, root, names)
  return names
}

function visit(statements: readonly Statement[], symbols: Symbols, names: Set<string>): void {
  for (const load of symbols.loads.values()) if (load.kind === 'context') names.add(load.name)
  for (const node of statements) visitInner(node, symbols, names)
}

function enter(
  outer: Symbols,
  names: Set<string>,
  body: readonly Statement[],
  prepare: (symbols: Symbols) => void = () => undefined,
): void {
  const symbols = new Symbols(outer)
  prepare(symbols)
  symbols.statements(body)
  visit(body, symbols, names)
}

function visitInner(node: Statement, symbols: Symbols, names: Set<string>): void {
  switch (node.kind) {
    case 'if':
      for (const branch of node.branches) for (const one of branch.body) visitInner(one, symbols, names)
      for (const one of node.otherwise) visitInner(one, symbols, names)
      return
    case 'for':
      enter(symbols, names, node.body, inner => {
        if (node.recursive || undeclaredNames(node.body, ['loop']).has('loop')) inner.parameter('loop')
        inner.parameters(node.target)
      })
      enter(symbols, names, [], inner => {
        inner.parameters(node.target)
        inner.expression(node.test)
      })
      enter(symbols, names, node.otherwise)
      return
    case 'with':
      enter(symbols, names, node.body, inner => {
        for (const target of node.targets) inner.parameters(target)
      })
      return
    case 'macro':
    case 'callBlock':
      enterMacro(node, node.body, symbols, names)
      return
    case 'setBlock':
    case 'filterBlock':
      enter(symbols, names, node.body, inner => inner.expression(node.filter))
      return
    case 'autoescape':
      enter(symbols, names, node.body, inner => inner.expression(node.value))
      return
    case 'block':
      enter(symbols, names, node.body)
      return
    default:
  }
}

function enterMacro(node: Signature, body: readonly Statement[], outer: Symbols, names: Set<string>): void {
  enter(outer, names, body, symbols => {
    for (const parameter of node.parameters) symbols.parameter(parameter.name)
    for (const name of undeclaredNames(body, ['caller', 'kwargs', 'varargs'])) symbols.parameter(name)
    for (const value of node.defaults) symbols.expression(value)
  })
}
