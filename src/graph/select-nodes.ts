/**
 * Graph and selector -> Selection: the fourth of the eight arrows. Pure: earlier manifests and results come in as values.
 *
 * A criterion gives two sets: what it selects, and tests that hang on that but were not taken ("indirect"). Sets are
 * combined side by side; in the modes `cautious` and `buildable` a test comes in as soon as all its parents are there.
 */
import { DiagnosticError, type Diagnostics, type ErrorKind } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import type { IndirectSelection } from '../config/flags.ts'
import type { GraphMember, ResourceType } from '../project/node.ts'
import { reachable } from './dag.ts'
import type { Graph } from './graph.ts'
import { findSelector, type NamedSelector } from './named-selectors.ts'
import type { PreviousFreshness, PreviousState } from './previous-state.ts'
import type { Selection } from './selection.ts'
import { membersMatching } from './selection-methods.ts'
import type { Criterion, Selector, SelectorSet } from './selector.ts'
import { StateComparison } from './state-method.ts'

export interface SelectRequest {
  readonly selector: Selector
  /** For the method `selector:`. */
  readonly selectors: ReadonlyMap<string, NamedSelector>
  /** Types that the command works on: `commandResourceTypes`. */
  readonly resourceTypes: ReadonlySet<ResourceType>
  /** Keeps models without any text, which are listed but not run. */
  readonly includeEmpty?: boolean
  readonly previous?: PreviousState | null
  /** A further condition: sources that have freshness. */
  readonly only?: (member: GraphMember) => boolean
}

/**
 * Selecting nothing is a warning for each part that was asked for.
 * @throws DiagnosticError for an unknown method or selector, a value that a method does not take, a state that is missing
 */
export function selectNodes(graph: Graph, request: SelectRequest, diagnostics: Diagnostics): Selection {
  const { direct } = new Evaluation(graph, request, diagnostics).evaluate(request.selector)
  const chosen = new Set<string>()
  for (const id of direct) {
    const member = graph.members.get(id)
    if (member && isWanted(member, request)) chosen.add(id)
  }
  return { uniqueIds: graph.order().filter(id => chosen.has(id)), has: id => chosen.has(id) }
}

function isWanted(member: GraphMember, request: SelectRequest): boolean {
  if (!request.resourceTypes.has(member.resourceType)) return false
  if (!request.includeEmpty && isEmpty(member)) return false
  return request.only?.(member) ?? true
}

function isEmpty(member: GraphMember): boolean {
  return 'rawCode' in member && member.resourceType !== 'seed' && member.rawCode.trim() === ''
}

interface Selected {
  readonly direct: ReadonlySet<string>
  /** Superset for combining: `direct` and the tests that wait for their other parents. */
  readonly indirect: ReadonlySet<string>
}

class Evaluation {
  private readonly graph: Graph
  private readonly request: SelectRequest
  private readonly diagnostics: Diagnostics
  private state: StateComparison | undefined

  constructor(graph: Graph, request: SelectRequest, diagnostics: Diagnostics) {
    this.graph = graph
    this.request = request
    this.diagnostics = diagnostics
  }

  evaluate(selector: Selector): Selected {
    if (selector.kind === 'criterion') return this.criterion(selector)
    const parts = selector.components.map(component => this.evaluate(component))
    const initial = combined(
      selector.kind,
      parts.map(part => part.direct),
    )
    const indirect = combined(
      selector.kind,
      parts.map(part => (part.indirect.size === 0 ? part.direct : joined(part.direct, part.indirect))),
    )
    const direct = this.completed(initial, indirect, selector.indirect)
    if (selector.expectExists && direct.size === 0) this.warnOfNothing(selector)
    return { direct, indirect }
  }

  private criterion(one: Criterion): Selected {
    const named = this.named(one)
    const selected = joined(named, this.relatives(one, named))
    if (one.indirect === 'empty') return { direct: selected, indirect: new Set() }
    return this.withTests(selected, one.indirect)
  }

  private relatives(one: Criterion, named: ReadonlySet<string>): Set<string> {
    const { parents, children } = this.graph
    const found = new Set<string>()
    const add = (ids: Iterable<string>): void => {
      for (const id of ids) found.add(id)
    }
    if (one.childrensParents) {
      const from = new Set([...reachable(named, children), ...named])
      add(from)
      add(reachable(from, parents))
    }
    if (one.parents) add(reachable(named, parents, one.parentsDepth ?? undefined))
    if (one.children) add(reachable(named, children, one.childrenDepth ?? undefined))
    return found
  }

  /** Adds the tests of what is selected, or sets them aside. */
  private withTests(selected: ReadonlySet<string>, mode: IndirectSelection): Selected {
    const direct = new Set(selected)
    const waiting = new Set<string>()
    const known = mode === 'buildable' ? this.buildable(selected, true) : selected
    for (const id of selected) {
      for (const child of this.graph.children.get(id) ?? []) {
        if (!this.isTest(child)) continue
        if (mode === 'eager' || this.parentsIn(child, known)) direct.add(child)
        else waiting.add(child)
      }
    }
    return { direct, indirect: waiting }
  }

