/** JavaScript for expressions. Every operation is a call into the runtime (`R`), its place noted as the last argument. */
import type { Arguments, BinaryOperator, ComparisonOperator, Expression, Filter, Test } from './ast.ts'
import type { Frame } from './code-frame.ts'
import { foldConstant } from './fold.ts'
import { negative } from './operators.ts'
import { enrichError, runtimeError } from './template-error.ts'
import { PyFloat } from './value.ts'

const binaries: Record<BinaryOperator, string> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'floorDivide',
  '%': 'modulo',
  '**': 'power',
}

const comparisons: Record<ComparisonOperator, string> = {
  '==': 'isEqual',
  '!=': 'isNotEqual',
  '<': 'isLess',
  '<=': 'isLessOrEqual',
  '>': 'isGreater',
  '>=': 'isGreaterOrEqual',
  in: 'isIn',
  'not in': 'isNotIn',
}

export function generateExpression(frame: Frame, node: Expression): string {
  const { unit } = frame
  const go = (child: Expression): string => generateExpression(frame, child)
  switch (node.kind) {
    case 'name':
      return loadName(frame, node.name)
    case 'constant':
      return unit.literal(node.value) ?? 'null'
    case 'tuple':
      return `R.tuple([${node.items.map(go).join(',')}])`
    case 'list':
      return `[${node.items.map(go).join(',')}]`
    case 'dict':
      return `R.dict([${node.pairs.map(([key, value]) => `${go(key)},${go(value)}`).join(',')}],${unit.at(node)})`
    case 'condition':
      return condition({ ...frame, soft: true }, node)
    case 'binary':
      if (node.operator === '**') return power(frame, node)
      return `R.${binaries[node.operator]}(${go(node.left)},${go(node.right)},${unit.at(node)})`
    case 'and':
    case 'or': {
      const kept = frame.fn.temporary()
      const right = go(node.right)
      const test = `R.truthy(${kept}=${go(node.left)})`
      return node.kind === 'and' ? `(${test}?${right}:${kept})` : `(${test}?${kept}:${right})`
    }
    case 'not':
      return `!R.truthy(${go(node.operand)})`
    case 'negative':
    case 'positive':
      return `R.${node.kind}(${go(node.operand)},${unit.at(node)})`
    case 'concat':
      if (frame.escape) return `R.joinEscaped(${frame.escape},[${node.items.map(go).join(',')}])`
      return `(${node.items.map(item => (isText(item) ? go(item) : `R.str(${go(item)})`)).join('+')})`
    case 'compare':
      return compare(frame, node)
    case 'attribute':
      return `R.attribute(E,${go(node.object)},${JSON.stringify(node.name)},${unit.at(node)})`
    case 'item':
      if (node.key.kind === 'slice') {
        const { from, to, step } = node.key
        const bounds = [from, to, step].map(bound => (bound ? go(bound) : 'null'))
        return `R.slice(E,${go(node.object)},${bounds.join(',')},${unit.at(node)})`
      }
      return `R.item(E,${go(node.object)},${go(node.key)},${unit.at(node)})`
    case 'slice':
      throw runtimeError('invalid syntax: a slice among several subscripts')
    case 'call':
      return generateCall(frame, node)
    case 'filter':
      return generateFilter(frame, node)
    case 'test':
      return `${namedFunction(frame, 'test', node)}(E,[${go(node.input)}${rest(frame, node)}],${kwargs(frame, node)},${unit.at(node)})`
  }
}

function isText(node: Expression): boolean {
  return node.kind === 'constant' && typeof node.value === 'string'
}

export function loadName(frame: Frame, name: string): string {
  const ref = frame.symbols.require(name)
  const load = frame.symbols.loadOf(ref)
  if (load?.kind === 'parameter' && !frame.pending.has(ref)) return ref
  return `(${ref}===undefined?E.missingName(${JSON.stringify(name)}):${ref})`
}

/**
 * A trap of Jinja: it computes constants first and writes them down as Python, where a minus sign binds looser than
 * `**`. So `-2 ** x` is `-(2 ** x)`, although `-2 ** 2` is 4.
 */
