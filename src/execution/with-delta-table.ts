/** One Delta table by the name of its model, or by its place, for work that is no run: upkeep and questions. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import { NodeSession } from '../compile/node-session.ts'
import type { FileWriter } from '../delta/data-files.ts'
import type { DeltaLocation } from '../lake/delta-location.ts'
import type { Lake } from '../lake/lake.ts'
import { lakeOf, trafficOf } from '../lake/lake-connection.ts'
import { deltaTableOf, deltaWriter } from '../materializations/delta-model.ts'
import { isDeltaNode } from '../project/file-format.ts'
import type { Node } from '../project/node.ts'
import type { Run } from './run.ts'
import { Lanes, runStateOf } from './run-context.ts'

export interface OpenTable {
  readonly lake: Lake
  readonly table: DeltaLocation
  readonly writer: FileWriter
}

/** @param name a model, or anything with a slash as a place. @throws `execution/no-delta-model` */
export async function withDeltaTable<T>(name: string, run: Run, action: (open: OpenTable) => Promise<T>): Promise<T> {
  const state = runStateOf(run, { readsUpstreamFiles: true, signal: run.signal })
  const lanes = new Lanes(state)
  try {
    const node = name.includes('/') ? null : deltaModel(run, name)
    const session = new NodeSession(state, lanes.of('MainThread'), node)
    const open = node === null ? await placeNamed(name, session) : await deltaTableOf(session, { node })
    const writer = deltaWriter(sql => session.send(sql, { begin: false }), open.lake, open.table)
    return await action({ ...open, writer })
  } finally {
    await lanes.close()
  }
}

async function placeNamed(
  location: string,
  session: NodeSession,
): Promise<{ readonly lake: Lake; readonly table: DeltaLocation }> {
  const lake = lakeOf(session.state.database)
  if (lake === undefined) throw new Error('the database has no lake')
  return { lake, table: lake.delta(location.replace(/\/+$/, ''), trafficOf(await session.connection())) }
}

function deltaModel({ graph }: Run, name: string): Node {
  const models = [...graph.project.nodes.values()].filter(isDeltaNode)
  const found = models.find(node => node.name === name || node.uniqueId === name)
  if (found !== undefined) return found
  const near = nearName(
    name,
    models.map(node => node.name),
  )
  throw new DiagnosticError({
    code: 'execution/no-delta-model',
    kind: 'Runtime',
    message: `No model called "${name}" is kept as a Delta table`,
    hint:
      near === undefined ? 'name a model with format: delta, or a place with a slash in it' : `did you mean "${near}"`,
  })
}
