/** `node_info` of the JSON log: who a line speaks of. Made when a line is printed as JSON, which most are not. */
import type { GraphMember } from '../../project/node.ts'
import { fromPython } from '../../template/plain-data.ts'
import { isoTime } from './log-line.ts'

export interface NodeMoment {
  /** `started`, `success`, `None` … */
  readonly status: string
  readonly startedAtMs?: number | undefined
  readonly finishedAtMs?: number | undefined
}

export type LazyNodeInfo = () => Readonly<Record<string, unknown>>

/** What lines of one node need. */
export interface NodeLineOptions {
  readonly width: number
  /** The node's record at a status. */
  readonly info: (status: string, finishedAtMs?: number) => LazyNodeInfo
}

export function nodeInfo(node: GraphMember, moment: NodeMoment): LazyNodeInfo {
  return () => infoRecord(node, moment)
}

function infoRecord(node: GraphMember, moment: NodeMoment): Record<string, unknown> {
  const relation = 'alias' in node ? node : undefined
  const meta = node.config.get('meta')
  return {
    node_path: node.path,
    node_name: node.name,
    unique_id: node.uniqueId,
    resource_type: node.resourceType,
    materialized: String(node.config.get('materialized') ?? ''),
    node_status: moment.status,
    node_started_at: moment.startedAtMs === undefined ? '' : isoTime(moment.startedAtMs),
    node_finished_at: moment.finishedAtMs === undefined ? '' : isoTime(moment.finishedAtMs),
    meta: meta === undefined || meta === null ? {} : fromPython(meta),
    node_relation: {
      database: relation?.database ?? '',
      schema: relation?.schema ?? '',
      alias: relation?.alias ?? '',
      relation_name: relation?.relationName ?? '',
    },
    node_checksum: relation?.checksum.checksum ?? '',
  }
}
