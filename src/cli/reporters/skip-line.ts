/** That a node is skipped, and why, as a line of dbt's log. */
import type { RunEvent } from '../../execution/event.ts'
import type { KnownNodes } from './known-nodes.ts'
import { type Counted, type LogLine, statusLine } from './log-line.ts'
import { countData } from './result-lines.ts'

type NodeSkipped = Extract<RunEvent, { kind: 'node skipped' }>

interface SkipContext {
  readonly known: KnownNodes
  readonly width: number
}

export function skipLine(event: NodeSkipped, counted: Counted, { known, width }: SkipContext): LogLine {
  const { node, atMs, threadId: thread } = event
  const schema = 'schema' in node ? node.schema : ''
  const isRelation = ['model', 'seed', 'snapshot'].includes(node.resourceType)
  const what = isRelation ? `relation ${schema}.${node.name}` : `${node.resourceType} ${node.name}`
  const data = { schema, ...countData(counted), ...known.groupOf(node) }
  if (event.ephemeralCause !== undefined) {
    const { status } = event.ephemeralCause
    const message = `SKIP relation ${schema}.${node.name} due to ephemeral model status '${status}'`
    return {
      name: 'LogSkipBecauseError',
      code: 'Z034',
      level: 'error',
      text: paint => statusLine({ message, status: paint.red('ERROR SKIP'), counted, width }),
      data: { ...data, relation: node.name, status },
      thread,
      atMs,
    }
  }
  return {
    name: 'SkippingDetails',
    code: 'Q034',
    level: 'info',
    text: paint => statusLine({ message: `SKIP ${what}`, status: paint.yellow('SKIP'), counted, width }),
    data: {
      ...data,
      resource_type: node.resourceType,
      node_name: node.name,
      node_info: known.infoOf(node, 'skipped'),
    },
    thread,
    atMs,
  }
}
