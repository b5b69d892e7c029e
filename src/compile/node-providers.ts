/** What a node's templates are answered when they are compiled and when the node is run. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { TimeWindow } from '../config/flags.ts'
import type { MacroRecorder } from '../context/macro-record.ts'
import { type NodeNames, nodeNames } from '../context/node-names.ts'
import type { NodeProviders } from '../context/node-providers.ts'
import type { RunFacts } from '../context/run-facts.ts'
import type { VarLookup } from '../context/var-lookup.ts'
import type { GraphMember, Node } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'
import { PyDict, type Value } from '../template/value.ts'
import { batchId, type MicrobatchSize } from './batch-label.ts'
import type { CompiledStep } from './compiled-step.ts'
import { foreignKeyRelations } from './foreign-keys.ts'
import { modelValue } from './graph-value.ts'
import { nodeConfig } from './node-config.ts'
import { nodeRelation } from './node-relation.ts'
import type { NodeSession } from './node-session.ts'
import { deferRelation, nodeReferences, type References } from './references.ts'

export interface NodeRendering {
  readonly session: NodeSession
  readonly node: Node
  /** Set once the node is compiled. */
  readonly compiled?: CompiledStep
  /** The batch of a microbatch model. */
  readonly batch?: NodeBatch
  readonly ephemeral?: (uniqueId: string) => void
  /** References that are answered in another way: those of unit tests. */
  readonly references?: References
  /** Config values for this rendering alone. */
  readonly configChanges?: ReadonlyMap<string, Value>
  /** Takes the text that the node ran. */
  readonly write?: (sql: string) => void
  readonly loadSeed?: () => Value | Promise<Value>
  readonly extra?: ReadonlyMap<string, Value>
  /** Hears of the macros that are called. */
  readonly recorder?: MacroRecorder
  /** What a unit test puts in place: macros, `this`, variables, environment. */
  readonly stand?: StandIns
}

export interface StandIns {
  readonly macros: ReadonlyMap<string, Value>
  readonly vars: VarLookup
  readonly facts: RunFacts
  readonly thisValue: () => Value
}

export interface NodeBatch extends TimeWindow {
  readonly size: MicrobatchSize
}

/** The names of one rendering of a node. */
export function namesOfNode(rendering: NodeRendering): NodeNames {
  const { session, stand, recorder } = rendering
  return nodeNames({
    facts: stand?.facts ?? session.runFacts,
    macros: session.state.macros,
    providers: nodeProviders(rendering),
    ...(recorder && { recorder }),
    ...(stand && { overrides: stand.macros }),
  })
}

export function nodeProviders(rendering: NodeRendering): NodeProviders {
  const { session, node, extra } = rendering
  const { state } = session
  const references =
    rendering.references ??
    nodeReferences(session, {
      reader: node,
      batch: rendering.batch ?? null,
      ephemeral: rendering.ephemeral ?? (() => {}),
    })
  return {
    node: {
      uniqueId: node.uniqueId,
      packageName: node.packageName,
      name: node.name,
      resourceType: node.resourceType,
      language: node.language,
    },
    execute: true,
    config: nodeConfig(node, rendering.configChanges),
    vars: rendering.stand?.vars ?? state.varsOf(node.packageName),
    adapter: session,
    ...references,
    database: node.database,
    schema: node.schema,
    this: () => thisOf(rendering),
    model: () => modelOf(rendering),
    graph: () => state.graphValue(),
    preHooks: () => hooks(rendering, 'pre-hook'),
    postHooks: () => hooks(rendering, 'post-hook'),
    compiledCode: () => rendering.compiled?.compiledCode ?? null,
    selectedResources: () => [...state.selected],
    deferRelation: () => deferredRelation(rendering),
    write: sql => rendering.write?.(sql),
    loadAgateTable: () => loadSeed(rendering),
    ...(extra && { extra }),
  }
}

function thisOf({ session, node, stand }: NodeRendering): Value {
  if (stand) return stand.thisValue()
  return node.resourceType === 'operation' ? null : nodeRelation(node, session.state.adapterFacts.quoting)
}

function modelOf({ session, node, compiled, batch }: NodeRendering): Value {
  const foreignKeys = foreignKeyRelations(node, session.state)
  const model = modelValue(session.state.graph, node, {
    ...(foreignKeys && { foreignKeys }),
    ...(compiled && {
      compiled: { code: compiled.compiledCode, path: null, extraCtes: compiled.extraCtes, extraCtesInjected: true },
    }),
  })
  if (batch) {
    model.set(
      'batch',
      PyDict.of({
        id: batchId(batch.startMs, batch.size),
        event_time_start: isoText(batch.startMs),
        event_time_end: isoText(batch.endMs),
      }),
    )
  }
  return model
}

/** `2024-01-01T00:00:00+00:00`. */
function isoText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+00:00`
}

/** Hooks run once for all batches of a model; `configChanges` say which batch has them. */
function hooks({ node, configChanges }: NodeRendering, key: 'pre-hook' | 'post-hook'): Value {
  if (node.resourceType === 'test') return []
  const changed = configChanges?.get(key.replace('-', '_'))
  const given = changed ?? node.config.get(key)
  return Array.isArray(given) ? given.map(hookDict) : []
}

function hookDict(hook: Value): Value {
  if (hook instanceof PyDict) {
    const transaction = hook.get('transaction')
    const index = hook.get('index')
    return PyDict.of([
      ['sql', hook.get('sql') ?? ''],
      ['transaction', transaction === undefined || truthy(transaction)],
      ...(index === undefined || index === null ? [] : [['index', index] as const]),
    ])
  }
  return PyDict.of({ sql: hook, transaction: true })
}

function deferredRelation({ session, node }: NodeRendering): Value {
  const other = session.state.deferral?.relations.get(node.uniqueId)
  return other ? deferRelation(other, { quoting: session.state.adapterFacts.quoting }) : null
}

function loadSeed({ node, loadSeed: load }: NodeRendering): Value | Promise<Value> {
  if (load) return load()
  throw new DiagnosticError({
    code: 'compile/not-a-seed',
    message: `can only load_agate_table for seeds (got a ${node.resourceType})`,
    node: node.uniqueId,
  })
}

/** Any member that has code of its own. */
export function isNode(member: GraphMember): member is Node {
  return 'rawCode' in member
}
