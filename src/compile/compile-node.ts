/**
 * A node's SQL at run time: its template rendered with what the node sees, the queries of ephemeral parents put before
 * it, and a map from the result back to the template. Synchronous unless a template queries the database.
 */
import type { SourceFile } from '../base/source-file.ts'
import { unmarked } from '../config/yaml-value.ts'
import { MacroCalls } from '../context/macro-record.ts'
import type { NodeNames } from '../context/node-names.ts'
import type { Node, TestNode } from '../project/node.ts'
import type { CompiledTemplate, MappedText } from '../template/compiled-template.ts'
import { compileTemplate, hasMarks, renderNative } from '../template/template.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { CompiledStep, LineMapEntry } from './compiled-step.ts'
import { foreignKeyRelations } from './foreign-keys.ts'
import { cteText, extendCtes, type InjectedCte, injectCtes } from './inject-ctes.ts'
import { type NodeBatch, type NodeRendering, namesOfNode } from './node-providers.ts'
import type { NodeSession } from './node-session.ts'
import type { References } from './references.ts'
import type { CompiledEphemeral } from './run-state.ts'

export interface CompileOptions {
  readonly batch?: NodeBatch
  /** What stands for a member referred to: an input of a unit test. Without one it is an ephemeral model. */
  readonly fixture?: (uniqueId: string) => InjectedCte | undefined
  readonly references?: References
  readonly extra?: ReadonlyMap<string, Value>
  /** Replaces the names that the node would see. */
  readonly names?: (ephemeral: (uniqueId: string) => void) => NodeNames
}

type MaybePromise<T> = T | Promise<T>

/** Compiles a node with code. @throws whatever its template raises, with the place in its file */
export function compileNode(
  node: Node,
  session: NodeSession,
  options: CompileOptions = {},
): MaybePromise<CompiledStep> {
  const ephemerals: string[] = []
  const note = (uniqueId: string): void => {
    if (!ephemerals.includes(uniqueId)) ephemerals.push(uniqueId)
  }
  const calls = new MacroCalls(0)
  const rendering: NodeRendering = {
    session,
    node,
    ephemeral: note,
    recorder: calls,
    ...(options.batch && { batch: options.batch }),
    ...(options.references && { references: options.references }),
    ...(options.extra && { extra: options.extra }),
  }
  const names = options.names?.(note) ?? testNames(rendering)
  return andThen(names, scope =>
    andThen(renderCode(node, scope), text =>
      andThen(parentCtes(session, ephemerals, options.fixture), ctes =>
        compiledStep({ node, text, ctes, calls }, session),
      ),
    ),
  )
}

interface Rendered {
  readonly node: Node
  readonly text: MappedText
  readonly ctes: readonly InjectedCte[]
  readonly calls: MacroCalls
}

function compiledStep({ node, text, ctes, calls }: Rendered, session: NodeSession): CompiledStep {
  const injects = session.state.config.flags.injectEphemeralCtes
  const { sql, at, length } = injectCtes(text.text, injects ? ctes : [])
  const foreignKeys = foreignKeyRelations(node, session.state)
  return {
    node,
    compiledCode: sql,
    extraCtes: ctes,
    macros: calls.uniqueIds,
    ...(foreignKeys && { foreignKeys }),
    source: sourceOf(node).file,
    lineMap: lineMap(text, at, length),
  }
}

const templates = new WeakMap<Node, CompiledTemplate>()

function renderCode(node: Node, names: NodeNames): MaybePromise<MappedText> {
  let template = templates.get(node)
  if (!template) {
    template = compileTemplate(node.rawCode, { ...sourceOf(node), mode: 'mapped' })
    templates.set(node, template)
  }
  return template.renderMapped(names)
}

/** Where the node's text stands in its file, which is not read for that. The text of a generic test is a file of its own. */
function sourceOf(node: Node): { readonly file: SourceFile; readonly base: number } {
  const { file, rawCode, codeOffset } = node
  const isWritten = node.resourceType !== 'test' || node.generic === null
  return isWritten ? { file, base: codeOffset } : { file: { path: file.path, text: rawCode }, base: 0 }
}

