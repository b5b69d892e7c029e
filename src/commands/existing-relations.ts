/** What the target has already, read before a plan is made. */
import { posix } from 'node:path'
import type { Database } from '../adapter/adapter.ts'
import { RelationCache, type SchemaName } from '../adapter/relation-cache.ts'
import type { RelationInfo } from '../base/sql-value.ts'
import type { Deferral } from '../compile/deferral.ts'
import type { Graph } from '../graph/graph.ts'
import { isDeltaNode, isParquetNode } from '../project/file-format.ts'
import type { GraphMember } from '../project/node.ts'
import type { FileSystem } from '../storage/file-system.ts'

/** Where relative paths of data start. */
export interface Place {
  readonly files: FileSystem
  /** Absolute. */
  readonly folder: string
}

/** Relations in the schemas of the graph's nodes. A database file that does not exist holds none, and is not made. */
export async function readRelations(graph: Graph, database: Database, place: Place): Promise<RelationInfo[]> {
  const { target } = graph.project.config
  const { path } = target.duckdb
  const isFile = path !== ':memory:' && !/^\w+:/.test(path)
  if (isFile && !place.files.exists(posix.resolve(place.folder, path))) return []
  const schemas = schemasOf(graph)
  const cache = new RelationCache({ lakes: target.ducklakeDatabases })
  const connection = await database.connect()
  try {
    await cache.load(schemas, sql => connection.rows(sql))
  } finally {
    await connection.close()
  }
  return schemas.flatMap(schema => cache.relationsOf(schema))
}

function schemasOf(graph: Graph): SchemaName[] {
  const found = new Map<string, SchemaName>()
  for (const node of graph.members.values()) {
    if (!('alias' in node) || node.database === null || node.database === '') continue
    const { database, schema } = node
    found.set(`${database}\0${schema}`.toLowerCase(), { database, schema })
  }
  return [...found.values()]
}

/** Nodes that can be read although the target has no relation of theirs: their files are there, or another state's. */
export function readableNodes(graph: Graph, deferral: Deferral | null, place: Place): ReadonlySet<string> {
  const readable = new Set<string>(deferral?.active ? deferral.relations.keys() : [])
  for (const node of graph.members.values()) {
    if (isInFiles(node) && hasFiles(node, graph, place)) readable.add(node.uniqueId)
  }
  return readable
}

function isInFiles(node: GraphMember): boolean {
  if (node.config.get('materialized') === 'external') return true
  return 'rawCode' in node && (isDeltaNode(node) || isParquetNode(node))
}

function hasFiles(node: GraphMember, graph: Graph, { files, folder }: Place): boolean {
  const { externalRoot } = graph.project.config.target.duckdb
  const configured = node.config.get('location')
  const alias = 'alias' in node ? node.alias : node.name
  const format = node.config.get('format') ?? 'parquet'
  const location = typeof configured === 'string' ? configured : `${externalRoot}/${alias}.${String(format)}`
  // What lies in a bucket is not looked for: reading it will say whether it is there.
  if (/^\w+:\/\//.test(location)) return true
  return files.exists(posix.resolve(folder, location)) || files.exists(posix.resolve(folder, externalRoot, alias))
}
