/** Delta tables in a bucket of which a statement fetches only what it needs give what whole tables give. */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/adapter/adapter.ts'
import { appendChange } from '../../src/delta/change.ts'
import { trafficOf } from '../../src/lake/lake-connection.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'
import { type LakeRig, lakeRig, rowsOf } from '../rig/lake-rig.ts'

let rig: LakeRig
const tables: DeltaRig[] = []
/** Folders of the same tables on this machine. */
const here = new Map<string, string>()

beforeAll(async () => {
  rig = await lakeRig({ partialReads: { isOn: true, leastBytes: 1_000_000 } })
  await make(
    'parted',
    ['day', 'region'],
    [
      `select i as id, hash(i) as h, 's' || hash(i + 1) as s, {'a': i, 'b': [i]} as st, date '2024-02-01' + (i % 4)::int as day,
       case i % 3 when 0 then 'eu west' when 1 then 'us/east' end as region,
       timestamptz '2024-01-01 00:00:00Z' + to_seconds(i) as at_time
     from range(60000) t(i)`,
    ],
  )
  await make(
    'clustered',
    [],
    Array.from(
      { length: 6 },
      (_, part) =>
        `select i as id, hash(i) as h, 's' || hash(i + 1) as s, timestamp '2024-01-01' + to_seconds(i) as ts
     from range(${part * 10_000}, ${(part + 1) * 10_000}) t(i)`,
    ),
  )
  await make(
    'large',
    [],
    [
      `select i as id, i % 7 as k, hash(i) as h, hash(i + 1) as g, 's' || hash(i + 2) as s, {'a': hash(i + 3), 'b': i} as st
     from range(80000) t(i)`,
    ],
  )
  rmSync(join(rig.folder, 'cache'), { recursive: true, force: true })
})

afterAll(async () => {
  for (const table of tables) table.close()
  await rig.close()
})

/** One commit for each query, on this machine, then all of it into the bucket. */
async function make(name: string, partitions: readonly string[], queries: readonly string[]): Promise<void> {
  const table = await deltaRig()
  tables.push(table)
  const [first = '', ...more] = queries
  await table.create(first, partitions)
  for (const query of more) {
    const snapshot = await table.snapshot()
    await table.commit(appendChange(snapshot, await table.write(query)))
  }
  for (const one of readdirSync(table.root, { recursive: true, withFileTypes: true })) {
    const path = join(one.parentPath, one.name)
    if (one.isFile()) await rig.store.put(`${name}${path.slice(table.root.length)}`, readFileSync(path))
  }
  here.set(name, table.root)
}

const expected = (sql: string): Promise<string> =>
  rowsOf(
    rig.connection,
    sql.replace(/s3:\/\/lake\/(\w+)/g, (_, name: string) => here.get(name) ?? name),
  )

/** The part of the data files of a table that was downloaded. */
function shareOf(connection: Connection, table: string): number {
  const sizes = [...rig.double.objects].map(([key, bytes]) =>
    key.startsWith(`${table}/`) && key.endsWith('.parquet') ? bytes.length : 0,
  )
  return trafficOf(connection).bytesRead / sizes.reduce((sum, size) => sum + size, 0)
}

const scan = (name: string): string => `delta_scan('s3://lake/${name}')`
const [parted, clustered, large] = ['parted', 'clustered', 'large'].map(scan)

test.each([
  [`select count(*) as n, sum(id) as s from ${parted} where day = '2024-02-02' and region = 'eu west'`, 0.15],
  [`select count(*) as n from ${parted} where day = '2024-02-02'`, 0.35],
  [
    `select count(*) as n, max(s) as s from ${parted} where day between '2024-02-02' and '2024-02-03' and region is null`,
    0.25,
  ],
  [`select sum(st.a) as s from ${parted} where day in ('2024-02-01', '2024-02-04') and region like 'us%'`, 0.25],
  [`select id from ${parted} where day = '2024-02-02' and region = 'eu west' order by at_time desc limit 2`, 0.15],
  [`select count(*) as n from ${parted} where day = '2030-01-01'`, 0.05],
  [`select region, count(*) as n from ${parted} where day > '2024-02-03' group by all order by all`, 0.35],
  [`with x as materialized (from ${parted}) select count(*) as n from x where day = '2024-02-02' and id > 5`, 1.1],
  [`select count(*) as n from ${parted} a join ${parted} b using (id, day) where a.day = '2024-02-02'`, 0.35],
  [
    `select count(*) as n from ${parted} a join ${parted} b using (id) where a.day = '2024-02-02' and b.region = 'eu west'`,
    0.6,
  ],
  [`select count(*) as n from ${parted} where day = (select max(d) from (values (date '2024-02-01')) v(d))`, 1.1],
  [`select count(*) as n from ${parted} where extract(day from day) = 2 and extract(year from day) = 2024`, 1.1],
  [`select count(*) as n from ${parted} where day = '2024-02-02' or id < 10`, 1.1],
  [`select count(*) filter (where day = '2024-02-02') as n from ${parted}`, 1.1],
  [`select day, count(*) as n from ${parted} group by all order by all`, 1.1],
  [`select count(*) as n from ${parted} where id < 0`, 1.1],
  [`select max(day) as d from ${parted}`, 1.1],
  [`select count(*) as n from ${parted} p semi join (select date '2024-02-03' as day) d using (day)`, 1.1],
])('partitions: %s', async (sql, share) => {
  const connection = await rig.fresh()
  expect(await rowsOf(connection, sql)).toBe(await expected(sql))
  expect(shareOf(connection, 'parted')).toBeLessThan(share)
})

