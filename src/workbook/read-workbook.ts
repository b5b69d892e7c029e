/** Workbooks of Excel (`.xlsx`, `.xlsm`): names of sheets, and the cells of one. Formulas give the value saved with them. */
import { type Cell, cellOfSerial, columnIndex, millisecondsOfDay } from './cell.ts'
import { type FormatKind, formatKind } from './number-format.ts'
import { type XmlPart, xmlParts } from './xml-parts.ts'
import { readZip, ZipError } from './zip-archive.ts'

/** Thrown for bytes that are no workbook; the message is the end of a sentence about the file. */
export class WorkbookError extends Error {}

export interface Workbook {
  /** In the order of the tabs. */
  readonly sheetNames: readonly string[]
  /** Rows of a sheet from its first one on, without empty ones at the end. Rows may differ in length. */
  rows(sheetIndex: number): Cell[][]
}

type Entries = ReadonlyMap<string, () => Uint8Array>

/** @throws WorkbookError */
export function readWorkbook(bytes: Uint8Array): Workbook {
  const entries = openArchive(bytes)
  const path = workbookPath(entries)
  const parts = partsOf(entries, path)
  if (parts === undefined) throw new WorkbookError('is not an Excel workbook (.xlsx)')
  const targets = relations(entries, path)
  const sheets: { readonly name: string; readonly path: string }[] = []
  let calendarOf1904 = false
  for (const part of parts) {
    if (part.kind !== 'open') continue
    if (part.name === 'workbookPr') calendarOf1904 = isTrue(part.attributes.get('date1904'))
    if (part.name !== 'sheet') continue
    const id = [...part.attributes].find(([name]) => name === 'id' || name.endsWith(':id'))?.[1] ?? ''
    const target = targets.byId.get(id)
    if (target !== undefined) sheets.push({ name: part.attributes.get('name') ?? '', path: target })
  }
  let shared: SharedParts | undefined
  const sharedParts = (): SharedParts => {
    shared ??= {
      texts: sharedTexts(partsOf(entries, targets.byType.get('sharedStrings')) ?? []),
      kinds: cellKinds([...(partsOf(entries, targets.byType.get('styles')) ?? [])]),
      calendarOf1904,
    }
    return shared
  }
  return {
    sheetNames: sheets.map(sheet => sheet.name),
    rows: index => readRows(partsOf(entries, sheets[index]?.path) ?? [], sharedParts()),
  }
}

function openArchive(bytes: Uint8Array): Entries {
  try {
    return readZip(bytes)
  } catch (error) {
    if (error instanceof ZipError) throw new WorkbookError('is not an Excel workbook (.xlsx), or it is damaged')
    throw error
  }
}

function workbookPath(entries: Entries): string {
  return relations(entries, '').byType.get('officeDocument') ?? 'xl/workbook.xml'
}

function partsOf(entries: Entries, path: string | undefined): Generator<XmlPart> | undefined {
  const content = path === undefined ? undefined : entries.get(path)
  if (!content) return undefined
  try {
    return xmlParts(new TextDecoder().decode(content()))
  } catch (error) {
    if (error instanceof ZipError) throw new WorkbookError('is a damaged workbook')
    throw error
  }
}

/** What a part refers to, by id and by the last word of the type. */
function relations(
  entries: Entries,
  path: string,
): { readonly byId: ReadonlyMap<string, string>; readonly byType: ReadonlyMap<string, string> } {
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, slash + 1)
  const byId = new Map<string, string>()
  const byType = new Map<string, string>()
  for (const part of partsOf(entries, `${folder}_rels/${path.slice(slash + 1)}.rels`) ?? []) {
    if (part.kind !== 'open' || part.name !== 'Relationship') continue
    const target = part.attributes.get('Target') ?? ''
    const absolute = target.startsWith('/') ? target.slice(1) : joined(folder, target)
    byId.set(part.attributes.get('Id') ?? '', absolute)
    byType.set((part.attributes.get('Type') ?? '').split('/').at(-1) ?? '', absolute)
  }
  return { byId, byType }
}

