/**
 * A text with a name, and places in it. Offsets are UTF-16 code units from 0; lines and columns are counted from 1.
 * A range is half-open: `[start, end)`.
 */
export interface SourceFile {
  /** Path as the user wrote or sees it, relative to the project folder, `/` as separator. */
  readonly path: string
  /** dbt's `original_file_path` where that is another: of files of packages, relative to the package. */
  readonly originalPath?: string
  readonly text: string
  /** It can be read again under `path`; white space at its end may be missing in `text`. */
  readonly isOnDisk?: true
}

/** A half-open range of UTF-16 offsets in a file. */
export interface Place {
  readonly file: SourceFile
  readonly start: number
  readonly end: number
}

export interface LineColumn {
  readonly line: number
  readonly column: number
}

const lineStartsOf = new WeakMap<SourceFile, readonly number[]>()

export function lineStarts(file: SourceFile): readonly number[] {
  const known = lineStartsOf.get(file)
  if (known) return known
  const starts = [0]
  for (let at = file.text.indexOf('\n'); at !== -1; at = file.text.indexOf('\n', at + 1)) starts.push(at + 1)
  lineStartsOf.set(file, starts)
  return starts
}

export function lineColumn(file: SourceFile, offset: number): LineColumn {
  const starts = lineStarts(file)
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
}

/** Offset of a 1-based line and column, kept inside the text. */
export function offsetAt(file: SourceFile, line: number, column = 1): number {
  const starts = lineStarts(file)
  const start = starts[Math.min(Math.max(line, 1), starts.length) - 1] ?? 0
  return Math.min(start + Math.max(column, 1) - 1, file.text.length)
}

/** The place from an offset to the end of its line: what is underlined when only a point is known. */
export function placeAt(file: SourceFile, start: number, end?: number): Place {
  if (end !== undefined) return { file, start, end }
  const newline = file.text.indexOf('\n', start)
  return { file, start, end: newline === -1 ? file.text.length : newline }
}