test.each([
  [`select count(*) as n, max(s) as s from ${clustered} where id between 12000 and 13000`, 0.4],
  [`select * from ${clustered} where id = 41234`, 0.4],
  [`select count(*) as n, max(h) as h from ${clustered} where ts < '2024-01-01 01:00:00'`, 0.4],
  [`select max(h) as h from ${clustered} where id in (5, 59999)`, 0.6],
  [`select max(h) as h from ${clustered} where id > 30000 and s > 's5'`, 0.7],
  [`select max(h) as h from ${clustered}`, 1.1],
])('statistics: %s', async (sql, share) => {
  const connection = await rig.fresh()
  expect(await rowsOf(connection, sql)).toBe(await expected(sql))
  expect(shareOf(connection, 'clustered')).toBeLessThan(share)
})

test.each([
  [`select sum(id) as s from ${large}`, 0.2],
  [`select k, max(g) as g from ${large} group by all order by all`, 0.4],
  [`select sum(st.b) as s from ${large}`, 0.3],
  [`select s from ${large} where id = 70000`, 0.5],
  [`select * from ${large} order by id limit 3`, 1.1],
])('columns: %s', async (sql, share) => {
  const connection = await rig.fresh()
  expect(await rowsOf(connection, sql)).toBe(await expected(sql))
  expect(shareOf(connection, 'large')).toBeLessThan(share)
})

describe('a statement over a table', () => {
  test('fetches more when a later one wants it, and nothing twice', async () => {
    const connection = await rig.fresh()
    await connection.rows(`select sum(id) from ${parted} where day = '2024-02-01'`)
    const first = trafficOf(connection).bytesRead
    await connection.rows(`select max(h) from ${parted} where day = '2024-02-01' and id > 7`)
    expect(trafficOf(connection).bytesRead).toBe(first)
    expect(await rowsOf(connection, `from ${parted} order by id`)).toBe(await expected(`from ${parted} order by id`))
    expect(shareOf(connection, 'parted')).toBeLessThan(1.05)
  })

  test('downloads nothing in a second run', async () => {
    const sql = `select count(*), max(h) from ${parted} where day = '2024-02-01'`
    const bytes: number[] = []
    await rig.fresh()
    for (let run = 0; run < 2; run++) {
      const database = rig.open()
      const connection = await database.connect()
      await connection.rows(sql)
      bytes.push(trafficOf(connection).bytesRead)
      await database.close()
    }
    expect(bytes[0]).toBeGreaterThan(1000)
    expect(bytes[1]).toBe(0)
  })

  test('may be a table, a view, or read two tables at once', async () => {
    const connection = await rig.fresh()
    await connection.execute(`create table t as select id, day from ${parted} where day = '2024-02-03'`)
    await connection.execute(`create view v as select * from ${parted}`)
    expect(shareOf(connection, 'parted')).toBeLessThan(0.35)
    const sql = `select count(*) as n, max(c.h) as h from VIEW v join ${clustered} c using (id) where v.day = '2024-02-03' and v.region = 'eu west' and c.id < 1000`
    expect(await rowsOf(connection, sql.replace('VIEW', ''))).toBe(await expected(sql.replace('VIEW v', `${parted} v`)))
    expect(await rowsOf(connection, 'select count(*) as n from t')).toBe('{"n":15000}')
    expect(shareOf(connection, 'parted')).toBeLessThan(0.6)
  })

  test('tells a mistake without fetching files', async () => {
    const connection = await rig.fresh()
    await expect(connection.rows(`select nothing from ${parted}`)).rejects.toMatchObject({
      diagnostic: { code: 'adapter/sql-binding' },
    })
    expect(shareOf(connection, 'parted')).toBeLessThan(0.2)
  })

  test('reads a table without a plan as a whole', async () => {
    const connection = await rig.fresh()
    await connection.execute("set explain_output = 'optimized_only'")
    const sql = `select count(*) as n, max(s) as s from ${parted} where day = '2024-02-02'`
    expect(await rowsOf(connection, sql)).toBe(await expected(sql))
  })
})

test('files of a wrong size in the log are read all the same', async () => {
  const key = [...rig.double.objects.keys()].find(one => one.startsWith('clustered/') && one.endsWith('00.json')) ?? ''
  const log = Buffer.from(rig.double.objects.get(key) ?? []).toString()
  await rig.store.put(key, Buffer.from(log.replace(/"size":(\d+)/, (_, size) => `"size":${Number(size) + 7}`)))
  const connection = await rig.fresh()
  const sql = `select count(*) as n, max(h) as h from ${clustered}`
  expect(await rowsOf(connection, sql)).toBe(await expected(sql))
  await rig.store.put(key, Buffer.from(log))
})

test('a data file that is gone is told', async () => {
  const key = [...rig.double.objects.keys()].find(one => one.startsWith('large/') && one.endsWith('.parquet')) ?? ''
  const bytes = rig.double.objects.get(key) ?? new Uint8Array()
  await rig.store.delete(key)
  await expect((await rig.fresh()).rows(`select max(h) from ${large}`)).rejects.toMatchObject({
    diagnostic: { code: 'delta/missing-file' },
  })
  await rig.store.put(key, bytes)
})
