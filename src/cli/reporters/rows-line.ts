/** Rows that a command shows, as a table or as JSON. */
import type { RunEvent } from '../../execution/event.ts'
import { jsonText } from '../../template/json-text.ts'
import { toPython } from '../../template/plain-data.ts'
import { type LogLine, textLine } from './log-line.ts'

export interface RowsLineOptions {
  /** `--quiet` and `--output` shape what is shown of rows. */
  readonly quiet: boolean
  readonly output: 'text' | 'json'
}

export function rowsLine(
  event: Extract<RunEvent, { kind: 'rows shown' }>,
  { quiet, output }: RowsLineOptions,
): LogLine {
  const { node, preview, table, atMs } = event
  const isInline = node.resourceType === 'sql_operation'
  const version = 'version' in node && node.version !== null ? `.v${node.version}` : ''
  const name = `${node.name}${version}`
  const rows = preview.rows.map(row => Object.fromEntries(preview.columns.map((column, i) => [column, row[i]])))
  const shownAsJson = jsonText(toPython(isInline ? { show: rows } : { node: name, show: rows }), { indent: 2 })
  const title = isInline ? 'Previewing inline node:' : `Previewing node '${name}':`
  const text = output === 'json' ? shownAsJson : quiet ? table : `${title}\n${table}`
  return textLine('ShowNode', 'Q041', 'info', atMs, text, {
    data: {
      node_name: name,
      preview: output === 'json' ? jsonText(toPython(rows)) : table,
      is_inline: isInline,
      output_format: output,
      unique_id: node.uniqueId,
      quiet,
    },
  })
}
