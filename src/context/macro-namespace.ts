/**
 * All macros of all packages, and which of them a name means. The look-up goes by the package of the node that is
 * rendered, not of the macro that calls: the node's package, the root project, the packages by their names, then the
 * built-in macros (`dbt_duckdb` before `dbt`), which `dbt.x` reaches too.
 */
import { lazy } from '../base/lazy.ts'
import { typeError } from '../template/template-error.ts'
import { typeName, type Value } from '../template/value.ts'
import type { MacroRecord } from './macro-record.ts'
import { contextError } from './python-object.ts'

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

/** Macros by their names. */
export type MacroPackage = ReadonlyMap<string, MacroRecord>

/** Built-in packages, the one that wins first. */
export const internalPackages: readonly string[] = ['dbt_duckdb', 'dbt']

export class MacroNamespace {
  readonly rootPackage: string
  /** Every package by its name but the built-in ones. */
  readonly packages = new Map<string, Map<string, MacroRecord>>()
  /** The built-in macros, merged. */
  readonly internal: MacroPackage
  private readonly dispatch = new Map<string, readonly string[]>()
  private readonly known: Set<string>
  /** What names were found to mean, so that each is searched for once. */
  private readonly dispatches = new Map<string, MacroRecord | null>()
  /** Names of the macros that are not built in, without the prefixes of dispatch. */
  private readonly ownNames = lazy(() => {
    const macros = Array.from(this.packages.values(), content => [...content.keys()]).flat()
    return new Set(macros.map(name => name.replace(/^(?:duckdb|default)__/, '')))
  })

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

  /**
   * True if neither the project nor a package has a macro in place of one of these. Then a shorter way may be taken that has
   * the same effect; otherwise the macros run in dbt's order.
   */
  areBuiltIn(names: readonly string[]): boolean {
    const own = this.ownNames()
    return own.size === 0 || !names.some(name => own.has(name))
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
  package(name: string): MacroPackage | undefined {
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

  /** The first candidate that exists, looked up plainly for a node of the package, or in all packages for null. */
  dispatched(name: string, macroNamespace: string | null, fromPackage: string | null): MacroRecord | undefined {
    const key = `${name} ${macroNamespace ?? ''} ${fromPackage ?? ''}`
    let found = this.dispatches.get(key)
    if (found === undefined) {
      for (const candidate of this.candidates(name, macroNamespace)) {
        found = this.candidate(candidate, fromPackage)
        if (found) break
      }
      this.dispatches.set(key, found ?? null)
    }
    return found ?? undefined
  }

  private candidate({ packageName, name }: DispatchCandidate, fromPackage: string | null): MacroRecord | undefined {
    if (packageName !== null) return this.package(packageName)?.get(name)
    return fromPackage === null ? this.anywhere(name) : this.find(name, fromPackage)
  }

  *names(fromPackage: string): Iterable<string> {
    yield* this.packages.get(fromPackage)?.keys() ?? []
    if (fromPackage !== this.rootPackage) yield* this.packages.get(this.rootPackage)?.keys() ?? []
    yield* this.packages.keys()
    yield 'dbt'
    yield* this.internal.keys()
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

/** Says that none of the candidates exists. */
export function dispatchFailure(namespace: MacroNamespace, name: string, macroNamespace: string | null): string {
  const searched = namespace
    .candidates(name, macroNamespace)
    .map(({ packageName, name: wanted }) => `'${packageName === null ? wanted : `${packageName}.${wanted}`}'`)
  return `In dispatch: No macro named '${name}' found within namespace: '${macroNamespace ?? 'None'}'\n    Searched for: ${searched.join(', ')}`
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
