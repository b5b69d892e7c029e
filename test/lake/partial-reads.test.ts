/** Files of which only parts are fetched give what whole files give, and less goes over the network. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trafficOf } from '../../src/lake/lake-connection.ts'
import { type LakeRig, lakeRig, rowsOf } from '../rig/lake-rig.ts'

let rig: LakeRig
const wide = "'s3://lake/wide.parquet'"

beforeAll(async () => {
  rig = await lakeRig({ partialReads: { isOn: true, leastBytes: 500_000 } })
  await rig.connection.execute(
    `copy (select i as id, i % 7 as k, 's' || i as name, timestamp '2024-01-01' + to_seconds(i) as ts, hash(i) as h,
       {'a': hash(i + 1), 'b': {'c': hash(i + 2)}} as st, [hash(i + 3), hash(i + 4)] as list,
       case when i % 3 = 0 then null else hash(i + 5) end as hole, hash(i + 6)::varchar as "odd name, really",
       map {i % 5: hash(i)} as m, (hash(i + 7) / 1e9)::double as d
     from range(60000) t(i)) to ${wide} (row_group_size 6000)`,
  )
  await rig.connection.execute(
    `copy (select i as id, i % 7 as k, hash(i) as h, 'p' || i % 3 as part, d::date as day from range(90000) t(i),
       (select unnest(['2024-02-01', '2024-02-02']) as d)) to 's3://lake/parts' (format parquet, partition_by (day, part))`,
  )
  rmSync(join(rig.folder, 'cache'), { recursive: true, force: true })
})

afterAll(async () => {
  await rig.close()
})

const sizeOf = (key: string): number => rig.double.objects.get(key)?.length ?? 0

/** The same query over a database that fetches whole files, by a name that only it knows. */
async function expected(sql: string): Promise<string> {
  const path = join(rig.folder, 'wide.parquet')
  if (!existsSync(path)) writeFileSync(path, rig.double.objects.get('wide.parquet') ?? '')
  return rowsOf(rig.connection, sql.replaceAll(wide, `'${path}'`))
}

/** Queries, and at most how much of the object they may fetch. */
const queries: readonly (readonly [sql: string, share: number])[] = [
  [`select count(*) from ${wide}`, 0.1],
  [`select sum(id) from ${wide}`, 0.15],
  [`select k, count(*), sum(h % 100) from ${wide} group by k order by k`, 0.3],
  [`select name from ${wide} where id = 31234`, 0.1],
  [`select max(h) from ${wide} where ts >= '2024-01-01 10:00:00' and ts < '2024-01-01 12:00:00'`, 0.15],
  [`select sum(st.a % 10) from ${wide}`, 0.3],
  [`select st.b.c from ${wide} where id < 3 order by 1`, 0.2],
  [`select sum(list[1] % 10) from ${wide}`, 0.4],
  [`select count(*) from ${wide} where hole is null`, 0.25],
  [`select max("odd name, really") from ${wide} where k in (1, 3)`, 0.4],
  [`select sum(x.id + y.id) from ${wide} x join ${wide} y on x.id = y.id and y.k = 2`, 0.2],
  [`with a as materialized (select * from ${wide} where k = 3) select count(*), max(name) from a`, 1.1],
  [`select (select max(k) from ${wide}) as m, count(*) as n from ${wide} where d > 5`, 0.3],
  [`select name, id from ${wide} order by id desc limit 3`, 0.4],
  [`select * from ${wide} where id in (5, 59999) order by id`, 0.7],
  [`pivot (select k, id from ${wide}) on k using sum(id)`, 1.1],
  [`select count(*) from (select distinct m from ${wide})`, 0.4],
  [`select h from ${wide} where k = 1 and d > 1e9 order by id limit 2`, 0.6],
  [`select cardinality(m) as c, count(*) from ${wide} group by all`, 0.4],
  [`select * from (describe select * from ${wide})`, 0.1],
  [`select file_row_number from read_parquet(${wide}, file_row_number = true) where id = 7`, 0.2],
  [`select x.k from ${wide} x semi join (select 5 as id) using (id)`, 0.3],
  [`select * from ${wide} order by id`, 1.1],
]

