/** `compile`: writes the SQL of nodes to the target folder, and shows it where one was asked for by name. */
import { type Diagnostic, Diagnostics, diagnostic } from '../base/diagnostic.ts'
import { compilePlan } from '../execution/compile-plan.ts'
import type { NodeResult, RunResult } from '../execution/run-result.ts'
import type { Selection } from '../graph/selection.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { Plan } from '../plan/plan.ts'
import { CommandStopped } from './command-stopped.ts'
import { tellEmptySelection } from './empty-selection.ts'
import { inlineNode } from './inline-node.ts'
import { leaveManifest } from './leave-manifest.ts'
import { loadDeferral } from './load-deferral.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { openDatabase } from './open-database.ts'
import { runOf, writeRun } from './run-nodes.ts'
import { outcomeOf } from './run-outcome.ts'
import { selectMembers } from './select-members.ts'
import type { Command, Session } from './session.ts'

export const compile: Command = async session => {
  const loaded = await loadGraph(session)
  tellFound(session, loaded.graph)
  const plan = compilationPlan(session, loaded)
  const result = await compileAndWrite(session, loaded, plan)
  tellCompiled(session, loaded, plan, result)
  return outcomeOf(result, loaded.graph)
}

/** @throws CommandStopped when a node cannot be compiled: then only a bare manifest and the SQL of others are written */
export function compileAndWrite(session: Session, loaded: LoadedProject, plan: Plan): Promise<RunResult> {
  return leaveManifest(session, loaded, () => compileAll(session, loaded, plan))
}

/** @throws CommandStopped when a node cannot be compiled: then only the SQL of others is written, and no manifest */
export async function compileAll(session: Session, loaded: LoadedProject, plan: Plan): Promise<RunResult> {
  const { config } = loaded
  const database = await openDatabase(session, config, { readOnlyIfLocked: true })
  const selection = { uniqueIds: plan.steps.map(step => step.node.uniqueId) }
  const run = runOf(session, loaded, { database, deferral: loadDeferral(session, config), selection })
  try {
    const result = await compilePlan(plan, run)
    const failed = result.results.find(one => one.status === 'error')
    if (failed !== undefined) throw new CommandStopped(failureDiagnostics(failed, config.flags.inline !== null))
    await database.close()
    writeRun(session, loaded, run, {
      ...result,
      results: result.results.filter(one => isResult(one, loaded)),
    })
    return result
  } finally {
    await database.close()
  }
}

/** Nothing is made of ephemeral models: they are results only where `compile` was asked for some nodes. */
function isResult({ uniqueId }: NodeResult, { graph, config }: LoadedProject): boolean {
  if (graph.members.get(uniqueId)?.config.get('materialized') !== 'ephemeral') return true
  const { which, select, inline } = config.flags
  return which === 'compile' && (select.length > 0 || inline !== null)
}

/** Every selected node, or the text of `--inline` alone. */
export function compilationPlan(session: Session, loaded: LoadedProject): Plan {
  const { config, graph } = loaded
  const { flags } = config
  if (flags.inline !== null) {
    const node = inlineNode(flags.inline, config)
    const step = { node, mode: { kind: 'check' }, reason: 'is compiled', after: [], addedUpstream: false } as const
    return { graph, command: flags.which, steps: [step] }
  }
  const selection = selectMembers(loaded, session)
  if (selection.uniqueIds.length === 0) tellEmptySelection(session, loaded, 'NothingToDo')
  return buildPlan({ graph, selection, flags, relations: null }, new Diagnostics())
}

/** The steps of a selection that stands already: for `retry`. */
export function retryPlan({ graph, config }: LoadedProject, selection: Selection): Plan {
  return buildPlan({ graph, selection, flags: config.flags, relations: null }, new Diagnostics())
}

/** A failed node ends commands that only look: its message becomes that of the command. */
export function failureDiagnostics(failed: NodeResult, isInline = false): readonly Diagnostic[] {
  const [first] = failed.diagnostics
  const told = failed.message ?? first?.message ?? `${failed.uniqueId} failed`
  const message = isInline && first && failsToParse(first) ? `Error parsing inline query\n${told}` : told
  if (first === undefined) return [diagnostic({ code: 'execution/internal', kind: 'Runtime', message })]
  const { node: _, ...rest } = first
  return [{ ...rest, kind: 'Runtime', message }]
}

/** What dbt finds when it reads the query, before it runs anything: neither undefined names nor errors of the database. */
function failsToParse({ code }: Diagnostic): boolean {
  return code !== 'template/undefined' && !code.startsWith('adapter/')
}

function tellCompiled(session: Session, loaded: LoadedProject, plan: Plan, result: RunResult): void {
  const { flags } = loaded.config
  const [asked] = flags.select
  const steps = new Map(plan.steps.map(step => [step.node.uniqueId, step.node]))
  for (const { uniqueId, compiledCode } of result.results) {
    const node = steps.get(uniqueId)
    if (node === undefined || compiledCode === null) continue
    if (flags.inline !== null || asked?.includes(node.name)) session.emit({ kind: 'node compiled', node, compiledCode })
  }
}
