/** How the objects of the context are described: a table of attributes, methods bound on access, dbt's own errors. */
import type { DiagnosticCode } from '../base/codes.ts'
import { DiagnosticError, type DiagnosticFields, type ErrorKind } from '../base/diagnostic.ts'
import { bindArguments, signature } from '../template/arguments.ts'
import { fn, PyDict, type PyFunction, PyObject, type Value } from '../template/value.ts'

/** A parameter as `signature` takes it: `'x'`, `['x', default]`, `'/'`, `'*'`, `'*args'`, `'**kwargs'`. */
export type ParameterPart = string | readonly [name: string, defaultValue: Value]

/** Gives an attribute's value; a method gives a fresh function bound to `self`. */
export type Attribute<Self> = (self: Self) => Value
export type Attributes<Self> = Readonly<Record<string, Attribute<Self>>>

export function attributeOf<Self>(table: Attributes<Self>, self: Self, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name]?.(self) : undefined
}

/** A method: `body` is given the arguments in order of the parameters, defaults filled in. */
export function method<Self>(
  name: string,
  parameters: readonly ParameterPart[],
  body: (self: Self, args: readonly Value[]) => Value | Promise<Value>,
): Attribute<Self> {
  const to = signature(name, ...parameters)
  return self => fn(name, (args, kwargs) => body(self, bindArguments(to, args, kwargs)))
}

/** A function of the context, with Python's rules for its arguments. */
export function contextFunction(
  name: string,
  parameters: readonly ParameterPart[],
  body: (args: readonly Value[]) => Value | Promise<Value>,
): PyFunction {
  const to = signature(name, ...parameters)
  return fn(name, (args, kwargs) => body(bindArguments(to, args, kwargs)))
}

/** An error that a function of the context raises itself, as opposed to one of the template language. */
export function contextError(
  code: DiagnosticCode,
  message: string,
  more: { kind?: ErrorKind; hint?: string; node?: string; cause?: unknown } = {},
): DiagnosticError {
  const { kind = 'Compilation', ...rest } = more
  const fields: DiagnosticFields = { code, kind, message, ...rest }
  return new DiagnosticError(fields)
}

/** `value.name` or `value['name']` of a dict or an object; `undefined` if there is neither. */
export function fieldOf(value: Value | undefined, name: string): Value | undefined {
  if (value instanceof PyDict) return value.get(name)
  if (!(value instanceof PyObject)) return undefined
  const attribute = value.attr(name)
  return attribute === undefined ? value.item(name) : attribute
}
