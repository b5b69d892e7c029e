/**
 * Whether a project has macros of its own in place of built-in ones. Where it has none, a kind may take a shorter way
 * that has the same effect; where it has, the macros run in dbt's order.
 */
import { internalPackages, type MacroNamespace } from '../context/macro-namespace.ts'

const namesOf = new WeakMap<MacroNamespace, ReadonlySet<string>>()

/** Names of macros outside of the built-in packages, without the prefixes of dispatch. */
function foreignNames(macros: MacroNamespace): ReadonlySet<string> {
  let names = namesOf.get(macros)
  if (!names) {
    const found = new Set<string>()
    for (const [packageName, content] of macros.packages) {
      if (internalPackages.includes(packageName)) continue
      for (const name of content.keys()) found.add(name.replace(/^(?:duckdb|default)__/, ''))
    }
    names = found
    namesOf.set(macros, names)
  }
  return names
}

/** True if nothing outside of the built-in packages is called by one of the names. */
export function areBuiltIn(macros: MacroNamespace, names: readonly string[]): boolean {
  const foreign = foreignNames(macros)
  return foreign.size === 0 || !names.some(name => foreign.has(name))
}
