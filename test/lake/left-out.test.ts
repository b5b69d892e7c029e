/** Delta tables on this machine of which a statement opens only the files it needs give what whole tables give. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/adapter/adapter.ts'
import type { AddFile } from '../../src/delta/action.ts'
import { createChange } from '../../src/delta/change.ts'
import { inlineVector } from '../rig/deletion-vector.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'
import { type LakeRig, lakeRig, rowsOf } from '../rig/lake-rig.ts'
import { randomly } from '../rig/randomly.ts'

let rig: LakeRig
/** Reads all files of every table. */
let plain: LakeRig
const tables: DeltaRig[] = []

beforeAll(async () => {
  rig = await lakeRig({ partialReads: { isOn: true, leastBytes: 1_000_000 } })
  plain = await lakeRig()
})

afterAll(async () => {
  for (const table of tables) table.close()
  await plain.close()
  await rig.close()
})

/** A file for each query, and what is then said of it in the log. */
async function make(
  queries: readonly string[],
  options: { readonly partitions?: readonly string[]; edit?(add: AddFile, at: number): AddFile } = {},
): Promise<string> {
  const table = await deltaRig()
  tables.push(table)
  const { partitions = [], edit = add => add } = options
  const shape = await table.shapeOf(queries[0] ?? '', partitions, { 'delta.enableDeletionVectors': 'true' })
  const adds: AddFile[] = []
  for (const query of queries) adds.push(...(await table.write(query, shape)))
  const change = createChange({ id: 'table', name: 'table', shape, nowMs: table.clock.now() }, adds.map(edit))
  await table.commit(change)
  return table.root
}

function part(at: number): string {
  const id = `(i - 1200)`
  return `select ${id} as id, hash(i) as h, date '2023-12-20' + (i // 200)::int as d, ((i - 1500) / 8)::decimal(9,2) as price,
    ((i - 1500) * 1234567890123.4567)::decimal(30,4) as big, (i % 91 - 40)::tinyint as tiny,
    case when ${at} % 5 = 0 then null when ${at} % 5 = 1 and i % 3 = 0 then null else i // 50 end::int as n,
    [ 'it''s', 'plain', 'äpfel', 'zebra', 'the same lead 1', 'the same lead 2', 'ъ', '', '😀', 'b\\n"x"' ][i // 200 % 10 + 1] || (i // 20) as s,
    timestamptz '2024-01-01 00:00:00Z' + to_microseconds(i * 1000777) as at_time, timestamp '2024-01-01' + to_milliseconds(i * 977) as local_time,
    (i * 0.5)::double as f, {'a': i, 'b': 'x' || i} as st, i % 2 = 0 as flag,
    [ 'north', 'it''s', null, 'ö/x' ][${at} % 4 + 1] as region, ${at} % 3 as num
  from range(${at * 50}, ${at * 50 + 50}) t(i)`
}

const parts = Array.from({ length: 48 }, (_, at) => part(at))

/** Some files without statistics, some with a part of them, some with deleted rows. */
function edited(add: AddFile, at: number): AddFile {
  const { stats, ...bare } = add
  if (at % 17 === 3) return bare
  if (at % 17 === 5) return { ...add, stats: (stats ?? '').replace(/"nullCount":\{[^}]*\}/, '"nullCount":{}') }
  if (at % 17 === 7) return { ...add, stats: (stats ?? '').replace(/"id":-?\d+,?/, '') }
  return at % 6 === 2 ? { ...add, deletionVector: inlineVector([0, 7, 8, 31]) } : add
}