describe('a large file', () => {
  test.each(queries)('%s', async (sql, share) => {
    const connection = await rig.fresh()
    expect(await rowsOf(connection, sql)).toBe(await expected(sql))
    expect(trafficOf(connection).bytesRead / sizeOf('wide.parquet')).toBeLessThan(share)
  })

  test('is downloaded further where more is wanted, and nothing twice', async () => {
    const connection = await rig.fresh()
    await connection.rows(`select sum(id) from ${wide}`)
    const first = trafficOf(connection).bytesRead
    await connection.rows(`select sum(id) from ${wide} where id > 0`)
    expect(trafficOf(connection).bytesRead).toBe(first)
    const other = await rig.later()
    await other.rows(`select sum(id), max(k) from ${wide}`)
    expect(trafficOf(other).bytesRead).toBeLessThan(first)
    await other.rows(`from ${wide}`)
    expect(first + trafficOf(other).bytesRead).toBeLessThanOrEqual(sizeOf('wide.parquet') * 1.01)
  })

  test('is read in part by tables, inserts, copies and views', async () => {
    const connection = await rig.fresh()
    await connection.execute(`create table t as select id, k from ${wide} where id < 3`)
    await connection.execute(`insert into t select id + 10, k from ${wide} where id < 2`)
    await connection.execute(`create view v as select * from ${wide}`)
    await connection.execute(`copy (select id from ${wide} where id < 4) to 's3://lake/out/few.csv'`)
    expect(await rowsOf(connection, 'select count(*), sum(id) from t')).toBe('{"count_star()":5,"sum(id)":24}')
    expect(await rowsOf(connection, 'select sum(k) as s from v')).toBe(
      await expected(`select sum(k) as s from ${wide}`),
    )
    expect(Buffer.from(rig.double.objects.get('out/few.csv') ?? []).toString()).toBe('id\n0\n1\n2\n3\n')
    expect(trafficOf(connection).bytesRead / sizeOf('wide.parquet')).toBeLessThan(0.2)
  })

  test('is whole for whoever reads more than columns', async () => {
    const connection = await rig.fresh()
    await connection.rows(`select sum(id) from ${wide}`)
    expect(await rowsOf(connection, `select size, md5(content) from read_blob(${wide})`)).toBe(
      await expected(`select size, md5(content) from read_blob(${wide})`),
    )
    await connection.execute(`create macro m() as table select max(name) as n from ${wide}`)
    expect(await rowsOf(connection, 'from m()')).toBe(await expected(`select max(name) as n from ${wide}`))
  })

  test('an error of the user is the one of whole files', async () => {
    const connection = await rig.fresh()
    await expect(connection.rows(`select nothing from ${wide}`)).rejects.toMatchObject({
      diagnostic: { code: 'adapter/sql-binding', expanded: { start: 7 } },
    })
    expect(trafficOf(connection).bytesRead / sizeOf('wide.parquet')).toBeLessThan(0.1)
    await expect(connection.rows(`select name::int from ${wide}`)).rejects.toMatchObject({
      diagnostic: { code: 'adapter/sql-conversion' },
    })
  })

  test('is fetched whole where a first try could not be undone', async () => {
    const connection = await rig.fresh()
    const share = (): number => trafficOf(connection).bytesRead / sizeOf('wide.parquet')
    connection.begin()
    await connection.execute(`create table a as select id from ${wide} where id < 3`)
    expect(share()).toBeLessThan(0.2)
    await connection.execute(`create table b as select k from ${wide} where id < 3`)
    await connection.commit()
    expect(share()).toBeGreaterThan(0.99)
    expect(await rowsOf(connection, 'select count(*) as n from a, b')).toBe('{"n":9}')

    const manual = await rig.fresh()
    await manual.execute('begin')
    await manual.execute(`create table c as select k from ${wide} where id < 3`)
    await manual.execute('commit')
    expect(trafficOf(manual).bytesRead / sizeOf('wide.parquet')).toBeGreaterThan(0.99)
  })

  test('holes that the plan did not name are fetched when they are read', async () => {
    const connection = await rig.fresh()
    // The distinct values are read while the statement is bound, before there is a plan.
    const sql = `pivot (select id, k, h % 3 as m from ${wide}) on m using count(*) group by k order by k`
    expect(await rowsOf(connection, sql)).toBe(await expected(sql))
  })

  test.each(['uncompressed', 'snappy', 'zstd', 'gzip', 'lz4_raw', 'brotli'])(
    'no hole is ever read as rows: %s',
    async codec => {
      const key = `${codec}.parquet`
      await rig.connection.execute(
        `copy (select id, k, name, h, hole, st, list, d from ${wide} limit 20000) to 's3://lake/${key}' (compression ${codec}, row_group_size 5000)`,
      )
      const whole = join(rig.folder, key)
      writeFileSync(whole, rig.double.objects.get(key) ?? '')
      for (const column of ['id', 'k', 'name', 'h', 'hole', 'st', 'list', 'd']) {
        const connection = await rig.fresh()
        // A plan in this form names no scan, so that nothing but the footer is fetched ahead.
        await connection.execute("set explain_output = 'optimized_only'")
        for (const what of [
          `count(${column})`,
          `max(${column})`,
          `sum(hash(${column}) % 7)`,
          `count(distinct ${column})`,
        ]) {
          const sql = `select ${what} as x from 's3://lake/${key}' where k < 6`
          expect(await rowsOf(connection, sql)).toBe(
            await rowsOf(rig.connection, sql.replace(`s3://lake/${key}`, whole)),
          )
        }
      }
    },
  )

  test('a COPY to files on this machine that fails over holes begins anew', async () => {
    const connection = await rig.fresh()
    const folder = join(rig.folder, 'out')
    mkdirSync(folder)
    const sql = `copy (select k, h % 3 as m, count(*) as n from (pivot (select k, h from ${wide}) on (h % 3) using count(*) group by k, h) group by all) to '${folder}' (format parquet, partition_by (k))`
    await connection.execute(sql)
    expect(readdirSync(folder).length).toBe(7)
  })

  test('an object that is replaced between two reads is read anew', async () => {
    await rig.connection.execute(`copy (from ${wide} limit 50000) to 's3://lake/changing.parquet'`)
    const connection = await rig.fresh()
    await connection.rows("select sum(id) from 's3://lake/changing.parquet'")
    await rig.connection.execute(
      `copy (select * replace (id + 1 as id) from ${wide} limit 50000) to 's3://lake/changing.parquet'`,
    )
    expect(await rowsOf(connection, "select sum(id - k + k) as s, max(k) as k from 's3://lake/changing.parquet'")).toBe(
      `{"s":${(50000 * 50001) / 2},"k":6}`,
    )
  })

  test('trouble in the middle of a fetch leaves nothing that could be read wrongly', async () => {
    const connection = await rig.fresh()
    rig.double.fail({ fault: { kind: 'answer', status: 403, code: 'AccessDenied' }, method: 'GET', after: 4 })
    await expect(connection.rows(`select sum(h % 10) as s from ${wide}`)).rejects.toMatchObject({
      diagnostic: { code: 'storage/access-denied' },
    })
    rig.double.revive()
    const sql = `select sum(h % 10) as s, max(name) as n from ${wide}`
    expect(await rowsOf(connection, sql)).toBe(await expected(sql))
  })
})

