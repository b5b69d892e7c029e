/**
 * All macros of all packages, and which of them a name means. The look-up goes by the package of the node that is
 * rendered, not of the macro that calls: the node's package, the root project, the packages by their names, then the
 * built-in macros (`dbt_duckdb` before `dbt`), which `dbt.x` reaches too.
 */
import { nearName } from '../base/near-name.ts'
import type { Scope } from '../template/scope.ts'
import { typeError } from '../template/template-error.ts'
import { type Kwargs, PyDict, PyFunction, PyObject, PyTuple, typeName, type Value } from '../template/value.ts'
import type { MacroRecord, MacroRecorder } from './macro-record.ts'
import { contextError, contextFunction } from './python-object.ts'

/** A macro that `dispatch` may mean; without a package it is looked up plainly. */
export interface DispatchCandidate {
  readonly packageName: string | null
  readonly name: string
}

/** One entry of `dispatch:` in the project file. */
interface DispatchConfig {
  readonly macroNamespace: string
  readonly searchOrder: readonly string[]
}

export interface MacroNamespaceOptions {
  readonly macros: Iterable<MacroRecord>
  readonly rootPackage: string
  /** Names of the installed packages; those that have macros are known anyway. */
  readonly packages?: Iterable<string>
  readonly dispatch?: readonly DispatchConfig[]
}

type Package = ReadonlyMap<string, MacroRecord>

/** Built-in packages, the one that wins first. */
export const internalPackages: readonly string[] = ['dbt_duckdb', 'dbt']

export class MacroNamespace {
  readonly rootPackage: string
  /** Every package by its name but the built-in ones. */
  readonly packages = new Map<string, Map<string, MacroRecord>>()
  /** The built-in macros, merged. */
  readonly internal: Package
  private readonly dispatch = new Map<string, readonly string[]>()
  private readonly known: Set<string>

  /** @throws `context/macro-duplicate` for two macros of one name in one package */
  constructor(options: MacroNamespaceOptions) {
    this.rootPackage = options.rootPackage
    const internal = new Map<string, Map<string, MacroRecord>>()
    for (const macro of options.macros) {
      const isInternal = internalPackages.includes(macro.packageName)
      addMacro(isInternal ? internal : this.packages, macro)
    }
    const merged = new Map<string, MacroRecord>()
    for (const name of internalPackages.toReversed())
      for (const [key, macro] of internal.get(name) ?? []) merged.set(key, macro)
    this.internal = merged
    for (const { macroNamespace, searchOrder } of options.dispatch ?? []) this.dispatch.set(macroNamespace, searchOrder)
    this.known = new Set([...internalPackages, this.rootPackage, ...this.packages.keys(), ...(options.packages ?? [])])
  }

  /** The macro that a plain name means for a node of the package. */
  find(name: string, fromPackage: string): MacroRecord | undefined {
    return (
      this.packages.get(fromPackage)?.get(name) ??
      this.packages.get(this.rootPackage)?.get(name) ??
      this.internal.get(name)
    )
  }

  /** The macros of one package, as `package.macro` reaches them. */
  package(name: string): Package | undefined {
    return name === 'dbt' ? this.internal : this.packages.get(name)
  }

  /** The strongest macro of a name in any package: root project, installed packages from the last to the first, built-in. */
  anywhere(name: string): MacroRecord | undefined {
    const own = this.packages.get(this.rootPackage)?.get(name)
    if (own) return own
    for (const macros of [...this.packages.values()].reverse()) {
      const found = macros.get(name)
      if (found) return found
    }
    return this.internal.get(name)
  }

  /** Where `dispatch` looks: package names, or null for plain look-up. */
  searchOrder(macroNamespace: string | null): readonly (string | null)[] {
    if (macroNamespace === null) return [null]
    const configured = this.dispatch.get(macroNamespace)
    if (configured && configured.length > 0) return configured
    return this.known.has(macroNamespace) ? [this.rootPackage, macroNamespace] : [null]
  }

  /** What `dispatch` tries, the first that exists being meant. */
  candidates(name: string, macroNamespace: string | null): readonly DispatchCandidate[] {
    return this.searchOrder(macroNamespace).flatMap(packageName =>
      ['duckdb', 'default'].map(prefix => ({ packageName, name: `${prefix}__${name}` })),
    )
  }

