/** What `ref`, `source`, `metric` and `function` mean in a template that is run: relations, resolved over the graph. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { TimeWindow } from '../config/flags.ts'
import { MetricReference } from '../context/metric-reference.ts'
import type { NodeProviders, RefArguments } from '../context/node-providers.ts'
import { createRelation, ephemeralRelation, type Relation, type RelationOptions } from '../context/relation.ts'
import { isDeltaNode, isParquetNode } from '../project/file-format.ts'
import type { GraphMember, Node, SourceNode } from '../project/node.ts'
import { sourceLocation, sourceOptions } from '../project/source-location.ts'
import type { Value } from '../template/value.ts'
import type { DeferRelation } from './deferral.ts'
import { eventTimeFilter } from './event-time.ts'
import { upstreamFiles } from './external-files.ts'
import { memberDict } from './graph-value.ts'
import type { NodeAccess } from './node-access.ts'
import { isEphemeral, nodeRelation, sourceRelation } from './node-relation.ts'
import { pluginNotFound } from './plugin.ts'

export type References = Pick<NodeProviders, 'ref' | 'source' | 'metric' | 'function'>

export interface ReferenceOptions {
  /** Who refers; references that its parsing did not find are refused. */
  readonly reader: GraphMember
  readonly batch: TimeWindow | null
  /** An ephemeral model was referred to: its query goes before the reader's. */
  readonly ephemeral: (uniqueId: string) => void
}

/** The references of a node. */
export function nodeReferences(session: NodeAccess, options: ReferenceOptions): References {
  const { reader } = options
  const known = new Set(session.state.graph.dependsOn.get(reader.uniqueId) ?? [])
  const anything = reader.resourceType === 'operation' || reader.resourceType === 'sql_operation'
  return references(session, reader.packageName, {
    describe: missing => notFound(reader, missing),
    view: target => viewOptions(session, reader, target, options.batch),
    ref(target, args) {
      if (!anything && !known.has(target.uniqueId)) throw badContext(reader, args)
      if (!isEphemeral(target)) return undefined
      if (reader.resourceType === 'operation') throw ephemeralInOperation(target.name)
      options.ephemeral(target.uniqueId)
      return ephemeralRelation(aliasOf(target), viewOptions(session, reader, target, options.batch))
    },
  })
}

/** The references of a macro that runs by itself. */
export function operationReferences(session: NodeAccess, packageName: string): References {
  return references(session, packageName, {
    describe: ({ kind, name }) =>
      new DiagnosticError({
        code: 'compile/reference-not-found',
        message: `Operation depends on a ${kind} named '${name}' which was not found`,
      }),
    view: () => ({ limit: session.state.config.flags.empty ? 0 : null }),
    ref(target) {
      if (isEphemeral(target)) throw ephemeralInOperation(target.name)
      return undefined
    },
  })
}

export interface Missing {
  readonly kind: 'node' | 'source' | 'function' | 'metric'
  readonly name: string
  readonly version?: string | number | null
  readonly packageName?: string | null
}

interface Rules {
  describe(missing: Missing): DiagnosticError
  view(target: GraphMember): RelationOptions
  /** May refuse the reference, or answer it in another way than by the target's own relation. */
  ref(target: GraphMember, args: RefArguments): Relation | undefined
}

function references(session: NodeAccess, packageName: string, rules: Rules): References {
  const { graph } = session.state
  return {
    ref(args) {
      const target = graph.resolveRef(
        { name: args.name, package: args.packageName, version: args.version },
        packageName,
      )
      if (!target) throw rules.describe({ kind: 'node', ...args })
      return rules.ref(target, args) ?? relationOf(session, target, rules.view(target))
    },
    source(sourceName, tableName) {
      const target = graph.resolveSource(sourceName, tableName, packageName)
      if (target?.resourceType !== 'source')
        throw rules.describe({ kind: 'source', name: `${sourceName}.${tableName}` })
      return sourceValue(session, target, rules.view(target))
    },
    metric(name, wanted) {
      for (const one of graph.project.semantics.values()) {
        const isIt = one.resourceType === 'metric' && one.name === name
        if (isIt && (wanted === null || one.packageName === wanted)) {
          return new MetricReference(name, one.packageName, () => memberDict(graph, one))
        }
      }
      throw rules.describe({ kind: 'metric', name, packageName: wanted })
    },
    function(name) {
      const target = [...graph.project.nodes.values()].find(
        node => node.resourceType === 'function' && node.name === name,
      )
      if (!target) throw rules.describe({ kind: 'function', name })
      const { selected, deferral } = session.state
      // No look-up finds functions, so one that this run does not make is taken from where it is known to be.
      const elsewhere =
        deferral?.active && !selected.has(target.uniqueId) ? deferral.functions.get(target.uniqueId) : undefined
      const { database, schema, alias } = elsewhere ?? target
      return createRelation({ database, schema, identifier: alias }, { type: 'function' })
    },
  }
}

