/** How filters are declared: a name, a Python signature, and a function over the bound arguments. */
import { bindArguments, type Signature, signature } from './arguments.ts'
import { item } from './attribute.ts'
import { textOf } from './comparison.ts'
import type { Evaluation } from './evaluation.ts'
import { runtimeError } from './template-error.ts'
import { lowerCase } from './text.ts'
import { type Kwargs, PyIterator, Undefined, type Value } from './value.ts'

export interface Filter {
  readonly name: string
  /** Takes arguments as they are, unbound. */
  readonly run: (env: Evaluation, args: readonly Value[], kwargs: Kwargs) => Value
  /** Depends on the context: is never computed when the template is compiled. */
  readonly usesContext: boolean
}

export function filter(
  name: string,
  parts: readonly (string | readonly [string, Value])[],
  body: (env: Evaluation, ...args: Value[]) => Value,
): Filter {
  const bound: Signature = signature(`do_${name}`, ...parts)
  return {
    name,
    usesContext: false,
    run: (env, args, kwargs) => body(env, ...bindArguments(bound, args, kwargs)),
  }
}

/** The filters that are generators in Python: nothing is computed before someone iterates. */
export function generatorFilter(
  name: string,
  parts: readonly (string | readonly [string, Value])[],
  body: (env: Evaluation, ...args: Value[]) => Iterator<Value>,
): Filter {
  return filter(name, parts, (env, ...args) => new PyIterator(body(env, ...args)))
}

/** "a.b.0" as a path of names and indexes. */
function pathOf(attribute: Value): readonly Value[] {
  if (attribute === null) return []
  const text = textOf(attribute)
  if (text === undefined) return [attribute]
  return text.split('.').map(part => (/^\d+$/.test(part) ? Number(part) : part))
}

export type Getter = (value: Value) => Value

/** Reads an attribute path from each item; `fallback` replaces what is undefined on the way, unless it is None. */
export function attributeGetter(
  env: Evaluation,
  attribute: Value,
  after: Getter = value => value,
  fallback: Value = null,
): Getter {
  const path = pathOf(attribute)
  return value => {
    let found = value
    for (const part of path) {
      found = item(env, found, part)
      if (fallback !== null && found instanceof Undefined) found = fallback
    }
    return after(found)
  }
}

/** For several attributes with commas between: a list of values, which compares item by item. */
export function multiGetter(env: Evaluation, attribute: Value, after: Getter): Getter {
  const text = textOf(attribute)
  const getters = (text === undefined ? [attribute] : text.split(',')).map(one => attributeGetter(env, one, after))
  return value => getters.map(getter => getter(value))
}

/** Text in lower case, anything else as it is. */
export function ignoreCase(value: Value): Value {
  const text = textOf(value)
  return text === undefined ? value : lowerCase(text)
}

export const filterArgumentError = (message: string): Error => runtimeError(message)
