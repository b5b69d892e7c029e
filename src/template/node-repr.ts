/**
 * An expression as Jinja2 prints its syntax tree: `Call(node=Name(name='var', ctx='load'), …)`. dbt keeps the options of
 * `config()` in this form when they are compared as written, so a state made by dbt compares equal.
 */
import type { Arguments, BinaryOperator, ComparisonOperator, Expression, Keyword } from './ast.ts'
import { repr } from './repr.ts'

const binaryNames: Readonly<Record<BinaryOperator, string>> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  '//': 'FloorDiv',
  '%': 'Mod',
  '**': 'Pow',
}

const comparisonNames: Readonly<Record<ComparisonOperator, string>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'lteq',
  '>': 'gt',
  '>=': 'gteq',
  in: 'in',
  'not in': 'notin',
}

export function keywordRepr({ name, value }: Keyword): string {
  return `Keyword(key=${repr(name)}, value=${nodeRepr(value)})`
}

function nodeRepr(node: Expression | undefined): string {
  if (node === undefined) return 'None'
  switch (node.kind) {
    case 'name':
      return `Name(name=${repr(node.name)}, ctx='load')`
    case 'constant':
      return `Const(value=${repr(node.value)})`
    case 'tuple':
      return `Tuple(items=${listRepr(node.items)}, ctx='load')`
    case 'list':
      return `List(items=${listRepr(node.items)})`
    case 'dict': {
      const pairs = node.pairs.map(([key, value]) => `Pair(key=${nodeRepr(key)}, value=${nodeRepr(value)})`)
      return `Dict(items=[${pairs.join(', ')}])`
    }
    case 'condition':
      return `CondExpr(test=${nodeRepr(node.test)}, expr1=${nodeRepr(node.then)}, expr2=${nodeRepr(node.otherwise)})`
    case 'binary':
      return `${binaryNames[node.operator]}(${sidesRepr(node)})`
    case 'and':
      return `And(${sidesRepr(node)})`
    case 'or':
      return `Or(${sidesRepr(node)})`
    case 'not':
      return `Not(node=${nodeRepr(node.operand)})`
    case 'negative':
      return `Neg(node=${nodeRepr(node.operand)})`
    case 'positive':
      return `Pos(node=${nodeRepr(node.operand)})`
    case 'concat':
      return `Concat(nodes=${listRepr(node.items)})`
    case 'compare': {
      const rest = node.rest.map(one => `Operand(op='${comparisonNames[one.operator]}', expr=${nodeRepr(one.operand)})`)
      return `Compare(expr=${nodeRepr(node.first)}, ops=[${rest.join(', ')}])`
    }
    case 'attribute':
      return `Getattr(node=${nodeRepr(node.object)}, attr=${repr(node.name)}, ctx='load')`
    case 'item':
      return `Getitem(node=${nodeRepr(node.object)}, arg=${nodeRepr(node.key)}, ctx='load')`
    case 'slice':
      return `Slice(start=${nodeRepr(node.from)}, stop=${nodeRepr(node.to)}, step=${nodeRepr(node.step)})`
    case 'call':
      return `Call(node=${nodeRepr(node.callee)}, ${argumentsRepr(node)})`
    case 'filter':
      return `Filter(node=${nodeRepr(node.input)}, name=${repr(node.name)}, ${argumentsRepr(node)})`
    case 'test':
      return `Test(node=${nodeRepr(node.input)}, name=${repr(node.name)}, ${argumentsRepr(node)})`
  }
}

function listRepr(nodes: readonly Expression[]): string {
  return `[${nodes.map(nodeRepr).join(', ')}]`
}

function sidesRepr(node: { readonly left: Expression; readonly right: Expression }): string {
  return `left=${nodeRepr(node.left)}, right=${nodeRepr(node.right)}`
}

function argumentsRepr(node: Arguments): string {
  const kwargs = node.kwargs.map(keywordRepr).join(', ')
  return `args=${listRepr(node.args)}, kwargs=[${kwargs}], dyn_args=${nodeRepr(node.rest)}, dyn_kwargs=${nodeRepr(node.restNamed)}`
}
