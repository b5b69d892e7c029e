/**
 * What `run`, `build`, `test`, `seed` and `snapshot` have in common: select, plan, execute, write down. The database is
 * opened when the plan is made or the first node starts, and closed while artifacts are written.
 */

import { setImmediate } from 'node:timers/promises'
import type { Database } from '../adapter/adapter.ts'
import { type NodeOutput, nodeOutput } from '../artifacts/node-output.ts'
import { type Diagnostic, DiagnosticError, Diagnostics } from '../base/diagnostic.ts'
import type { Deferral } from '../compile/deferral.ts'
import { executePlan } from '../execution/execute-plan.ts'
import type { Run } from '../execution/run.ts'
import type { BatchResults, RunResult } from '../execution/run-result.ts'
import type { Selection } from '../graph/selection.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { Plan } from '../plan/plan.ts'
import { artifactWriter } from './artifact-writer.ts'
import { CommandStopped } from './command-stopped.ts'
import { refuseEmptySelection } from './empty-selection.ts'
import { readableNodes, readRelations } from './existing-relations.ts'
import { leaveManifest } from './leave-manifest.ts'
import { loadDeferral } from './load-deferral.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { openDatabase } from './open-database.ts'
import { pluginsOf } from './plugins.ts'
import { outcomeOf } from './run-outcome.ts'
import { selectMembers } from './select-members.ts'
import type { Command, Outcome, Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'
import { timed } from './timed.ts'
import { workingFolder } from './working-folder.ts'

export const runNodes: Command = async session => {
  const loaded = await loadGraph(session)
  tellFound(session, loaded.graph)
  return runSelection(session, loaded, selectMembers(loaded, session))
}

/** Plans and executes a selection; with `--dry-run` only shows the plan. */
export async function runSelection(
  session: Session,
  loaded: LoadedProject,
  selection: Selection,
  previousBatches: ReadonlyMap<string, BatchResults> = new Map(),
): Promise<Outcome> {
  const done = await leaveManifest(session, loaded, () => planAndExecute(session, loaded, selection, previousBatches))
  if (done === null) return 'success'
  if (done.troubles.length > 0) throw new CommandStopped(done.troubles)
  return outcomeOf(done.result, loaded.graph)
}

interface Done {
  readonly result: RunResult
  /** What ends the command although its results are written. */
  readonly troubles: readonly Diagnostic[]
}

/** Null where the plan was only shown. */
async function planAndExecute(
  session: Session,
  loaded: LoadedProject,
  selection: Selection,
  previousBatches: ReadonlyMap<string, BatchResults>,
): Promise<Done | null> {
  const { config } = loaded
  const deferral = loadDeferral(session, config)
  const database = await openDatabase(session, config)
  try {
    const planned = await timed(session, 'plan', () => planSelection(session, loaded, selection, deferral, database))
    if (config.flags.dryRun) {
      session.emit({ kind: 'plan shown', plan: planned })
      return null
    }
    if (planned.steps.length === 0) refuseEmptySelection(loaded)
    const run = runOf(session, loaded, { database, deferral, selection, previousBatches })
    return await executeAndWrite(session, loaded, planned, run)
  } finally {
    await database.close()
  }
}

/** Existing relations matter where missing parents are built along, and to a plan that is shown. */
async function planSelection(
  session: Session,
  loaded: LoadedProject,
  selection: Selection,
  deferral: Deferral | null,
  database: Database,
): Promise<Plan> {
  const { config, graph, warnings } = loaded
  const { flags } = config
  const place = { files: session.launch.files, folder: workingFolder(session, config) }
  const asks = flags.dryRun || config.projectFile.flavour === 'project'
  const relations = asks && selection.uniqueIds.length > 0 ? await readRelations(graph, database, place) : null
  const readable = readableNodes(graph, deferral, place)
  const diagnostics = new Diagnostics()
  const plan = buildPlan({ graph, selection, flags, relations, readable }, diagnostics)
  tellProblems(session, warnings, diagnostics.all)
  if (!flags.dryRun) tellAdded(session, plan)
  return plan
}

/** Names what is built along because the target lacks it. */
function tellAdded(session: Session, plan: Plan): void {
  const added = plan.steps.filter(step => step.addedUpstream).map(step => step.node.name)
  if (added.length === 0) return
  session.emit({
    kind: 'note',
    name: 'MissingUpstreamAdded',
    code: 'E100',
    level: 'info',
    message: `Building ${added.length} more that the target does not have yet: ${added.join(', ')}`,
    data: { added },
  })
}

export interface RunParts {
  readonly database: Database
  readonly deferral: Deferral | null
  readonly selection: Pick<Selection, 'uniqueIds'>
  readonly previousBatches?: ReadonlyMap<string, BatchResults>
}

type WrittenRun = Run & { readonly output: NodeOutput }

/** Everything that the entry functions of `execution/` need. */
export function runOf(session: Session, loaded: LoadedProject, parts: RunParts): WrittenRun {
  const { config, graph } = loaded
  return {
    graph,
    database: parts.database,
    sink: session.emit,
    output: nodeOutput({
      files: config.files,
      targetPath: config.flags.targetPath,
      projectFolder: config.projectFolder,
      keepCode: config.flags.writeJson,
      later: work => session.spare.add(work),
    }),
    signal: session.signal,
    selected: shownSelection(config.flags.which, parts.selection.uniqueIds),
    deferral: parts.deferral,
    plugins: pluginsOf(config.target.plugins, session.launch.files),
    previousBatches: parts.previousBatches ?? new Map(),
  }
}

/** A build of dbt keeps its unit tests apart from what it selects. */
function shownSelection(command: string, uniqueIds: readonly string[]): readonly string[] {
  return command === 'build' ? uniqueIds.filter(id => !id.startsWith('unit_test.')) : uniqueIds
}

async function executeAndWrite(session: Session, loaded: LoadedProject, plan: Plan, run: WrittenRun): Promise<Done> {
  const result = await executePlan(plan, run)
  const unfinished = await finishPlugins(run)
  const closed = run.database.close()
  // When everything else has had its turn, the database is at work on its file.
  await setImmediate()
  try {
    writeRun(session, loaded, run, result)
  } finally {
    await closed
  }
  return { result, troubles: result.stoppedBy === undefined ? unfinished : [result.stoppedBy] }
}

/** What plugins gathered is written out; the nodes stand whatever becomes of it. */
async function finishPlugins({ plugins, database }: WrittenRun): Promise<Diagnostic[]> {
  const failures: Diagnostic[] = []
  for (const plugin of plugins.values()) {
    try {
      await plugin.finish?.(database)
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      failures.push(error.diagnostic)
    }
  }
  return failures
}

/** The manifest with compiled code, and the results. */
export function writeRun(session: Session, loaded: LoadedProject, run: WrittenRun, result: RunResult): void {
  const writer = artifactWriter(session, loaded.config)
  const texts = loaded.texts()
  timed(session, 'write artifacts', () => {
    writer.manifest(loaded.graph, texts, run.output.facts())
    writer.runResults(result, loaded.graph)
  })
}
