/**
 * A workbook of Excel from rows of values. Looks as pandas writes it: a bold, centred header with borders, dates as
 * `YYYY-MM-DD`. The same sheets give the same bytes.
 */
import { columnName, serialOfMoment } from './cell.ts'
import { escapeXml } from './xml-parts.ts'
import { writeZip } from './zip-archive.ts'

export type WrittenCell =
  | null
  | string
  | number
  | boolean
  /** Milliseconds since 1970-01-01 without a zone. */
  | { readonly kind: 'date' | 'moment'; readonly milliseconds: number }
  /** Days and their fractions. */
  | { readonly kind: 'duration'; readonly days: number }

export interface WrittenSheet {
  /** At most 31 characters. */
  readonly name: string
  /** Names of the columns; nothing for a sheet without a header. */
  readonly header?: readonly WrittenCell[]
  readonly rows: Iterable<readonly WrittenCell[]>
  /** The first column numbers the rows and looks like the header. */
  readonly hasIndex: boolean
}

export interface WorkbookStyle {
  /** Number formats of Excel. */
  readonly dateFormat: string
  readonly momentFormat: string
  readonly headerStyling: boolean
}

export const plainStyle: WorkbookStyle = {
  dateFormat: 'YYYY-MM-DD',
  momentFormat: 'YYYY-MM-DD HH:MM:SS',
  headerStyling: true,
}

export const mostRows = 1_048_576
export const mostColumns = 16_384

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const mainNamespace = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relationNamespace = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packageNamespace = 'http://schemas.openxmlformats.org/package/2006'
const contentType = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** @param sheets at least one */
export function writeWorkbook(sheets: readonly WrittenSheet[], style: WorkbookStyle): Uint8Array {
  return writeZip([
    ['[Content_Types].xml', contentTypes(sheets.length)],
    ['_rels/.rels', relationships([`officeDocument" Target="xl/workbook.xml`])],
    ['xl/workbook.xml', workbookXml(sheets)],
    [
      'xl/_rels/workbook.xml.rels',
      relationships([
        ...sheets.map((_, index) => `worksheet" Target="${sheetPath(index)}`),
        'styles" Target="styles.xml',
      ]),
    ],
    ['xl/styles.xml', stylesXml(style)],
    ...sheets.map((sheet, index) => [`xl/${sheetPath(index)}`, sheetXml(sheet, style)] as const),
  ])
}

function sheetPath(index: number): string {
  return `worksheets/sheet${index + 1}.xml`
}

function contentTypes(sheetCount: number): string {
  const sheets = Array.from({ length: sheetCount }, (_, index) => {
    return `<Override PartName="/xl/${sheetPath(index)}" ContentType="${contentType}.worksheet+xml"/>`
  })
  return `${xmlHead}<Types xmlns="${packageNamespace}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${contentType}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${contentType}.styles+xml"/>${sheets.join('')}</Types>`
}

function relationships(ends: readonly string[]): string {
  const each = ends.map((end, index) => `<Relationship Id="rId${index + 1}" Type="${relationNamespace}/${end}"/>`)
  return `${xmlHead}<Relationships xmlns="${packageNamespace}/relationships">${each.join('')}</Relationships>`
}

function workbookXml(sheets: readonly WrittenSheet[]): string {
  const each = sheets.map(
    ({ name }, index) => `<sheet name="${escapeXml(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  )
  return `${xmlHead}<workbook xmlns="${mainNamespace}" xmlns:r="${relationNamespace}"><sheets>${each.join('')}</sheets></workbook>`
}

/** Places in the list of cell formats that `stylesXml` writes. */
const formats = { plain: 0, header: 1, date: 2, moment: 3, duration: 4 }

function stylesXml({ dateFormat, momentFormat }: WorkbookStyle): string {
  const side = (name: string): string => `<${name} style="thin"/>`
  return `${xmlHead}<styleSheet xmlns="${mainNamespace}"><numFmts count="2"><numFmt numFmtId="164" formatCode="${escapeXml(dateFormat)}"/><numFmt numFmtId="165" formatCode="${escapeXml(momentFormat)}"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border>${['left', 'right', 'top', 'bottom'].map(side).join('')}<diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="top"/></xf><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}

function sheetXml({ header, rows, hasIndex }: WrittenSheet, { headerStyling }: WorkbookStyle): string {
  const headerFormat = headerStyling ? formats.header : formats.plain
  const lines: string[] = []
  const add = (cells: readonly WrittenCell[], formatOf: (column: number) => number): void => {
    const number = lines.length + 1
    const each = cells.map((cell, column) => cellXml(`${columnName(column)}${number}`, cell, formatOf(column)))
    lines.push(`<row r="${number}">${each.join('')}</row>`)
  }
  if (header) add(header, () => headerFormat)
  for (const row of rows) add(row, column => (hasIndex && column === 0 ? headerFormat : formats.plain))
  return `${xmlHead}<worksheet xmlns="${mainNamespace}"><sheetData>${lines.join('')}</sheetData></worksheet>`
}

/** Cells without a value are left out, but for those that have a border. */
function cellXml(place: string, cell: WrittenCell, format: number): string {
  const open = (type: string, style = format): string => `<c r="${place}"${style === 0 ? '' : ` s="${style}"`}${type}>`
  if (cell === null || cell === '') return format === formats.plain ? '' : `${open('')}</c>`
  if (typeof cell === 'number') return `${open('')}<v>${cell}</v></c>`
  if (typeof cell === 'boolean') return `${open(' t="b"')}<v>${cell ? 1 : 0}</v></c>`
  if (typeof cell === 'string') {
    const space = cell.trim() === cell ? '' : ' xml:space="preserve"'
    return `${open(' t="inlineStr"')}<is><t${space}>${escapeXml(cell)}</t></is></c>`
  }
  if (cell.kind === 'duration') return `${open('', formats.duration)}<v>${cell.days}</v></c>`
  return `${open('', formats[cell.kind])}<v>${serialOfMoment(cell.milliseconds)}</v></c>`
}
