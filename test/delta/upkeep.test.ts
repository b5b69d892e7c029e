import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { appendChange, overwriteChange } from '../../src/delta/change.ts'
import { mayHoldRows } from '../../src/delta/data-skipping.ts'
import { history } from '../../src/delta/history.ts'
import { optimizeChange } from '../../src/delta/optimize.ts'
import { restoreChange } from '../../src/delta/restore.ts'
import { vacuum } from '../../src/delta/vacuum.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const rigs: DeltaRig[] = []
async function open(): Promise<DeltaRig> {
  const rig = await deltaRig()
  rigs.push(rig)
  return rig
}
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.close()
})

const hour = 3_600_000
const day = 24 * hour

function dataFiles(rig: DeltaRig): string[] {
  return readdirSync(rig.root, { recursive: true, encoding: 'utf8' }).filter(
    path => path.endsWith('.parquet') && !path.startsWith('_'),
  )
}

/** All files become as old as the clock of the rig. */
function age(rig: DeltaRig): void {
  for (const path of dataFiles(rig)) utimesSync(join(rig.root, path), rig.clock.ms / 1000, rig.clock.ms / 1000)
}

test('optimize puts the files of each partition together and keeps the rows', async () => {
  const rig = await open()
  await rig.create("select 1 as id, 'a' as p union all select 2, 'b'", ['p'])
  await rig.commit(appendChange(await rig.snapshot(), await rig.write("select 3 as id, 'a' as p", ['p'])))
  const before = await rig.rows()
  const change = await optimizeChange(rig.files, rig.writer, await rig.snapshot())
  if (change === undefined) throw new Error('nothing to do')
  expect(change.removes).toHaveLength(2)
  expect(change.adds).toHaveLength(1)
  // Rows that others add in between do not matter to it.
  await rig.commit(appendChange(await rig.snapshot(), await rig.write("select 4 as id, 'a' as p", ['p'])))
  expect(await rig.commit(change)).toEqual({ kind: 'committed', version: 3 })
  expect(await rig.rows()).toEqual([...before, '{"id":4,"p":"a"}'].sort())
  expect((await history(rig.files, 1))[0]).toMatchObject({ operation: 'OPTIMIZE', addedFiles: 1, removedFiles: 2 })
})

test('a table with one file a partition needs no optimize', async () => {
  const rig = await open()
  await rig.create("select 1 as id, 'a' as p union all select 2, 'b'", ['p'])
  expect(await optimizeChange(rig.files, rig.writer, await rig.snapshot())).toBeUndefined()
})

test('rows are laid out so that a condition on any of several columns is met in few files', async () => {
  const rig = await open()
  const query =
    'select (range * 7919) % 64 as a, chr(65 + (range // 64)::int % 26) || range as b, range % 2 as p from range(4096)'
  await rig.create(query, ['p'])
  const before = await rig.rows()
  const { files } = await rig.snapshot()
  const targetBytes = Math.floor((files[0]?.size ?? 0) / 8)
  const options = { zOrderBy: ['A', 'b'], targetBytes }
  const change = await optimizeChange(rig.files, rig.writer, await rig.snapshot(), options)
  if (change === undefined) throw new Error('nothing to do')
  expect(change.adds.every(add => add.dataChange === false)).toBe(true)
  expect((await rig.commit(change)).kind).toBe('committed')
  expect(await rig.rows()).toEqual(before)
  const now = await rig.snapshot()
  expect(now.files.length).toBeGreaterThan(12)
  const met = (column: string, value: string): number =>
    now.files.filter(mayHoldRows(now, [{ column, kind: '=', value }])).length
  expect(met('a', '5')).toBeLessThan(now.files.length * 0.7)
  expect(met('b', 'C130')).toBeLessThan(now.files.length * 0.7)
})

test('a table cannot be ordered by columns that do not lie in its files', async () => {
  const rig = await open()
  await rig.create("select 1 as a, {'x': 1} as st, 'p' as p", ['p'])
  for (const column of ['p', 'st', 'none']) {
    const ordered = optimizeChange(rig.files, rig.writer, await rig.snapshot(), { zOrderBy: [column] })
    await expect(ordered).rejects.toMatchObject({ diagnostic: { code: 'delta/bad-column' } })
  }
})

