/** What a `ref()`, `source()`, `metric()` or `function()` names, by dbt's rules for packages and versions. */
import type { GraphMember, RefCall } from '../project/node.ts'
import type { Project } from '../project/project.ts'

export type Found =
  | { readonly kind: 'found'; readonly member: GraphMember }
  | { readonly kind: 'disabled'; readonly member: GraphMember }
  /** The name stands in several packages, and none of them goes before. */
  | { readonly kind: 'ambiguous'; readonly uniqueIds: readonly string[] }
  | { readonly kind: 'missing' }

const missing: Found = { kind: 'missing' }

/** Name -> package -> member. */
type Index = Map<string, Map<string, GraphMember>>

export class ReferenceLookup {
  private readonly root: string
  private readonly nodePackageFirst: boolean
  private readonly refables: Index = new Map()
  private readonly sources: Index = new Map()
  private readonly metrics: Index = new Map()
  private readonly functions: Index = new Map()
  private readonly disabled: Index = new Map()

  constructor(project: Project) {
    const { projectFile } = project.config
    this.root = projectFile.name
    this.nodePackageFirst = projectFile.behaviour.requireRefSearchesNodePackageBeforeRoot
    for (const node of project.nodes.values()) {
      if (node.resourceType === 'function') put(this.functions, node.name, node)
      if (isRefable(node)) this.addRefable(node)
    }
    for (const source of project.sources.values()) put(this.sources, `${source.sourceName}.${source.name}`, source)
    for (const one of project.semantics.values()) if (one.resourceType === 'metric') put(this.metrics, one.name, one)
    for (const members of project.disabled.values()) for (const one of members) put(this.disabled, searchName(one), one)
  }

  ref(call: RefCall, fromPackage: string): Found {
    const name = versionedName(call.name, call.version)
    const isRefableMember = (member: GraphMember): boolean => isRefable(member)
    for (const one of this.packages(fromPackage, call.package)) {
      const candidates = inPackage(this.refables, name, one)
      if (candidates.length > 1) return { kind: 'ambiguous', uniqueIds: candidates.map(member => member.uniqueId) }
      const [member] = candidates
      if (member) return { kind: 'found', member }
    }
    return this.findDisabled(name, fromPackage, call.package, isRefableMember)
  }

  source(source: string, table: string, fromPackage: string): Found {
    return this.named(this.sources, `${source}.${table}`, fromPackage, null)
  }

  metric(name: string, packageName: string | null, fromPackage: string): Found {
    return this.named(this.metrics, name, fromPackage, packageName)
  }

  function(name: string, packageName: string | null, fromPackage: string): Found {
    return this.named(this.functions, name, fromPackage, packageName)
  }

  /** Names for "did you mean". */
  names(kind: 'ref' | 'source' | 'metric' | 'function'): Iterable<string> {
    const indexes = { ref: this.refables, source: this.sources, metric: this.metrics, function: this.functions }
    return indexes[kind].keys()
  }

  private addRefable(node: GraphMember): void {
    const version = node.resourceType === 'model' ? node.version : null
    if (version === null) {
      put(this.refables, node.name, node)
      return
    }
    put(this.refables, versionedName(node.name, version), node)
    if (node.resourceType === 'model' && node.latestVersion === version) put(this.refables, node.name, node)
  }

  private named(index: Index, name: string, fromPackage: string, packageName: string | null): Found {
    for (const one of this.packages(fromPackage, packageName)) {
      const [member] = inPackage(index, name, one)
      if (member) return { kind: 'found', member }
    }
    return this.findDisabled(name, fromPackage, packageName, () => true)
  }

  private findDisabled(
    name: string,
    fromPackage: string,
    packageName: string | null,
    fits: (member: GraphMember) => boolean,
  ): Found {
    for (const one of this.packages(fromPackage, packageName)) {
      const member = inPackage(this.disabled, name, one).find(fits)
      if (member) return { kind: 'disabled', member }
    }
    return missing
  }

  /** Where a name is looked for, in order; `null` is every package. */
  private packages(fromPackage: string, given: string | null): readonly (string | null)[] {
    if (given !== null) return [given]
    if (fromPackage === this.root) return [this.root, null]
    return this.nodePackageFirst ? [fromPackage, this.root, null] : [this.root, fromPackage, null]
  }
}

export function isRefable(member: GraphMember): boolean {
  return member.resourceType === 'model' || member.resourceType === 'seed' || member.resourceType === 'snapshot'
}

function versionedName(name: string, version: string | number | null): string {
  return version === null || version === '' ? name : `${name}.v${version}`
}

/** dbt's `search_name`: `source.table`, `model.v2`, otherwise the name. */
function searchName(member: GraphMember): string {
  if (member.resourceType === 'source') return `${member.sourceName}.${member.name}`
  return member.resourceType === 'model' ? versionedName(member.name, member.version) : member.name
}

function put(index: Index, name: string, member: GraphMember): void {
  const packages = index.get(name)
  if (packages) packages.set(member.packageName, member)
  else index.set(name, new Map([[member.packageName, member]]))
}

function inPackage(index: Index, name: string, packageName: string | null): readonly GraphMember[] {
  const packages = index.get(name)
  if (!packages) return []
  if (packageName === null) return [...packages.values()]
  const member = packages.get(packageName)
  return member ? [member] : []
}
