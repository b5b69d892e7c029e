/** What is sent to the database, as lines of dbt's log. */
import { unreachable } from '../../base/unreachable.ts'
import type { RunEvent } from '../../execution/event.ts'
import { type LogLine, statusLine, textLine } from './log-line.ts'
import type { LazyNodeInfo } from './node-info.ts'

type StatementEvent = Extract<RunEvent, { kind: 'statement started' | 'statement finished' | 'statement cancelled' }>

interface StatementContext {
  /** Of the node that sends it; absent for what is sent beside nodes. */
  readonly info: { readonly node_info?: LazyNodeInfo }
  readonly thread: string
  readonly width: number
}

export function statementLine(event: StatementEvent, { info, thread, width }: StatementContext): LogLine {
  const { connection, atMs } = event
  switch (event.kind) {
    case 'statement started':
      return textLine('SQLQuery', 'E016', 'debug', atMs, `On ${connection}: ${event.sql}`, {
        data: { conn_name: connection, sql: event.sql, ...info },
        thread,
      })
    case 'statement finished': {
      const status = event.error ?? 'OK'
      const seconds = event.elapsedMs / 1000
      const text = `SQL status: ${status} in ${seconds.toFixed(3)} seconds`
      const data = { status, elapsed: seconds, query_id: '', ...info }
      return textLine('SQLQueryStatus', 'E017', 'debug', atMs, text, { data, thread })
    }
    case 'statement cancelled':
      return {
        ...textLine('LogCancelLine', 'Q022', 'error', atMs, '', { data: { conn_name: connection } }),
        text: paint =>
          statusLine({
            message: `CANCEL query ${connection}`,
            status: paint.red('CANCEL'),
            counted: undefined,
            width,
          }),
      }
    default:
      return unreachable(event)
  }
}
