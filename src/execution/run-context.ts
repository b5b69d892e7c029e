/** Makes what all nodes of a run share from the run's record, and passes what happens on as events. */
import { setMaxListeners } from 'node:events'
import { RelationCache } from '../adapter/relation-cache.ts'
import type { Clock } from '../base/clock.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'
import { graphValue } from '../compile/graph-value.ts'
import { quotingOf } from '../compile/node-relation.ts'
import { Lane, type RunState } from '../compile/run-state.ts'
import { packageVars } from '../config/package-vars.ts'
import type { AdapterFacts } from '../context/adapter-port.ts'
import type { VarLookup } from '../context/var-lookup.ts'
import { runFacts } from '../project/run-facts.ts'
import { renderText } from '../template/template.ts'
import type { Value } from '../template/value.ts'
import type { EventSink } from './event.ts'
import type { Run } from './run.ts'
import { templateEffects } from './template-effects.ts'

/** The DuckDB that this program is built with. */
const duckdbVersion = '1.5.6'

export interface RunStateOptions {
  /** Commands that build read unbuilt external parents from their files; commands that only compile name them. */
  readonly readsUpstreamFiles: boolean
  /** Aborts when the run is interrupted, and when `--fail-fast` ends it. */
  readonly signal: AbortSignal
}

export function runStateOf(run: Run, options: RunStateOptions): RunState {
  const { graph, sink } = run
  const { config } = graph.project
  const { clock, flags } = config
  const facts = adapterFacts(run)
  // Every statement under way listens for the abort; Node takes more than ten for a leak.
  setMaxListeners(0, options.signal)
  const sharedFacts = runFacts(config, { render: renderText })
  const vars = new Map<string, VarLookup>()
  let graphDict: Value | undefined
  return {
    config,
    graph,
    macros: graph.project.macroRegistry.namespace,
    database: run.database,
    relations: new RelationCache({ lakes: facts.ducklakeDatabases, quoting: facts.quoting }),
    adapterFacts: facts,
    observer: observerOf(clock, sink),
    signal: options.signal,
    selected: new Set(run.selected),
    deferral: run.deferral,
    plugins: run.plugins,
    readsUpstreamFiles: options.readsUpstreamFiles,
    introspects: flags.introspect,
    factsFor: (threadId, effects) => ({ ...sharedFacts, effects, threadId: () => threadId }),
    effectsFor: node => templateEffects(config, sink, node),
    varsOf(packageName) {
      let found = vars.get(packageName)
      if (!found) {
        found = packageVars(config, packageName)
        vars.set(packageName, found)
      }
      return found
    },
    compiledEphemeral(step: CompiledStep) {
      run.output.compiled(step)
      run.output.settle(step.node)
    },
    ephemerals: new Map(),
    loadedSources: new Map(),
    temporaryIds: new Map(),
    keptRows: new Map(),
    warned: new Set(),
    graphValue() {
      graphDict ??= graphValue(graph)
      return graphDict
    },
  }
}

/** Statements told as events. */
export function observerOf(clock: Clock, sink: EventSink): RunState['observer'] {
  return {
    started: (connection, sql) => sink({ kind: 'statement started', atMs: clock.now(), connection, sql }),
    finished(connection, elapsedMs, error) {
      const failed = error === undefined ? {} : { error }
      sink({ kind: 'statement finished', atMs: clock.now(), connection, elapsedMs, ...failed })
    },
  }
}

function adapterFacts({ graph }: Run): AdapterFacts {
  const { config } = graph.project
  const { target, projectFile } = config
  return {
    projectName: projectFile.name,
    quoting: quotingOf(projectFile.quoting),
    database: target.database,
    schema: target.schema,
    externalRoot: target.duckdb.externalRoot,
    disableTransactions: target.duckdb.disableTransactions,
    isMotherduck: /^(?:md|motherduck):/.test(target.duckdb.path),
    ducklakeDatabases: new Set(target.ducklakeDatabases),
    duckdbVersion,
  }
}

/** dbt's names of the threads of its pool. */
export function workerName(worker: number): string {
  return `Thread-${worker} (worker)`
}

/** The lanes of a run's workers, made as they are needed. */
export class Lanes {
  private readonly state: RunState
  private readonly lanes = new Map<string, Lane>()

  constructor(state: RunState) {
    this.state = state
  }

  /** @param key tells apart lanes that have one thread's name */
  of(threadId: string, key = threadId): Lane {
    let lane = this.lanes.get(key)
    if (!lane) {
      lane = new Lane(this.state.database, threadId)
      this.lanes.set(key, lane)
    }
    return lane
  }

  async close(): Promise<void> {
    await Promise.all([...this.lanes.values()].map(lane => lane.close()))
  }
}
