/** All macros of all packages, how names in templates become macros, and which macros a macro calls. */
import { internalPackages, type MacroNamespace } from '../context/macro-namespace.ts'
import { contextNames } from '../context/node-names.ts'
import type { MacroSource } from './macro-file.ts'

export class MacroRegistry {
  readonly macros: ReadonlyMap<string, MacroSource>
  readonly namespace: MacroNamespace
  private readonly byPackage = new Map<string, Map<string, MacroSource>>()
  private readonly byName = new Map<string, MacroSource>()
  private readonly loud = new Map<string, boolean>()
  private readonly calls = new Map<string, readonly string[]>()

  constructor(macros: ReadonlyMap<string, MacroSource>, namespace: MacroNamespace) {
    this.macros = macros
    this.namespace = namespace
    for (const macro of macros.values()) {
      const { packageName } = macro
      let ofPackage = this.byPackage.get(packageName)
      if (!ofPackage) {
        ofPackage = new Map()
        this.byPackage.set(packageName, ofPackage)
      }
      ofPackage.set(macro.name, macro)
    }
    for (const packageName of this.lookupOrder()) {
      for (const [name, macro] of this.byPackage.get(packageName) ?? []) this.byName.set(name, macro)
    }
  }

  /** Weakest first: built-in packages, installed ones, the root project. */
  private lookupOrder(): readonly string[] {
    const { rootPackage } = this.namespace
    const installed = [...this.byPackage.keys()].filter(
      name => name !== rootPackage && !internalPackages.includes(name),
    )
    return [...internalPackages.toReversed(), ...installed, rootPackage]
  }

  /** The macro that a name means in a package: its own, else the strongest one of any package. */
  resolve(packageName: string, name: string): MacroSource | undefined {
    return this.byPackage.get(packageName)?.get(name) ?? this.byName.get(name)
  }

  /** Unique ids of the macros that a macro's text calls, in order, each once. */
  dependencies(macro: MacroSource): readonly string[] {
    const known = this.calls.get(macro.uniqueId)
    if (known) return known
    const found = new Set<string>()
    this.calls.set(macro.uniqueId, [])
    const add = (packageName: string, name: string): void => {
      const target = this.resolve(packageName, name)
      if (target) found.add(target.uniqueId)
    }
    for (const call of macro.calls()) {
      if (call.kind === 'package') add(call.packageName, call.name)
      // A plain name that is the macro's own is taken for something else: an adapter's variant calls its general form.
      else if (call.name !== macro.name) add(macro.packageName, call.name)
      if (call.kind === 'dispatch') {
        const target = this.dispatched(call.name, call.macroNamespace)
        if (target) add(target.packageName, target.name)
      }
    }
    const ids = [...found]
    this.calls.set(macro.uniqueId, ids)
    return ids
  }

  /** Whether any node finds it: without a namespace that is known, only the root project and dbt's macros are searched. */
  private canDispatch(name: string, macroNamespace: string | null): boolean {
    const found = this.dispatched(name, macroNamespace)
    if (!found) return false
    if (!this.namespace.searchOrder(macroNamespace).includes(null)) return true
    return found.packageName === this.namespace.rootPackage || internalPackages.includes(found.packageName)
  }

  /** What a dispatch means, found from anywhere. */
  dispatched(name: string, macroNamespace: string | null): MacroSource | undefined {
    for (const { packageName, name: wanted } of this.namespace.candidates(name, macroNamespace)) {
      const found =
        packageName === null
          ? this.byName.get(wanted)
          : packageName === 'dbt'
            ? this.namespace.internal.get(wanted)
            : this.byPackage.get(packageName)?.get(wanted)
      if (found) return this.macros.get(found.uniqueId)
    }
    return undefined
  }

  /**
   * Rendering the macro in parse mode cannot capture anything: neither it nor what it calls mentions `ref`, `source`,
   * `config` and their like.
   */
  isQuiet(uniqueId: string): boolean {
    const known = this.loud.get(uniqueId)
    if (known !== undefined) return !known
    const macro = this.macros.get(uniqueId)
    if (!macro) return false
    this.loud.set(uniqueId, false)
    const isLoud =
      capturing.test(macro.macroSql) ||
      this.hasUnknownCalls(macro) ||
      this.dependencies(macro).some(one => !this.isQuiet(one))
    this.loud.set(uniqueId, isLoud)
    return !isLoud
  }

  /** It calls something that is no macro and no function of the context: it fails when it is rendered. */
  private hasUnknownCalls(macro: MacroSource): boolean {
    return macro.calls().some(call => {
      if (call.kind === 'plain') return !macro.parameters.includes(call.name) && !this.knows(macro, call.name)
      if (call.kind === 'dispatch') return !this.canDispatch(call.name, call.macroNamespace)
      const { packageName, name } = call
      if (this.byPackage.has(packageName)) return !this.namespace.package(packageName)?.has(name)
      return !hasObject(macro, packageName)
    })
  }

  /** A plain name in a macro is looked up in the package of the node that is rendered: any node must find it. */
  private knows(macro: MacroSource, name: string): boolean {
    const { rootPackage, internal } = this.namespace
    if (this.byPackage.get(rootPackage)?.has(name) || internal.has(name)) return true
    return jinjaFunctions.has(name) || (macro.packageName === rootPackage && macro.macroSql.includes(`set ${name}`))
  }

  /**
   * The macro that makes a kind of relation: DuckDB's before the general one, the root project's before the built-in.
   * Installed packages come last, unless they may override what is built in.
   */
  findMaterialization(name: string, { packagesOverride = false } = {}): MacroSource | undefined {
    const { rootPackage } = this.namespace
    const installed = [...this.byPackage.keys()].filter(one => one !== rootPackage && !internalPackages.includes(one))
    for (const adapter of ['duckdb', 'default']) {
      const wanted = `materialization_${name}_${adapter}`
      const others = packagesOverride ? [...installed, ...internalPackages] : [...internalPackages, ...installed]
      for (const packageName of [rootPackage, ...others]) {
        const found = this.byPackage.get(packageName)?.get(wanted)
        if (found) return found
      }
    }
    return undefined
  }
}

/** What captures something, fails, queries, or tells somebody. */
const capturing =
  /(?<![\w.])(?:(?:ref|source|config|metric|function|env_var|log|print|run_query|statement|load_result)\s*\(|config\.set\b|exceptions\b|modules\b|api\b|builtins\b|context\b|graph\b|adapter\s*\.(?!\s*(?:dispatch|quote|type)\b)|caller\b|call\b)/

/** Something of this name is there for its methods to be called: of the context, or the macro's own. */
function hasObject({ parameters, macroSql }: MacroSource, name: string): boolean {
  if (contextNames.includes(name) || objectsOfMacros.has(name) || parameters.includes(name)) return true
  return new RegExp(`\\b(?:set|for)\\b[^%]*\\b${name}\\b`).test(macroSql)
}

const objectsOfMacros = new Set(['loop', 'varargs', 'kwargs'])
const jinjaFunctions = new Set(['range', 'dict', 'namespace', 'cycler', 'joiner', 'lipsum'])
