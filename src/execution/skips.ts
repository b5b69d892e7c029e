/** Which steps are skipped because something they depend on failed, and what that was. */
import { isEphemeral } from '../compile/node-relation.ts'
import type { Plan } from '../plan/plan.ts'
import type { GraphMember } from '../project/node.ts'
import type { NodeResult, NodeStatus } from './run-result.ts'

export interface Skip {
  /** Unique id of what failed first. */
  readonly cause: string | null
  /** The failed result of an ephemeral model, which is no line of its own. */
  readonly ephemeralCause?: NodeResult
}

const failures: ReadonlySet<NodeStatus> = new Set(['error', 'partial success', 'runtime error'])
/** In `build` tests count, and what was skipped takes its dependants along. */
const buildFailures: ReadonlySet<NodeStatus> = new Set([...failures, 'fail', 'skipped'])

/** All clones are handed out before the first has failed. */
function failuresThatCount(command: string): ReadonlySet<NodeStatus> {
  if (command === 'clone') return new Set()
  return command === 'build' ? buildFailures : failures
}

export class Skips {
  private readonly plan: Plan
  private readonly skipped = new Map<string, Skip>()
  private readonly dependants = new Map<string, string[]>()
  private readonly failing: ReadonlySet<NodeStatus>
  private readonly unitTests = new Map<string, string[]>()

  constructor(plan: Plan) {
    this.plan = plan
    this.failing = failuresThatCount(plan.command)
    for (const { node, after } of plan.steps) {
      for (const parent of after) {
        const known = this.dependants.get(parent)
        if (known) known.push(node.uniqueId)
        else this.dependants.set(parent, [node.uniqueId])
      }
      if (node.resourceType === 'unit_test') this.noteUnitTest(node)
    }
  }

  of(uniqueId: string): Skip | undefined {
    return this.skipped.get(uniqueId)
  }

  /** Marks everything that hangs on a step that failed. As in dbt the last such step decides whether an ephemeral model is to blame. */
  ended(member: GraphMember, result: NodeResult): void {
    if (!this.failing.has(result.status)) return
    const skip: Skip = {
      cause: this.skipped.get(member.uniqueId)?.cause ?? member.uniqueId,
      ...(isEphemeral(member) && { ephemeralCause: result }),
    }
    for (const uniqueId of this.hangingOn(member.uniqueId)) {
      const known = this.skipped.get(uniqueId)
      this.skipped.set(uniqueId, known ? { ...skip, cause: known.cause } : skip)
    }
    // One failing unit test of a model is enough for its others.
    if (member.resourceType === 'unit_test' && this.plan.command === 'build') {
      for (const sibling of this.siblings(member.uniqueId)) {
        if (!this.skipped.has(sibling)) this.skipped.set(sibling, skip)
      }
    }
  }

  /** Descendants in the graph, and in the plan, whose edges also go from tests to what is built after them. */
  private hangingOn(uniqueId: string): Set<string> {
    const found = new Set<string>()
    const queue = [uniqueId]
    for (const one of queue) {
      for (const child of [...(this.plan.graph.children.get(one) ?? []), ...(this.dependants.get(one) ?? [])]) {
        if (found.has(child)) continue
        found.add(child)
        queue.push(child)
      }
    }
    return found
  }

  private noteUnitTest(node: GraphMember): void {
    for (const parent of this.plan.graph.dependsOn.get(node.uniqueId) ?? []) {
      const known = this.unitTests.get(parent)
      if (known) known.push(node.uniqueId)
      else this.unitTests.set(parent, [node.uniqueId])
    }
  }

  private siblings(uniqueId: string): string[] {
    const parents = this.plan.graph.dependsOn.get(uniqueId) ?? []
    return parents.flatMap(parent => (this.unitTests.get(parent) ?? []).filter(one => one !== uniqueId))
  }
}
