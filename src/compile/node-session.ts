/**
 * A node's way to the database: the adapter that its templates see, on the connection of the worker that has the node.
 * Opens nothing until a statement is sent.
 */

import type { Connection } from '../adapter/adapter.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { QueryResult, RelationInfo, RelationName } from '../base/sql-value.ts'
import type { AdapterFacts, PortExecuteOptions, RelationMaybe } from '../context/adapter-port.ts'
import type { ContextEffects } from '../context/effects.ts'
import type { NodeNames } from '../context/node-names.ts'
import { fieldOf } from '../context/python-object.ts'
import type { RunFacts } from '../context/run-facts.ts'
import type { Graph } from '../graph/graph.ts'
import { memberJson } from '../project/member-json.ts'
import type { GraphMember } from '../project/node.ts'
import { NodeValue } from '../project/node-value.ts'
import { runtimeConfig } from '../project/runtime-config.ts'
import { str } from '../template/repr.ts'
import { compileMacro, compileTemplate } from '../template/template.ts'
import { type Kwargs, noKwargs, type PyObject, type Value } from '../template/value.ts'
import { macroScope } from './macro-scope.ts'
import type { NodeAccess } from './node-access.ts'
import { type CommentSubject, defaultCommentText, withComment } from './query-comment.ts'
import { type Lane, type RunState, refuseIntrospection } from './run-state.ts'

export interface SendOptions {
  readonly begin: boolean
  /** The node sends nothing after it. */
  readonly isLast?: boolean
  /** Path under which an error shows the text. */
  readonly path?: string
}

export class NodeSession implements NodeAccess {
  readonly state: RunState
  readonly lane: Lane
  /** What the statements are for: a node, or null for what belongs to the whole run. */
  readonly member: GraphMember | null
  readonly effects: ContextEffects
  readonly runFacts: RunFacts
  /** Statements sent so far. */
  statementCount = 0
  private comment: string | undefined
  private callMacroScope: NodeNames | undefined

  constructor(state: RunState, lane: Lane, member: GraphMember | null) {
    this.state = state
    this.lane = lane
    this.member = member
    this.effects = state.effectsFor(member?.uniqueId ?? null)
    this.runFacts = state.factsFor(lane.threadId, this.effects)
  }

  get facts(): AdapterFacts {
    return this.state.adapterFacts
  }

  get connectionName(): string {
    return this.member?.uniqueId ?? 'master'
  }

  /** Sends a text as it stands, comment added. Errors are the adapter's, with this node's id. */
  async send(sql: string, options: SendOptions): Promise<QueryResult> {
    const { state, connectionName } = this
    refuseIntrospection(state, connectionName)
    const wait = state.gate?.sends(sql, options.isLast === true)
    if (wait) await wait
    const connection = await this.lane.connection()
    if (options.begin) connection.begin()
    const text = await this.commented(sql)
    if (leavesTraces(sql)) this.lane.wear()
    this.statementCount++
    const { clock } = state.config
    const startedAt = clock.elapsedMs()
    state.observer.started(connectionName, text)
    try {
      const result = await connection.execute(text, {
        signal: state.signal,
        ...(options.path && { path: options.path }),
      })
      state.observer.finished(connectionName, clock.elapsedMs() - startedAt)
      return result
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      state.observer.finished(connectionName, clock.elapsedMs() - startedAt, message)
      throw error
    }
  }

  connection(): Promise<Connection> {
    return this.lane.connection()
  }

  config(): PyObject {
    return adapterConfig(this.state)
  }

  async execute(sql: string, options: PortExecuteOptions): Promise<QueryResult> {
    const result = await this.send(sql, { begin: options.autoBegin })
    if (options.limit === undefined || result.rows.length <= options.limit) return result
    return { ...result, rows: result.rows.slice(0, options.limit) }
  }

  async ensureTransaction(): Promise<boolean> {
    const connection = await this.lane.connection()
    if (connection.inTransaction) return false
    connection.begin()
    return true
  }

  async commit(): Promise<void> {
    if (this.lane.isOpen) await (await this.lane.connection()).commit()
  }

  callMacro(name: string, kwargs: Kwargs): Value | Promise<Value> {
    this.callMacroScope ??= macroScope(this)
    const macro = this.callMacroScope.macros.lookup(name)
    if (macro === undefined || macro === null || typeof macro !== 'object' || !('call' in macro) || !macro.call) {
      throw new DiagnosticError({
        code: 'compile/macro-not-found',
        kind: 'Runtime',
        message: `dbt could not find a macro with the name '${name}' in any package`,
        ...(this.member && { node: this.member.uniqueId }),
      })
    }
    return macro.call([], kwargs)
  }

