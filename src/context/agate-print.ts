/** agate's text views of a table: GitHub's Markdown, long cells and surplus rows cut off; and CSV. */
import { str } from '../template/repr.ts'
import type { Value } from '../template/value.ts'
import type { AgateType } from './agate-types.ts'
import { decimalPlaces, fixedText, PyDecimal } from './modules/python-decimal.ts'

export interface PrintOptions {
  /** Null for all of them. */
  readonly maxRows?: number | null
  readonly maxColumns?: number | null
  readonly maxColumnWidth?: number | null
  readonly maxPrecision?: number | null
}

const ellipsis = '...'

/** The Markdown. Every line ends with a newline. */
export function tableText(
  names: readonly string[],
  types: readonly AgateType[],
  rows: readonly (readonly Value[])[],
  options: PrintOptions = {},
): string {
  const { maxRows = 20, maxColumns = 6, maxColumnWidth = 20, maxPrecision = 3 } = options
  const shownRows = maxRows === null ? rows : rows.slice(0, maxRows)
  const shown = names.slice(0, maxColumns ?? names.length)
  const surplus = shown.length < names.length
  const cut = (text: string): string =>
    maxColumnWidth !== null && text.length > maxColumnWidth ? text.slice(0, maxColumnWidth - 3) + ellipsis : text
  const header = [...shown.map(cut), ...(surplus ? [ellipsis] : [])]
  const formats = shown.map((_, index) =>
    numberFormat(
      types[index],
      shownRows.map(row => row[index] ?? null),
      maxPrecision,
    ),
  )
  const cells = shownRows.map(row => [
    ...shown.map((_, index) => cut(cellText(row[index] ?? null, formats[index]))),
    ...(surplus ? [ellipsis] : []),
  ])
  const widths = header.map((name, index) => Math.max(name.length, ...cells.map(row => row[index]?.length ?? 0)))
  const line = (texts: readonly string[]): string => {
    const padded = texts.map((text, index) => {
      const width = widths[index] ?? 0
      return types[index]?.typeName === 'Text' ? ` ${text.padEnd(width)} ` : ` ${text.padStart(width)} `
    })
    return `|${padded.join('|')}|\n`
  }
  const divider = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |\n`
  const more = shownRows.length < rows.length ? line(header.map(() => ellipsis)) : ''
  return line(header) + divider + cells.map(line).join('') + more
}

/** All of it. Cells with a comma, a quote or a line break are quoted. */
export function csvText(names: readonly string[], rows: readonly (readonly Value[])[]): string {
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const cells = rows.map(row => row.map(value => (value === null ? '' : cell(str(value)))))
  return [names.map(cell), ...cells].map(row => `${row.join(',')}\n`).join('')
}

interface NumberFormat {
  readonly places: number
  readonly cutOff: boolean
}

/** As many decimal places as the longest value has, up to the limit. */
function numberFormat(
  type: AgateType | undefined,
  values: readonly Value[],
  limit: number | null,
): NumberFormat | undefined {
  if (type?.typeName !== 'Number') return undefined
  let [whole, fraction] = [1, 0]
  for (const value of values) {
    if (!(value instanceof PyDecimal) || !value.isFinite) continue
    const places = decimalPlaces(value)
    whole = Math.max(whole, places.whole)
    fraction = Math.max(fraction, places.fraction)
  }
  const places = Math.min(fraction, 28 - whole)
  if (limit === null || places <= limit) return { places, cutOff: false }
  return { places: limit, cutOff: true }
}

function cellText(value: Value, format: NumberFormat | undefined): string {
  if (value === null) return ''
  if (!format || !(value instanceof PyDecimal) || !value.isFinite) return str(value)
  const [whole = '', fraction] = fixedText(value, format.places).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return `${fraction === undefined ? grouped : `${grouped}.${fraction}`}${format.cutOff ? '…' : ''}`
}
