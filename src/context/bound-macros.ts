/**
 * Macros as one rendering sees them: bound to its scope on first use, noted when they are called, and on a stack while
 * they run.
 */
import { nearName } from '../base/near-name.ts'
import type { Scope } from '../template/scope.ts'
import { type Kwargs, PyDict, PyFunction, PyObject, PyTuple, type Value } from '../template/value.ts'
import { dispatchFailure, type MacroNamespace, type MacroPackage } from './macro-namespace.ts'
import type { MacroRecord, MacroRecorder } from './macro-record.ts'
import { contextError, contextFunction } from './python-object.ts'

export interface BindOptions {
  /** Package of the node that is rendered. */
  readonly packageName: string
  readonly recorder?: MacroRecorder
  /** `dispatch` without a namespace looks in every package, as dbt's data tests do. */
  readonly dispatchesAnywhere?: boolean
  /** What a unit test puts in place of macros: `name` or `package.name` to the value every call gives. */
  readonly overrides?: ReadonlyMap<string, Value>
}

/** The macros of one rendering, bound to its scope on first use. */
export class BoundMacros {
  /** Unique ids of the macros that are running, outermost first. */
  readonly stack: string[] = []
  private readonly namespace: MacroNamespace
  private readonly scope: Scope
  private readonly options: BindOptions
  private readonly bound = new Map<string, BoundMacro>()
  private readonly namespaces = new Map<string, PackageNamespace>()

  constructor(namespace: MacroNamespace, scope: Scope, options: BindOptions) {
    this.namespace = namespace
    this.scope = scope
    this.options = options
  }

  /** A macro or a package by its plain name. */
  lookup(name: string): Value | undefined {
    const { packageName, overrides } = this.options
    const { namespace } = this
    const own =
      namespace.packages.get(packageName)?.get(name) ?? namespace.packages.get(namespace.rootPackage)?.get(name)
    if (own) return this.overridden(name, own) ?? this.macro(own)
    if (name === 'dbt' || namespace.packages.has(name)) return this.packageNamespace(name)
    const internal = namespace.internal.get(name)
    if (!internal) return undefined
    if (overrides)
      return this.overridden(name, internal) ?? this.overridden(`dbt.${name}`, internal) ?? this.macro(internal)
    return this.macro(internal)
  }

  /** A macro as `package.name` reaches it. */
  lookupInPackage(packageName: string, name: string): Value | undefined {
    const macro = this.namespace.package(packageName)?.get(name)
    if (!macro) return undefined
    const global = packageName === 'dbt' ? this.overridden(name, macro) : undefined
    return global ?? this.overridden(`${packageName}.${name}`, macro) ?? this.macro(macro)
  }

  /** A macro by its record, bound to this rendering. */
  macro(record: MacroRecord): BoundMacro {
    let macro = this.bound.get(record.uniqueId)
    if (!macro) {
      macro = new BoundMacro(record, this.scope, this.stack, this.options.recorder)
      this.bound.set(record.uniqueId, macro)
    }
    return macro
  }

  names(): Iterable<string> {
    return this.namespace.names(this.options.packageName)
  }

  /** `adapter.dispatch`. @throws `context/macro-not-found` naming every place it looked */
  dispatch(name: string, macroNamespace: string | null): Value {
    const { packageName, dispatchesAnywhere = false } = this.options
    const found = this.namespace.dispatched(name, macroNamespace, dispatchesAnywhere ? null : packageName)
    if (found) return this.macro(found)
    throw this.dispatchFailed(name, macroNamespace)
  }

  private dispatchFailed(name: string, macroNamespace: string | null): Error {
    const near = nearName(
      name,
      Array.from(this.names(), one => /^(?:duckdb|default)__(.+)$/.exec(one)?.[1] ?? ''),
    )
    return contextError(
      'context/macro-not-found',
      dispatchFailure(this.namespace, name, macroNamespace),
      near === undefined ? {} : { hint: `did you mean '${near}'` },
    )
  }

