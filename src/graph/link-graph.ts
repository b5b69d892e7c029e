/** Project -> Graph: every ref and source is resolved, or told with its place. The third of the eight arrows. Pure. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { lazy } from '../base/lazy.ts'
import { nearName } from '../base/near-name.ts'
import type { Place } from '../base/source-file.ts'
import type { GraphMember, RefCall, SourceCall } from '../project/node.ts'
import type { Project } from '../project/project.ts'
import { accessProblem, checkGroupsAndAccess, restrictedPackages } from './access-rules.ts'
import { checkDeprecations } from './check-deprecations.ts'
import { checkSemantics } from './check-semantics.ts'
import { findCycle, reversed, topologicalOrder } from './dag.ts'
import type { Graph } from './graph.ts'
import { metricParents, semanticFacts } from './link-semantics.ts'
import { type Found, isRefable, ReferenceLookup } from './reference-lookup.ts'

/** Says every fault it finds. `undefined` when there is a cycle; other faults leave out the edge, or the test that has it. */
export function linkGraph(project: Project, diagnostics: Diagnostics): Graph | undefined {
  const lookup = new ReferenceLookup(project)
  const linker = new Linker(project, lookup, diagnostics)
  const members = new Map<string, GraphMember>()
  const dependsOn = new Map<string, readonly string[]>()
  const unlinkedTests = new Map<string, readonly string[]>()
  const metrics = metricParents(project, lookup, diagnostics)
  for (const member of allMembers(project)) {
    const { parents, isLeftOut } = linker.parentsOf(member, metrics.get(member.uniqueId) ?? [])
    if (isLeftOut) {
      if (member.resourceType === 'test') unlinkedTests.set(member.uniqueId, parents)
      continue
    }
    members.set(member.uniqueId, member)
    dependsOn.set(member.uniqueId, parents)
  }
  checkGroupsAndAccess(project, diagnostics)
  dropLost(members, dependsOn)
  const children = reversed(dependsOn)
  const cycle = findCycle(members.keys(), children)
  if (cycle) {
    reportCycle(cycle, members, diagnostics)
    return undefined
  }
  if (!diagnostics.hasErrors) checkSemantics(project, diagnostics)
  checkDeprecations(project, { members, dependsOn, children }, diagnostics)
  const parents = sortedValues(dependsOn)
  return {
    project,
    members,
    parents,
    children: sortedValues(children),
    dependsOn,
    unlinkedTests,
    semanticFacts: semanticFacts(project, lookup),
    order: lazy(() => topologicalOrder(members.keys(), parents, children)),
    resolveRef: (ref, fromPackage) => memberOf(lookup.ref(ref, fromPackage)),
    resolveSource: (source, table, fromPackage) => memberOf(lookup.source(source, table, fromPackage)),
  }
}

function allMembers(project: Project): Iterable<GraphMember> {
  return [project.nodes, project.sources, project.exposures, project.semantics, project.unitTests].flatMap(map =>
    Array.from<GraphMember>(map.values()),
  )
}

/** Takes out edges to members that were left out themselves. */
function dropLost(members: ReadonlyMap<string, GraphMember>, dependsOn: Map<string, readonly string[]>): void {
  for (const [id, parents] of dependsOn) {
    if (parents.some(parent => !members.has(parent)))
      dependsOn.set(
        id,
        parents.filter(parent => members.has(parent)),
      )
  }
}

function sortedValues(edges: ReadonlyMap<string, readonly string[]>): Map<string, readonly string[]> {
  const sorted = new Map<string, readonly string[]>()
  for (const [id, others] of edges) sorted.set(id, others.length > 1 ? [...others].sort() : others)
  return sorted
}

function memberOf(found: Found): GraphMember | undefined {
  return found.kind === 'found' ? found.member : undefined
}

function reportCycle(
  cycle: readonly string[],
  members: ReadonlyMap<string, GraphMember>,
  diagnostics: Diagnostics,
): void {
  const first = members.get(cycle[0] ?? '')
  const files = [...new Set(cycle)].map(id => members.get(id)).filter(one => one !== undefined)
  diagnostics.add({
    code: 'graph/cycle',
    kind: 'Runtime',
    message: `Found a cycle: ${cycle.join(' --> ')}`,
    notes: files.map(one => ({ message: `${one.uniqueId} is in ${one.originalFilePath}` })),
    hint: 'one of these refs has to go',
    ...(first && { node: first.uniqueId }),
  })
}