test('files of another size are put together or cut', async () => {
  const rig = await open()
  await rig.create('select range as a, md5(range::varchar) as b from range(300000)', [], {
    'delta.targetFileSize': '2mb',
  })
  const first = (await rig.snapshot()).files.length
  expect(first).toBeGreaterThan(2)
  const change = await optimizeChange(rig.files, rig.writer, await rig.snapshot(), { targetBytes: 100_000_000 })
  if (change !== undefined) await rig.commit(change)
  expect((await rig.snapshot()).files).toHaveLength(1)
  expect(await optimizeChange(rig.files, rig.writer, await rig.snapshot())).toBeUndefined()
})

test('vacuum removes what no version within the retention needs', async () => {
  const rig = await open()
  await rig.create('select 1 as id')
  await rig.commit(overwriteChange(await rig.snapshot(), await rig.write('select 2 as id')))
  await rig.write('select 3 as id')
  age(rig)
  expect(dataFiles(rig)).toHaveLength(3)
  const early = { nowMs: rig.clock.ms + 6 * day, dryRun: false }
  expect((await vacuum(rig.files, await rig.snapshot(), early)).keys).toEqual([])
  const late = { nowMs: rig.clock.ms + 8 * day, dryRun: true }
  expect((await vacuum(rig.files, await rig.snapshot(), late)).keys).toHaveLength(2)
  expect(dataFiles(rig)).toHaveLength(3)
  await vacuum(rig.files, await rig.snapshot(), { ...late, dryRun: false })
  expect(dataFiles(rig)).toHaveLength(1)
  expect(await rig.rows()).toEqual(['{"id":2}'])
})

test('vacuum knows files of the table that the log names by their whole paths', async () => {
  const rig = await open()
  await rig.create('select 1 as id')
  const base = await rig.snapshot()
  const [absolute, dotted] = [await rig.write('select 2 as id'), await rig.write('select 3 as id')]
  const named = [
    ...absolute.map(add => ({ ...add, path: `file://${rig.root}/${add.path}` })),
    ...dotted.map(add => ({ ...add, path: `./${add.path}` })),
  ]
  await rig.commit(appendChange(base, named))
  age(rig)
  await vacuum(rig.files, await rig.snapshot(), { nowMs: rig.clock.ms + 8 * day, dryRun: false })
  expect(await rig.rows()).toEqual(['{"id":1}', '{"id":2}', '{"id":3}'])
})

test('vacuum refuses less than the retention of the table, unless it is forced', async () => {
  const rig = await open()
  await rig.create('select 1 as id')
  const options = { nowMs: rig.clock.ms, retainMs: hour, dryRun: true }
  await expect(vacuum(rig.files, await rig.snapshot(), options)).rejects.toMatchObject({
    diagnostic: { code: 'delta/retention' },
  })
  expect((await vacuum(rig.files, await rig.snapshot(), { ...options, force: true })).keys).toEqual([])
})

test('restore brings an earlier version back, and its schema', async () => {
  const rig = await open()
  await rig.create('select 1 as id')
  const shape = await rig.shapeOf("select 'x' as name")
  const adds = await rig.write("select 'x' as name")
  await rig.commit(overwriteChange(await rig.snapshot(), adds, shape))
  const change = await restoreChange(rig.files, await rig.snapshot(), await rig.snapshot(0))
  if (change === undefined) throw new Error('nothing to do')
  expect(await rig.commit(change)).toEqual({ kind: 'committed', version: 2 })
  expect(await rig.rows()).toEqual(['{"id":1}'])
  expect(await restoreChange(rig.files, await rig.snapshot(), await rig.snapshot(0))).toBeUndefined()
})

test('restore refuses a version whose files are gone', async () => {
  const rig = await open()
  await rig.create('select 1 as id')
  await rig.commit(overwriteChange(await rig.snapshot(), await rig.write('select 2 as id')))
  age(rig)
  await vacuum(rig.files, await rig.snapshot(), { nowMs: rig.clock.ms + 8 * day, dryRun: false })
  await expect(restoreChange(rig.files, await rig.snapshot(), await rig.snapshot(0))).rejects.toMatchObject({
    diagnostic: { code: 'delta/missing-file' },
  })
})
