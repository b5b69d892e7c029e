/** DuckDB reads a single file of given columns in one thread: a file without rows beside it lets all share its rows. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { appendChange } from '../../src/delta/change.ts'
import { changeFeedSql } from '../../src/delta/change-feed.ts'
import { hollowParquet } from '../../src/delta/hollow-parquet.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import type { TableFiles } from '../../src/delta/table-files.ts'
import { shapeOf } from '../../src/delta/table-shape.ts'
import { inlineVector } from '../rig/deletion-vector.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const rigs: DeltaRig[] = []
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.close()
})

async function table(
  query: string,
  partitionColumns: readonly string[] = [],
  configuration: Readonly<Record<string, string>> = {},
): Promise<{ rig: DeltaRig; files: TableFiles; empty: string }> {
  const rig = await deltaRig()
  rigs.push(rig)
  await rig.create(query, partitionColumns, configuration)
  const empty = join(rig.root, '..', 'empty.parquet')
  writeFileSync(empty, hollowParquet([undefined], []))
  return { rig, files: { ...rig.files, emptyFile: () => empty }, empty }
}

const manyRows = 'SELECT range AS i, {c0: range} AS c0, range::VARCHAR AS s FROM range(300000)'
const sums = (sql: string): string =>
  `SELECT count(*)::INT AS n, sum(i)::BIGINT AS i, sum(c0.c0)::BIGINT AS c FROM (${sql})`

test('stands beside a large file that is alone, and changes no row', async () => {
  const { rig, files, empty } = await table(manyRows)
  const sql = await snapshotSql(files, await rig.snapshot())
  expect(sql).toContain(empty)
  const [row] = await files.reader.rows(sums(sql))
  expect(row).toEqual({ n: 300_000, i: 44_999_850_000n, c: 44_999_850_000n })
})

test('stands beside a file whose number of rows nobody knows', async () => {
  const { rig, files, empty } = await table('SELECT 1 AS i')
  const snapshot = await rig.snapshot()
  const unknown = snapshot.files.map(({ stats: _, ...add }) => add)
  expect(await snapshotSql(files, { ...snapshot, files: unknown })).toContain(empty)
})

test('is not wanted for small files, nor where there are several', async () => {
  const { rig, files, empty } = await table('SELECT range AS i FROM range(100000)')
  expect(await snapshotSql(files, await rig.snapshot())).not.toContain(empty)
  const base = await rig.snapshot()
  await rig.commit(appendChange(base, await rig.write('SELECT range AS i FROM range(300000)', shapeOf(base))))
  expect(await snapshotSql(files, await rig.snapshot())).not.toContain(empty)
})

test('leaves partition values and changes as they are, and is not needed by a store that has none', async () => {
  const feed = { 'delta.enableChangeDataFeed': 'true' }
  const { rig, files, empty } = await table(`SELECT *, 'a' AS p FROM (${manyRows})`, ['p'], feed)
  const sql = await snapshotSql(files, await rig.snapshot())
  expect(sql).toContain(empty)
  expect(await files.reader.rows(`SELECT p, count(*)::INT AS n FROM (${sql}) GROUP BY ALL`)).toEqual([
    { p: 'a', n: 300_000 },
  ])
  const changes = await changeFeedSql(files, { from: 0, to: 0 })
  expect(changes).toContain(empty)
  const told = await files.reader.rows(`SELECT _change_type AS t, count(*)::INT AS n FROM (${changes}) GROUP BY ALL`)
  expect(told).toEqual([{ t: 'insert', n: 300_000 }])
  expect(await snapshotSql({ ...files, emptyFile: () => undefined }, await rig.snapshot())).not.toContain(empty)
})

test('leaves out the rows that a deletion vector marks, whichever thread reads them', async () => {
  const { rig, files, empty } = await table(manyRows)
  const snapshot = await rig.snapshot()
  const deletionVector = inlineVector([7, 60_000])
  const marked = snapshot.files.map(add => ({ ...add, deletionVector }))
  const sql = await snapshotSql(files, { ...snapshot, files: marked })
  expect(sql).toContain(empty)
  const all = await files.reader.rows(
    `SELECT count(*)::INT AS n, count(*) FILTER (i IN (7, 60000))::INT AS m FROM (${sql})`,
  )
  expect(all).toEqual([{ n: 299_998, m: 0 }])
})