function joined(folder: string, target: string): string {
  const steps = folder.split('/').filter(step => step !== '')
  for (const step of target.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '.') steps.push(step)
  }
  return steps.join('/')
}

interface SharedParts {
  readonly texts: readonly string[]
  /** By the number of the cell's style. */
  readonly kinds: readonly FormatKind[]
  readonly calendarOf1904: boolean
}

/** Texts that cells refer to by number. Phonetic hints (`rPh`) are not part of them. */
function sharedTexts(parts: Iterable<XmlPart>): string[] {
  const texts: string[] = []
  let text = ''
  let inText = false
  let hints = 0
  for (const part of parts) {
    if (part.kind === 'text') {
      if (inText && hints === 0) text += part.text
      continue
    }
    const opens = part.kind === 'open'
    if (part.name === 't') inText = opens
    else if (part.name === 'rPh') hints += opens ? 1 : -1
    else if (part.name === 'si') {
      if (!opens) texts.push(text)
      text = ''
    }
  }
  return texts
}

function cellKinds(parts: readonly XmlPart[]): FormatKind[] {
  const codes = new Map<number, string>()
  const kinds: FormatKind[] = []
  let inCellFormats = false
  for (const part of parts) {
    if (part.kind === 'text') continue
    if (part.name === 'cellXfs') inCellFormats = part.kind === 'open'
    if (part.kind !== 'open') continue
    if (part.name === 'numFmt') codes.set(numberOf(part, 'numFmtId'), part.attributes.get('formatCode') ?? '')
    if (part.name === 'xf' && inCellFormats) {
      const id = numberOf(part, 'numFmtId')
      kinds.push(formatKind(id, codes.get(id)))
    }
  }
  return kinds
}

function numberOf(part: XmlPart & { kind: 'open' }, name: string): number {
  return Number(part.attributes.get(name) ?? 0)
}

function readRows(parts: Iterable<XmlPart>, shared: SharedParts): Cell[][] {
  const rows: Cell[][] = []
  let cells: Cell[] = []
  let cell: OpenCell | undefined
  let inValue = false
  for (const part of parts) {
    if (part.kind === 'text') {
      if (cell && inValue) cell.text += part.text
    } else if (part.name === 'row' && part.kind === 'open') {
      const given = part.attributes.get('r')
      const index = given === undefined ? rows.length : Number(given) - 1
      while (rows.length < index) rows.push([])
      cells = []
      rows.push(cells)
    } else if (part.name === 'c' && part.kind === 'open') {
      const { attributes } = part
      const at = attributes.get('r')
      const index = at === undefined ? cells.length : columnIndex(at)
      cell = { index, type: attributes.get('t') ?? 'n', style: numberOf(part, 's'), text: '' }
    } else if (part.name === 'c') {
      if (cell) setCell(cells, cell.index, cellValue(cell, shared))
      cell = undefined
    } else if (part.name === 'v' || part.name === 't') inValue = part.kind === 'open'
  }
  while (rows.length > 0 && rows.at(-1)?.every(value => value === null)) rows.pop()
  return rows
}

interface OpenCell {
  readonly index: number
  readonly type: string
  readonly style: number
  text: string
}

function setCell(cells: Cell[], index: number, value: Cell): void {
  while (cells.length < index) cells.push(null)
  cells[index] = value
}

function cellValue({ type, style, text }: OpenCell, { texts, kinds, calendarOf1904 }: SharedParts): Cell {
  switch (type) {
    case 's':
      return texts[Number(text)] ?? null
    case 'str':
    case 'inlineStr':
      return text
    case 'b':
      return text.trim() === '1'
    case 'e':
      return null
    case 'd': {
      const milliseconds = Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`)
      return Number.isNaN(milliseconds) ? text : { kind: 'moment', milliseconds }
    }
    default: {
      if (text.trim() === '') return null
      const number = Number(text)
      const kind = kinds[style] ?? 'number'
      if (kind === 'duration') return { kind, milliseconds: Math.round(number * millisecondsOfDay) }
      return kind === 'moment' ? cellOfSerial(number, calendarOf1904) : number
    }
  }
}

function isTrue(text: string | undefined): boolean {
  return text === '1' || text === 'true'
}
