/**
 * Constant expressions computed while code is generated. In YAML values this is more than speed: there Jinja turns
 * what is constant into text, and only what is computed at run time keeps its type.
 */
import type { Arguments, BinaryOperator, ComparisonOperator, Expression } from './ast.ts'
import { attribute, item, slice } from './attribute.ts'
import { makeKwargs, spread } from './call.ts'
import type { CodeMode } from './code-unit.ts'
import { isEqual, isGreater, isGreaterOrEqual, isIn, isLess, isLessOrEqual, isNotEqual, isNotIn } from './comparison.ts'
import { Evaluation } from './evaluation.ts'
import { filterNamed, isFilter, isPureFilter } from './filters.ts'
import { truthy } from './iteration.ts'
import { add, divide, floorDivide, modulo, multiply, negative, positive, power, subtract } from './operators.ts'
import { str } from './repr.ts'
import { emptyScope } from './scope.ts'
import { TemplateError } from './template-error.ts'
import { isTest, testNamed } from './tests.ts'
import { type Kwargs, Markup, PyDict, PyFloat, PySet, PyTuple, type Value } from './value.ts'

const env = new Evaluation(emptyScope, new Map())

/** Thrown inside this file alone, for what cannot be computed ahead. */
class NotConstant {}
const notConstant = new NotConstant()

/** What the expression prints if it is constant. Text templates fold literals only. */
export function foldToText(node: Expression, mode: CodeMode): string | undefined {
  if (mode !== 'native') return node.kind === 'constant' ? textIfPossible(node.value) : undefined
  const value = foldConstant(node)
  return value === undefined ? undefined : str(value)
}

/** The value of a constant expression; `undefined` when it depends on the context or fails. */
export function foldConstant(node: Expression): Value | undefined {
  try {
    const value = fold(node)
    return isPlain(value) ? value : undefined
  } catch (error) {
    if (error instanceof NotConstant || error instanceof TemplateError) return undefined
    throw error
  }
}

function textIfPossible(value: Value): string | undefined {
  return typeof value === 'bigint' ? undefined : str(value)
}

/** Values that Jinja can write down as source code. */
function isPlain(value: Value): boolean {
  if (value === null || typeof value !== 'object') return true
  if (value instanceof PyFloat || value instanceof Markup) return true
  if (Array.isArray(value)) return value.every(isPlain)
  if (value instanceof PyTuple) return value.constructor === PyTuple && value.items.every(isPlain)
  if (value instanceof PySet) return [...value].every(isPlain)
  return value instanceof PyDict && [...value.entries()].every(([key, one]) => isPlain(key) && isPlain(one))
}

const binaries: Record<BinaryOperator, (a: Value, b: Value) => Value> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '//': floorDivide,
  '%': modulo,
  '**': power,
}

const comparisons: Record<ComparisonOperator, (a: Value, b: Value) => boolean> = {
  '==': isEqual,
  '!=': isNotEqual,
  '<': isLess,
  '<=': isLessOrEqual,
  '>': isGreater,
  '>=': isGreaterOrEqual,
  in: isIn,
  'not in': isNotIn,
}

/** @throws NotConstant, or what the computation raises */
function fold(node: Expression): Value {
  switch (node.kind) {
    case 'constant':
      return node.value
    case 'name':
    case 'call':
    case 'slice':
      throw notConstant
    case 'tuple':
      return new PyTuple(node.items.map(fold))
    case 'list':
      return node.items.map(fold)
    case 'dict':
      return PyDict.of(node.pairs.map(([key, value]) => [fold(key), fold(value)] as const))
    case 'condition':
      if (truthy(fold(node.test))) return fold(node.then)
      if (!node.otherwise) throw notConstant
      return fold(node.otherwise)
    case 'binary':
      return binaries[node.operator](fold(node.left), fold(node.right))
    case 'and': {
      const left = fold(node.left)
      return truthy(left) ? fold(node.right) : left
    }
    case 'or': {
      const left = fold(node.left)
      return truthy(left) ? left : fold(node.right)
    }
    case 'not':
      return !truthy(fold(node.operand))
    case 'negative':
      return negative(fold(node.operand))
    case 'positive':
      return positive(fold(node.operand))
    case 'concat':
      return node.items.map(one => str(fold(one))).join('')
    case 'compare':
      return foldComparison(node)
    case 'attribute':
      return attribute(env, fold(node.object), node.name)
    case 'item':
      return foldItem(node)
    case 'filter': {
      if (!node.input || !isFilter(node.name) || !isPureFilter(node.name)) throw notConstant
      const { args, kwargs } = foldArguments(node)
      return filterNamed(node.name)(env, [fold(node.input), ...args], kwargs)
    }
    case 'test': {
      if (!isTest(node.name)) throw notConstant
      const { args, kwargs } = foldArguments(node)
      return testNamed(node.name)(env, [fold(node.input), ...args], kwargs)
    }
  }
}

function foldComparison(node: Extract<Expression, { kind: 'compare' }>): Value {
  let left = fold(node.first)
  for (const { operator, operand } of node.rest) {
    const right = fold(operand)
    if (!comparisons[operator](left, right)) return false
    left = right
  }
  return true
}

function foldItem(node: Extract<Expression, { kind: 'item' }>): Value {
  const object = fold(node.object)
  const { key } = node
  if (key.kind !== 'slice') return item(env, object, fold(key))
  const bound = (one: Expression | undefined): Value => (one ? fold(one) : null)
  return slice(env, object, bound(key.from), bound(key.to), bound(key.step))
}

function foldArguments(node: Arguments): { args: Value[]; kwargs: Kwargs } {
  const args = node.args.map(fold)
  if (node.rest) args.push(...spread(fold(node.rest)))
  const pairs = node.kwargs.flatMap(one => [one.name, fold(one.value)])
  return { args, kwargs: makeKwargs(pairs, node.restNamed ? fold(node.restNamed) : undefined) }
}
