/** `source freshness`: how old the data of sources is, told and written down. */
import { posix } from 'node:path'
import { artifactMetadata } from '../artifacts/artifact-metadata.ts'
import { renderFreshness } from '../artifacts/freshness-results.ts'
import { Diagnostics } from '../base/diagnostic.ts'
import { asNodeResult, checkFreshness, type FreshnessRun } from '../execution/check-freshness.ts'
import { statLine } from '../execution/describe-node.ts'
import type { RunResult } from '../execution/run-result.ts'
import type { GraphMember, SourceNode } from '../project/node.ts'
import { artifactWriter } from './artifact-writer.ts'
import { tellEmptySelection } from './empty-selection.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { note } from './note.ts'
import { openDatabase } from './open-database.ts'
import { runOf } from './run-nodes.ts'
import { selectMembers } from './select-members.ts'
import type { Command, Outcome, Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

export const freshness: Command = async session => {
  const loaded = await loadGraph(session)
  const { config, graph } = loaded
  const { output } = config.flags
  if (output !== null) tellOfOutput(session, loaded, output)
  tellFound(session, graph)
  const selection = selectMembers(loaded, session, { only: isChecked })
  const sources = selection.uniqueIds.flatMap(id => {
    const member = graph.members.get(id)
    return member?.resourceType === 'source' ? [member] : []
  })
  if (sources.length === 0) tellEmptySelection(session, loaded, 'NothingToDo')
  tellOfHooks(session, loaded)
  const run = await check(session, loaded, sources)
  const text = renderFreshness(run, artifactMetadata(config, 'sources/v3'))
  const writer = artifactWriter(session, config)
  if (output === null) writer.write('FreshnessResult', 'sources.json', () => text)
  else session.launch.files.write(posix.resolve(session.launch.files.root, output), text)
  writer.manifest(graph, loaded.texts())
  return outcome(run)
}

function tellOfOutput(session: Session, { warnings }: LoadedProject, path: string): void {
  const told = new Diagnostics()
  told.add({
    code: 'commands/freshness-output',
    severity: 'warning',
    message: `Custom output path usage \`--output ${path}\` usage detected in \`dbt source freshness\` command.`,
    facts: { path },
  })
  tellProblems(session, warnings, told.all)
}

function tellOfHooks(session: Session, { config, warnings }: LoadedProject): void {
  const { behaviour, onRunStart, onRunEnd } = config.projectFile
  if (behaviour.sourceFreshnessRunProjectHooks || onRunStart.length + onRunEnd.length === 0) return
  const told = new Diagnostics()
  told.add({
    code: 'commands/freshness-hooks',
    severity: 'warning',
    message:
      'In a future version of dbt, the `source freshness` command will start running `on-run-start` and `on-run-end` hooks by default. ' +
      'For more information: https://docs.getdbt.com/reference/global-configs/legacy-behaviors',
    facts: {},
  })
  tellProblems(session, warnings, told.all)
}

/** Sources that say how old their data may be. */
function isChecked(member: GraphMember): boolean {
  if (member.resourceType !== 'source') return false
  const { freshness: allowed } = member
  return [allowed?.warnAfter, allowed?.errorAfter].some(one => one && one.count !== null && one.period !== null)
}

async function check(session: Session, loaded: LoadedProject, sources: readonly SourceNode[]): Promise<FreshnessRun> {
  const { config } = loaded
  if (sources.length === 0) {
    note(session, 'FreshnessCheckComplete', 'Q003', 'Done.')
    return { results: [], hooks: [], elapsedMs: 0, interrupted: false }
  }
  const database = await openDatabase(session, config)
  const run = runOf(session, loaded, {
    database,
    deferral: null,
    selection: { uniqueIds: sources.map(one => one.uniqueId) },
  })
  let result: FreshnessRun
  try {
    result = await checkFreshness(sources, run)
  } finally {
    await database.close()
  }
  const hooks = result.hooks.flatMap(one => loaded.graph.members.get(one.uniqueId) ?? [])
  session.emit({
    kind: 'run finished',
    atMs: config.clock.now(),
    result: asRunResult(result),
    statLine: statLine([...hooks, ...sources]),
  })
  return result
}

function asRunResult({ hooks, results, elapsedMs, interrupted }: FreshnessRun): RunResult {
  return { results: [...hooks, ...results.map(asNodeResult)], elapsedMs, interrupted }
}

function outcome(run: FreshnessRun): Outcome {
  if (run.interrupted) return 'interrupted'
  const failed = run.results.some(one => one.status === 'error' || one.status === 'runtime error')
  return failed || run.hooks.some(one => one.status === 'error') ? 'failure' : 'success'
}
