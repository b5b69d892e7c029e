/** How old the newest rows of sources are, against what their owners allow: `source freshness`. */
import { type Diagnostic, DiagnosticError } from '../base/diagnostic.ts'
import { macroScope } from '../compile/macro-scope.ts'
import { sourceRelation } from '../compile/node-relation.ts'
import { NodeSession } from '../compile/node-session.ts'
import type { RunState } from '../compile/run-state.ts'
import { deprecationText } from '../config/event-text.ts'
import { AgateTable } from '../context/agate-table.ts'
import { firstDateTime, PyDateTime, utcDateTime } from '../context/modules/python-datetime.ts'
import { fieldOf } from '../context/python-object.ts'
import type { Freshness, OperationNode, SourceNode } from '../project/node.ts'
import { renderText } from '../template/template.ts'
import { PyDict, PyFloat, typeName, type Value } from '../template/value.ts'
import type { EventSink } from './event.ts'
import { failureText } from './failure-text.ts'
import { resultValue } from './result-value.ts'
import type { Run } from './run.ts'
import { Lanes, runStateOf, workerName } from './run-context.ts'
import { endNames, hooksInOrder, runHooks } from './run-hooks.ts'
import type { NodeResult, Timing } from './run-result.ts'
import { asDiagnosticError } from './run-step.ts'
import { schedule } from './scheduler.ts'
import { tellWarning } from './template-effects.ts'

export interface FreshnessResult {
  readonly source: SourceNode
  readonly status: 'pass' | 'warn' | 'error' | 'runtime error'
  /** Milliseconds since 1970-01-01 UTC; null when it could not be found out. */
  readonly maxLoadedAt: PyDateTime | null
  readonly snapshottedAt: PyDateTime | null
  readonly ageSeconds: number | null
  readonly timing: readonly Timing[]
  readonly threadId: string
  readonly executionTimeMs: number
  readonly adapterResponse: Readonly<Record<string, unknown>>
  readonly message: string | null
  /** Reasons of a failure; empty otherwise. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface FreshnessRun {
  /** In completion order. */
  readonly results: readonly FreshnessResult[]
  /** Results of the project's hooks. */
  readonly hooks: readonly NodeResult[]
  readonly elapsedMs: number
  readonly interrupted: boolean
}

export async function checkFreshness(sources: readonly SourceNode[], run: Run): Promise<FreshnessRun> {
  const { config } = run.graph.project
  const { clock, flags, target } = config
  const startedAt = clock.elapsedMs()
  const state = runStateOf(run, { readsUpstreamFiles: true, signal: run.signal })
  const lanes = new Lanes(state)
  const threads = flags.singleThreaded ? 1 : (flags.threads ?? target.threads)
  const total = sources.length
  const byId = new Map(sources.map(source => [source.uniqueId, source]))
  const results: FreshnessResult[] = []
  const hooks: NodeResult[] = []
  run.sink({
    kind: 'run started',
    atMs: clock.now(),
    command: 'freshness',
    threads,
    targetName: target.targetName,
    nodeCount: total,
  })
  try {
    hooks.push(...(await projectHooks(run, state, lanes, 'on-run-start', [])))
    let count = 0
    await schedule(
      sources.map(source => ({ id: source.uniqueId, after: [] })),
      async (id, turn) => {
        const source = byId.get(id)
        if (!source) return
        const lane = lanes.of(workerName(turn.worker))
        const counted = { index: ++count, total }
        const result = await tellFreshness(source, new NodeSession(state, lane, source), run.sink, counted)
        await lane.release()
        results.push(result)
      },
      { workers: threads, signal: run.signal },
    )
    hooks.push(...(await projectHooks(run, state, lanes, 'on-run-end', results)))
  } finally {
    await lanes.close()
  }
  return { results, hooks, elapsedMs: clock.elapsedMs() - startedAt, interrupted: run.signal.aborted }
}

