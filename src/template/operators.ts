/** Python's binary and unary operators on any two values. */
import { arithmetic, type Operand } from './arithmetic.ts'
import { textOf } from './comparison.ts'
import { subtractSets } from './dict-methods.ts'
import { escapedOperand } from './markup.ts'
import { repeatCount } from './method.ts'
import { percentFormat } from './percent-format.ts'
import { typeError } from './template-error.ts'
import {
  type BinaryOperator,
  Markup,
  normalInt,
  PyBytes,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  typeName,
  Undefined,
  type Value,
} from './value.ts'

function operand(value: Value): Operand | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return { value, isFloat: false }
  if (typeof value === 'boolean') return { value: Number(value), isFloat: false }
  return value instanceof PyFloat ? { value: value.value, isFloat: true } : undefined
}

function binary(operator: BinaryOperator, a: Value, b: Value): Value {
  const left = operand(a)
  if (left) {
    const right = operand(b)
    if (right) return arithmetic(operator, left, right)
  }
  const special = onObjects(operator, a, b) ?? onContainers(operator, a, b)
  if (special !== undefined) return special
  if (a instanceof Undefined) throw a.fail()
  if (b instanceof Undefined) throw b.fail()
  throw unsupported(operator, a, b)
}

function unsupported(operator: BinaryOperator, a: Value, b: Value): Error {
  if (operator === '+' && textOf(a) !== undefined) {
    return typeError(`can only concatenate str (not "${typeName(b)}") to str`)
  }
  if (operator === '+' && (Array.isArray(a) || a instanceof PyTuple)) {
    return typeError(`can only concatenate ${typeName(a)} (not "${typeName(b)}") to ${typeName(a)}`)
  }
  const shown = operator === '**' ? '** or pow()' : operator
  return typeError(`unsupported operand type(s) for ${shown}: '${typeName(a)}' and '${typeName(b)}'`)
}

function onObjects(operator: BinaryOperator, a: Value, b: Value): Value | undefined {
  if (a instanceof PyObject) {
    const result = a.binary(operator, b, false)
    if (result !== undefined) return result
  }
  return b instanceof PyObject ? b.binary(operator, a, true) : undefined
}

function onContainers(operator: BinaryOperator, a: Value, b: Value): Value | undefined {
  switch (operator) {
    case '+':
      return concatenated(a, b)
    case '*':
      if (isInt(b)) return repeated(a, b)
      return isInt(a) ? repeated(b, a) : undefined
    case '%': {
      const text = textOf(a)
      if (text === undefined) return undefined
      if (a instanceof Markup) return new Markup(percentFormat(text, escapedArguments(b)))
      return percentFormat(text, b)
    }
    case '-':
      return a instanceof PySet && b instanceof PySet ? subtractSets(a, b) : undefined
    default:
      return undefined
  }
}

function isInt(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
}

function concatenated(a: Value, b: Value): Value | undefined {
  if (a instanceof Markup || b instanceof Markup) {
    const left = escapedOperand(a)
    const right = escapedOperand(b)
    return left === undefined || right === undefined ? undefined : new Markup(left + right)
  }
  const text = textOf(a)
  if (text !== undefined) {
    const other = textOf(b)
    return other === undefined ? undefined : text + other
  }
  if (Array.isArray(a)) return Array.isArray(b) ? [...a, ...b] : undefined
  if (a instanceof PyTuple) return b instanceof PyTuple ? new PyTuple([...a.items, ...b.items]) : undefined
  if (a instanceof PyBytes && b instanceof PyBytes) return new PyBytes(Buffer.concat([a.data, b.data]))
  return undefined
}

function repeated(value: Value, times: Value): Value | undefined {
  const text = textOf(value)
  if (text !== undefined) {
    const result = text.repeat(repeatCount(times, text.length))
    return value instanceof Markup ? new Markup(result) : result
  }
  const items = Array.isArray(value) ? value : value instanceof PyTuple ? value.items : undefined
  if (!items) return undefined
  const result: Value[] = []
  for (let round = repeatCount(times, items.length * 8); round > 0; round--) for (const item of items) result.push(item)
  return value instanceof PyTuple ? new PyTuple(result) : result
}

/** The values put into marked text are escaped first, those of a tuple one by one. */
function escapedArguments(values: Value): Value {
  if (values instanceof PyTuple) return new PyTuple(values.items.map(item => escapedOperand(item) ?? item))
  return escapedOperand(values) ?? values
}

export function add(a: Value, b: Value): Value {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return binary('+', a, b)
}

export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return binary('-', a, b)
}

export const multiply = (a: Value, b: Value): Value => binary('*', a, b)
export const divide = (a: Value, b: Value): Value => binary('/', a, b)
export const floorDivide = (a: Value, b: Value): Value => binary('//', a, b)
export const modulo = (a: Value, b: Value): Value => binary('%', a, b)
export const power = (a: Value, b: Value): Value => binary('**', a, b)

function unary(operator: '-' | '+', value: Value): Value {
  if (typeof value === 'boolean') return operator === '-' ? -Number(value) + 0 : Number(value)
  if (typeof value === 'number') return operator === '-' ? -value + 0 : value
  if (typeof value === 'bigint') return operator === '-' ? normalInt(-value) : value
  if (value instanceof PyFloat) return operator === '-' ? new PyFloat(-value.value) : value
  if (value instanceof Undefined) throw value.fail()
  const result = value instanceof PyObject ? value.unary(operator) : undefined
  if (result !== undefined) return result
  throw typeError(`bad operand type for unary ${operator}: '${typeName(value)}'`)
}

export const negative = (value: Value): Value => unary('-', value)
export const positive = (value: Value): Value => unary('+', value)
