/** Calls, with Python's rules for what can be called and how `*args` and `**kwargs` are spread. */
import { attribute, findMethod } from './attribute.ts'
import { textOf } from './comparison.ts'
import type { Evaluation } from './evaluation.ts'
import { findIterable, toArray } from './iteration.ts'
import { typeError } from './template-error.ts'
import { type Kwargs, PermissiveUndefined, PyDict, PyObject, typeName, Undefined, type Value } from './value.ts'

export type Result = Value | Promise<Value>

export function call(callee: Value, args: readonly Value[], kwargs: Kwargs): Result {
  if (callee instanceof PyObject && callee.call) return callee.call(args, kwargs)
  if (callee instanceof PermissiveUndefined) return callee
  if (callee instanceof Undefined) throw callee.fail()
  throw typeError(`'${typeName(callee)}' object is not callable`)
}

/** `object.name(...)` without making the bound method that nobody keeps. */
export function callAttribute(
  env: Evaluation,
  object: Value,
  name: string,
  args: readonly Value[],
  kwargs: Kwargs,
): Result {
  if (!(object instanceof PyObject || object instanceof Undefined)) {
    const method = name.charCodeAt(0) === 95 ? undefined : findMethod(env, object, name)
    if (method) return method(args, kwargs)
  }
  return call(attribute(env, object, name), args, kwargs)
}

export function spread(value: Value): Value[] {
  if (findIterable(value) === undefined) {
    throw typeError(`argument after * must be an iterable, not ${typeName(value)}`)
  }
  return toArray(value)
}

/** Named arguments as written (name, value, name, value ...), and those of a `**mapping`. */
export function makeKwargs(pairs: readonly Value[], mapping?: Value): Kwargs {
  const kwargs = new Map<string, Value>()
  for (let index = 0; index < pairs.length; index += 2) kwargs.set(String(pairs[index]), pairs[index + 1]!)
  if (mapping === undefined) return kwargs
  for (const [key, value] of entriesOf(mapping)) {
    const name = textOf(key)
    if (name === undefined) throw typeError('keywords must be strings')
    if (kwargs.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`)
    kwargs.set(name, value)
  }
  return kwargs
}

function* entriesOf(mapping: Value): Iterable<readonly [Value, Value]> {
  if (mapping instanceof PyDict) yield* mapping.entries()
  else if (mapping instanceof PyObject && mapping.kind === 'mapping') {
    for (const key of toArray(mapping)) yield [key, mapping.item(key) ?? null]
  } else throw typeError(`argument after ** must be a mapping, not ${typeName(mapping)}`)
}