type TargetKind = 'node' | 'source' | 'metric' | 'function'

interface Target {
  readonly kind: TargetKind
  readonly name: string
  readonly package: string | null
  readonly version: string | number | null
  readonly at: Place | undefined
}

interface Links {
  readonly parents: readonly string[]
  /** A test or unit test of something that is not there is not run. */
  readonly isLeftOut: boolean
}

class Linker {
  private readonly project: Project
  private readonly lookup: ReferenceLookup
  private readonly diagnostics: Diagnostics
  private readonly restricted: ReadonlySet<string>

  constructor(project: Project, lookup: ReferenceLookup, diagnostics: Diagnostics) {
    this.project = project
    this.lookup = lookup
    this.diagnostics = diagnostics
    this.restricted = restrictedPackages(project)
  }

  /** Parents in dbt's order: sources, refs, metrics, functions. */
  parentsOf(member: GraphMember, ofMetric: readonly string[]): Links {
    if (member.resourceType === 'seed' || member.resourceType === 'source') return { parents: [], isLeftOut: false }
    if (member.resourceType === 'unit_test') {
      const parents = this.unitTestParents(member)
      return { parents: parents ?? [], isLeftOut: parents === undefined }
    }
    const parents = new Set<string>()
    let whole = true
    const take = (parent: string | undefined): void => {
      if (parent === undefined) whole = false
      else parents.add(parent)
    }
    if ('sources' in member) for (const call of member.sources) take(this.source(member, call))
    for (const call of member.refs) take(this.ref(member, call))
    for (const parent of ofMetric) parents.add(parent)
    for (const call of member.metrics) take(this.named(member, 'metric', call))
    if ('functions' in member) for (const call of member.functions) take(this.named(member, 'function', call))
    return { parents: [...parents], isLeftOut: !whole && member.resourceType === 'test' }
  }

  private unitTestParents(member: Extract<GraphMember, { resourceType: 'unit_test' }>): string[] | undefined {
    if (member.testedNode !== null) return [member.testedNode]
    const [call] = member.refs
    const found = call && this.lookup.ref(call, member.packageName)
    if (found?.kind === 'found') return [found.member.uniqueId]
    if (found?.kind === 'disabled') return undefined
    this.diagnostics.add({
      code: 'graph/ref-not-found',
      kind: 'Parsing',
      message: `Unable to find model '${member.packageName}.${member.model}' for unit test '${member.name}' in ${member.originalFilePath}`,
      ...(member.at && { at: member.at }),
    })
    return undefined
  }

  private ref(member: GraphMember, call: RefCall): string | undefined {
    const found = this.lookup.ref(call, member.packageName)
    if (found.kind === 'ambiguous') {
      this.reportAmbiguous(member, call, found.uniqueIds)
      return undefined
    }
    if (found.kind !== 'found') {
      this.reportLost(member, { kind: 'node', ...call, at: call.at }, found)
      return undefined
    }
    const problem = accessProblem(member, found.member, this.restricted)
    if (problem !== undefined) {
      this.diagnostics.add({ code: 'graph/access', kind: 'Parsing', message: problem, ...(call.at && { at: call.at }) })
      return undefined
    }
    this.warnOfRoot(member, found.member, call)
    return found.member.uniqueId
  }

  private source(member: GraphMember, call: SourceCall): string | undefined {
    const found = this.lookup.source(call.source, call.table, member.packageName)
    if (found.kind === 'found') return found.member.uniqueId
    const name = `${call.source}.${call.table}`
    this.reportLost(member, { kind: 'source', name, package: null, version: null, at: call.at }, found)
    return undefined
  }

  private named(member: GraphMember, kind: 'metric' | 'function', call: readonly string[]): string | undefined {
    const name = call.at(-1) ?? ''
    const packageName = call.length > 1 ? (call[0] ?? null) : null
    const found = this.lookup[kind](name, packageName, member.packageName)
    if (found.kind === 'found') return found.member.uniqueId
    this.reportLost(member, { kind, name, package: packageName, version: null, at: undefined }, found)
    return undefined
  }

