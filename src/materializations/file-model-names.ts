/**
 * `is_incremental()` for models whose rows are in files: true once there is something to add to. The database of a fresh
 * checkout knows nothing of a table in a shared bucket, so the files count and not the relation; the view over them that
 * `this` stands for is made if it is missing.
 */
import { deltaPlace, deltaReader } from '../compile/delta-place.ts'
import { externalFiles, readerText } from '../compile/external-files.ts'
import { nodeRelation } from '../compile/node-relation.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { existingSnapshot } from '../lake/delta-location.ts'
import { lakeOf, trafficOf } from '../lake/lake-connection.ts'
import { isS3Url } from '../lake/s3-access.ts'
import { isDeltaNode, isIncrementalDelta } from '../project/delta-format.ts'
import type { Node } from '../project/node.ts'
import { fn, type Value } from '../template/value.ts'
import { deltaTableOf } from './delta-model.ts'
import { hasRemoteFiles } from './write-remote.ts'

/** Undefined where the built-in macro is right. */
export async function fileModelNames(
  node: Node,
  session: NodeSession,
): Promise<ReadonlyMap<string, Value> | undefined> {
  const isExternal = node.config.get('materialized') === 'external'
  const isParted = isExternal && node.config.get('incremental_strategy') === 'insert_overwrite'
  if (!isParted && !isDeltaNode(node)) return undefined
  const fullRefresh = node.config.get('full_refresh') ?? session.state.config.flags.fullRefresh
  const incremental = fullRefresh !== true && (await isThere(node, session))
  return new Map([['is_incremental', fn('is_incremental', () => incremental)]])
}

async function isThere(node: Node, session: NodeSession): Promise<boolean> {
  const existing = await session.getRelation(node.database, node.schema, node.alias)
  if (isDeltaNode(node)) {
    if (!isIncrementalDelta(node)) return false
    const { table } = await deltaTableOf(session, { node })
    if ((await existingSnapshot(table)) === undefined) return false
    if (existing === undefined) await makeView(node, session, deltaReader(await deltaPlace(session, node)))
    return true
  }
  if (existing !== undefined) return true
  const { target, readOptions } = await externalFiles(session, node, session.macroNames())
  const lake = lakeOf(session.state.database)
  if (lake === undefined || !isS3Url(target.location)) return false
  if (!(await hasRemoteFiles(lake, trafficOf(await session.connection()), target))) return false
  await makeView(node, session, readerText(target, readOptions))
  return true
}

async function makeView(node: Node, session: NodeSession, source: string): Promise<void> {
  const relation = nodeRelation(node, session.state.adapterFacts.quoting, { type: 'view' })
  await session.send(`create view ${relation.render()} as (\n  select * from ${source}\n);`, { begin: false })
  session.cacheAdded({ ...relation.name, kind: 'view' })
}
