/** Reads the layouts of Parquet files whose footers alone are fetched; each once, since a version of an object stays. */

import { escapePattern, quoteName, textList } from '../delta/sql-words.ts'
import type { ParquetReader } from '../delta/table-files.ts'
import { layoutColumns, leafColumns, type ParquetLayout, parquetLayout } from './parquet-layout.ts'
import type { PlainRow } from './plain-rows.ts'
import type { ReadFile } from './read-file.ts'

export interface LayoutReader {
  /** Fetches the footer. False if there is none that could be understood. */
  open(file: ReadFile): Promise<boolean>
  /** Layouts of opened files; undefined for those that are put together in an unknown way. */
  read<F extends ReadFile>(files: readonly F[]): Promise<ReadonlyMap<F, ParquetLayout | undefined>>
}

/** Most footers are shorter, and all the more those of small files. */
const [leastGuess, mostGuess] = [4 * 1024, 64 * 1024]
const guessedShare = 1 / 32
/** Length of the footer and magic bytes. */
const tailBytes = 8

export function layoutReader(reader: ParquetReader): LayoutReader {
  const footers = new Map<string, number>()
  const known = new Map<string, ParquetLayout | undefined>()

  const readInto = async (files: readonly ReadFile[]): Promise<void> => {
    const list = textList(files.map(({ copy }) => escapePattern(copy.path)))
    const columns = layoutColumns.map(quoteName).join(', ')
    const rows = await reader.rows(`SELECT ${columns} FROM parquet_metadata(${list})`)
    const names = await reader.rows(`SELECT file_name, name, num_children FROM parquet_schema(${list})`)
    const [chunksOf, namesOf] = [byFile(rows), byFile(names)]
    for (const { copy } of files) {
      const leaves = leafColumns(namesOf.get(copy.path) ?? [])
      const footer = footers.get(copy.path) ?? 0
      known.set(copy.path, leaves && parquetLayout(chunksOf.get(copy.path) ?? [], leaves, footer))
    }
  }

  return {
    async open({ copy, store }) {
      const { sizeBytes: end } = copy
      if (footers.has(copy.path) && copy.missing([{ start: footers.get(copy.path) ?? 0, end }]).length === 0)
        return true
      const guess = Math.min(mostGuess, Math.max(leastGuess, Math.round(end * guessedShare)))
      await copy.fill(store, [{ start: Math.max(0, end - guess), end }])
      const tail = Buffer.from(await copy.read({ start: Math.max(0, end - tailBytes), end }))
      const start = end - tailBytes - (tail.length < tailBytes ? 0 : tail.readUInt32LE(0))
      if (tail.toString('latin1', 4) !== 'PAR1' || start < 4) return false
      await copy.fill(store, [{ start, end }])
      footers.set(copy.path, start)
      return true
    },
    async read(files) {
      const open = files.filter(({ copy }) => !known.has(copy.path))
      if (open.length > 0) await readInto(open)
      return new Map(files.map(file => [file, known.get(file.copy.path)]))
    },
  }
}

function byFile(rows: readonly PlainRow[]): ReadonlyMap<string, readonly PlainRow[]> {
  const found = new Map<string, PlainRow[]>()
  for (const row of rows) {
    const path = String(row.file_name)
    const known = found.get(path)
    if (known === undefined) found.set(path, [row])
    else known.push(row)
  }
  return found
}
