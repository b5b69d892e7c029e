/** The filter `wordwrap`: Python's `textwrap.wrap` without tab and white space changes. */
import { lazy } from '../base/lazy.ts'
import { textLength } from './text.ts'

export interface WrapOptions {
  readonly width: number
  readonly breakLongWords: boolean
  readonly breakOnHyphens: boolean
}

const blank = '[\\t\\n\\v\\f\\r ]'
const solid = '[^\\t\\n\\v\\f\\r ]'
const wordPunctuation = '[\\p{L}\\p{N}_!"\'&.,?]'
const letter = '\\p{L}'

/** Blanks, dashes between words, and words with their hyphenated parts apart. */
const withHyphens = lazy(
  () =>
    new RegExp(
      `(${blank}+|(?<=${wordPunctuation})-{2,}(?=[\\p{L}\\p{N}_])|${solid}+?(?:-(?:(?<=${letter}{2}-)|(?<=${letter}-${letter}-))(?=${letter}-?${letter})|(?=${blank}|$)|(?<=${wordPunctuation})(?=-{2,}[\\p{L}\\p{N}_])))`,
      'u',
    ),
)
const withoutHyphens = new RegExp(`(${blank}+)`)

/** The lines of one line of text. */
export function wrapText(text: string, options: WrapOptions): string[] {
  const { width } = options
  const chunks = text.split(options.breakOnHyphens ? withHyphens() : withoutHyphens).filter(chunk => chunk)
  chunks.reverse()
  const lines: string[] = []
  while (chunks.length > 0) {
    const line: string[] = []
    let length = 0
    if (lines.length > 0 && chunks.at(-1)?.trim() === '') chunks.pop()
    for (let chunk = chunks.at(-1); chunk !== undefined; chunk = chunks.at(-1)) {
      const size = textLength(chunk)
      if (length + size > width) break
      line.push(chunk)
      chunks.pop()
      length += size
    }
    if (chunks.length > 0 && textLength(chunks.at(-1)!) > width) breakLong(chunks, line, width - length, options)
    if (line.at(-1)?.trim() === '') line.pop()
    if (line.length > 0) lines.push(line.join(''))
  }
  return lines
}

/** A chunk wider than a line is cut, after a hyphen if there is one, or gets a line of its own. */
function breakLong(chunks: string[], line: string[], room: number, options: WrapOptions): void {
  const space = options.width < 1 ? 1 : room
  const chunk = chunks.at(-1)!
  if (options.breakLongWords) {
    const points = Array.from(chunk)
    let end = space
    if (options.breakOnHyphens && points.length > space) {
      const hyphen = points.slice(0, space).lastIndexOf('-')
      if (hyphen > 0 && points.slice(0, hyphen).some(point => point !== '-')) end = hyphen + 1
    }
    line.push(points.slice(0, end).join(''))
    chunks[chunks.length - 1] = points.slice(end).join('')
    if (chunks.at(-1) === '') chunks.pop()
  } else if (line.length === 0) line.push(chunks.pop()!)
}