  /** For a test it is a warning, and nothing at all when the target is disabled. */
  private reportLost(member: GraphMember, target: Target, found: Found): void {
    const isTest = member.resourceType === 'test'
    const disabled = found.kind === 'disabled'
    if (isTest && disabled && (target.kind === 'node' || target.kind === 'function')) return
    const version = target.version !== null && !isTest ? `with version '${target.version}' ` : ''
    const near = disabled
      ? undefined
      : nearName(target.name, this.lookup.names(target.kind === 'node' ? 'ref' : target.kind))
    const at = target.at ?? callPlace(member, target) ?? ('at' in member ? member.at : undefined)
    this.diagnostics.add({
      code: disabled
        ? 'graph/ref-disabled'
        : target.kind === 'source'
          ? 'graph/source-not-found'
          : 'graph/ref-not-found',
      severity: isTest ? 'warning' : 'error',
      message:
        `${title(member.resourceType)} '${member.uniqueId}' (${member.originalFilePath}) depends on a ${target.kind} ` +
        `named '${target.name}' ${version}${packageOf(target, isTest)}which ${disabled ? 'is disabled' : 'was not found'}`,
      notes: found.kind === 'disabled' ? [{ message: `it is disabled in ${found.member.originalFilePath}` }] : [],
      ...(at && { at }),
      ...(near !== undefined && { hint: `did you mean '${near}'` }),
    })
  }

  private reportAmbiguous(member: GraphMember, call: RefCall, uniqueIds: readonly string[]): void {
    const packages = uniqueIds.map(id => `'${id.split('.')[1]}'`)
    this.diagnostics.add({
      code: 'graph/ref-ambiguous',
      message:
        `When referencing '${call.name}', dbt found nodes in multiple packages: ${uniqueIds.map(id => `'${id}'`).join(', ')}\n` +
        `To fix this, use two-argument 'ref', with the package name first: ${packages.join(' or ')}`,
      node: member.uniqueId,
      ...(call.at && { at: call.at }),
    })
  }

  private warnOfRoot(member: GraphMember, target: GraphMember, call: RefCall): void {
    const { name, behaviour } = this.project.config.projectFile
    if (behaviour.requireRefSearchesNodePackageBeforeRoot || member.packageName === name) return
    if (target.packageName !== name || call.package === name || !isRefable(target)) return
    this.diagnostics.add({
      code: 'graph/package-uses-root',
      severity: 'warning',
      message:
        `The node '${member.name}' in package '${member.packageName}' depends on the root project node '${target.uniqueId}'. ` +
        `This may lead to unexpected cycles downstream`,
      hint: 'set the behavior flag `require_ref_searches_node_package_before_root: true`',
      facts: {
        node_name: member.name,
        package_name: member.packageName,
        root_project_unique_id: target.uniqueId,
      },
      ...(call.at && { at: call.at }),
    })
  }
}

/** Where the node's own text names the target; hooks and macros may name it elsewhere. */
function callPlace(member: GraphMember, { kind, name }: Target): Place | undefined {
  if (!('file' in member)) return undefined
  const call = kind === 'node' ? 'ref' : kind
  const last = kind === 'source' ? name.slice(name.indexOf('.') + 1) : name
  const pattern = new RegExp(`\\b${call}\\s*\\([^()]*?(['"])${last.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\1[^()]*\\)`)
  const found = pattern.exec(member.file.text)
  return found ? { file: member.file, start: found.index, end: found.index + found[0].length } : undefined
}

/** Python's `str.title()`: `unit_test` is `Unit_Test`. */
function title(text: string): string {
  return text.replace(/[a-z]+/g, word => word.charAt(0).toUpperCase() + word.slice(1))
}

/** dbt names the package in its warning of a test whether the reference names one or not. */
function packageOf(target: Target, isTest: boolean): string {
  if (isTest) return `in package '${target.package ?? ''}' `
  return target.package === null ? '' : `in package or project '${target.package}' `
}