  *names(fromPackage: string): Iterable<string> {
    yield* this.packages.get(fromPackage)?.keys() ?? []
    if (fromPackage !== this.rootPackage) yield* this.packages.get(this.rootPackage)?.keys() ?? []
    yield* this.packages.keys()
    yield 'dbt'
    yield* this.internal.keys()
  }

  /** The macros as one rendering sees them. Costs nothing until a macro is used. */
  bind(scope: Scope, options: BindOptions): BoundMacros {
    return new BoundMacros(this, scope, options)
  }
}

export function macroNamespace(options: MacroNamespaceOptions): MacroNamespace {
  return new MacroNamespace(options)
}

function addMacro(packages: Map<string, Map<string, MacroRecord>>, macro: MacroRecord): void {
  let macros = packages.get(macro.packageName)
  if (!macros) {
    macros = new Map()
    packages.set(macro.packageName, macros)
  }
  const first = macros.get(macro.name)
  if (first) {
    const places = [first.file, macro.file].map(file => `"${file ?? 'unknown file'}"`).join(' and ')
    throw contextError(
      'context/macro-duplicate',
      `dbt found two macros named "${macro.name}" in the project "${macro.packageName}": ${places}`,
      { hint: 'rename or remove one of them' },
    )
  }
  macros.set(macro.name, macro)
}

export interface BindOptions {
  /** Package of the node that is rendered. */
  readonly packageName: string
  readonly recorder?: MacroRecorder
  /** `dispatch` without a namespace looks in every package, as dbt's data tests do. */
  readonly dispatchesAnywhere?: boolean
  /** What a unit test puts in place of macros: `name` or `package.name` to the value every call gives. */
  readonly overrides?: ReadonlyMap<string, Value>
}

/** Says that none of the candidates exists. */
export function dispatchFailure(namespace: MacroNamespace, name: string, macroNamespace: string | null): string {
  const searched = namespace
    .candidates(name, macroNamespace)
    .map(({ packageName, name: wanted }) => `'${packageName === null ? wanted : `${packageName}.${wanted}`}'`)
  return `In dispatch: No macro named '${name}' found within namespace: '${macroNamespace ?? 'None'}'\n    Searched for: ${searched.join(', ')}`
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
    for (const { packageName, name: wanted } of this.namespace.candidates(name, macroNamespace)) {
      const found = packageName === null ? this.plain(wanted) : this.namespace.package(packageName)?.get(wanted)
      if (found) return this.macro(found)
    }
    throw this.dispatchFailed(name, macroNamespace)
  }

  private plain(name: string): MacroRecord | undefined {
    const { packageName, dispatchesAnywhere } = this.options
    return dispatchesAnywhere ? this.namespace.anywhere(name) : this.namespace.find(name, packageName)
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
  private readonly content: Package

  constructor(macros: BoundMacros, name: string, content: Package) {
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

/** The arguments of `adapter.dispatch`, checked as dbt checks them. */
export function dispatchArguments(args: readonly Value[]): { name: string; macroNamespace: string | null } {
  const [name = null, macroNamespace = null, packages = null] = args
  if (typeof name !== 'string') {
    throw typeError(`In adapter.dispatch, the macro name must be a string, got ${typeName(name)}`)
  }
  const dot = name.indexOf('.')
  if (dot !== -1) {
    const [before, after] = [name.slice(0, dot), name.slice(dot + 1)]
    throw contextError(
      'context/dispatch-arguments',
      `In adapter.dispatch, got a macro name of "${name}", but "." is not a valid macro name component. Did you mean \`adapter.dispatch("${after}", macro_namespace="${before}")\`?`,
    )
  }
  if (packages !== null) {
    throw contextError(
      'context/dispatch-arguments',
      `The "packages" argument of adapter.dispatch() has been deprecated. Use the "macro_namespace" argument instead. Raised during dispatch for: ${name}`,
    )
  }
  if (macroNamespace !== null && typeof macroNamespace !== 'string') {
    throw contextError(
      'context/dispatch-arguments',
      `In adapter.dispatch, got a <class '${typeName(macroNamespace)}'> macro_namespace argument ("${String(macroNamespace)}"), but macro_namespace should be None or a string`,
    )
  }
  return { name, macroNamespace }
}