async function projectHooks(
  run: Run,
  state: RunState,
  lanes: Lanes,
  when: OperationNode['hook'],
  done: readonly FreshnessResult[],
): Promise<NodeResult[]> {
  const { projectFile } = state.config
  if (!projectFile.behaviour.sourceFreshnessRunProjectHooks) return []
  const hooks = hooksInOrder(state.graph.project.nodes.values(), when, projectFile.name)
  const lane = lanes.of('MainThread')
  const sessionFor = (hook: OperationNode): NodeSession => new NodeSession(state, lane, hook)
  const values = done.map(one => freshnessValue(one, state))
  const results = await runHooks({
    when,
    hooks,
    sessionFor,
    sink: run.sink,
    output: run.output,
    ...(when === 'on-run-end' && { extra: endNames(values, []) }),
  })
  await lane.release()
  return results
}

async function tellFreshness(
  source: SourceNode,
  session: NodeSession,
  sink: EventSink,
  counted: { readonly index: number; readonly total: number },
): Promise<FreshnessResult> {
  const { clock } = session.state.config
  const description = `freshness of ${source.sourceName}.${source.name}`
  const { threadId } = session.lane
  const startedAtMs = clock.now()
  const elapsed = clock.elapsedMs()
  sink({ kind: 'node started', atMs: startedAtMs, node: source, description, threadId, counted })
  const measured = await measure(source, session, sink)
  const completedAtMs = clock.now()
  const timing: Timing[] = [
    { name: 'compile', startedAtMs, completedAtMs: startedAtMs },
    { name: 'execute', startedAtMs, completedAtMs },
  ]
  const result = { source, ...measured, timing, threadId, executionTimeMs: clock.elapsedMs() - elapsed }
  sink({
    kind: 'node finished',
    atMs: completedAtMs,
    node: source,
    description,
    threadId,
    counted,
    result: asNodeResult(result),
  })
  return result
}

type Measured = Omit<FreshnessResult, 'source' | 'timing' | 'threadId' | 'executionTimeMs'>

async function measure(source: SourceNode, session: NodeSession, sink: EventSink): Promise<Measured> {
  try {
    const { maxLoadedAt, snapshottedAt, adapterResponse } = await freshnessRow(source, session, sink)
    const ageSeconds = Number(snapshottedAt.local - maxLoadedAt.local) / 1e6
    const status = freshnessStatus(source.freshness, ageSeconds)
    return { status, maxLoadedAt, snapshottedAt, ageSeconds, adapterResponse, message: null, diagnostics: [] }
  } catch (error) {
    const { diagnostic } = asDiagnosticError(error, source)
    const message = failureText(diagnostic, source)
    const unknown = { maxLoadedAt: null, snapshottedAt: null, ageSeconds: null }
    const diagnostics = [{ ...diagnostic, node: source.uniqueId }]
    return { status: 'runtime error', ...unknown, adapterResponse: {}, message, diagnostics }
  }
}

/** The query comes from the macros `collect_freshness` and `collect_freshness_custom_sql`. */
async function freshnessRow(
  source: SourceNode,
  session: NodeSession,
  sink: EventSink,
): Promise<{
  readonly maxLoadedAt: PyDateTime
  readonly snapshottedAt: PyDateTime
  readonly adapterResponse: Readonly<Record<string, unknown>>
}> {
  const answer = await freshnessAnswer(source, session)
  const isTable = answer instanceof AgateTable
  if (isTable) {
    const event = { name: 'CollectFreshnessReturnSignature', code: 'D012' }
    tellWarning(session.state.config, sink, { ...event, message: oldSignature, node: source.uniqueId })
  }
  const table = answer instanceof PyDict ? (answer.get('table') ?? null) : (fieldOf(answer, 'table') ?? answer)
  if (!(table instanceof AgateTable) || table.rows.length !== 1 || table.names.length !== 2) {
    throw freshnessError(source, 'Got an invalid result from "collect_freshness" macro: it gives one row of two times')
  }
  const loadedAt = table.value(0, 0)
  return {
    maxLoadedAt: loadedAt === null ? firstMoment : utcMoment(loadedAt, source, 'last_modified'),
    snapshottedAt: utcMoment(table.value(0, 1), source, 'snapshotted_at'),
    adapterResponse: isTable ? {} : { _message: 'OK' },
  }
}

