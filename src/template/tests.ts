/** The tests of `x is test`. */
import { bindArguments, type Signature, signature } from './arguments.ts'
import { findMethod } from './attribute.ts'
import { isEqual, isGreater, isGreaterOrEqual, isIn, isLess, isLessOrEqual, isNotEqual } from './comparison.ts'
import type { Evaluation } from './evaluation.ts'
import { isFilter, useTests } from './filters.ts'
import { findIterable, findLength } from './iteration.ts'
import { modulo } from './operators.ts'
import { str } from './repr.ts'
import { runtimeError } from './template-error.ts'
import {
  hashKey,
  type Kwargs,
  Markup,
  noKwargs,
  PyBytes,
  PyDict,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  StrSubclass,
  Undefined,
  type Value,
} from './value.ts'

type TestBody = (env: Evaluation, value: Value, argument: Value) => boolean

interface Test {
  readonly signature: Signature
  readonly run: TestBody
}

/** Looks a value up in a table of names: one that cannot be a key is an error. */
function isKnownName(value: Value, isKnown: (name: string) => boolean): boolean {
  const key = hashKey(value)
  return typeof key === 'string' && isKnown(key)
}

function isInteger(value: Value): boolean {
  return (
    typeof value === 'number' || typeof value === 'bigint' || (value instanceof PyObject && value.typeName === 'int')
  )
}

function isNumber(value: Value): boolean {
  return (
    isInteger(value) ||
    typeof value === 'boolean' ||
    value instanceof PyFloat ||
    (value instanceof PyObject && value.kind === 'number')
  )
}

function isSequence(value: Value): boolean {
  if (value instanceof PyObject) return value.kind === 'sequence' || value.kind === 'mapping'
  return findLength(value) !== undefined && !(value instanceof PySet)
}

function isSame(a: Value, b: Value): boolean {
  if (a instanceof PyFloat && b instanceof PyFloat) return a === b
  return a === b || (a instanceof PyTuple && b instanceof PyTuple && a.items.length === 0 && b.items.length === 0)
}

function textTest(name: string): TestBody {
  return (env, value) => findMethod(env, str(value), name)?.([], noKwargs) === true
}

const unary: Readonly<Record<string, TestBody>> = {
  odd: (_, value) => isEqual(modulo(value, 2), 1),
  even: (_, value) => isEqual(modulo(value, 2), 0),
  defined: (_, value) => !(value instanceof Undefined),
  undefined: (_, value) => value instanceof Undefined,
  filter: (_, value) => isKnownName(value, isFilter),
  test: (_, value) => isKnownName(value, isTest),
  none: (_, value) => value === null,
  boolean: (_, value) => typeof value === 'boolean',
  false: (_, value) => value === false,
  true: (_, value) => value === true,
  integer: (_, value) => isInteger(value),
  float: (_, value) => value instanceof PyFloat,
  lower: textTest('islower'),
  upper: textTest('isupper'),
  string: (_, value) => typeof value === 'string' || value instanceof StrSubclass,
  mapping: (_, value) => value instanceof PyDict || (value instanceof PyObject && value.kind === 'mapping'),
  number: (_, value) => isNumber(value),
  sequence: (_, value) => isSequence(value),
  iterable: (_, value) => findIterable(value) !== undefined || value instanceof PyBytes,
  callable: (_, value) => (value instanceof PyObject && value.call !== undefined) || value instanceof Undefined,
  escaped: (_, value) => value instanceof Markup,
}

const equal: TestBody = (_, value, other) => isEqual(value, other)
const notEqual: TestBody = (_, value, other) => isNotEqual(value, other)
const greater: TestBody = (_, value, other) => isGreater(value, other)
const greaterOrEqual: TestBody = (_, value, other) => isGreaterOrEqual(value, other)
const less: TestBody = (_, value, other) => isLess(value, other)
const lessOrEqual: TestBody = (_, value, other) => isLessOrEqual(value, other)

/** With the name of their argument. */
const binary: readonly (readonly [names: string, parameter: string, run: TestBody])[] = [
  ['divisibleby', 'num', (_, value, by) => isEqual(modulo(value, by), 0)],
  ['sameas', 'other', (_, value, other) => isSame(value, other)],
  ['in', 'seq', (_, value, container) => isIn(value, container)],
  ['== eq equalto', '', equal],
  ['!= ne', '', notEqual],
  ['> gt greaterthan', '', greater],
  ['>= ge', '', greaterOrEqual],
  ['< lt lessthan', '', less],
  ['<= le', '', lessOrEqual],
]

const tests = new Map<string, Test>()
for (const [name, run] of Object.entries(unary)) {
  tests.set(name, { signature: signature(`test_${name}`, 'value', '/'), run })
}
for (const [names, parameter, run] of binary) {
  for (const name of names.split(' ')) {
    const parts = parameter === '' ? ['a', 'b', '/'] : ['value', parameter]
    tests.set(name, { signature: signature(`test_${name}`, ...parts), run })
  }
}

export function testNames(): Iterable<string> {
  return tests.keys()
}

export function isTest(name: string): boolean {
  return tests.has(name)
}

export type TestFunction = (env: Evaluation, args: readonly Value[], kwargs: Kwargs) => boolean

/** The test as compiled code calls it: the value comes first. An unknown one fails when it is called. */
export function testNamed(name: string): TestFunction {
  const test = tests.get(name)
  if (!test) {
    return () => {
      throw runtimeError(`No test named '${name}' found.`)
    }
  }
  const { run } = test
  return (env, args, kwargs) => {
    if (args.length === 1 && kwargs.size === 0 && test.signature.parameters.length === 1)
      return run(env, args[0]!, null)
    const [value = null, argument = null] = bindArguments(test.signature, args, kwargs)
    return run(env, value, argument)
  }
}

useTests(testNamed)
