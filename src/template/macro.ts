/** Macros as values: how arguments reach their parameters, and the limit on how deep they call each other. */
import { drive, type Running } from './drive.ts'
import type { Evaluation } from './evaluation.ts'
import { ReturnSignal } from './return-signal.ts'
import { recursionError, typeError } from './template-error.ts'
import { type Kwargs, PyDict, PyObject, PyTuple, type Value } from './value.ts'

/** What the compiler knows about a macro. `takesCaller` and the like say that the body mentions the name. */
export interface MacroDescription {
  readonly name: string | null
  readonly parameters: readonly string[]
  readonly takesKwargs: boolean
  readonly takesVarargs: boolean
  readonly takesCaller: boolean
  /** The body is a generator function, because it may have to wait. */
  readonly waits: boolean
}

export function describeMacro(
  name: string | null,
  parameters: readonly string[],
  takesKwargs: number,
  takesVarargs: number,
  takesCaller: number,
  waits: number,
): MacroDescription {
  return {
    name,
    parameters,
    takesKwargs: takesKwargs === 1,
    takesVarargs: takesVarargs === 1,
    takesCaller: takesCaller === 1,
    waits: waits === 1,
  }
}

/** What a macro gives, or what `return` was given in it. */
type Ending = Value | ReturnSignal

type Body = (...args: (Value | undefined)[]) => Ending | Running<Ending>

const maxDepth = 400
/** Calls under way, in all renderings of this process: a limit far above what is written on purpose. */
let depth = 0

export class MacroObject extends PyObject {
  readonly typeName = 'Macro'
  private readonly env: Evaluation
  private readonly description: MacroDescription
  private readonly body: Body

  constructor(env: Evaluation, description: MacroDescription, body: Body) {
    super()
    this.env = env
    this.description = description
    this.body = body
  }

  override attr(name: string): Value | undefined {
    const { description } = this
    switch (name) {
      case 'name':
        return description.name
      case 'arguments':
        return new PyTuple(description.parameters)
      case 'catch_kwargs':
        return description.takesKwargs
      case 'catch_varargs':
        return description.takesVarargs
      case 'caller':
        return description.takesCaller
      case 'explicit_caller':
        return description.parameters.includes('caller')
      default:
        return undefined
    }
  }

  override repr(): string {
    return `<Macro ${this.description.name === null ? 'anonymous' : `'${this.description.name}'`}>`
  }

  /** As Jinja calls it: what `return` was given goes on to the macro of the context that is running. */
  override call(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
    const ending = this.run(args, kwargs)
    return ending instanceof Promise ? ending.then(thrown) : thrown(ending)
  }

  run(args: readonly Value[], kwargs: Kwargs): Ending | Promise<Ending> {
    const given = this.arguments(args, kwargs)
    if (depth >= maxDepth) throw recursionError('maximum recursion depth exceeded')
    depth++
    let result: Ending | Promise<Ending> | undefined
    try {
      const begun = this.body(...given)
      result = this.description.waits ? drive(begun as Running<Ending>) : (begun as Ending)
    } finally {
      if (!(result instanceof Promise)) depth--
    }
    return result instanceof Promise ? result.finally(() => depth--) : result
  }

  /** In the order in which the compiled function takes them: parameters, caller, kwargs, varargs. */
  private arguments(args: readonly Value[], kwargs: Kwargs): (Value | undefined)[] {
    const { parameters, takesCaller, takesKwargs, takesVarargs } = this.description
    const given: (Value | undefined)[] = args.slice(0, parameters.length)
    const named = kwargs.size > 0 ? new Map(kwargs) : kwargs
    const take = (name: string): Value | undefined => {
      const value = named.get(name)
      if (value !== undefined) (named as Map<string, Value>).delete(name)
      return value
    }
    let hasCaller = given.length === parameters.length && parameters.includes('caller')
    for (let index = given.length; index < parameters.length; index++) {
      const name = parameters[index]!
      if (name === 'caller') hasCaller = true
      given.push(take(name))
    }
    if (takesCaller && !hasCaller) {
      given.push(take('caller') ?? this.env.missing({ name: 'caller', message: 'No caller defined' }))
    }
    if (takesKwargs) given.push(PyDict.of(named))
    else if (named.size > 0) throw this.unexpected(named)
    if (takesVarargs) given.push(new PyTuple(args.slice(parameters.length)))
    else if (args.length > parameters.length) {
      throw typeError(`macro ${this.shownName()} takes not more than ${parameters.length} argument(s)`)
    }
    return given
  }

  private shownName(): string {
    return this.description.name === null ? 'None' : `'${this.description.name}'`
  }

  private unexpected(named: Kwargs): Error {
    if (named.has('caller')) {
      return typeError(`macro ${this.shownName()} was invoked with two values for the special caller argument`)
    }
    return typeError(`macro ${this.shownName()} takes no keyword argument '${[...named.keys()][0]}'`)
  }
}

function thrown(ending: Ending): Value {
  if (ending instanceof ReturnSignal) throw ending
  return ending
}
