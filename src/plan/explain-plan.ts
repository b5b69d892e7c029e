/** A plan as plain records: what `--dry-run` prints as JSON, and what its text lines are made of. */
import type { Plan, StepMode } from './plan.ts'

export interface ExplainedStep {
  readonly unique_id: string
  readonly resource_type: string
  readonly name: string
  readonly materialized: string | null
  readonly relation_name: string | null
  readonly mode: StepMode
  readonly reason: string
  readonly after: readonly string[]
  readonly added_upstream: boolean
}

export function explainPlan(plan: Plan): readonly ExplainedStep[] {
  return plan.steps.map(({ node, mode, reason, after, addedUpstream }) => {
    const materialized = 'config' in node ? node.config.get('materialized') : undefined
    return {
      unique_id: node.uniqueId,
      resource_type: node.resourceType,
      name: node.name,
      materialized: typeof materialized === 'string' ? materialized : null,
      relation_name: 'relationName' in node ? node.relationName : null,
      mode,
      reason,
      after,
      added_upstream: addedUpstream,
    }
  })
}
