/**
 * CSV text as rows of text, read as Python's `csv.reader` does with its usual dialect: double quotes, doubled inside
 * quotes; a quote in the middle of a bare field is text; a blank line is a row of no fields.
 */

/** Reads all rows. `\r\n` and `\r` are line ends as `\n` is, outside of quotes and inside. */
export function parseCsv(text: string, delimiter = ','): string[][] {
  const source = text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n')
  if (!source.includes('"')) return bareRows(source, delimiter)
  const rows: string[][] = []
  const reader = { source, delimiter, at: 0 }
  while (reader.at < source.length) rows.push(nextRow(reader))
  return rows
}

function bareRows(source: string, delimiter: string): string[][] {
  const lines = source.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map(line => (line === '' ? [] : line.split(delimiter)))
}

interface Reader {
  readonly source: string
  readonly delimiter: string
  at: number
}

function nextRow(reader: Reader): string[] {
  const { source, delimiter } = reader
  if (source[reader.at] === '\n') {
    reader.at++
    return []
  }
  const row: string[] = []
  for (;;) {
    row.push(source[reader.at] === '"' ? quotedField(reader) : bareField(reader))
    if (!source.startsWith(delimiter, reader.at) || reader.at >= source.length) break
    reader.at += delimiter.length
  }
  reader.at++
  return row
}

function bareField(reader: Reader): string {
  const { source, delimiter, at } = reader
  const newline = source.indexOf('\n', at)
  const lineEnd = newline === -1 ? source.length : newline
  const comma = source.indexOf(delimiter, at)
  reader.at = comma === -1 || comma > lineEnd ? lineEnd : comma
  return source.slice(at, reader.at)
}

/** What follows the closing quote, up to the delimiter, belongs to the field as it stands. */
function quotedField(reader: Reader): string {
  const { source } = reader
  let field = ''
  reader.at++
  while (reader.at < source.length) {
    const close = source.indexOf('"', reader.at)
    if (close === -1) {
      field += source.slice(reader.at)
      reader.at = source.length
      break
    }
    field += source.slice(reader.at, close)
    reader.at = close + 1
    if (source[reader.at] !== '"') return field + bareField(reader)
    field += '"'
    reader.at++
  }
  return field
}
