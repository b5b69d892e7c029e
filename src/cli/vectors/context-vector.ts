/** Suite `context`: templates inside a small project, as they are rendered while it is parsed, compiled and run. */
import { duckdbDatabase } from '../../adapter/duckdb.ts'
import { compileNode } from '../../compile/compile-node.ts'
import { macroScope } from '../../compile/macro-scope.ts'
import { namesOfNode } from '../../compile/node-providers.ts'
import { NodeSession } from '../../compile/node-session.ts'
import { Lane, type RunState } from '../../compile/run-state.ts'
import type { Run } from '../../execution/run.ts'
import { runStateOf } from '../../execution/run-context.ts'
import type { Builtins } from '../../project/builtins.ts'
import type { Node } from '../../project/node.ts'
import { renderText } from '../../template/template.ts'
import { PyDict } from '../../template/value.ts'
import { parsedVector } from './parsed-vector.ts'
import type { Vector } from './vector.ts'
import { nodeNamed, type VectorProject, vectorProject } from './vector-project.ts'
import { yamlVector } from './yaml-vector.ts'

export async function contextVector(vector: Vector, builtins: () => Builtins): Promise<unknown> {
  const project = vectorProject(vector, builtins)
  const template = String(vector.template ?? '')
  switch (vector.mode) {
    case 'runtime':
      return withSession(vector, project, session => {
        const node = nodeNamed(project.graph, String(vector.node))
        return renderText(template, namesOfNode({ session: session(node), node }))
      })
    case 'operation':
      return withSession(vector, project, session => {
        const named = new Map([['model', null] as const])
        return renderText(template, macroScope(session(null), named))
      })
    case 'compile':
      return withSession(vector, project, async session => {
        const compiled: Record<string, string> = {}
        for (const name of vector.nodes as readonly string[]) {
          const node = nodeNamed(project.graph, name)
          compiled[name] = (await compileNode(node, session(node))).compiledCode
        }
        return compiled
      })
    case 'parse':
      return withSession(vector, project, session => {
        const node = nodeNamed(project.graph, String(vector.node))
        return parsedVector(template, node, session(node))
      })
    default:
      return yamlVector(vector, project)
  }
}

type SessionFor = (node: Node | null) => NodeSession

/** Gives sessions on a database of the vector's own, which is opened only when a statement is sent. */
async function withSession<T>(
  vector: Vector,
  { graph, config }: VectorProject,
  use: (session: SessionFor) => T | Promise<T>,
): Promise<T> {
  const database = duckdbDatabase(config.target.duckdb)
  const signal = new AbortController().signal
  const run: Run = {
    graph,
    database,
    sink: () => {},
    output: { compiled: () => {}, ran: () => {}, settle: () => {}, called: () => {}, placed: () => {} },
    signal,
    selected: [],
    deferral: null,
    plugins: new Map(),
    previousBatches: new Map(),
  }
  const state = withProcessMetadata(runStateOf(run, { readsUpstreamFiles: true, signal }))
  try {
    const setup = (vector.db_setup ?? []) as readonly string[]
    if (setup.length > 0) {
      const connection = await database.connect()
      for (const sql of setup) await connection.execute(sql)
    }
    return await use(node => new NodeSession(state, new Lane(database, 'MainThread'), node))
  } finally {
    await database.close()
  }
}

/** dbt reads the variables `DBT_ENV_CUSTOM_ENV_*` once a process: one that renders for many projects keeps those it had first. */
function withProcessMetadata(state: RunState): RunState {
  const metadata = new PyDict()
  return {
    ...state,
    factsFor: (thread, effects) => ({ ...state.factsFor(thread, effects), metadataEnvironment: metadata }),
  }
}
