/** The first rows of a node, for `show`: its query, compiled and limited, without building anything. */
import { compileNode } from '../compile/compile-node.ts'
import { namesOfNode } from '../compile/node-providers.ts'
import { NodeSession } from '../compile/node-session.ts'
import { AgateTable } from '../context/agate-table.ts'
import { MacroCalls } from '../context/macro-record.ts'
import { NodeWork } from '../materializations/node-work.ts'
import { readSeed } from '../materializations/seed.ts'
import type { Node } from '../project/node.ts'
import { str } from '../template/repr.ts'
import { PyDict, PyFloat, PyObject, type Value } from '../template/value.ts'
import { describeNode } from './describe-node.ts'
import type { Preview } from './event.ts'
import type { Run } from './run.ts'
import { Lanes, runStateOf } from './run-context.ts'

const threadId = 'Thread-1 (worker)'

export interface PreviewResult {
  readonly node: Node
  readonly table: AgateTable
  readonly preview: Preview
  /** The query that gave the rows, limit included; null for a seed, whose rows come from its file. */
  readonly compiledCode: string | null
  readonly elapsedMs: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly timing: { readonly startedAtMs: number; readonly executingAtMs: number; readonly completedAtMs: number }
}

/** @param limit number of rows, null for all. @throws DiagnosticError what fails */
export async function previewNode(node: Node, run: Run, limit: number | null): Promise<PreviewResult> {
  const { config } = run.graph.project
  const { clock, target } = config
  const startedAt = clock.elapsedMs()
  const startedAtMs = clock.now()
  let executingAtMs = startedAtMs
  const executing = (): void => {
    executingAtMs = clock.now()
    run.sink({ kind: 'node executing', atMs: executingAtMs, node, threadId })
  }
  const state = runStateOf(run, { readsUpstreamFiles: true, signal: run.signal })
  const lanes = new Lanes(state)
  try {
    const session = new NodeSession(state, lanes.of(threadId), node)
    const description = describeNode(node, target.database)
    run.sink({ kind: 'node started', atMs: startedAtMs, node, description, threadId })
    run.sink({ kind: 'node compiling', atMs: startedAtMs, node, threadId })
    if (node.resourceType === 'seed') executing()
    const { table, sql } =
      node.resourceType === 'seed'
        ? seedRows(node, session, limit)
        : await queryRows(node, session, { run, limit, executing })
    return {
      node,
      table,
      preview: previewOf(table),
      compiledCode: sql,
      elapsedMs: clock.elapsedMs() - startedAt,
      timing: { startedAtMs, executingAtMs, completedAtMs: clock.now() },
    }
  } finally {
    await lanes.close()
  }
}

/** The rows of a text that is sent as it stands: `show --inline-direct`. */
export async function previewText(sql: string, run: Run, limit: number | null): Promise<AgateTable> {
  const state = runStateOf(run, { readsUpstreamFiles: true, signal: run.signal })
  const lanes = new Lanes(state)
  try {
    const result = await new NodeSession(state, lanes.of('MainThread'), null).send(sql, { begin: false })
    return AgateTable.fromResult(limit === null ? result : { ...result, rows: result.rows.slice(0, limit) })
  } finally {
    await lanes.close()
  }
}

interface Rows {
  readonly table: AgateTable
  readonly sql: string | null
}

interface Query {
  readonly run: Run
  readonly limit: number | null
  /** Told when the node is compiled. */
  readonly executing: () => void
}

async function queryRows(node: Node, session: NodeSession, { run, limit, executing }: Query): Promise<Rows> {
  const compiled = await compileNode(node, session)
  run.output.compiled(compiled)
  run.output.settle(compiled.node)
  executing()
  // dbt has no macro around those that this one calls, so they count as the node's own.
  const calls = new MacroCalls(1)
  const names = namesOfNode({ session, node, compiled, recorder: calls })
  const macro = names.lookup('get_show_sql')
  if (!(macro instanceof PyObject) || !macro.call) throw new Error("the macro 'get_show_sql' is not there")
  const header = node.config.get('sql_header') ?? null
  const sql = str(await macro.call([compiled.compiledCode, header, limit], new Map()))
  run.output.called(node, calls.uniqueIds)
  const result = await session.send(sql, { begin: false, path: node.originalFilePath })
  return { table: AgateTable.fromResult(result), sql }
}

/** Types come from all rows of the file, also of those that are not shown. */
function seedRows(node: Node, session: NodeSession, limit: number | null): Rows {
  const compiled = { node, compiledCode: '', extraCtes: [], macros: [], source: node.file, lineMap: [] }
  const work = new NodeWork({ session, node, compiled })
  const { columns, rows } = readSeed(work)
  const types = work.config('column_types')
  const textColumns = new Set(types instanceof PyDict ? Array.from(types.keys(), String) : [])
  const names = columns.map(column => column.name)
  return { table: AgateTable.fromText(names, rows, { textColumns }).limit(0, limit, 1), sql: null }
}

/** Values as agate's JSON has them: integers as such, other numbers as floats, dates as text. */
export function previewOf(table: AgateTable): Preview {
  return { columns: table.names, rows: table.rows.map(row => row.values.map(plainCell)) }
}

function plainCell(value: Value): Value {
  if (!(value instanceof PyObject)) return value
  const number = value.toFloat()
  if (number !== undefined) return new PyFloat(number)
  const iso = value.attr('isoformat')
  const text = iso instanceof PyObject ? iso.call?.([], new Map()) : undefined
  return typeof text === 'string' ? text : value.str()
}
