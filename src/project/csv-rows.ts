/** CSV text as Python's `csv.DictReader` reads it: rows of texts under the names of the first row. */
import { PyDict, type Value } from '../template/value.ts'

/** Missing cells are None; surplus ones stand in a list under the key None. Empty lines are skipped. */
export function csvDicts(text: string): PyDict[] {
  const rows = csvRows(text).filter(row => row.length > 0)
  const [names, ...body] = rows
  if (!names) return []
  return body.map(row => {
    const dict = new PyDict()
    for (const [index, name] of names.entries()) dict.set(name, row[index] ?? null)
    if (row.length > names.length) dict.set(null, row.slice(names.length) as Value[])
    return dict
  })
}

function csvRows(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  let started = false
  const endCell = (): void => {
    row.push(cell)
    cell = ''
    started = false
  }
  const endRow = (): void => {
    if (started || cell !== '' || row.length > 0) endCell()
    rows.push(row)
    row = []
  }
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (quoted) {
      if (char !== '"') cell += char
      else if (text[at + 1] === '"') {
        cell += '"'
        at++
      } else quoted = false
    } else if (char === '"' && cell === '') {
      quoted = true
      started = true
    } else if (char === ',') endCell()
    else if (char === '\n' || char === '\r') {
      if (char === '\r' && text[at + 1] === '\n') at++
      endRow()
    } else cell += char
  }
  if (started || cell !== '' || row.length > 0) endRow()
  return rows
}
