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
import { isDeltaNode, isIncrementalDelta, isParquetNode } from '../project/file-format.ts'
import type { Node } from '../project/node.ts'
import { fn, type Value } from '../template/value.ts'
import { deltaTableOf } from './delta-model.ts'
import { hasFilesInBucket } from './external.ts'
import { hasFiles } from './external-parts.ts'

/** Undefined where the built-in macro is right. */
export async function fileModelNames(
  node: Node,
  session: NodeSession,
): Promise<ReadonlyMap<string, Value> | undefined> {
  const isExternal = node.config.get('materialized') === 'external'
  const isParted = isExternal && node.config.get('incremental_strategy') === 'insert_overwrite'
  const isOnFiles = isDeltaNode(node) || isParquetNode(node) || isParted
  if (!isOnFiles || node.resourceType === 'snapshot') return undefined
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
  const isParquet = isParquetNode(node)
  if (!isParquet && existing !== undefined) return true
  const external = await externalFiles(session, node, session.macroNames())
  const isFound = isParquet ? await hasFiles(session, external) : await hasFilesInBucket(session, external)
  if (isFound && existing === undefined) {
    await makeView(node, session, readerText(external.target, external.readOptions))
  }
  return isFound
}

async function makeView(node: Node, session: NodeSession, source: string): Promise<void> {
  const relation = nodeRelation(node, session.state.adapterFacts.quoting, { type: 'view' })
  await session.send(`create view ${relation.render()} as (\n  select * from ${source}\n);`, { begin: false })
  session.cacheAdded({ ...relation.name, kind: 'view' })
}