function power(frame: Frame, node: Extract<Expression, { kind: 'binary' }>): string {
  const right = generateExpression(frame, node.right)
  const place = frame.unit.at(node)
  const base = foldConstant(node.left)
  const isNegative =
    (typeof base === 'number' && base < 0) || (base instanceof PyFloat && (base.value < 0 || Object.is(base.value, -0)))
  if (!isNegative || foldConstant(node.right) !== undefined) {
    return `R.power(${generateExpression(frame, node.left)},${right},${place})`
  }
  return `R.negative(R.power(${frame.unit.literal(negative(base))},${right},${place}),${place})`
}

function condition(frame: Frame, node: Extract<Expression, { kind: 'condition' }>): string {
  const test = generateExpression(frame, node.test)
  const then = generateExpression(frame, node.then)
  const otherwise = node.otherwise ? generateExpression(frame, node.otherwise) : `R.noElse(${frame.lineOf(node.start)})`
  return `(R.truthy(${test})?${then}:${otherwise})`
}

function compare(frame: Frame, node: Extract<Expression, { kind: 'compare' }>): string {
  const place = frame.unit.at(node)
  let left = generateExpression(frame, node.first)
  const parts: string[] = []
  for (const [index, { operator, operand }] of node.rest.entries()) {
    let right = generateExpression(frame, operand)
    let next = right
    if (index < node.rest.length - 1) {
      next = frame.fn.temporary()
      right = `${next}=${right}`
    }
    parts.push(`R.${comparisons[operator]}(${left},${right},${place})`)
    left = next
  }
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join('&&')})`
}

/** A call gives its value, or a promise of it that the driver of this generator waits for. */
export function generateCall(frame: Frame, node: Extract<Expression, { kind: 'call' }>, caller?: string): string {
  const { callee } = node
  const given = `[${rest(frame, node).slice(1)}],${kwargs(frame, node, caller)},${frame.unit.at(node)}`
  let call: string
  if (callee.kind === 'attribute') {
    const object = generateExpression(frame, callee.object)
    call = `R.callAttribute(E,${object},${JSON.stringify(callee.name)},${given})`
  } else call = `R.call(${generateExpression(frame, callee)},${given})`
  return awaited(frame, call)
}

export function awaited(frame: Frame, code: string): string {
  const result = frame.fn.temporary()
  frame.fn.waits = true
  return `((${result}=${code})instanceof Promise?yield ${result}:${result})`
}

/** `input` stands for the text of the block when the filter has no input of its own. */
export function generateFilter(frame: Frame, node: Filter, input?: string): string {
  const first = node.input
    ? node.input.kind === 'filter' && input !== undefined
      ? generateFilter(frame, node.input, input)
      : generateExpression(frame, node.input)
    : (input ?? 'null')
  const name = namedFunction(frame, 'filter', node)
  return `${name}(E,[${first}${rest(frame, node)}],${kwargs(frame, node)},${frame.unit.at(node)})`
}

function namedFunction(frame: Frame, kind: 'filter' | 'test', node: Filter | Test): string {
  if (!frame.isKnown(kind, node.name) && !frame.soft) {
    const failure = frame.fail(`No ${kind} named '${node.name}'`, node)
    const near = frame.nearest(kind, node.name)
    if (near !== undefined) enrichError(failure, { hint: `Did you mean '${near}'?` })
    throw failure
  }
  const table = kind === 'filter' && frame.unit.mode === 'native' ? 'nativeFilter' : kind
  return frame.unit.constant(`R.${table}Named(${JSON.stringify(node.name)})`)
}

/** Further positional arguments, each with a comma before it. */
function rest(frame: Frame, node: Arguments): string {
  let code = ''
  for (const arg of node.args) code += `,${generateExpression(frame, arg)}`
  if (node.rest) code += `,...R.spread(${generateExpression(frame, node.rest)},${frame.unit.at(node.rest)})`
  return code
}

function kwargs(frame: Frame, node: Arguments, caller?: string): string {
  const pairs = node.kwargs.map(one => `${JSON.stringify(one.name)},${generateExpression(frame, one.value)}`)
  const names = new Set(node.kwargs.map(one => one.name))
  if (names.size < node.kwargs.length) throw runtimeError('keyword argument repeated')
  if (caller !== undefined) pairs.push(`"caller",${caller}`)
  if (pairs.length === 0 && !node.restNamed) return 'R.noKwargs'
  const named = node.restNamed
  const more = named ? `,${generateExpression(frame, named)},${frame.unit.at(named)}` : ''
  return `R.kwargs([${pairs.join(',')}]${more})`
}