  private isTest(id: string): boolean {
    const type = this.graph.members.get(id)?.resourceType
    return type === 'test' || type === 'unit_test'
  }

  private parentsIn(id: string, known: ReadonlySet<string>): boolean {
    return (this.graph.dependsOn.get(id) ?? []).every(parent => known.has(parent))
  }

  private buildable(selected: ReadonlySet<string>, sources: boolean): Set<string> {
    const known = new Set([...selected, ...reachable(selected, this.graph.parents)])
    if (sources) for (const id of this.graph.project.sources.keys()) known.add(id)
    return known
  }

  /** Takes in tests that were set aside and whose parents have all come together. Unit tests are not asked again. */
  private completed(
    direct: ReadonlySet<string>,
    indirect: ReadonlySet<string>,
    mode: IndirectSelection,
  ): ReadonlySet<string> {
    if (mode === 'eager' || mode === 'empty') return direct
    const selected = new Set(direct)
    const known = mode === 'buildable' ? this.buildable(selected, false) : selected
    for (const id of indirect) {
      if (this.graph.project.nodes.has(id) && this.parentsIn(id, known)) selected.add(id)
    }
    return selected
  }

  private named(one: Criterion): ReadonlySet<string> {
    switch (one.method) {
      case 'state':
        return this.byState(String(one.value), one.arguments)
      case 'result':
        return this.byResult(String(one.value))
      case 'source_status':
        return this.bySourceStatus(String(one.value))
      case 'selector':
        return this.evaluate(findSelector(this.request.selectors, String(one.value))).direct
      default:
        return membersMatching(this.graph, one.method, one.value, one.arguments)
    }
  }

  private byState(value: string, args: readonly string[]): ReadonlySet<string> {
    const manifest = this.request.previous?.manifest
    if (!manifest)
      throw missingState(
        'Got a state selector method, but no comparison manifest',
        'name its folder with --state',
        'Runtime',
      )
    this.state ??= new StateComparison(this.graph, manifest, this.diagnostics)
    return new Set(this.state.matching([value, ...args].join('.')))
  }

  private byResult(status: string): ReadonlySet<string> {
    const results = this.request.previous?.results
    if (!results) throw missingState('No comparison run_results', 'name the folder of run_results.json with --state')
    return this.present(results.filter(one => one.status === status).map(one => one.uniqueId))
  }

  private bySourceStatus(value: string): ReadonlySet<string> {
    const previous = this.request.previous?.sources
    const current = this.request.previous?.currentSources
    if (!previous) {
      throw missingState(
        'No previous state comparison freshness results in sources.json',
        'name its folder with --state',
      )
    }
    if (!current) {
      throw missingState(
        'No current state comparison freshness results in sources.json',
        'run `eider source freshness` first',
      )
    }
    return value === 'fresher' ? this.present(fresherSources(previous, current)) : new Set()
  }

  private present(ids: Iterable<string>): Set<string> {
    return new Set([...ids].filter(id => this.graph.members.has(id)))
  }

  private warnOfNothing(set: SelectorSet): void {
    const value = set.components[0]?.kind === 'criterion' ? String(set.components[0].value) : ''
    const names = Array.from(this.graph.members.values(), member => member.name)
    const near = value === '' ? undefined : nearName(value, names)
    this.diagnostics.add({
      code: 'graph/no-match',
      severity: 'warning',
      message: `The selection criterion '${set.raw}' does not match any enabled nodes`,
      facts: { spec_raw: set.raw },
      ...(near !== undefined && near !== value && { hint: `did you mean '${near}'` }),
    })
  }
}

/** The sets that come in are not changed; one of them may come out. */
function combined(kind: SelectorSet['kind'], sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const [first, ...rest] = sets
  if (!first) return new Set()
  switch (kind) {
    case 'union':
      return rest.reduce((all, set) => (set.size === 0 ? all : all.size === 0 ? set : joined(all, set)), first)
    case 'intersection':
      return rest.length === 0 ? first : new Set([...first].filter(id => rest.every(set => set.has(id))))
    case 'difference': {
      const taken = rest.filter(set => set.size > 0)
      return taken.length === 0 ? first : new Set([...first].filter(id => !taken.some(set => set.has(id))))
    }
  }
}

function joined(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  const all = new Set(a)
  for (const id of b) all.add(id)
  return all
}

/** dbt's kinds: of results it has no comparison, it calls that an error of its own. */
function missingState(message: string, hint: string, kind: ErrorKind = 'Internal'): DiagnosticError {
  return new DiagnosticError({ code: 'graph/state-missing', kind, message, hint })
}

/** Sources that have data loaded since the earlier look, or were not looked at then. */
function fresherSources(previous: readonly PreviousFreshness[], current: readonly PreviousFreshness[]): string[] {
  const before = new Map(previous.map(one => [one.uniqueId, one.maxLoadedAt]))
  return current.flatMap(one => {
    if (one.maxLoadedAt === null) return []
    const old = before.get(one.uniqueId) ?? null
    return old === null || isLater(one.maxLoadedAt, old) ? [one.uniqueId] : []
  })
}

function isLater(a: string, b: string): boolean {
  const [left, right] = [Date.parse(a), Date.parse(b)]
  return left === right ? a > b : left > right
}
