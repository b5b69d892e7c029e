/**
 * Database, schema and alias of nodes, as the macros `generate_database_name`, `generate_schema_name` and
 * `generate_alias_name` decide: the root project's for all nodes, a package's own for that package's nodes. Where
 * nobody overrides the built-in macros, their outcome is computed without rendering anything.
 */
import type { Target } from '../config/target.ts'
import type { MacroNamespace } from '../context/macro-namespace.ts'
import { internalPackages } from '../context/macro-namespace.ts'
import type { MacroRecord } from '../context/macro-record.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import type { Value } from '../template/value.ts'
import { NodeValue } from './node-value.ts'
import { stripText } from './strip-text.ts'

type Component = 'database' | 'schema' | 'alias'

/** What the macros see of a node. */
export interface NamedNode {
  readonly name: string
  readonly packageName: string
  readonly version: string | number | null
  /** The node under dbt's names; asked for by macros alone. */
  record(): Readonly<Record<string, unknown>>
}

export interface NamedPlace {
  readonly database: string | null
  readonly schema: string | null
  readonly alias: string | null
}

export interface CustomNames {
  readonly database: Value
  readonly schema: Value
  readonly alias: Value
}

export interface NameMacros {
  /** Calls a macro with `(custom name, node)` in the root project's names. */
  call(macro: MacroRecord, args: readonly Value[]): Value
  /** Is told when a macro looks at the text of a node. */
  codeSeen(): void
}

const fieldsOfCode: ReadonlySet<string> = new Set(['raw_code', 'raw_sql', 'checksum'])

export class GenerateNames {
  private readonly macros: MacroNamespace
  private readonly target: Target
  private readonly nameMacros: NameMacros
  private readonly found = new Map<string, MacroRecord | null>()

  constructor(macros: MacroNamespace, target: Target, nameMacros: NameMacros) {
    this.macros = macros
    this.target = target
    this.nameMacros = nameMacros
  }

  /** @throws whatever an overriding macro throws */
  place(node: NamedNode, custom: CustomNames): NamedPlace {
    let value: NodeValue | undefined
    const made: Record<Component, string | null> = { database: null, schema: null, alias: null }
    for (const component of ['database', 'schema', 'alias'] as const) {
      const macro = this.macroOf(component, node.packageName)
      if (macro) {
        value ??= this.valueOf(node, made)
        const result = this.nameMacros.call(macro, [custom[component], value])
        made[component] = result === null ? null : stripText(str(result))
      } else made[component] = this.builtIn(component, node, custom[component])
    }
    return made
  }

  private valueOf(node: NamedNode, made: Readonly<Record<Component, string | null>>): NodeValue {
    const make = (): Readonly<Record<string, unknown>> => ({ ...node.record(), ...made })
    return new NodeValue('ModelNode', make, name => {
      if (fieldsOfCode.has(name)) this.nameMacros.codeSeen()
    })
  }

  private builtIn(component: Component, node: NamedNode, custom: Value): string {
    switch (component) {
      case 'database':
        return custom === null ? this.target.database : stripText(str(custom))
      case 'schema':
        return custom === null ? this.target.schema : `${this.target.schema}_${stripText(str(custom))}`
      case 'alias':
        if (truthy(custom)) return stripText(str(custom))
        return node.version === null || node.version === 0 || node.version === ''
          ? node.name
          : `${node.name}_v${String(node.version).replaceAll('.', '_')}`
    }
  }

  /** `null`: the built-in macro, and nothing that it dispatches to is overridden. */
  private macroOf(component: Component, packageName: string): MacroRecord | null {
    const key = `${component}\0${packageName}`
    const known = this.found.get(key)
    if (known !== undefined) return known
    const macro = this.findMacro(`generate_${component}_name`, packageName)
    this.found.set(key, macro)
    return macro
  }

  private findMacro(name: string, packageName: string): MacroRecord | null {
    const { packages, rootPackage, internal } = this.macros
    if (packageName !== rootPackage && !internalPackages.includes(packageName)) {
      const own = packages.get(packageName)?.get(name)
      if (own) return own
    }
    const root = packages.get(rootPackage)?.get(name)
    if (root) return root
    const isDispatchedElsewhere = [...packages.values()].some(
      macros => macros.has(`default__${name}`) || macros.has(`duckdb__${name}`),
    )
    return isDispatchedElsewhere ? (internal.get(name) ?? null) : null
  }
}