function conditions(seed: number): () => string {
  const one = randomly(seed)
  const numbers = ['-2001', '-2000', '-1951', '-1950', '-1', '0', '1', '37', '49', '50', '999', '1950', '1999', '2500']
  const literals: Readonly<Record<string, readonly string[]>> = {
    id: numbers,
    d: ['2023-12-19', '2023-12-20', '2023-12-25', '2024-01-01', '2024-01-08', '2025-01-01'].map(day => `date '${day}'`),
    price: ['-187.5', '-187.51', '0', '0.01', '-12.13', '62.25', '312.37', '1e3'],
    big: ['-1851851835185185.05', '0', '1234567890123.4567', '61728394506172.8', '3086419725308641.7'],
    tiny: ['-40', '-1', '0', '50', '77'],
    n: ['0', '5', '17', '79', '5.5', '-3'],
    s: [
      "'it''s3'",
      "'plain'",
      "'äpfel25'",
      "'zebra'",
      "'the same lead 1'",
      "'the same lead 155'",
      "'ъ'",
      "''",
      "'😀85'",
    ],
    at_time: [
      "timestamptz '2024-01-01 00:00:00+00'",
      "timestamptz '2024-01-01 05:47:40.5+05:30'",
      "timestamptz '2024-01-01 00:16:40.777'",
      "'2024-01-01 00:50:02.330777+00'",
    ],
    local_time: ["'2024-01-01'", "timestamp '2024-01-01 00:10:00.977'", "date '2024-01-02'", "'2024-01-01 00:48:51.1'"],
    f: ['0', '100.25', "'nan'", '-1', '1e9'],
    region: ["'north'", "'it''s'", "'ö/x'", "'other'"],
    num: ['0', '1', '2', '7'],
  }
  const names = Object.keys(literals)
  const simple = (): string => {
    const name = one(names)
    const values = literals[name] ?? []
    const value = (): string => one(values)
    return one([
      () => `${name} ${one(['=', '<', '<=', '>', '>=', '!=', 'is distinct from', 'is not distinct from'])} ${value()}`,
      () => `${name} = ${value()}`,
      () => `${name} ${one(['<', '<=', '>', '>='])} ${value()}`,
      () => `${name} between ${value()} and ${value()}`,
      () => `${name} in (${value()}, ${value()}, ${value()})`,
      () => `${name} not in (${value()}, ${value()})`,
      () => `${name} is ${one(['', 'not '])}null`,
      () => `coalesce(${name}, ${value()}) = ${value()}`,
      () => `${name}::varchar like '1%'`,
      () => `${name} = (select max(v) from (values (${value()}), (null)) t(v))`,
    ])()
  }
  const joined = (): string =>
    one([
      simple,
      simple,
      () => `${simple()} and ${simple()}`,
      () => `(${simple()} or ${simple()})`,
      () => `not (${simple()})`,
      () => `(${simple()} or ${simple()}) and ${simple()}`,
    ])()
  return joined
}

const totals = `count(*) as n, sum(id) as ids, min(s) as s1, max(s) as s2, sum(big) as b, count(n) as ns, max(at_time) at time zone 'UTC' as t1,
  min(local_time) as t2, sum(st.a) as a, count(distinct region) as r, max(price) as p, bit_xor(h::hugeint) as h`

/** Queries over a table T with conditions. */
const shapes: readonly ((condition: () => string) => string)[] = [
  condition => `select ${totals} from T where ${condition()}`,
  condition => `select ${totals} from T where ${condition()}`,
  condition => `select count(*) as n from T where ${condition()}`,
  condition => `select id, s from T where ${condition()} order by id desc limit 7`,
  condition => `select region, n, count(*) as c from T where ${condition()} group by all order by all`,
  condition =>
    `with x as (from T) select (select count(*) from x where ${condition()}) as a, (select max(id) from x where ${condition()}) as b`,
  condition =>
    `select count(*) as n, sum(a.id) as i from (from T where ${condition()}) a join (from T where ${condition()}) b using (id)`,
  condition =>
    `select count(*) as n from (select *, row_number() over (partition by num order by id) as place from T) where place < 30 and ${condition()}`,
  condition =>
    `select count(*) as n, sum(id) as i from (from T union all from T where ${condition()}) where ${condition()}`,
  condition =>
    `select count(*) as n from T a where ${condition()} and exists (from T b where b.id = a.id + 1 and b.n is not null)`,
  condition => `select ${totals} from T where id in (select id from T where ${condition()})`,
  condition => `select (select count(*) from T) as all_rows, (select sum(id) from T where ${condition()}) as some`,
  condition => `select min(id) as a, max(d) as b from T where ${condition()}`,
]

async function outcome(connection: Connection, sql: string): Promise<string> {
  return rowsOf(connection, sql).catch((error: unknown) => String(error).replace(/\bx\d+_|LINE.*/gs, ''))
}