function viewOptions(
  session: NodeAccess,
  reader: GraphMember,
  target: GraphMember,
  batch: TimeWindow | null,
): RelationOptions {
  const { flags } = session.state.config
  return {
    limit: flags.empty ? 0 : null,
    eventTimeFilter: eventTimeFilter(reader, target, batch, flags.sample),
  }
}

/** Another environment's relation where that was asked for, files where the database lacks the view over them. */
function relationOf(session: NodeAccess, target: GraphMember, view: RelationOptions): Value | Promise<Value> {
  const { state } = session
  const { quoting } = state.adapterFacts
  const node = target as Node
  const own = (): Relation => nodeRelation(node, quoting, view)
  const elsewhere = deferred(session, target)
  const selected = state.selected.has(target.uniqueId)
  if (elsewhere && state.deferral?.favorState && !selected) return deferRelation(elsewhere, view)
  const hasFiles = node.config.get('materialized') === 'external' || isDeltaNode(node) || isParquetNode(node)
  const readsFiles = state.readsUpstreamFiles && !selected && hasFiles
  if (!elsewhere && !readsFiles) return own()
  return session.getRelation(node.database, node.schema, node.alias).then(async existing => {
    if (existing) return own()
    if (elsewhere) return deferRelation(elsewhere, view)
    return nodeRelation(node, quoting, { ...view, external: await upstreamFiles(session, node) })
  })
}

function deferred(session: NodeAccess, target: GraphMember): DeferRelation | undefined {
  const { deferral } = session.state
  return deferral?.active ? deferral.relations.get(target.uniqueId) : undefined
}

/** A node's place in the other environment. */
export function deferRelation(other: DeferRelation, view: RelationOptions = {}): Relation {
  return createRelation({ database: other.database, schema: other.schema, identifier: other.alias }, view)
}

function sourceValue(session: NodeAccess, source: SourceNode, view: RelationOptions): Value | Promise<Value> {
  const plugin = sourceOptions(source).get('plugin')
  if (typeof plugin !== 'string') return sourceRelation(source, view)
  return loadSource(session, source, plugin).then(external => {
    return sourceRelation(source, external === undefined ? view : { ...view, external })
  })
}

/** Loads a source by its plugin, once a run. */
function loadSource(session: NodeAccess, source: SourceNode, name: string): Promise<string | undefined> {
  const { loadedSources, plugins, database } = session.state
  const known = loadedSources.get(source.uniqueId)
  if (known) return known
  const plugin = plugins.get(name)
  if (!plugin) throw pluginNotFound(name, plugins, source.uniqueId)
  if (!plugin.load) {
    throw new DiagnosticError({
      code: 'compile/source-plugin',
      kind: 'Runtime',
      message: `load method not implemented for ${name}`,
      node: source.uniqueId,
    })
  }
  session.state.gate?.writes()
  const load = plugin.load.bind(plugin)
  const options = sourceOptions(source)
  const config = (key: string): Value | undefined => options.get(key)
  const location = sourceLocation(source)
  const work = session.connection().then(connection => load({ source, config, location, connection, database }))
  loadedSources.set(source.uniqueId, work)
  return work
}

function aliasOf(target: GraphMember): string {
  return 'alias' in target ? target.alias : target.name
}

function notFound(reader: GraphMember, missing: Missing): DiagnosticError {
  const title = reader.resourceType.charAt(0).toUpperCase() + reader.resourceType.slice(1)
  return new DiagnosticError({
    code: 'compile/reference-not-found',
    message: `${title} '${reader.uniqueId}' (${pathOf(reader)}) depends on ${missingText(missing)}`,
    node: reader.uniqueId,
  })
}

/** What dbt says of it after "depends on". */
export function missingText({ kind, name, version, packageName }: Missing): string {
  const withVersion = version === null || version === undefined ? '' : `with version '${version}' `
  const inPackage = packageName === null || packageName === undefined ? '' : `in package or project '${packageName}' `
  return `a ${kind} named '${name}' ${withVersion}${inPackage}which was not found`
}

function pathOf(member: GraphMember): string {
  return 'originalFilePath' in member ? member.originalFilePath : ''
}

/** dbt's advice, word for word: people search for it. */
function badContext(reader: GraphMember, { name, packageName, version }: RefArguments): DiagnosticError {
  const args = [packageName, name].filter(one => one !== null).map(one => `'${one}'`)
  const call = `ref(${args.join(', ')}${version === null ? '' : `,version='${version}'`})`
  return new DiagnosticError({
    code: 'compile/reference-unknown-at-parse',
    message: `dbt was unable to infer all dependencies for the model "${reader.name}".\nThis typically happens when ref() is placed within a conditional block.\n\nTo fix this, add the following hint to the top of the model "${reader.name}":\n\n-- depends_on: {{ ${call} }}`,
    node: reader.uniqueId,
  })
}

function ephemeralInOperation(name: string): DiagnosticError {
  return new DiagnosticError({
    code: 'compile/ephemeral-in-operation',
    message: `Operations can not ref() ephemeral nodes, but ${name} is ephemeral`,
  })
}
