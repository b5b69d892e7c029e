/** `run-operation`: one macro, called with the arguments of the command line. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { executeOperation } from '../execution/execute-operation.ts'
import type { RunResult } from '../execution/run-result.ts'
import type { Kwargs, Value } from '../template/value.ts'
import { artifactWriter } from './artifact-writer.ts'
import { leaveManifest } from './leave-manifest.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { openDatabase } from './open-database.ts'
import { runOf } from './run-nodes.ts'
import { outcomeOf } from './run-outcome.ts'
import type { Command, Outcome, Session } from './session.ts'

export const runOperation: Command = async session => {
  const loaded = await loadGraph(session)
  tellFound(session, loaded.graph)
  return leaveManifest(session, loaded, () => callMacro(session, loaded))
}

export async function callMacro(session: Session, loaded: LoadedProject): Promise<Outcome> {
  const { config, graph } = loaded
  const { macro, args } = config.flags
  const kwargs: Kwargs = new Map(Array.from(args, ([name, value]): [string, Value] => [String(name), value]))
  const database = await openDatabase(session, config)
  const run = runOf(session, loaded, { database, deferral: null, selection: { uniqueIds: [] } })
  let result: RunResult
  try {
    result = await executeOperation(macro ?? '', kwargs, run)
  } catch (error) {
    throw error instanceof DiagnosticError ? tellMissing(session, error) : error
  } finally {
    await database.close()
  }
  for (const diagnostic of result.results.flatMap(one => one.diagnostics)) {
    session.emit({ kind: 'operation failed', diagnostic, macro: (macro ?? '').replace(/^[^.]*\./, '') })
  }
  const writer = artifactWriter(session, config)
  writer.manifest(graph, loaded.texts())
  writer.runResults(result, graph)
  return outcomeOf(result, graph)
}

/** As in dbt, what could not be called is told before the command ends for it. */
function tellMissing(session: Session, error: DiagnosticError): DiagnosticError {
  const { diagnostic } = error
  const [tried] = diagnostic.code === 'execution/macro-not-found' ? diagnostic.notes : []
  if (tried === undefined) return error
  session.emit({ kind: 'operation failed', diagnostic: { ...diagnostic, kind: 'Runtime', ...tried, notes: [] } })
  return new DiagnosticError({ ...diagnostic, notes: [] })
}
