/** Filters that convert, round, default and look at attributes. */
import { roundFloat, roundInt } from './arithmetic.ts'
import { attribute, findAttribute, item } from './attribute.ts'
import { textOf } from './comparison.ts'
import type { Evaluation } from './evaluation.ts'
import { type Filter, filter, filterArgumentError } from './filter.ts'
import { lengthOf, truthy } from './iteration.ts'
import { intArgument, textArgument } from './method.ts'
import { parseFloatText, parseInteger } from './number-parse.ts'
import { arithmeticError, typeError } from './template-error.ts'
import { normalInt, PyFloat, PyObject, typeName, Undefined, type Value } from './value.ts'

function fromFloat(value: number): number | bigint {
  return normalInt(BigInt(Math.trunc(value)))
}

function toInt(value: Value, fallback: Value, base: Value): Value {
  const text = textOf(value)
  if (text !== undefined) {
    const whole = parseInteger(text, intArgument(base))
    if (whole !== undefined) return whole
    const float = parseFloatText(text)
    return float === undefined || !Number.isFinite(float) ? fallback : fromFloat(float)
  }
  if (value instanceof PyFloat) {
    if (Number.isFinite(value.value)) return fromFloat(value.value)
    if (Number.isNaN(value.value)) return fallback
    throw arithmeticError('cannot convert float infinity to integer')
  }
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Undefined) throw value.fail()
  return (value instanceof PyObject ? value.toInt() : undefined) ?? fallback
}

function toFloat(value: Value, fallback: Value): Value {
  const text = textOf(value)
  if (text !== undefined) {
    const float = parseFloatText(text)
    return float === undefined ? fallback : new PyFloat(float)
  }
  if (value instanceof PyFloat) return value
  if (typeof value === 'boolean' || typeof value === 'number') return new PyFloat(Number(value))
  if (typeof value === 'bigint') {
    if (!Number.isFinite(Number(value))) throw arithmeticError('int too large to convert to float')
    return new PyFloat(Number(value))
  }
  if (value instanceof Undefined) throw value.fail()
  const float = value instanceof PyObject ? value.toFloat() : undefined
  return float === undefined ? fallback : new PyFloat(float)
}

/** A number as a float, for `ceil` and `floor`. */
function realNumber(value: Value): number {
  if (value instanceof PyFloat) return value.value
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return Number(value)
  const float = value instanceof PyObject ? value.toFloat() : undefined
  if (float !== undefined) return float
  if (value instanceof Undefined) throw value.fail()
  throw typeError(`must be real number, not ${typeName(value)}`)
}

function round(value: Value, precision: Value, how: Value): Value {
  if (how !== 'common' && how !== 'ceil' && how !== 'floor') {
    throw filterArgumentError('method must be common, ceil or floor')
  }
  if (how !== 'common') {
    const scale = 10 ** intArgument(precision)
    const scaled = how === 'ceil' ? Math.ceil(realNumber(value) * scale) : Math.floor(realNumber(value) * scale)
    return new PyFloat(scaled / scale + 0)
  }
  const digits = precision === null ? null : intArgument(precision)
  if (value instanceof PyFloat) {
    if (digits !== null) return new PyFloat(roundFloat(value.value, digits))
    if (!Number.isFinite(value.value)) throw arithmeticError('cannot convert float infinity to integer')
    return fromFloat(roundFloat(value.value, 0))
  }
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') {
    const whole = typeof value === 'boolean' ? Number(value) : value
    return digits !== null && digits < 0 ? normalInt(roundInt(BigInt(whole), digits)) : whole
  }
  const rounded = value instanceof PyObject ? value.round(digits) : undefined
  if (rounded !== undefined) return rounded
  throw typeError(`type ${typeName(value)} doesn't define __round__ method`)
}

function absolute(value: Value): Value {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number') return Math.abs(value)
  if (typeof value === 'bigint') return value < 0n ? normalInt(-value) : value
  if (value instanceof PyFloat) return new PyFloat(Math.abs(value.value))
  const result = value instanceof PyObject ? value.unary('abs') : undefined
  if (result !== undefined) return result
  throw typeError(`bad operand type for abs(): '${typeName(value)}'`)
}

function defaulted(value: Value, fallback: Value, alsoFalse: Value): Value {
  return value instanceof Undefined || (truthy(alsoFalse) && !truthy(value)) ? fallback : value
}

/** Unlike `x.name`, never an item. */
function attr(env: Evaluation, value: Value, name: Value): Value {
  const key = textArgument(name, 'attribute name')
  if (value instanceof Undefined || key.startsWith('_')) return attribute(env, value, key)
  const found = findAttribute(env, value, key)
  if (found !== undefined) return found
  return env.missing({ name: key, owner: value === null ? 'None' : `${typeName(value)} object` })
}

function random(env: Evaluation, value: Value): Value {
  const length = lengthOf(value)
  if (length === 0) return env.missing({ message: 'No random item, sequence was empty.' })
  return item(env, value, Math.min(length - 1, Math.floor(env.random() * length)))
}

const defaultParameters = ['value', ['default_value', ''], ['boolean', false]] as const

export const valueFilters: readonly Filter[] = [
  filter('default', defaultParameters, (_, value = null, fallback = '', alsoFalse = false) =>
    defaulted(value, fallback, alsoFalse),
  ),
  filter('d', defaultParameters, (_, value = null, fallback = '', alsoFalse = false) =>
    defaulted(value, fallback, alsoFalse),
  ),
  filter('int', ['value', ['default', 0], ['base', 10]], (_, value = null, fallback = 0, base = 10) =>
    toInt(value, fallback, base),
  ),
  filter('float', ['value', ['default', new PyFloat(0)]], (_, value = null, fallback = null) =>
    toFloat(value, fallback),
  ),
  filter('round', ['value', ['precision', 0], ['method', 'common']], (_, value = null, precision = 0, how = 'common') =>
    round(value, precision, how),
  ),
  filter('abs', ['x', '/'], (_, value = null) => absolute(value)),
  filter('attr', ['obj', 'name'], (env, value = null, name = null) => attr(env, value, name)),
  { ...filter('random', ['seq'], (env, value = null) => random(env, value)), usesContext: true },
  filter('is_list', ['value'], (_, value = null) => Array.isArray(value)),
]