describe('any query gives the rows that it gives over all files', () => {
  const queries = Number(process.env.EIDER_LEFT_OUT_QUERIES ?? 40)

  test.each([
    ['partitioned by two columns', ['region', 'num'], 'UTC', 1],
    ['partitioned by one column', ['region'], 'Asia/Kolkata', 2],
    ['not partitioned', [], 'America/New_York', 3],
  ])(
    'of a table that is %s',
    async (_, partitions, zone, seed) => {
      const root = await make(parts, { partitions, edit: edited })
      const condition = conditions(seed)
      const shapeOf = randomly(seed + 100)
      const [ours, theirs] = await Promise.all([rig.open().connect(), plain.open().connect()])
      for (const connection of [ours, theirs]) await connection.execute(`set TimeZone = '${zone}'`)
      for (let count = 0; count < queries; count++) {
        const sql = shapeOf(shapes)(condition).replaceAll(/\bT\b/g, `delta_scan('${root}')`)
        expect(`${sql}\n${await outcome(ours, sql)}`).toBe(`${sql}\n${await outcome(theirs, sql)}`)
      }
      await ours.close()
      await theirs.close()
    },
    120_000,
  )
})

/** Forty files of a hundred rows; `sure` has ids, days and texts in order. */
const ordered = Array.from(
  { length: 40 },
  (_, at) =>
    `select i as id, hash(i)::varchar as h, 'key ' || i as s, date '2024-01-01' + (i // 100)::int as d, i // 100 % 4 as k,
      case when ${at} < 38 then i end as ended, timestamptz '2024-01-01 00:00:00Z' + to_seconds(i) as at_time
    from range(${at * 100}, ${at * 100 + 100}) t(i)`,
)

