/**
 * Strategies that only look at stored rows with the key of a new one, on Delta tables: the files that hold such rows are found
 * by reading the key alone, the macro of the strategy runs on those rows, and the rest of these files is copied as it is.
 */
import { quoteIdentifier } from '../base/sql-text.ts'
import type { Relation } from '../context/relation.ts'
import { type Change, replaceChange } from '../delta/change.ts'
import { writeDataFiles } from '../delta/data-files.ts'
import { snapshotSql } from '../delta/scan.ts'
import type { Snapshot } from '../delta/snapshot.ts'
import type { FileFacts } from '../delta/statistics.ts'
import { isSameShape, shapeOf } from '../delta/table-shape.ts'
import { writeChanges } from './delta-changes.ts'
import { type DeltaRows, shapeAfter } from './delta-table.ts'
import { dropTables, runStrategy, temporaryTable } from './row-strategy.ts'

export interface KeyedRows {
  readonly fresh: Relation
  /** Names of columns of the table. */
  readonly key: readonly string[]
  /** Which files may hold one of the keys. */
  readonly touched: (file: FileFacts) => boolean
}

/** Undefined if there is nothing to change. */
export async function mergeByKey(
  rows: DeltaRows,
  base: Snapshot,
  { fresh, key, touched }: KeyedRows,
): Promise<Change | undefined> {
  const { work, options, files, writer } = rows
  const match = key.map(quoteIdentifier).map(name => `f.${name} = s.${name}`)
  const isKnown = `exists (select 1 from ${fresh.render()} as f where ${match.join(' and ')})`
  const removes = await filesWithKeys(rows, base, { key, touched, isKnown })
  const hit = new Set(removes)
  const scan = await snapshotSql(files, base, { keep: file => hit.has(file) })
  const before = `select * from (${scan}) as s where ${isKnown}`
  const stored = await temporaryTable(work, 'stored', before)
  await runStrategy(work, options, fresh, stored)
  const shape = await shapeAfter(rows, base, stored, () => false)
  const after = `from ${stored.render()}`
  const query =
    removes.length === 0
      ? after
      : `select * from (${scan}) as s where not ${isKnown}\nunion all by name\nselect * from ${stored.render()}`
  const adds = await writeDataFiles(writer, { query, shape })
  const changes = await writeChanges(writer, base, shape, { before, after, key })
  await dropTables(work, [stored])
  if (adds.length === 0 && removes.length === 0 && isSameShape(shape, shapeOf(base))) return undefined
  return replaceChange(base, adds, {
    matches: touched,
    removes,
    parameters: { mode: 'Overwrite', strategy: options.strategy },
    operation: options.strategy === 'merge' ? 'MERGE' : 'WRITE',
    wasRead: true,
    shape,
    ...(changes === undefined ? {} : { changes }),
  })
}

const pathColumn = '__eider_path'

async function filesWithKeys(
  { work, files }: DeltaRows,
  base: Snapshot,
  { key, touched, isKnown }: Pick<KeyedRows, 'key' | 'touched'> & { readonly isKnown: string },
): Promise<Snapshot['files']> {
  const candidates = base.files.filter(touched)
  if (candidates.length === 0) return []
  const scan = await snapshotSql(files, base, { columns: key, keep: touched, pathColumn })
  const found = await work.send(`select distinct ${pathColumn} from (${scan}) as s where ${isKnown}`, { begin: false })
  const paths = new Set(found.rows.map(([path]) => String(path)))
  return candidates.filter(file => paths.has(file.path))
}