describe('partitions in paths', () => {
  const parts = "read_parquet('s3://lake/parts/*/*/*.parquet', hive_partitioning = true)"
  const total = (): number =>
    [...rig.double.objects].reduce((sum, [key, bytes]) => sum + (key.startsWith('parts/') ? bytes.length : 0), 0)

  test.each([
    [`select count(*) as n from ${parts} where day = '2024-02-01' and part = 'p1'`, 30000, 0.4],
    [`select count(*) as n from ${parts} where day = '2024-02-02'`, 90000, 0.7],
    [`select count(*) as n from ${parts} where day between '2024-01-01' and '2024-02-01' and part <> 'p0'`, 60000, 0.6],
    [`select count(*) as n from ${parts} where part like '%2' and extract(day from day) = 2`, 30000, 0.4],
    [`select count(*) as n from ${parts} where day = '2023-01-01'`, 0, 0.2],
    [
      `select count(*) as n from ${parts} where day = (select max(d) from (values (date '2024-02-01')) v(d))`,
      90000,
      1.1,
    ],
    [`select count(*) as n from ${parts} x join ${parts} y using (id, day, part) where x.part = 'p0'`, 60000, 0.6],
    [
      `select count(*) as n from ${parts} x join ${parts} y using (id) where x.part = 'p0' and x.day = '2024-02-01'`,
      60000,
      1.1,
    ],
    [`select count(*) as n from ${parts}`, 180000, 1.1],
  ])('%s', async (sql, rows, share) => {
    const connection = await rig.fresh()
    expect(await rowsOf(connection, sql)).toBe(`{"n":${rows}}`)
    expect(trafficOf(connection).bytesRead / total()).toBeLessThan(share)
  })

  test('are asked for through views and without being named', async () => {
    const connection = await rig.fresh()
    await connection.execute("create view v as from 's3://lake/parts/*/*/*.parquet'")
    expect(await rowsOf(connection, "select count(*) as n from v where day = '2024-02-01' and part = 'p2'")).toBe(
      '{"n":30000}',
    )
    expect(trafficOf(connection).bytesRead / total()).toBeLessThan(0.4)
  })

  test('an error in one partition does not fetch the others', async () => {
    const connection = await rig.fresh()
    await expect(
      connection.rows(`select part::int from ${parts} where day = '2024-02-01' and part = 'p1'`),
    ).rejects.toMatchObject({ diagnostic: { code: 'adapter/sql-conversion' } })
    expect(trafficOf(connection).bytesRead / total()).toBeLessThan(0.4)
  })

  test('files that are put together by their columns are all looked into', async () => {
    const connection = await rig.fresh()
    const sql =
      "select count(*) as n from read_parquet('s3://lake/parts/*/*/*.parquet', union_by_name = true) where part = 'p0'"
    expect(await rowsOf(connection, sql)).toBe('{"n":60000}')
  })
})

test('nothing is fetched in part where it is turned off', async () => {
  const off = await lakeRig({ partialReads: { isOn: false, leastBytes: 1000 } })
  await off.store.put('wide.parquet', rig.double.objects.get('wide.parquet') ?? new Uint8Array())
  await off.connection.rows(`select sum(id) from ${wide}`)
  expect(trafficOf(off.connection).bytesRead).toBe(sizeOf('wide.parquet'))
  await off.close()
})