  private overridden(key: string, record: MacroRecord): Value | undefined {
    const value = this.options.overrides?.get(key)
    if (value === undefined) return undefined
    return new BoundMacro({ ...record, bind: () => new PyFunction(record.name, () => value) }, this.scope, this.stack)
  }

  private packageNamespace(name: string): PackageNamespace {
    let namespace = this.namespaces.get(name)
    if (!namespace) {
      namespace = new PackageNamespace(this, name, this.namespace.package(name) ?? new Map())
      this.namespaces.set(name, namespace)
    }
    return namespace
  }
}

/** A macro within one rendering. A call is noted, and stands on the stack until its result is there. */
export class BoundMacro extends PyObject {
  readonly typeName = 'MacroGenerator'
  readonly record: MacroRecord
  private readonly scope: Scope
  private readonly stack: string[]
  private readonly recorder: MacroRecorder | undefined
  private function: PyFunction | undefined

  constructor(record: MacroRecord, scope: Scope, stack: string[], recorder?: MacroRecorder) {
    super()
    this.record = record
    this.scope = scope
    this.stack = stack
    this.recorder = recorder
  }

  override truthy(): boolean {
    return true
  }
  override repr(): string {
    return `<dbt.clients.jinja.MacroGenerator object ${this.record.uniqueId}>`
  }

  /** Whatever Jinja's own macro object has: `name`, `arguments`, `catch_kwargs` … */
  override attr(name: string): Value | undefined {
    if (name === 'call_macro') return new PyFunction(name, (args, kwargs) => this.call(args, kwargs))
    this.function ??= this.record.bind(this.scope)
    return this.function.attr(name)
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
    const { stack, record } = this
    this.recorder?.called(record.uniqueId, stack.length)
    this.function ??= record.bind(this.scope)
    const depth = stack.push(record.uniqueId) - 1
    let result: Value | Promise<Value>
    try {
      result = this.function.call(args, kwargs)
    } catch (error) {
      stack.length = depth
      throw error
    }
    if (!(result instanceof Promise)) {
      stack.length = depth
      return result
    }
    return result.finally(() => {
      stack.length = depth
    })
  }
}

/** `dbt_utils` in `dbt_utils.star(…)`: a dict of macros whose names are also attributes. */
class PackageNamespace extends PyObject {
  readonly typeName = 'dict'
  private readonly macros: BoundMacros
  private readonly name: string
  private readonly content: MacroPackage

  constructor(macros: BoundMacros, name: string, content: MacroPackage) {
    super()
    this.macros = macros
    this.name = name
    this.content = content
  }
  override get kind(): 'mapping' {
    return 'mapping'
  }
  override length(): number {
    return this.content.size
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'get':
        return contextFunction(
          'get',
          ['key', ['default', null]],
          ([key = null, fallback = null]) => this.item(key) ?? fallback,
        )
      case 'keys':
        return contextFunction('keys', [], () => [...this.content.keys()])
      case 'values':
        return contextFunction('values', [], () => Array.from(this.asDict().values()))
      case 'items':
        return contextFunction('items', [], () => Array.from(this.asDict(), pair => new PyTuple(pair)))
      default:
        // Macros are items, as in dbt's dict: the sandbox hides attributes with a leading underscore, but not items.
        return undefined
    }
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.macros.lookupInPackage(this.name, key) : undefined
  }
  override contains(value: Value): boolean {
    return typeof value === 'string' && this.content.has(value)
  }
  override iterate(): Iterator<Value> {
    return this.content.keys()
  }
  override repr(): string {
    return `{${Array.from(this.asDict(), ([key]) => `'${String(key)}': <macro>`).join(', ')}}`
  }
  private asDict(): PyDict {
    return PyDict.of(Array.from(this.content.values(), record => [record.name, this.macros.macro(record)] as const))
  }
}

/** `context_macro_stack`. */
export class MacroStackValue extends PyObject {
  readonly typeName = 'MacroStack'
  private readonly stack: readonly string[]

  constructor(stack: readonly string[]) {
    super()
    this.stack = stack
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    if (name === 'call_stack') return [...this.stack]
    return name === 'depth' ? this.stack.length : undefined
  }
}
