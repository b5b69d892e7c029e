/** A few lines of a file with the place in question underlined. */
import { lineColumn, lineStarts, type Place } from '../base/source-file.ts'

const linesBefore = 2
const linesAfter = 1
/** Longer lines are cut: generated SQL often stands on one. */
const maxWidth = 160

/** Lines `--> path:line:column`, then the excerpt; none for an empty text. */
export function codeFrame(place: Place): string[] {
  const { file, start, end } = place
  const from = lineColumn(file, start)
  const head = `--> ${file.path}:${from.line}:${from.column}`
  if (file.text === '') return [head]
  const starts = lineStarts(file)
  const first = Math.max(1, from.line - linesBefore)
  const last = Math.min(starts.length, from.line + linesAfter)
  const gutter = String(last).length
  const shown: string[] = [head]
  for (let line = first; line <= last; line++) {
    const text = lineText(place, starts, line)
    if (line === last && line !== from.line && text.trim() === '') continue
    shown.push(`${String(line).padStart(gutter)} | ${cut(text)}`.trimEnd())
    if (line !== from.line) continue
    const width = Math.max(1, Math.min(end, (starts[line - 1] ?? 0) + text.length) - start)
    const column = from.column - 1
    if (column >= maxWidth) continue
    const margin = text.slice(0, column).replace(/[^\t]/g, ' ')
    shown.push(`${' '.repeat(gutter)} | ${margin}${'^'.repeat(Math.min(width, maxWidth - column))}`)
  }
  return shown
}

function lineText(place: Place, starts: readonly number[], line: number): string {
  const { text } = place.file
  const end = starts[line] === undefined ? text.length : (starts[line] ?? 0) - 1
  return text.slice(starts[line - 1] ?? 0, end).replace(/\r$/, '')
}

function cut(text: string): string {
  return text.length > maxWidth ? `${text.slice(0, maxWidth)}…` : text
}
