/** The plan of `--dry-run`: a line a step, with what would be done and why. */
import { unreachable } from '../../base/unreachable.ts'
import { explainPlan } from '../../plan/explain-plan.ts'
import type { Plan, PlannedStep, StepMode } from '../../plan/plan.ts'
import { type LogLine, plural, textLine } from './log-line.ts'

export function planLines(plan: Plan, atMs: number): LogLine[] {
  const rows = plan.steps.map(step => [modeText(step.mode), stepName(step), step.reason] as const)
  const widest = (column: 0 | 1): number => Math.max(0, ...rows.map(row => row[column].length))
  const [modes, names] = [widest(0), widest(1)]
  const lines = rows.map(([mode, name, reason]) => `${mode.padEnd(modes)}  ${name.padEnd(names)}  ${reason}`.trimEnd())
  const head = `Plan of ${plan.command}: ${plural(plan.steps.length, 'step')}, nothing was run`
  const print = (text: string, data: Record<string, unknown>): LogLine =>
    textLine('PrintEvent', 'Z052', 'info', atMs, text, { data: { msg: text, ...data } })
  return [print(head, { plan: explainPlan(plan) }), ...lines.map(text => print(text, {}))]
}

function stepName(step: PlannedStep): string {
  const { node } = step
  const kind = node.resourceType === 'model' ? `${String(node.config.get('materialized'))} model` : node.resourceType
  return `${kind.replace('_', ' ')} ${node.name}${step.addedUpstream ? ' (added)' : ''}`
}

function modeText(mode: StepMode): string {
  switch (mode.kind) {
    case 'incremental':
      return `incremental (${mode.strategy})`
    case 'replace partitions':
      return `replace partitions by ${mode.partitionBy.join(', ')}`
    case 'create':
    case 'full refresh':
    case 'check':
    case 'no-op':
    case 'skip':
      return mode.kind
    default:
      return unreachable(mode)
  }
}
