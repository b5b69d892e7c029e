import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type LakeRig, lakeRig } from '../rig/lake-rig.ts'

const rigs: LakeRig[] = []
afterAll(async () => {
  for (const rig of rigs) await rig.close()
})

test('what killed runs have left on their way to a bucket goes after a day', async () => {
  const rig = await lakeRig()
  rigs.push(rig)
  const scratch = join(rig.folder, 'scratch', 'model-1')
  mkdirSync(scratch, { recursive: true })
  for (const name of ['old', 'new']) writeFileSync(join(scratch, name), '')
  utimesSync(join(scratch, 'old'), 1, 1)
  await rig.load('a.parquet', 'select 1 as x')
  const database = rig.open()
  const connection = await database.connect()
  await connection.rows("from 's3://lake/a.parquet'")
  await database.close()
  expect(existsSync(join(scratch, 'old'))).toBe(false)
  expect(existsSync(join(scratch, 'new'))).toBe(true)
})

test('a transaction that reads from the bucket is one transaction', async () => {
  const rig = await lakeRig()
  rigs.push(rig)
  await rig.load('a.parquet', 'select 1 as x')
  rig.connection.begin()
  await rig.connection.execute("create table t as from 's3://lake/a.parquet'")
  await rig.connection.rollback()
  await expect(rig.rows('select * from t')).rejects.toMatchObject({ diagnostic: { code: 'adapter/sql-catalog' } })
})

test('a view whose objects are gone does not disturb statements that only share its name', async () => {
  const rig = await lakeRig()
  rigs.push(rig)
  await rig.load('gone.parquet', 'select 1 as x')
  await rig.connection.execute("create view v as from 's3://lake/gone.parquet'")
  await rig.store.delete('gone.parquet')
  const other = rig.open()
  await other.close()
  expect(await rig.rows('select 1 as v')).toEqual(['{"v":1}'])
})

test('macros and quotes around addresses do no harm', async () => {
  const rig = await lakeRig()
  rigs.push(rig)
  await rig.store.put("k/it's.csv", Buffer.from('x\n1\n'))
  expect(await rig.rows("from 's3://lake/k/it''s.csv'")).toEqual(['{"x":1}'])
})
