/** Python's rules for matching the arguments of a call with a function's parameters. */
import { typeError } from './template-error.ts'
import { type Kwargs, PyDict, PyTuple, type Value } from './value.ts'

export interface Signature {
  readonly name: string
  readonly parameters: readonly Parameter[]
  /** Parameters before this index cannot be given by name. */
  readonly positionalOnly: number
  /** Parameters from this index on can be given by name only. */
  readonly keywordOnly: number
  readonly varargs: boolean
  readonly kwargs: boolean
}

interface Parameter {
  readonly name: string
  readonly required: boolean
  readonly default: Value
}

/**
 * Describes a function: `'x'` is a required parameter, `['x', 1]` one with a default; `'/'` ends the positional-only
 * ones, `'*'` begins the keyword-only ones, `'*name'` takes further positional and `'**name'` further named arguments.
 */
export function signature(name: string, ...parts: readonly (string | readonly [string, Value])[]): Signature {
  const parameters: Parameter[] = []
  let positionalOnly = 0
  let keywordOnly = Number.POSITIVE_INFINITY
  let varargs = false
  let kwargs = false
  for (const part of parts) {
    if (part === '/') positionalOnly = parameters.length
    else if (part === '*') keywordOnly = parameters.length
    else if (typeof part !== 'string') parameters.push({ name: part[0], required: false, default: part[1] })
    else if (part.startsWith('**')) kwargs = true
    else if (part.startsWith('*')) {
      varargs = true
      keywordOnly = parameters.length
    } else parameters.push({ name: part, required: true, default: null })
  }
  return { name, parameters, positionalOnly, keywordOnly, varargs, kwargs }
}

/**
 * The arguments in order of the parameters, defaults filled in. After them come a PyTuple of the further positional
 * arguments and a PyDict of the further named ones, if the signature takes such.
 * @throws `template/type` with Python's wording
 */
export function bindArguments(to: Signature, args: readonly Value[], kwargs: Kwargs): Value[] {
  const { parameters } = to
  const positional = Math.min(parameters.length, to.keywordOnly)
  if (args.length > positional && !to.varargs) throw tooMany(to, positional, args.length)
  const bound: Value[] = []
  let used = 0
  for (let index = 0; index < parameters.length; index++) {
    const parameter = parameters[index]!
    const given = index < positional ? args[index] : undefined
    const named = index >= to.positionalOnly && kwargs.size > 0 ? kwargs.get(parameter.name) : undefined
    if (named !== undefined) used++
    if (given !== undefined && named !== undefined) {
      throw typeError(`${to.name}() got multiple values for argument '${parameter.name}'`)
    }
    const value = given ?? named
    if (value !== undefined) bound.push(value)
    else if (given === null || named === null) bound.push(null)
    else if (parameter.required) throw missing(to, args.length, kwargs)
    else bound.push(parameter.default)
  }
  if (to.varargs) bound.push(new PyTuple(args.slice(positional)))
  if (to.kwargs) bound.push(furtherNamed(to, kwargs))
  else if (used < kwargs.size) throw unexpected(to, kwargs)
  return bound
}

function furtherNamed(to: Signature, kwargs: Kwargs): PyDict {
  const known = new Set(to.parameters.slice(to.positionalOnly).map(one => one.name))
  return PyDict.of([...kwargs].filter(([name]) => !known.has(name)))
}

function tooMany(to: Signature, positional: number, given: number): Error {
  if (positional === 0) return typeError(`${to.name}() takes no arguments (${given} given)`)
  const required = to.parameters.slice(0, positional).filter(one => one.required).length
  const count = required === positional ? `${positional}` : `from ${required} to ${positional}`
  return typeError(
    `${to.name}() takes ${count} positional argument${positional === 1 ? '' : 's'} but ${given} were given`,
  )
}

function missing(to: Signature, given: number, kwargs: Kwargs): Error {
  const names = to.parameters
    .filter((one, index) => one.required && index >= given && !kwargs.has(one.name))
    .map(one => `'${one.name}'`)
  const plural = names.length === 1 ? '' : 's'
  return typeError(`${to.name}() missing ${names.length} required positional argument${plural}: ${names.join(', ')}`)
}

function unexpected(to: Signature, kwargs: Kwargs): Error {
  const known = new Set(to.parameters.slice(to.positionalOnly).map(one => one.name))
  for (const name of kwargs.keys()) {
    if (!known.has(name)) return typeError(`${to.name}() got an unexpected keyword argument '${name}'`)
  }
  return typeError(`${to.name}() takes no keyword arguments`)
}
