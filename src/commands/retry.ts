/** `retry`: the command of the last run again, with its flags, for the nodes that failed or were skipped. */
import { posix } from 'node:path'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { GivenFlag } from '../config/read-flag.ts'
import type { BatchResults } from '../execution/run-result.ts'
import { isObject, type JsonObject, listIn, objectIn } from '../graph/previous-state.ts'
import { compileAndWrite, retryPlan } from './compile.ts'
import { tellEmptySelection } from './empty-selection.ts'
import { camelFlag } from './flag-spelling.ts'
import { type LoadedProject, loadGraph, loadSettings, tellFound } from './load-graph.ts'
import { readArtifact } from './previous-artifacts.ts'
import { runSelection } from './run-nodes.ts'
import { callMacro } from './run-operation.ts'
import { outcomeOf } from './run-outcome.ts'
import type { Command, Outcome, Session } from './session.ts'

const retryable = new Set(['error', 'fail', 'skipped', 'runtime error', 'partial success'])

/** Flags that belong to this call and not to the one that is repeated. */
const ownFlags = new Set([
  'logPath',
  'profilesDir',
  'projectDir',
  'deferState',
  'targetPath',
  'warnError',
  'vars',
  'threads',
])
/** Flags of the earlier run that say nothing new. */
const unrepeated = new Set(['which', 'invocationCommand', 'show', 'warnErrorOptions'])

export const retry: Command = async session => {
  const { config } = loadSettings(session)
  const { flags } = config
  const place = flags.state ?? flags.targetPath
  const path = posix.join(posix.resolve(config.projectFolder, place), 'run_results.json')
  const previous = readArtifact(config.files, path)
  // As in dbt, a run without results is none.
  if (previous === undefined || listIn(previous, 'results').length === 0) {
    throw new DiagnosticError({
      code: 'commands/no-previous-run',
      kind: 'Runtime',
      message: `Could not find previous run in '${place}' target directory`,
      hint: 'run a command first, or name the folder of its results with --state',
    })
  }
  const statuses = flags.warnError ? new Set([...retryable, 'warn']) : retryable
  return repeat(session, previous, failedIds(previous, statuses))
}

async function repeat(session: Session, previous: JsonObject, failed: readonly string[]): Promise<Outcome> {
  const args = objectIn(previous, 'args')
  const which = String(args.which ?? 'run')
  const again: Session = {
    ...session,
    // The lines of this command have begun already.
    begin: () => {},
    launch: { ...session.launch, which, given: { ...earlierFlags(args), ...currentFlags(session) } },
  }
  const loaded = await loadGraph(again)
  if (which === 'run-operation' && failed.length === 0) return 'success'
  tellFound(again, loaded.graph)
  if (which === 'run-operation') return callMacro(again, loaded)
  const ids = existingIds(loaded, failed)
  const chosen = new Set(ids)
  const selection = { uniqueIds: ids, has: (id: string) => chosen.has(id) }
  if (which === 'compile' || which === 'generate') {
    if (ids.length === 0) tellEmptySelection(again, loaded, 'NothingToDo')
    const result = await compileAndWrite(again, loaded, retryPlan(loaded, selection))
    return outcomeOf(result, loaded.graph)
  }
  return runSelection(again, loaded, selection, failedBatches(previous))
}

function failedIds(previous: JsonObject, statuses: ReadonlySet<string>): string[] {
  const isOperation = objectIn(previous, 'args').which === 'run-operation'
  return listIn(previous, 'results').flatMap(one => {
    if (!isObject(one) || !statuses.has(String(one.status))) return []
    const id = String(one.unique_id)
    return !isOperation && id.startsWith('operation.') ? [] : [id]
  })
}

/** @throws DiagnosticError when a node that failed is no longer there */
function existingIds({ graph }: LoadedProject, failed: readonly string[]): string[] {
  const wanted = new Set(failed)
  for (const id of wanted) {
    if (graph.members.has(id)) continue
    throw new DiagnosticError({
      code: 'commands/no-previous-run',
      kind: 'Runtime',
      message: `Couldn't find model '${id}'`,
      hint: 'it was renamed or removed since the last run: run the command itself again',
    })
  }
  return graph.order().filter(id => wanted.has(id))
}

function earlierFlags(args: JsonObject): Record<string, GivenFlag> {
  const given: Record<string, GivenFlag> = {}
  for (const [name, value] of Object.entries(args)) {
    const flag = camelFlag(name)
    if (unrepeated.has(flag) || ownFlags.has(flag)) {
      if (flag === 'threads' && typeof value === 'number') given[flag] = value
      if (flag === 'vars' && isObject(value) && Object.keys(value).length > 0) given[flag] = JSON.stringify(value)
      continue
    }
    const usable = givenFlag(flag, value)
    if (usable !== undefined) given[flag] = usable
  }
  return given
}

function givenFlag(flag: string, value: unknown): GivenFlag | undefined {
  if (typeof value === 'boolean' || typeof value === 'string' || typeof value === 'number') return value
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String)
  if ((flag === 'args' || flag === 'sample') && isObject(value)) return JSON.stringify(value)
  return undefined
}

/** What counts of this command line: `--vars`, `--threads` and where things are. */
function currentFlags(session: Session): Record<string, GivenFlag> {
  return Object.fromEntries(Object.entries(session.launch.given).filter(([name]) => ownFlags.has(name)))
}

/** Batches of microbatch models of which some succeeded: only the others run again. */
function failedBatches(previous: JsonObject): ReadonlyMap<string, BatchResults> {
  const batches = new Map<string, BatchResults>()
  for (const one of listIn(previous, 'results')) {
    if (!isObject(one)) continue
    const results = objectIn(one, 'batch_results')
    const successful = windows(listIn(results, 'successful'))
    const failed = windows(listIn(results, 'failed'))
    if (successful.length > 0 && failed.length > 0) batches.set(String(one.unique_id), { successful, failed })
  }
  return batches
}

function windows(list: readonly unknown[]): (readonly [number, number])[] {
  return list.flatMap(one => {
    if (!Array.isArray(one)) return []
    const [start, end] = one.map(text => Date.parse(String(text)))
    return start === undefined || end === undefined ? [] : [[start, end] as const]
  })
}
