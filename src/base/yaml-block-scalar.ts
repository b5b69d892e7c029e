/** Literal (`|`) and folded (`>`) block scalars, as PyYAML scans them. */
import type { YamlScalar } from './yaml-node.ts'

const header = /[|>](?:([+-])([1-9])?|([1-9])([+-])?)?(?: +(?:#[^\n]*)?)?(?:\n|$)/y

interface Breaks {
  readonly count: number
  /** Where the next line's text begins, after at most `indent` spaces. */
  readonly at: number
  readonly column: number
}

/** `parentIndent` is the column of the map or list around it. `undefined`: not for the quick reader. */
export function readBlockScalar(
  text: string,
  start: number,
  parentIndent: number,
): { node: YamlScalar; next: number } | undefined {
  header.lastIndex = start
  const match = header.exec(text)
  if (!match) return undefined
  const folded = text[start] === '>'
  const chomping = match[1] ?? match[4] ?? ''
  const explicit = match[2] ?? match[3]
  const from = header.lastIndex
  const indent = explicit ? Math.max(parentIndent, 0) + Number(explicit) : foundIndent(text, from, parentIndent)
  if (indent === undefined) return undefined
  let breaks = skipBreaks(text, from, indent)
  let content = ''
  let lineBreak = ''
  let end = from
  while (breaks.column === indent && breaks.at < text.length) {
    content += '\n'.repeat(breaks.count)
    const lineEnd = endOfLine(text, breaks.at)
    const line = text.slice(breaks.at, lineEnd)
    const deep = isBlank(text, breaks.at)
    content += line
    end = lineEnd
    lineBreak = lineEnd < text.length ? '\n' : ''
    breaks = skipBreaks(text, Math.min(lineEnd + 1, text.length), indent)
    if (lineEnd >= text.length || breaks.column !== indent || breaks.at >= text.length) break
    if (folded && !deep && !isBlank(text, breaks.at)) content += breaks.count === 0 ? ' ' : ''
    else content += lineBreak
  }
  if (chomping !== '-') content += lineBreak
  if (chomping === '+') content += '\n'.repeat(breaks.count)
  const node: YamlScalar = { kind: 'scalar', value: content, start, end: Math.max(end, start + 1) }
  return { node, next: breaks.at - breaks.column }
}

function isBlank(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x20
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function skipBreaks(text: string, from: number, indent: number): Breaks {
  let lineStart = from
  let count = 0
  for (;;) {
    let at = lineStart
    while (at - lineStart < indent && text.charCodeAt(at) === 0x20) at++
    if (text.charCodeAt(at) !== 0x0a) return { count, at, column: at - lineStart }
    count++
    lineStart = at + 1
  }
}

/** The column of the first line with text; gives up where blank lines before it are longer, which PyYAML takes for the indent. */
function foundIndent(text: string, from: number, parentIndent: number): number | undefined {
  let lineStart = from
  let longest = 0
  for (;;) {
    let at = lineStart
    while (text.charCodeAt(at) === 0x20) at++
    const column = at - lineStart
    if (at < text.length && text.charCodeAt(at) === 0x0a) {
      longest = Math.max(longest, column)
      lineStart = at + 1
      continue
    }
    if (longest > column) return undefined
    return Math.max(column, parentIndent + 1)
  }
}