/** Of a source without any row, as dbt counts it: the first moment that Python's dates reach. */
const firstMoment = utcDateTime(firstDateTime.local)

const oldSignature = deprecationText(
  "The 'collect_freshness' macro signature has changed to return the full query result, rather than just a table of " +
    'values. See the v1.5 migration guide for details on how to update your custom macro: ' +
    'https://docs.getdbt.com/guides/migration/versions/upgrading-to-v1.5',
)

async function freshnessAnswer(source: SourceNode, session: NodeSession): Promise<Value> {
  const relation = sourceRelation(source)
  if (source.loadedAtQuery !== null) {
    const names = macroScope(session, new Map<string, Value>([['this', relation]]), source.packageName)
    const query = await renderText(source.loadedAtQuery, names)
    const kwargs = new Map<string, Value>([
      ['source', relation],
      ['loaded_at_query', query],
    ])
    return session.callMacro('collect_freshness_custom_sql', kwargs)
  }
  if (source.loadedAtField !== null) {
    const kwargs = new Map<string, Value>([
      ['source', relation],
      ['loaded_at_field', source.loadedAtField],
      ['filter', source.freshness?.filter ?? null],
    ])
    return session.callMacro('collect_freshness', kwargs)
  }
  throw freshnessError(
    source,
    `Could not compute freshness for source ${source.name}: no 'loaded_at_field' provided and duckdb adapter does not support metadata-based freshness checks.`,
  )
}
/** A time without a zone is UTC. The words are dbt's, which names no table here. */
function utcMoment(value: Value, source: SourceNode, field: string): PyDateTime {
  if (value instanceof PyDateTime) return utcDateTime(value.local - (value.offset ?? 0n))
  const message =
    value === null
      ? `Expected a non-null value when querying field '${field}' of table None but received value 'null' instead`
      : `Expected a timestamp value when querying field '${field}' of table None but received value of type '${bareType(value)}' instead`
  throw new DiagnosticError({ code: 'execution/freshness', kind: 'Database', message, node: source.uniqueId })
}

const bareType = (value: Value): string => typeName(value).replace(/^.*\./, '')

const periodSeconds = { minute: 60, hour: 3600, day: 86_400 }

function freshnessStatus(freshness: Freshness | null, ageSeconds: number): 'pass' | 'warn' | 'error' {
  const exceeded = (limit: Freshness['warnAfter']): boolean => {
    const { count = null, period = null } = limit ?? {}
    return count !== null && period !== null && ageSeconds > count * periodSeconds[period]
  }
  if (exceeded(freshness?.errorAfter ?? null)) return 'error'
  return exceeded(freshness?.warnAfter ?? null) ? 'warn' : 'pass'
}

function freshnessError(source: SourceNode, message: string): DiagnosticError {
  return new DiagnosticError({ code: 'execution/freshness', kind: 'Runtime', message, node: source.uniqueId })
}

/** A result as hooks at the end see it. */
function freshnessValue(result: FreshnessResult, state: RunState): Value {
  const { maxLoadedAt, snapshottedAt, ageSeconds } = result
  const age = ageSeconds === null ? null : new PyFloat(ageSeconds)
  const more = maxLoadedAt
    ? PyDict.of({ max_loaded_at: maxLoadedAt, snapshotted_at: snapshottedAt, age })
    : new PyDict()
  return resultValue(asNodeResult(result), result.source, state, more)
}

export function asNodeResult(result: FreshnessResult): NodeResult {
  return {
    uniqueId: result.source.uniqueId,
    status: result.status,
    timing: result.timing,
    threadId: result.threadId,
    executionTimeMs: result.executionTimeMs,
    adapterResponse: result.adapterResponse,
    message: result.message,
    failures: null,
    diagnostics: result.diagnostics,
    compiled: false,
    compiledCode: null,
    relationName: result.source.relationName,
    batchResults: null,
  }
}
