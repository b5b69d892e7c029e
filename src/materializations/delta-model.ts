/**
 * Models and snapshots kept as Delta tables: on this machine or in a bucket, with a view over the table under the model's name. A run
 * is one commit. If others commit first, the commit alone is tried again where theirs does not touch it; otherwise the
 * change is made anew from the table as it is then.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { QueryResult, RelationInfo } from '../base/sql-value.ts'
import { deltaPlace, deltaReader } from '../compile/delta-place.ts'
import type { NodeSession } from '../compile/node-session.ts'
import type { KeptRows } from '../compile/run-state.ts'
import type { Change } from '../delta/change.ts'
import type { FileWriter } from '../delta/data-files.ts'
import { publishChange } from '../delta/publish.ts'
import { type DeltaLocation, existingSnapshot } from '../lake/delta-location.ts'
import type { Lake } from '../lake/lake.ts'
import { lakeOf, trafficOf } from '../lake/lake-connection.ts'
import { plainRows } from '../lake/plain-rows.ts'
import { str } from '../template/repr.ts'
import type { Value } from '../template/value.ts'
import { prepareChange } from './delta-rows.ts'
import { prepareSnapshotChange } from './delta-snapshot.ts'
import type { DeltaRows } from './delta-table.ts'
import { publishUnderView } from './external.ts'
import { fileModelOptions } from './file-model-options.ts'
import type { NodeWork, Outcome } from './node-work.ts'

const preparations = 5

export async function writeDeltaModel(work: NodeWork): Promise<Outcome> {
  const options = fileModelOptions(work)
  const { lake, table } = await deltaTableOf(work.session, work)
  const rows: DeltaRows = {
    work,
    options,
    files: table.files,
    writer: {
      ...deltaWriter(sql => work.send(sql, { begin: false }), lake, table),
      ...(options.encoding !== undefined && { encoding: options.encoding }),
    },
  }
  return publishUnderView(work, existing => writeTable(rows, lake, { table, existing }))
}

/** The place of a node's table, and the lake to reach it by. */
export async function deltaTableOf(
  session: NodeSession,
  { node, names }: Pick<NodeWork, 'node'> & Partial<Pick<NodeWork, 'names'>>,
): Promise<{ readonly lake: Lake; readonly table: DeltaLocation }> {
  const lake = lakeOf(session.state.database)
  if (lake === undefined) throw new Error('the database has no lake')
  const location = await deltaPlace(session, node, names)
  return { lake, table: lake.delta(location, trafficOf(await session.connection())) }
}

interface Target {
  readonly table: DeltaLocation
  /** What the database has under the node's name. */
  readonly existing: RelationInfo | undefined
}

async function writeTable(rows: DeltaRows, lake: Lake, { table, existing }: Target): Promise<KeptRows> {
  const { session, node } = rows.work
  const { clock, ids } = lake.settings
  const surroundings = { clock, ids, engine: 'eider' }
  const { userMetadata, transaction, isOnce } = signature(rows.work)
  let reason = ''
  for (let attempt = 0; attempt < preparations; attempt++) {
    const base = await existingSnapshot(table)
    const seen = base?.transactions.get(transaction.appId)?.version ?? -1
    if (isOnce ? seen >= transaction.version : seen === transaction.version) {
      return kept(rows, table, `transaction ${transaction.version} is in the table already`)
    }
    const change =
      node.resourceType === 'snapshot'
        ? await prepareSnapshotChange(rows, base, { existing, reader: deltaReader(table.location) })
        : await prepareChange(rows, base)
    if (change === undefined) return kept(rows, table, 'nothing to change')
    const signed = { ...change, userMetadata, transaction }
    const { outcome, warning } = await publishChange(table.files, rows.writer, signed, surroundings)
    if (warning !== undefined) session.warnOnce(warning.diagnostic.message)
    if (outcome.kind === 'committed') return kept(rows, table, `version ${outcome.version}: ${change.operation}`)
    reason =
      outcome.kind === 'conflict'
        ? `${outcome.operation ?? 'a commit'} in version ${outcome.version}: ${outcome.reason}`
        : String(outcome.cause)
  }
  throw new DiagnosticError({
    code: 'lake/conflict',
    kind: 'Runtime',
    message: `The Delta table "${table.location}" was changed by others each of the ${preparations} times that its new content was put together (last by ${reason})`,
    hint: 'Run it again when the other run has ended',
    node: node.uniqueId,
  })
}

function kept({ work }: DeltaRows, table: DeltaLocation, what: string): KeptRows {
  const query = work.compiled.compiledCode.trim()
  return { sql: `-- Delta table ${table.location}, ${what}\n${query}`, source: deltaReader(table.location) }
}

interface Signature extends Required<Pick<Change, 'transaction' | 'userMetadata'>> {
  /** A run with the same number, or a smaller one, has nothing to do. */
  readonly isOnce: boolean
}

/**
 * Who made the commit, and a number that makes it known when it is looked up again. Runs of one model have one application
 * id, so that of two at the same time the later one sees what the earlier has written before it writes.
 */
function signature(work: NodeWork): Signature {
  const { config } = work.session.state
  const version = work.config('txn_version')
  const application = work.config('txn_app_id')
  return {
    transaction: {
      appId: application === null ? `eider:${work.node.uniqueId}` : str(application),
      version: version === null ? config.clock.now() : requireNumber(work, version),
    },
    userMetadata: JSON.stringify({ model: work.node.uniqueId, invocation: config.invocationId }),
    isOnce: version !== null,
  }
}

function requireNumber(work: NodeWork, value: Value): number {
  const number = Number(str(value))
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new DiagnosticError({
    code: 'lake/file-model',
    message: `The "txn_version" of "${work.node.name}" is "${str(value)}", which is no whole number`,
    hint: 'Give a number that rises from batch to batch, such as one made from the date',
    node: work.node.uniqueId,
  })
}

/** Writes to a table with queries that `send` understands. */
export function deltaWriter(send: (sql: string) => Promise<QueryResult>, lake: Lake, table: DeltaLocation): FileWriter {
  const { clock, ids } = lake.settings
  const { store } = table.files
  return {
    rows: async sql => plainRows(await send(sql)),
    store,
    ...(table.folder === undefined
      ? { keep: (key: string, sizeBytes: number, path: string) => lake.cache.adopt(store, key, sizeBytes, path) }
      : { tableFolder: table.folder }),
    scratch: lake.scratch,
    ids,
    now: () => clock.now(),
  }
}