function lineMap({ text, map }: MappedText, at: number, length: number): LineMapEntry[] {
  const entries: LineMapEntry[] = []
  for (let index = 0; index < map.length; index += 2) {
    const start = map[index] ?? 0
    const end = map[index + 2] ?? text.length
    const sourceStart = map[index + 1] ?? 0
    if (start >= end) continue
    if (start < at && end > at) {
      entries.push({ compiledStart: start, compiledEnd: at, sourceStart })
      entries.push({ compiledStart: at + length, compiledEnd: end + length, sourceStart: sourceStart + (at - start) })
    } else {
      const moved = start >= at ? length : 0
      entries.push({ compiledStart: start + moved, compiledEnd: end + moved, sourceStart })
    }
  }
  return entries
}

/** CTEs of the parents, theirs first. */
function parentCtes(
  session: NodeSession,
  uniqueIds: readonly string[],
  fixtureOf: CompileOptions['fixture'],
): MaybePromise<InjectedCte[]> {
  const ctes: InjectedCte[] = []
  const add = (index: number): MaybePromise<InjectedCte[]> => {
    const uniqueId = uniqueIds[index]
    if (uniqueId === undefined) return ctes
    const fixture = fixtureOf?.(uniqueId)
    if (fixture) {
      extendCtes(ctes, [fixture])
      return add(index + 1)
    }
    return andThen(compileEphemeral(session, uniqueId), compiled => {
      extendCtes(ctes, compiled.ctes)
      return add(index + 1)
    })
  }
  return add(0)
}

/** An ephemeral model, compiled once a run. */
function compileEphemeral(session: NodeSession, uniqueId: string): MaybePromise<CompiledEphemeral> {
  const { ephemerals, graph } = session.state
  const known = ephemerals.get(uniqueId)
  if (known) return known
  const node = graph.members.get(uniqueId) as Node
  const ids: string[] = []
  const calls = new MacroCalls(0)
  const ephemeral = (id: string): void => void (ids.includes(id) || ids.push(id))
  const names = namesOfNode({ session, node, ephemeral, recorder: calls })
  const work = andThen(renderCode(node, names), text =>
    andThen(parentCtes(session, ids, undefined), ctes => {
      const step = compiledStep({ node, text, ctes, calls }, session)
      session.state.compiledEphemeral(step)
      const own = { id: uniqueId, sql: cteText(`__dbt__cte__${node.alias}`, text.text) }
      const compiled = { step, query: text.text, ctes: [...ctes, own] }
      ephemerals.set(uniqueId, compiled)
      return compiled
    }),
  )
  if (work instanceof Promise) {
    ephemerals.set(uniqueId, work)
    work.catch(() => ephemerals.delete(uniqueId))
  }
  return work
}

/** A generic test sees its arguments, rendered as YAML values are. */
function testNames(rendering: NodeRendering): MaybePromise<NodeNames> {
  const { node } = rendering
  if (node.resourceType !== 'test' || !node.generic) return namesOfNode(rendering)
  const extra = new Map(rendering.extra)
  const names = namesOfNode({ ...rendering, extra })
  return andThen(testArguments(node, names), kwargs => {
    extra.set('_dbt_generic_test_kwargs', kwargs)
    return names
  })
}

function testArguments(node: TestNode, names: NodeNames): MaybePromise<Value> {
  const render = (value: Value, path: string): MaybePromise<Value> => {
    if (typeof value === 'string') return path === 'column_name' ? value : renderArgument(value, names)
    if (Array.isArray(value)) return mapEach(value, item => render(item, `${path}[]`))
    if (!(value instanceof PyDict)) return value
    const pairs = [...value]
    const items = mapEach(pairs, ([key, item]) => render(item, path === '' ? String(key) : `${path}.${String(key)}`))
    return andThen(items, all => PyDict.of(pairs.map(([key], index) => [key, all[index] ?? null] as const)))
  }
  return node.generic ? render(node.generic.kwargs, '') : new PyDict()
}

const looksLikeCall = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/

/** `ref('x')` may stand without braces; a text without marks loses its last line end all the same. */
function renderArgument(value: string, names: NodeNames): MaybePromise<Value> {
  const text = looksLikeCall.test(value) ? `{{ ${value} }}` : value
  return hasMarks(text) ? renderNative(text, names) : unmarked(text)
}

function mapEach<T, R>(items: readonly T[], each: (item: T) => MaybePromise<R>): MaybePromise<R[]> {
  const results = items.map(each)
  return results.some(one => one instanceof Promise) ? Promise.all(results) : (results as R[])
}

/** `then` for what may be there already. */
function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}