/** Paths in the log. */
function addsOf(root: string): string[] {
  const log = readFileSync(join(root, '_delta_log', `${'0'.repeat(20)}.json`), 'utf8')
  return [...log.matchAll(/"add":\{"path":"([^"]*)"/g)].map(([, path]) => path ?? '')
}

/** Leaves only the data files whose places in their order are given, so that opening another one fails. */
function keepOnly(root: string, places: readonly number[]): void {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.parquet'))
  for (const [at, add] of addsOf(root).entries()) {
    const name = files.find(one => one === decodeURIComponent(add))
    if (name === undefined) throw new Error(`${add} is not there`)
    if (places.includes(at)) continue
    if (at % 2 === 0) rmSync(join(root, name))
    else writeFileSync(join(root, name), 'no parquet')
  }
}

describe('files that are left out are not opened', () => {
  test.each([
    ['select count(*) as n, max(h) as h from T where id between 1210 and 1220', [12]],
    ['select count(*) as n, max(h) as h from T where id in (105, 3999)', [1, 39]],
    ['select count(*) as n, max(h) as h from T where id < 150', [0, 1]],
    ["select count(*) as n from T where d = '2024-01-08'", [7]],
    ["select count(*) as n from T where d > '2024-02-08' and s >= 'key'", [39]],
    ["select count(*) as n from T where at_time < '2024-01-01 00:01:40+00'", [0]],
    ['select count(*) as n from T where ended is null', [38, 39]],
    ['select count(*) as n from T where ended is null or ended > 3790', [37, 38, 39]],
    ["select count(*) as n from T where id = -5 or d = '1999-01-01' and k = 2", range(40)],
    ['select id, h from T where id >= 3950 order by id desc limit 3', [39]],
    ['select count(*) as n from T a join T b using (id) where a.id = 7 and b.id < 50', [0]],
    ['select (select count(*) from T where id = 7) as a, (select max(s) from T where id = 3907) as b', [0, 39]],
    [
      'with x as (from T) select (select count(*) from x where id = 7) as a, (select max(s) from x where id = 3907) as b',
      [0, 39],
    ],
    ['select count(*) as n from T where id = 7000', []],
    ['select * from T limit 0', []],
    ['select count(*) as n from T where false', []],
  ])('%s', async (sql, places) => {
    const root = await make(ordered)
    const query = sql.replaceAll(/\bT\b/g, `delta_scan('${root}')`)
    const expected = await rowsOf(plain.connection, query)
    keepOnly(root, places)
    expect(await rowsOf(await rig.fresh(), query)).toBe(expected)
  })

  test('nor are those of partitions that are not wanted', async () => {
    const root = await make(ordered, { partitions: ['k'] })
    const query = `select count(*) as n, max(h) as h from delta_scan('${root}') where k = 2 and id < 1000`
    const expected = await rowsOf(plain.connection, query)
    keepOnly(root, [2, 6])
    expect(await rowsOf(await rig.fresh(), query)).toBe(expected)
  })

  test('through a view, in a table, in a transaction that has just begun', async () => {
    const root = await make(ordered)
    const connection = await rig.fresh()
    await connection.execute(`create view v as from delta_scan('${root}')`)
    keepOnly(root, [12])
    expect(await rowsOf(connection, 'select count(*) as n from v where id > 1200 and id < 1300')).toBe('{"n":99}')
    await connection.execute(`create table t as select * from v where d = '2024-01-13'`)
    expect(await rowsOf(connection, 'select count(*) as n from t')).toBe('{"n":100}')
    connection.begin()
    expect(await rowsOf(connection, 'select count(*) as n from v where id = 1250')).toBe('{"n":1}')
    await connection.rollback()
  })
})

test('a mistake is told without opening any', async () => {
  const root = await make(ordered)
  keepOnly(root, [])
  await expect((await rig.fresh()).rows(`select nothing from delta_scan('${root}')`)).rejects.toMatchObject({
    diagnostic: { code: 'adapter/sql-binding' },
  })
})

describe('files that are wanted after all', () => {
  test('are read when a second reference has other conditions than the plan shows', async () => {
    const root = await make(ordered)
    const table = `delta_scan('${root}')`
    const connection = await rig.fresh()
    const sql = `select (select count(*) from ${table} where id = 5) as one, (select sum(id) from ${table}) as total`
    expect(await rowsOf(connection, sql)).toBe('{"one":1,"total":7998000}')
    await connection.execute(`create table few as select * from ${table} where id in (select 5 union select 3907)`)
    expect(await rowsOf(connection, 'select count(*) as n from few')).toBe('{"n":2}')
  })

  test('are read by what does not show that it reads a view', async () => {
    const root = await make(ordered)
    const connection = await rig.fresh()
    await connection.execute(`create view v as from delta_scan('${root}')`)
    await connection.execute('create macro m() as table from v')
    expect(await rowsOf(connection, 'select count(*) as n from m()')).toBe('{"n":4000}')
  })

  test('are read by a macro of an earlier run over a view of which a statement has just read a part', async () => {
    const root = await make(ordered)
    await rig.run('macro.duckdb', maker =>
      maker.execute(
        `create view v as from delta_scan('${root}'); create macro m(least) as table from v where id >= least`,
      ),
    )
    await rig.run('macro.duckdb', async connection => {
      expect(await rowsOf(connection, 'select count(*) as n from v where id = 7')).toBe('{"n":1}')
      expect(await rowsOf(connection, 'select count(*) as n from m(0)')).toBe('{"n":4000}')
    })
  })

  test('are told if they are gone', async () => {
    const root = await make(ordered)
    keepOnly(root, [12])
    const connection = await rig.fresh()
    const selective = `select count(*) as n from delta_scan('${root}') where id between 1200 and 1299`
    expect(await rowsOf(connection, selective)).toBe('{"n":100}')
    for (const sql of [`select max(h) from delta_scan('${root}')`, selective.replace('1299', '1300')]) {
      await expect(connection.rows(sql)).rejects.toThrow()
    }
    rmSync(root, { recursive: true, force: true })
  })

  test('are read by a statement that cannot be sent again', async () => {
    const root = await make(ordered)
    keepOnly(root, [12])
    const connection = await rig.fresh()
    connection.begin()
    await connection.execute('create table before as select 1 as x')
    await expect(connection.rows(`select count(*) from delta_scan('${root}') where id = 1250`)).rejects.toMatchObject({
      diagnostic: { code: 'delta/missing-file' },
    })
    await connection.rollback()
  })
})

test('what stands for files on disk is gone with the run', async () => {
  const root = await make(ordered)
  const database = rig.open()
  const connection = await database.connect()
  await connection.rows(`select count(*) from delta_scan('${root}') where id = 7`)
  const hollow = (): string[] => readdirSync(join(rig.folder, 'scratch')).filter(name => name.startsWith('hollow-'))
  const before = hollow().length
  await database.close()
  expect(before).toBeGreaterThan(1)
  expect(hollow().length).toBeLessThan(before)
})

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at)
}
