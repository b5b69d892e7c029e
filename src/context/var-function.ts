/** `var()`: a value of the variables, text rendered again as a template; `var.has_var(name)`. */
import { nearName } from '../base/near-name.ts'
import { bindArguments, signature } from '../template/arguments.ts'
import { jsonText } from '../template/json-text.ts'
import { str } from '../template/repr.ts'
import { type Kwargs, PyObject, type Value } from '../template/value.ts'
import { contextError, contextFunction } from './python-object.ts'
import type { VarLookup } from './var-lookup.ts'

export interface VarOptions {
  readonly vars: VarLookup
  /** A missing variable is None instead of an error: while parsing. */
  readonly optional: boolean
  /** Whose variables they are, for the message. */
  readonly owner: string
  /** Renders the text of a value; absent where text is taken as it stands (properties files). */
  readonly render?: ((text: string) => Value | Promise<Value>) | undefined
}

const parameters = signature('__call__', 'var_name', ['default', null])

export class VarFunction extends PyObject {
  readonly typeName = 'Var'
  private readonly options: VarOptions

  constructor(options: VarOptions) {
    super()
    this.options = options
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    if (name !== 'has_var') return undefined
    return contextFunction(name, ['var_name'], ([key = null]) => this.options.vars.get(str(key)) !== undefined)
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
    const [key = null, fallback = null] = bindArguments(parameters, args, kwargs)
    const name = str(key)
    const value = this.options.vars.get(name)
    if (value !== undefined) return typeof value === 'string' ? this.rendered(value) : value
    if (args.length > 1 || kwargs.has('default')) return fallback
    if (this.options.optional) return null
    throw this.missing(name)
  }

  private rendered(text: string): Value | Promise<Value> {
    return this.options.render && /\{[{%#]|[%#}]\}/.test(text) ? this.options.render(text) : text
  }

  private missing(name: string): Error {
    const all = this.options.vars.all()
    const near = nearName(name, Array.from(all.keys(), str))
    return contextError(
      'context/var-missing',
      `Required var '${name}' not found in config:\nVars supplied to ${this.options.owner} = ${jsonText(all, { sortKeys: true, indent: 4, fallback: str })}`,
      near === undefined ? {} : { hint: `did you mean '${near}'` },
    )
  }
}
