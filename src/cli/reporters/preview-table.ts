/** Rows of `show` and of seeds, as a table of text or as JSON, in dbt's forms. */
import type { Preview } from '../../execution/event.ts'

export interface PreviewStyle {
  readonly name: string
  readonly isInline: boolean
  readonly quiet: boolean
  readonly output: 'text' | 'json'
}

/** Widest a cell gets, and most columns that are shown: dbt's own limits. */
const maxCellWidth = 20
const maxColumns = 50

export function renderPreview(preview: Preview, style: PreviewStyle): string {
  if (style.output === 'json') {
    const show = preview.rows.map(row => Object.fromEntries(preview.columns.map((name, index) => [name, row[index]])))
    return JSON.stringify(style.isInline ? { show } : { node: style.name, show }, jsonValue, 2)
  }
  const table = previewTable(preview)
  if (style.quiet) return table
  return style.isInline ? `Previewing inline node:\n${table}` : `Previewing node '${style.name}':\n${table}`
}

function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

/** Numbers stand right, all else left; a cell that is too long ends in `...`. */
export function previewTable(preview: Preview): string {
  const columns = preview.columns.slice(0, maxColumns)
  const cells = preview.rows.map(row => columns.map((_, index) => cellText(row[index])))
  const isNumber = columns.map((_, index) => {
    const values = preview.rows.map(row => row[index]).filter(one => one !== null && one !== undefined)
    return values.length > 0 && values.every(one => typeof one === 'number' || typeof one === 'bigint')
  })
  const titles = columns.map(shortened)
  const widths = titles.map((title, index) => Math.max(title.length, ...cells.map(row => row[index]?.length ?? 0)))
  const line = (parts: readonly string[]): string => `| ${parts.join(' | ')} |`
  const aligned = (text: string, index: number): string => {
    const width = widths[index] ?? 0
    return isNumber[index] ? text.padStart(width) : text.padEnd(width)
  }
  const more = preview.columns.length > maxColumns ? ['...'] : []
  return [
    line([...titles.map((title, index) => title.padEnd(widths[index] ?? 0)), ...more]),
    line([...widths.map(width => '-'.repeat(width)), ...more.map(() => '---')]),
    ...cells.map(row => line([...row.map(aligned), ...more])),
    '',
  ].join('\n')
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return shortened(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

function shortened(text: string): string {
  return text.length > maxCellWidth ? `${text.slice(0, maxCellWidth - 3)}...` : text
}