  async getRelation(database: string | null, schema: string, identifier: string): Promise<RelationInfo | undefined> {
    this.state.gate?.looksUp(identifier)
    const name = { database: database ?? this.facts.database, schema, identifier }
    return this.state.relations.find(name, sql => this.ask(sql))
  }

  cacheAdded(relation: RelationMaybe): void {
    this.state.relations.added(relation)
  }
  cacheDropped(relation: RelationName): void {
    this.state.relations.dropped(relation)
  }
  cacheRenamed(from: RelationName, to: RelationName): void {
    this.state.relations.renamed(from, to)
  }
  cacheSchemaDropped(database: string, schema: string): void {
    this.state.relations.schemaDropped({ database, schema })
  }

  now(): number {
    return this.state.config.clock.now()
  }

  /** Whatever `--print` says, as agate prints by itself. */
  print(text: string): void {
    this.effects.print(text.replace(/\n$/, ''))
  }

  warnOnce(message: string): void {
    if (this.state.warned.has(message)) return
    this.state.warned.add(message)
    this.effects.warn(message)
  }

  temporaryId(identifier: string): string {
    const { temporaryIds, config } = this.state
    const known = temporaryIds.get(identifier)
    if (known !== undefined) return known
    const id = config.ids().split('-').at(-1) ?? identifier
    temporaryIds.set(identifier, id)
    return id
  }

  seedFilePath(model: Value): string {
    const root = fieldOf(model, 'root_path')
    const path = fieldOf(model, 'original_file_path')
    return typeof root === 'string' && root !== '' ? `${root}/${String(path)}` : String(path)
  }

  macroNames(extra?: ReadonlyMap<string, Value>, packageName?: string): NodeNames {
    return macroScope(this, extra, packageName)
  }

  async ask(sql: string): Promise<QueryResult['rows']> {
    return (await this.send(sql, { begin: false })).rows
  }

  private async commented(sql: string): Promise<string> {
    this.comment ??= await this.makeComment()
    return withComment(sql, this.comment, this.state.config.projectFile.queryComment)
  }

  private async makeComment(): Promise<string> {
    const { config } = this.state
    const template = config.projectFile.queryComment.comment
    const subject: CommentSubject = { name: this.connectionName, isNode: this.member !== null }
    if (template === null) {
      const { profileName, targetName } = config.target
      return defaultCommentText(subject, { dbtVersion: this.runFacts.dbtVersion, profileName, targetName })
    }
    if (template.trim() === '') return ''
    return projectComment(this, template)
  }
}

/** The node with all its fields; any other name is an empty text. */
class CommentedNode extends NodeValue {
  constructor(member: GraphMember, graph: Graph) {
    super('QueryHeaderContextWrapper', () =>
      memberJson(member, { dependsOn: graph.dependsOn.get(member.uniqueId) ?? [] }),
    )
  }
  override attr(name: string): Value {
    return super.attr(name) ?? ''
  }
}

/** `query-comment` of the project, rendered with `connection_name` and `node`. It may call macros. */
async function projectComment(session: NodeSession, template: string): Promise<string> {
  const { member } = session
  const node = member === null ? null : new CommentedNode(member, session.state.graph)
  const text = `{%- macro query_comment_macro(connection_name, node) -%}\n${template}\n{% endmacro %}`
  const macro = compileMacro('query_comment_macro', compileTemplate(text)).bind(session.macroNames())
  const rendered = await macro.call([session.connectionName, node], noKwargs)
  const comment = str(rendered)
  if (comment.includes('*/')) {
    throw new DiagnosticError({
      code: 'compile/query-comment',
      kind: 'Runtime',
      message: `query comment contains illegal value "*/": ${comment}`,
    })
  }
  return comment
}

const traces = /\b(?:temp|temporary|set|reset|pragma|use|attach|detach|load|prepare)\b/i

/** Statements after which the session is not as it was. Rather one too many than one too few: it costs a connection. */
function leavesTraces(sql: string): boolean {
  return traces.test(sql.slice(0, 4096)) && !/^\s*(?:create or replace (?:view|table)|update|select|with)\b/i.test(sql)
}

const configs = new WeakMap<RunState, PyObject>()

/** `adapter.config`: what templates look at. */
function adapterConfig(state: RunState): PyObject {
  let value = configs.get(state)
  if (value === undefined) {
    value = runtimeConfig(state.config)
    configs.set(state, value)
  }
  return value
}
