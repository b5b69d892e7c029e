/**
 * Long texts of dbt's events, in lines no wider than `--printer-width`: which events have such a text, and how Python's
 * `textwrap` wraps it. Colours count as text, as there.
 */
import { expandTabs } from '../template/letter-methods.ts'
import { wrapText } from '../template/text-wrap.ts'

interface EventName {
  readonly name: string
  readonly code: string
}

/** The text of an event as it is told: wrapped where dbt wraps it. @param text begins with the tag, if the event has one */
export function eventText({ name, code }: EventName, text: string, width: number): string {
  if (wrappedBeforeTag.has(name)) {
    const [tag = ''] = /^.*?\]: /.exec(text) ?? []
    return tag + wrapMessage(text.slice(tag.length), width)
  }
  const isWrapped = code.startsWith('D') ? !unwrappedDeprecations.has(name) : wrapped.has(name)
  return isWrapped ? wrapMessage(text, width) : text
}

/** How the text of what is deprecated begins. @param tag may be painted, and may go on with the name of the event */
export function deprecationText(message: string, tag = '[WARNING]'): string {
  return `${tag}: Deprecated functionality\n\n${message}`
}

/** It is told before the width is known. */
const unwrappedDeprecations: ReadonlySet<string> = new Set(['ProjectFlagsMovedDeprecation'])

/** Besides what is deprecated. */
const wrapped: ReadonlySet<string> = new Set(['UnsupportedConstraintMaterialization'])

const wrappedBeforeTag: ReadonlySet<string> = new Set(['WrongResourceSchemaFile'])

/** Paragraphs, which an empty line parts, become lines, and those that are too long several. */
export function wrapMessage(message: string, width: number): string {
  const text = dedented(message)
  const options = { width, breakLongWords: true, breakOnHyphens: false }
  return text
    .split(text.includes('\r\n\r\n') ? '\r\n\r\n' : '\n\n')
    .map(paragraph => wrapText(expandTabs(paragraph, 8).replace(/[\t\n\v\f\r]/g, ' '), options).join('\n'))
    .join('\n')
}

/** Without the blanks that all lines begin with; lines of blanks become empty. */
function dedented(message: string): string {
  const text = message.replace(/(?<![^\n])[ \t]+(?![^\n])/g, '')
  const margins = [...text.matchAll(/(?<![^\n])([ \t]*)[^ \t\n]/g)].map(([, blanks = '']) => blanks)
  const [first = '', ...others] = margins
  const margin = others.reduce((common, blanks) => common.slice(0, commonLength(common, blanks)), first)
  return margin === '' ? text : text.replaceAll(new RegExp(`(?<![^\\n])${margin}`, 'g'), '')
}

function commonLength(left: string, right: string): number {
  let length = 0
  while (length < left.length && left[length] === right[length]) length++
  return length
}
