/** Lines of `on-run-start` and `on-run-end`: each set of hooks stands between empty lines. */
import type { RunEvent } from '../../execution/event.ts'
import { formatting, type LogLine, mainThread, statusLine } from './log-line.ts'
import type { NodeLineOptions } from './node-info.ts'
import { countData } from './result-lines.ts'

export function hookLines(
  event: Extract<RunEvent, { kind: 'hook started' | 'hook finished' }>,
  { width, info }: NodeLineOptions,
): LogLine[] {
  const { node, statement, atMs } = event
  const atEnd = node.resourceType === 'operation' && node.hook === 'on-run-end'
  if (event.kind === 'hook started') {
    const made: LogLine = {
      name: 'LogHookStartLine',
      code: 'Q032',
      level: 'info',
      text: () =>
        statusLine({ message: `START hook: ${statement}`, status: 'RUN', counted: event, width, truncate: true }),
      data: { statement, ...countData(event), node_info: info('started') },
      thread: mainThread,
      atMs,
    }
    return atEnd && event.index === 1 ? [formatting(atMs), made] : [made]
  }
  const { status, executionTimeMs } = event.result
  const [word, colour] =
    status === 'success'
      ? (['OK', 'green'] as const)
      : status === 'skipped'
        ? (['SKIP', 'yellow'] as const)
        : (['ERROR', 'red'] as const)
  const made: LogLine = {
    name: 'LogHookEndLine',
    code: 'Q033',
    level: 'info',
    text: paint =>
      statusLine({
        message: `${word} hook: ${statement}`,
        status: paint[colour](word),
        counted: event,
        width,
        executionTimeMs,
        truncate: true,
      }),
    data: {
      statement,
      status,
      execution_time: executionTimeMs / 1000,
      ...countData(event),
      node_info: info(status, atMs),
    },
    thread: mainThread,
    atMs,
  }
  return !atEnd && event.index === event.total ? [made, formatting(atMs)] : [made]
}
