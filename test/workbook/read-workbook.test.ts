import { describe, expect, test } from 'vitest'
import { readWorkbook, WorkbookError } from '../../src/workbook/read-workbook.ts'
import { writeZip } from '../../src/workbook/zip-archive.ts'

const namespace = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`

/** A workbook as Excel lays it out, with one sheet of the given rows. */
function workbook(
  rows: string,
  more: { readonly styles?: string; readonly strings?: string; readonly properties?: string } = {},
) {
  const relations = [
    relation('rId7', 'worksheet', 'worksheets/sheet1.xml'),
    relation('rId8', 'sharedStrings', '/xl/strings.xml'),
    relation('rId9', 'styles', 'styles.xml'),
  ]
  return readWorkbook(
    writeZip([
      ['_rels/.rels', `<Relationships>${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`],
      [
        'xl/workbook.xml',
        `<?xml version="1.0"?><workbook ${namespace} xmlns:r="r">${more.properties ?? ''}<sheets><sheet name="One &amp; two" sheetId="4" r:id="rId7"/></sheets></workbook>`,
      ],
      ['xl/_rels/workbook.xml.rels', `<Relationships>${relations.join('')}</Relationships>`],
      ['xl/strings.xml', `<sst ${namespace}>${more.strings ?? ''}</sst>`],
      ['xl/styles.xml', `<styleSheet ${namespace}>${more.styles ?? ''}</styleSheet>`],
      ['xl/worksheets/sheet1.xml', `<x:worksheet xmlns:x="y"><x:sheetData>${rows}</x:sheetData></x:worksheet>`],
    ]),
  )
}

describe('a workbook', () => {
  test('names its sheets', () => {
    expect(workbook('').sheetNames).toEqual(['One & two'])
  })

  test('has cells of every kind where their addresses say', () => {
    const strings =
      '<si><t>plain</t></si><si><r><t xml:space="preserve">rich </t></r><r><t>text</t></r><rPh><t>hint</t></rPh></si>'
    const book = workbook(
      `<row r="2"><c r="B2" t="s"><v>1</v></c><c r="D2"><v>1.5</v></c></row>
       <row r="4"><c t="s"><v>0</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c><c t="str"><f>A1</f><v>sum</v></c><c t="inlineStr"><is><t>a &lt; &#98;</t></is></c></row>
       <row r="5"><c r="A5"/></row>`,
      { strings },
    )
    expect(book.rows(0)).toEqual([[], [null, 'rich text', null, 1.5], [], ['plain', true, null, 'sum', 'a < b']])
  })

  test('tells dates, times and durations from numbers by their formats', () => {
    const styles = `<numFmts><numFmt numFmtId="170" formatCode="[Red]0.00&quot;d&quot;"/><numFmt numFmtId="171" formatCode="yyyy\\-mm\\-dd;@"/><numFmt numFmtId="172" formatCode="[h]:mm"/></numFmts>
      <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
      <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/><xf numFmtId="20"/></cellXfs>`
    const cells = [1, 2, 3, 4, 5].map(style => `<c s="${style}"><v>${style === 5 ? 0.5 : 45293.25}</v></c>`)
    const moment = { kind: 'moment', milliseconds: Date.UTC(2024, 0, 2, 6) }
    expect(workbook(`<row>${cells.join('')}</row>`, { styles }).rows(0)).toEqual([
      [
        moment,
        45293.25,
        moment,
        { kind: 'duration', milliseconds: 45293.25 * 86_400_000 },
        { kind: 'time', milliseconds: 43_200_000 },
      ],
    ])
  })

  test('may count its days from 1904', () => {
    const styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    const book = workbook('<row><c><v>1</v></c></row>', { styles, properties: '<workbookPr date1904="1"/>' })
    expect(book.rows(0)).toEqual([[{ kind: 'moment', milliseconds: Date.UTC(1904, 0, 2) }]])
  })

  test('that is none, or is cut, is told', () => {
    expect(() => readWorkbook(new TextEncoder().encode('id,name\n1,a\n'))).toThrow(WorkbookError)
    expect(() => readWorkbook(writeZip([['a.txt', 'a']]))).toThrow('is not an Excel workbook (.xlsx)')
    const whole = writeZip([['xl/workbook.xml', '<workbook/>'.padEnd(400, ' x')]])
    const damaged = new Uint8Array(whole)
    damaged.fill(7, 40, 60)
    expect(() => readWorkbook(damaged)).toThrow(WorkbookError)
  })
})
