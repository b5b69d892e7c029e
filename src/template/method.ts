/** How the methods of built-in types are declared, and the arguments they check. */
import { textOf } from './comparison.ts'
import { type TemplateError, typeError, valueError } from './template-error.ts'
import { type Kwargs, PyObject, typeName, Undefined, type Value } from './value.ts'

export type Method<Self> = (self: Self, args: readonly Value[], kwargs: Kwargs) => Value
export type Methods<Self> = ReadonlyMap<string, Method<Self>>

/** `min` to `max` positional arguments and, of those, the ones that can also be given by name. */
export function method<Self>(
  name: string,
  min: number,
  max: number,
  body: (self: Self, ...args: Value[]) => Value,
  names: readonly string[] = [],
): readonly [string, Method<Self>] {
  return [
    name,
    (self, args, kwargs) => {
      let given = args
      if (kwargs.size > 0) given = withNamed(name, args, kwargs, names, max)
      if (given.length < min || given.length > max) throw wrongCount(name, min, max, given.length)
      return body(self, ...given)
    },
  ]
}

function withNamed(
  name: string,
  args: readonly Value[],
  kwargs: Kwargs,
  names: readonly string[],
  max: number,
): readonly Value[] {
  if (names.length === 0) throw typeError(`${name}() takes no keyword arguments`)
  const all: Value[] = [...args]
  for (const [key, value] of kwargs) {
    const index = names.indexOf(key) + max - names.length
    if (!names.includes(key)) throw typeError(`${name}() got an unexpected keyword argument '${key}'`)
    if (index < args.length) throw typeError(`${name}() got multiple values for argument '${key}'`)
    while (all.length < index) all.push(null)
    all[index] = value
  }
  return all
}

function wrongCount(name: string, min: number, max: number, given: number): TemplateError {
  if (max === 0) return typeError(`${name}() takes no arguments (${given} given)`)
  if (min === max) {
    return typeError(`${name}() takes exactly ${min === 1 ? 'one argument' : `${min} arguments`} (${given} given)`)
  }
  if (given < min) return typeError(`${name} expected at least ${min} argument${min === 1 ? '' : 's'}, got ${given}`)
  return typeError(`${name} expected at most ${max} argument${max === 1 ? '' : 's'}, got ${given}`)
}

export function textArgument(value: Value, what = 'argument'): string {
  const text = textOf(value)
  if (text === undefined) throw typeError(`${what} must be str, not ${typeName(value)}`)
  return text
}

/** What `operator.index` takes: ints and bools. */
export function intArgument(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'bigint') return value > 0n ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER
  if (value instanceof Undefined) throw typeError(`'Undefined' object cannot be interpreted as an integer`)
  if (value instanceof PyObject && value.kind === 'number' && value.typeName === 'int') return Number(value.toInt())
  throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`)
}

export function optionalInt(value: Value | undefined): number | null {
  return value === undefined || value === null ? null : intArgument(value)
}

/** Refuses to build texts and lists beyond what a machine holds. */
export function repeatCount(value: Value, size: number): number {
  const count = Math.max(0, intArgument(value))
  if (count * size > 500_000_000) throw valueError('the repeated value is too large')
  return count
}
