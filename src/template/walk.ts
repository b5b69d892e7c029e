/** Walks through a syntax tree in the order of the source grammar's fields, which name analysis depends on. */
import type { Arguments, Expression, Statement, Target } from './ast.ts'

/** The expressions directly inside an expression. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'name':
    case 'constant':
      return []
    case 'tuple':
    case 'list':
    case 'concat':
      return node.items
    case 'dict':
      return node.pairs.flat()
    case 'condition':
      return node.otherwise ? [node.test, node.then, node.otherwise] : [node.test, node.then]
    case 'binary':
    case 'and':
    case 'or':
      return [node.left, node.right]
    case 'not':
    case 'negative':
    case 'positive':
      return [node.operand]
    case 'compare':
      return [node.first, ...node.rest.map(one => one.operand)]
    case 'attribute':
      return [node.object]
    case 'item':
      return [node.object, node.key]
    case 'slice':
      return [node.from, node.to, node.step].filter(one => one !== undefined)
    case 'call':
      return [node.callee, ...argumentsOf(node)]
    case 'filter':
      return node.input ? [node.input, ...argumentsOf(node)] : argumentsOf(node)
    case 'test':
      return [node.input, ...argumentsOf(node)]
  }
}

function argumentsOf(node: Arguments): Expression[] {
  const all = [...node.args, ...node.kwargs.map(one => one.value)]
  if (node.rest) all.push(node.rest)
  if (node.restNamed) all.push(node.restNamed)
  return all
}

/** Every expression inside, the given one first. */
export function eachExpression(node: Expression, visit: (node: Expression) => void): void {
  visit(node)
  for (const child of children(node)) eachExpression(child, visit)
}

export function eachTargetName(target: Target, visit: (name: string, isNamespace: boolean) => void): void {
  if (target.kind === 'targets') for (const item of target.items) eachTargetName(item, visit)
  else visit(target.name, target.kind === 'namespace')
}

/** What a walk through statements meets, in order. */
export interface Visitor {
  load?(node: Expression): void
  store?(target: Target): void
  statement?(node: Statement): void
}

/** Every statement, expression and assignment target, nested blocks included. */
export function eachStatement(statements: readonly Statement[], visitor: Visitor): void {
  const load = (node: Expression | undefined): void => {
    if (node && visitor.load) eachExpression(node, visitor.load)
  }
  const store = (target: Target): void => visitor.store?.(target)
  for (const node of statements) {
    visitor.statement?.(node)
    switch (node.kind) {
      case 'output':
        for (const item of node.items) if (item.kind !== 'data') load(item)
        break
      case 'set':
        store(node.target)
        load(node.value)
        break
      case 'setBlock':
        store(node.target)
        load(node.filter)
        eachStatement(node.body, visitor)
        break
      case 'for':
        store(node.target)
        load(node.iterable)
        eachStatement(node.body, visitor)
        eachStatement(node.otherwise, visitor)
        load(node.test)
        break
      case 'if':
        for (const branch of node.branches) {
          load(branch.test)
          eachStatement(branch.body, visitor)
        }
        eachStatement(node.otherwise, visitor)
        break
      case 'with':
        node.targets.forEach(store)
        node.values.forEach(load)
        eachStatement(node.body, visitor)
        break
      case 'macro':
        node.parameters.forEach(store)
        node.defaults.forEach(load)
        eachStatement(node.body, visitor)
        break
      case 'callBlock':
        load(node.call)
        node.parameters.forEach(store)
        node.defaults.forEach(load)
        eachStatement(node.body, visitor)
        break
      case 'filterBlock':
        eachStatement(node.body, visitor)
        load(node.filter)
        break
      case 'do':
        load(node.value)
        break
      case 'autoescape':
        load(node.value)
        eachStatement(node.body, visitor)
        break
      case 'block':
        eachStatement(node.body, visitor)
        break
      case 'load':
        load(node.template)
        break
      case 'break':
      case 'continue':
        break
    }
  }
}
