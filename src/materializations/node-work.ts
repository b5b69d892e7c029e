/**
 * What a materialization works with: one node, compiled, on its worker's connection; and what it gives back. Some kinds
 * are functions here, for speed or because they do what no macro can; every kind can also be a macro of the project
 * (`{% materialization x %}`), which then runs as in dbt.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { QueryResult, RelationInfo, RelationKind } from '../base/sql-value.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'
import { type NodeRendering, namesOfNode } from '../compile/node-providers.ts'
import { nodeRelation } from '../compile/node-relation.ts'
import type { NodeSession } from '../compile/node-session.ts'
import type { NodeNames } from '../context/node-names.ts'
import type { Relation } from '../context/relation.ts'
import type { Node } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'
import { type Kwargs, noKwargs, PyDict, PyObject, type Value } from '../template/value.ts'

/** What dbt calls the adapter's response: printed as the node's message, and kept in the results. */
export interface Response {
  readonly message: string
  readonly code?: string
  readonly rowsAffected?: number
}

export interface Outcome {
  readonly response: Response
  /** Relations that exist now. */
  readonly relations: readonly RelationInfo[]
  /** Rows and columns of the statement called `main`, for tests. */
  readonly main?: Pick<QueryResult, 'columns' | 'rows'>
}

export const plainResponse: Response = { message: 'OK' }

type When = 'pre-hook' | 'post-hook'

export class NodeWork {
  readonly session: NodeSession
  readonly node: Node
  readonly compiled: CompiledStep
  readonly names: NodeNames
  /** Tells what is being built from everything else that the run builds: a node, or one batch of it. */
  readonly key: string
  private readonly onWrite: (sql: string) => void

  constructor(rendering: NodeRendering & { readonly compiled: CompiledStep }) {
    this.session = rendering.session
    this.node = rendering.node
    this.compiled = rendering.compiled
    this.key = JSON.stringify([rendering.node.uniqueId, rendering.batch ?? null])
    this.onWrite = rendering.write ?? (() => {})
    this.names = namesOfNode(rendering)
  }

  /** The node's own relation. */
  relation(type?: RelationKind): Relation {
    return nodeRelation(this.node, this.session.state.adapterFacts.quoting, type ? { type } : {})
  }

  /** A key of the node's config; null where there is none. */
  config(name: string): Value {
    return this.node.config.get(name) ?? null
  }

  /** `full_refresh` of the node, or `--full-refresh`. */
  get fullRefresh(): boolean {
    const configured = this.config('full_refresh')
    return configured === null ? this.session.state.config.flags.fullRefresh : truthy(configured)
  }

  existing(): Promise<RelationInfo | undefined> {
    const { database, schema, alias } = this.node
    return this.session.getRelation(database, schema, alias)
  }

  /** The text that is shown as what the node ran. */
  write(sql: string): void {
    this.onWrite(sql)
  }

  /** Calls a macro by the name that templates know it by. */
  async macro(name: string, args: readonly Value[], kwargs: Kwargs = noKwargs): Promise<Value> {
    const macro = this.names.lookup(name)
    if (macro instanceof PyObject && macro.call) return macro.call(args, kwargs)
    throw new DiagnosticError({
      code: 'materializations/macro-missing',
      message: `The macro '${name}' does not exist`,
      node: this.node.uniqueId,
    })
  }

  /** Sends the node's own SQL, in the transaction if `begin`. */
  send(sql: string, options: { readonly begin: boolean; readonly isLast?: boolean }): Promise<QueryResult> {
    return this.session.send(sql, { ...options, path: this.node.originalFilePath })
  }

  commit(): Promise<void> {
    return this.session.commit()
  }

  /** The project has a macro of its own by this name: it is called wherever dbt calls it. */
  overrides(macro: string): boolean {
    return !this.session.state.macros.areBuiltIn([macro])
  }

  async runHooks(when: When, inTransaction: boolean): Promise<void> {
    if (this.hasHooks(when, inTransaction)) await this.macro('run_hooks', [this.hooks(when), inTransaction])
  }

  hasHooks(when: When, inTransaction: boolean): boolean {
    if (this.overrides('run_hooks')) return true
    return this.hooks(when).some(
      hook => hook instanceof PyDict && truthy(hook.get('transaction') ?? true) === inTransaction,
    )
  }

  get hasHooksInside(): boolean {
    return this.hasHooks('pre-hook', true) || this.hasHooks('post-hook', true)
  }

  private hooks(when: When): Value[] {
    const all = this.names.lookup(when === 'pre-hook' ? 'pre_hooks' : 'post_hooks')
    return Array.isArray(all) ? all : []
  }

  /** `persist_docs` asks for comments on the relation or its columns, or the project has its own way to keep them. */
  get persistsDocs(): boolean {
    const docs = this.config('persist_docs')
    return this.overrides('persist_docs') || (docs instanceof PyDict && [...docs.values()].some(truthy))
  }

  async persistDocs(relation: Relation): Promise<void> {
    const model = this.names.lookup('model') ?? null
    if (this.persistsDocs) await this.macro('persist_docs', [relation, model])
  }
}
