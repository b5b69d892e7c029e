/** A template that is ready to run: generated code, made into functions on first use. */
import { drive, type Running } from './drive.ts'
import { Evaluation, type EvaluationOptions } from './evaluation.ts'
import { type FlatProgram, FlatRun } from './flat-program.ts'
import { makeGlobals } from './globals.ts'
import { MacroObject } from './macro.ts'
import { ReturnSignal } from './return-signal.ts'
import { type CodeSource, runtime } from './runtime.ts'
import type { Scope } from './scope.ts'
import { TemplateError } from './template-error.ts'
import { type Kwargs, PyFunction, type Value } from './value.ts'

export type Rendered<Result> = Result | Promise<Result>

type Main = (env: Evaluation, source: CodeSource, exported: Map<string, Value>, map: number[]) => Value | Running<Value>

interface Program {
  readonly at: readonly number[]
  readonly waits: boolean
  readonly main: Main
}

const noRandom = (): number => 0
const plainGlobals = makeGlobals(noRandom)

/** Output ranges and the source they come from; `start` pairs with the text from there to the next entry. */
export interface MappedText {
  readonly text: string
  /** Offset in the text, offset in the file, and so on, ascending. */
  readonly map: readonly number[]
}

/** What a template's text became. It knows nothing of files: templates with the same text share it. */
export class TemplateCode {
  /** JavaScript text, empty when the template is plain text that renders as itself. */
  readonly text: string
  private made: Program | undefined

  constructor(text: string) {
    this.text = text
  }

  get program(): Program {
    this.made ??= instantiate(this.text)
    return this.made
  }
}

export class CompiledTemplate {
  readonly source: CodeSource
  private readonly code: TemplateCode
  private readonly text: string

  constructor(code: TemplateCode, source: CodeSource, text: string) {
    this.code = code
    this.source = source
    this.text = text
  }

  /**
   * The text of the template in a scope; a promise only if a function of the scope gave one.
   * @throws DiagnosticError with the place in the file
   */
  render(scope: Scope, options: EvaluationOptions = {}): Rendered<string> {
    if (this.code.text === '') return this.text
    const result = this.run(evaluation(scope, options), new Map(), [])
    return result as Rendered<string>
  }

  /** Like `render`, for a template compiled in mode `mapped`. */
  renderMapped(scope: Scope, options: EvaluationOptions = {}): Rendered<MappedText> {
    if (this.code.text === '') return { text: this.text, map: [0, this.source.base] }
    const map: number[] = []
    const done = (text: Value): MappedText => {
      for (let index = 1; index < map.length; index += 2) map[index]! += this.source.base
      return { text: String(text), map }
    }
    const result = this.run(evaluation(scope, options), new Map(), map)
    return result instanceof Promise ? result.then(done) : done(result)
  }

  /** The output pieces of a template compiled in mode `native`, unjoined. */
  renderPieces(scope: Scope, options: EvaluationOptions = {}): Rendered<readonly Value[]> {
    return this.run(evaluation(scope, options), new Map(), []) as Rendered<readonly Value[]>
  }

  /**
   * The macros that the template defines at its top level, by their names with dbt's prefix, bound to the scope.
   */
  macros(scope: Scope, options: EvaluationOptions = {}): Rendered<ReadonlyMap<string, Value>> {
    const exported = new Map<string, Value>()
    if (this.code.text === '') return exported
    const result = this.run(evaluation(scope, options), exported, [])
    return result instanceof Promise ? result.then(() => exported) : exported
  }

  private run(env: Evaluation, exported: Map<string, Value>, map: number[]): Rendered<Value> {
    const { main, waits } = this.code.program
    try {
      const begun = main(env, this.source, exported, map)
      if (!waits) return begun as Value
      const result = drive(begun as Running<Value>)
      return result instanceof Promise ? result.catch(refuseReturn) : result
    } catch (error) {
      return refuseReturn(error)
    }
  }
}

/** A `return` that no macro caught. */
function refuseReturn(error: unknown): never {
  if (!(error instanceof ReturnSignal)) throw error
  throw new TemplateError('template/return', 'return() was called outside of a macro')
}

function evaluation(scope: Scope, options: EvaluationOptions): Evaluation {
  const globals = options.random ? makeGlobals(options.random) : plainGlobals
  return new Evaluation(scope, globals, options)
}

function instantiate(code: string): Program {
  if (code.startsWith('{')) return flatProgram(JSON.parse(code) as FlatProgram)
  const make = new Function('R', code) as (runtime: unknown) => Program
  return make(runtime)
}

function flatProgram(program: FlatProgram): Program {
  function* main(env: Evaluation, source: CodeSource, _exported: unknown, map: number[]): Running<Value> {
    const run = new FlatRun(env)
    try {
      return yield* run.render(program, map)
    } catch (error) {
      throw runtime.failed(error, source, run.place, 0, null)
    }
  }
  return { at: [], waits: true, main }
}

/** A macro of a file of its own, as dbt offers it to templates: called, it gives its text or the value it returned. */
export class BoundMacro extends PyFunction {
  override readonly typeName: string = 'MacroGenerator'
  private readonly template: CompiledTemplate
  private readonly key: string
  private readonly scope: Scope
  private readonly options: EvaluationOptions
  private macro: Rendered<Value> | undefined

  constructor(template: CompiledTemplate, key: string, scope: Scope, options: EvaluationOptions) {
    super(key.replace(/^dbt_macro__/, ''), () => null)
    this.template = template
    this.key = key
    this.scope = scope
    this.options = options
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
    this.macro ??= this.find()
    const { macro } = this
    if (macro instanceof Promise) return macro.then(found => invoke(found, args, kwargs))
    return invoke(macro, args, kwargs)
  }

  /** dbt's own macros look at the parameters of others: `m.get_macro().arguments`. */
  override attr(name: string): Value | undefined {
    return name === 'get_macro' ? new PyFunction('get_macro', () => (this.macro ??= this.find())) : undefined
  }

  private find(): Rendered<Value> {
    const macros = this.template.macros(this.scope, this.options)
    const pick = (all: ReadonlyMap<string, Value>): Value => {
      const found = all.get(this.key)
      if (found === undefined)
        throw new TemplateError('template/lookup', `the macro '${this.name}' is not in its own text`)
      return found
    }
    return macros instanceof Promise ? macros.then(pick) : pick(macros)
  }

  override repr(): string {
    return `<MacroGenerator object>`
  }
}

function invoke(macro: Value, args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
  try {
    const ending = macro instanceof MacroObject ? macro.run(args, kwargs) : runtime.call(macro, args, kwargs)
    return ending instanceof Promise ? ending.then(returned).catch(caughtReturn) : returned(ending)
  } catch (error) {
    return caughtReturn(error)
  }
}

function returned(ending: Value | ReturnSignal): Value {
  return ending instanceof ReturnSignal ? ending.value : ending
}

function caughtReturn(error: unknown): Value {
  if (error instanceof ReturnSignal) return error.value
  throw error
}
