/** Selection -> Plan: the fifth of the eight arrows. Pure: what exists in the target comes in as a value. */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { RelationInfo } from '../base/sql-value.ts'
import type { Flags } from '../config/flags.ts'
import type { Graph } from '../graph/graph.ts'
import type { Selection } from '../graph/selection.ts'
import { existingRelations } from './existing-relations.ts'
import { type MissingUpstream, missingUpstream } from './missing-upstream.ts'
import type { Plan, PlannedStep } from './plan.ts'
import { chooseMode } from './step-mode.ts'
import { testsBefore } from './test-order.ts'

export interface PlanRequest {
  readonly graph: Graph
  readonly selection: Selection
  readonly flags: Pick<Flags, 'which' | 'fullRefresh' | 'buildMissing'>
  /** What the target has; `null` when it was not asked, and then nothing is added. */
  readonly relations: readonly RelationInfo[] | null
  /** Unique ids of nodes whose data can be read although the target has no relation of theirs: files, another state. */
  readonly readable?: ReadonlySet<string>
}

const commandsThatAdd: readonly string[] = ['run', 'build', 'snapshot', 'test']

/** With `--no-build-missing` each upstream node that is missing is an error. */
export function buildPlan(request: PlanRequest, diagnostics: Diagnostics): Plan {
  const { graph, selection, flags } = request
  const relations = request.relations && existingRelations(request.relations)
  const added = new Map(findMissing(request, diagnostics).map(one => [one.node.uniqueId, one]))
  const chosen = new Set([...selection.uniqueIds, ...added.keys()])
  const order = graph.order().filter(id => chosen.has(id))
  // What is cloned reads nothing of this environment, so nothing waits and a failure skips nothing.
  const after =
    flags.which === 'clone' ? new Map<string, string[]>() : orderOfSteps(graph, order, flags.which === 'build')
  const steps = order.flatMap((id): PlannedStep[] => {
    const node = graph.members.get(id)
    if (!node) return []
    const existing = relations ? relations.kindOf(node) : null
    const choice = chooseMode(node, { command: flags.which, existing, fullRefresh: flags.fullRefresh })
    const missing = added.get(id)
    return [
      {
        node,
        mode: choice.mode,
        reason: missing ? `missing upstream of ${missing.neededBy}` : choice.reason,
        after: after.get(id) ?? [],
        addedUpstream: missing !== undefined,
      },
    ]
  })
  return { graph, command: flags.which, steps: inOrder(steps) }
}

function findMissing(request: PlanRequest, diagnostics: Diagnostics): readonly MissingUpstream[] {
  const { graph, selection, flags, readable } = request
  const { flavour } = graph.project.config.projectFile
  if (flavour !== 'project' || request.relations === null || !commandsThatAdd.includes(flags.which)) return []
  const relations = existingRelations(request.relations)
  const isThere = (node: Parameters<typeof relations.kindOf>[0]): boolean =>
    relations.kindOf(node) !== undefined || readable?.has(node.uniqueId) === true
  const missing = missingUpstream(graph, selection.uniqueIds, isThere)
  if (flags.buildMissing) return missing
  for (const { node, neededBy } of missing) {
    diagnostics.add({
      code: 'plan/missing-upstream',
      kind: 'Runtime',
      message: `The ${node.resourceType} "${node.name}", which "${neededBy}" needs, does not exist in the target`,
      hint: `build it first, select "+${neededBy}", or leave out --no-build-missing`,
      node: node.uniqueId,
    })
  }
  return []
}

/** Which steps each step waits for: the nearest ones upstream, over nodes that are no steps, and tests in `build`. */
function orderOfSteps(
  graph: Graph,
  order: readonly string[],
  building: boolean,
): ReadonlyMap<string, readonly string[]> {
  const steps = new Set(order)
  const testsOf = building
    ? testsBefore(
        graph,
        order.filter(id => isDataTest(graph, id)),
      )
    : new Map<string, string[]>()
  const direct = (id: string): readonly string[] => [...(graph.parents.get(id) ?? []), ...(testsOf.get(id) ?? [])]
  const nearest = new NearestSteps(steps, direct)
  const after = new Map(order.map(id => [id, nearest.above(id)] as const))
  if (building) putUnitTestsFirst(graph, order, after)
  return after
}

function isDataTest(graph: Graph, id: string): boolean {
  return graph.members.get(id)?.resourceType === 'test'
}

/** A unit test waits for what its model waits for, and the model waits for the unit test. */
function putUnitTestsFirst(graph: Graph, order: readonly string[], after: Map<string, readonly string[]>): void {
  const waiting = new Map<string, string[]>()
  for (const id of order) {
    if (graph.members.get(id)?.resourceType !== 'unit_test') continue
    const [model] = graph.dependsOn.get(id) ?? []
    if (model === undefined) continue
    const known = after.get(model)
    if (!known) continue
    after.set(id, known)
    waiting.set(model, [...(waiting.get(model) ?? []), id])
  }
  for (const [model, tests] of waiting) after.set(model, [...(after.get(model) ?? []), ...tests])
}

/** Looks upwards over everything that is no step; each such node is looked through once. */
class NearestSteps {
  private readonly steps: ReadonlySet<string>
  private readonly direct: (id: string) => readonly string[]
  private readonly through = new Map<string, readonly string[]>()

  constructor(steps: ReadonlySet<string>, direct: (id: string) => readonly string[]) {
    this.steps = steps
    this.direct = direct
  }

  above(id: string): readonly string[] {
    const found = new Set<string>()
    for (const parent of this.direct(id)) {
      if (this.steps.has(parent)) found.add(parent)
      else for (const step of this.seenThrough(parent)) found.add(step)
    }
    return [...found].sort()
  }

  private seenThrough(start: string): readonly string[] {
    const stack = [start]
    while (stack.length > 0) {
      const id = stack.at(-1) ?? start
      const open = this.direct(id).filter(parent => !this.steps.has(parent) && !this.through.has(parent))
      if (open.length > 0) stack.push(...open)
      else {
        this.through.set(id, this.known(id))
        stack.pop()
      }
    }
    return this.through.get(start) ?? []
  }

  private known(id: string): readonly string[] {
    const found = new Set<string>()
    for (const parent of this.direct(id)) {
      if (this.steps.has(parent)) found.add(parent)
      else for (const step of this.through.get(parent) ?? []) found.add(step)
    }
    return [...found]
  }
}

/** Topological by what steps wait for: a unit test comes before its model, which the graph has the other way round. */
function inOrder(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  const byId = new Map(steps.map(step => [step.node.uniqueId, step]))
  const placed = new Set<string>()
  const ordered: PlannedStep[] = []
  for (const first of steps) {
    const stack = [first]
    while (stack.length > 0) {
      const step = stack.at(-1) ?? first
      const open = step.after.map(id => byId.get(id)).filter(one => one !== undefined && !placed.has(one.node.uniqueId))
      const next = open[0]
      if (next) stack.push(next)
      else {
        stack.pop()
        if (placed.has(step.node.uniqueId)) continue
        placed.add(step.node.uniqueId)
        ordered.push(step)
      }
    }
  }
  return ordered
}
