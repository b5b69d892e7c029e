import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { trafficOf } from '../../src/lake/lake-connection.ts'
import { type LakeRig, lakeRig } from '../rig/lake-rig.ts'

let rig: LakeRig
beforeAll(async () => {
  rig = await lakeRig({ pageSize: 2 })
  await rig.load('one/a.parquet', 'select 1 as x')
  await rig.load('one/b.parquet', 'select 2 as x')
  await rig.load('one/deep/c.parquet', 'select 3 as x')
  await rig.load('hive/day=2024-01-01/p.parquet', 'select 1 as x')
  await rig.load('hive/day=2024-01-02/p.parquet', 'select 2 as x')
  await rig.load('text/t.csv.gz', "select 1 as x, 'ü' as y")
  await rig.load('text/t.json', 'select 1 as x')
  await rig.load('odd/a b%20+[1]*=ü.parquet', 'select 9 as x')
})
afterAll(() => rig.close())

const gets = (): number => rig.double.requests.filter(one => one.startsWith('GET') && !one.includes('list-type')).length

test.each([
  ["select x from read_parquet('s3://lake/one/a.parquet')", ['{"x":1}']],
  ["from 's3://lake/one/a.parquet'", ['{"x":1}']],
  ["select a.x from 's3://lake/one/a.parquet'", ['{"x":1}']],
  ["select x from read_parquet('s3://lake/one/*.parquet') order by x", ['{"x":1}', '{"x":2}']],
  ["select x from 's3://lake/one/*.parquet' order by x", ['{"x":1}', '{"x":2}']],
  ["select sum(x)::int as s from parquet_scan('s3://lake/one/**/*.parquet')", ['{"s":6}']],
  ["select sum(x)::int as s from read_parquet(['s3://lake/one/a.parquet', 's3://lake/one/deep/*'])", ['{"s":4}']],
  [
    "select x, day from read_parquet('s3://lake/hive/*/*.parquet') where day = '2024-01-02'",
    ['{"x":2,"day":"2024-01-02"}'],
  ],
  ["select * from read_csv('s3://lake/text/t.csv.gz')", ['{"x":1,"y":"ü"}']],
  ["select * from 's3://lake/text/t.json'", ['{"x":1}']],
  ["select x from read_parquet('s3a://lake/odd/a b%20+[[]1][*]=ü.parquet', hive_partitioning = false)", ['{"x":9}']],
  [
    "select * from glob('s3://lake/one/*')",
    ['{"file":"s3://lake/one/a.parquet"}', '{"file":"s3://lake/one/b.parquet"}'],
  ],
  ["select 's3://lake/x' as origin", ['{"origin":"s3://lake/x"}']],
])('%s', async (sql, expected) => {
  expect(await rig.rows(sql)).toEqual(expected)
})

test('the names of files are addresses', async () => {
  const address = '"filename":"s3://lake/one/a.parquet"'
  expect(await rig.rows("select * from read_parquet('s3://lake/one/a.parquet', filename = true)")).toEqual([
    `{"x":1,${address}}`,
  ])
  expect(await rig.rows("select *, filename from read_parquet('s3://lake/one/a.parquet')")).toEqual([
    `{"x":1,${address}}`,
  ])
  const filtered = "select x from read_parquet('s3://lake/one/*') where filename = 's3://lake/one/b.parquet'"
  expect(await rig.rows(filtered)).toEqual(['{"x":2}'])
})

test('what is unchanged is never read twice, not even by another database', async () => {
  await rig.rows("from 's3://lake/one/*.parquet'")
  const before = gets()
  const other = rig.open()
  const connection = await other.connect()
  expect(await connection.rows("select sum(x)::int from 's3://lake/one/*.parquet'")).toEqual([[3]])
  expect(gets()).toBe(before)
  expect(trafficOf(connection)).toMatchObject({ bytesRead: 0 })
  await other.close()
})

test('a view keeps the address and follows the bucket', async () => {
  await rig.load('view/a.parquet', 'select 1 as x')
  await rig.run('views.duckdb', async maker => {
    await maker.execute("create view v as select * from read_parquet('s3://lake/view/*.parquet', filename = true)")
    await maker.execute('create view over_v as select x + 1 as y, filename from v')
    expect(await maker.rows('select y, filename from over_v')).toEqual([[2, 's3://lake/view/a.parquet']])
    expect(String(await maker.rows("select sql from duckdb_views() where view_name = 'v'"))).toContain(
      's3://lake/view/*.parquet',
    )
  })
  await rig.load('view/b.parquet', 'select 5 as x')
  await rig.run('views.duckdb', async reader => {
    expect(await reader.rows('select y from over_v order by y')).toEqual([[2], [6]])
  })
})

test.each([
  ['macro', 'create macro least(bound) as table select x from %s where x >= bound', 'from least(2)'],
  ['function', 'create or replace function least(bound) as table (select x from %s where x >= bound)', 'from least(2)'],
  [
    'macro of one value',
    'create macro least(bound) as (select min(x) from %s where x >= bound)',
    'select least(2) as x',
  ],
])('a %s keeps the address and follows the bucket', async (kind, make, use) => {
  const name = kind.replaceAll(' ', '-')
  const address = `read_parquet('s3://lake/${name}/*.parquet')`
  await rig.load(`${name}/a.parquet`, 'select 3 as x')
  await rig.run(`${name}.duckdb`, async maker => {
    await maker.execute(`create view of_${kind.split(' ')[0]} as from ${address}`)
    await maker.execute(make.replace('%s', address))
    expect(await maker.rows(use)).toEqual([[3]])
    const kept = await maker.rows(
      "select macro_definition from duckdb_functions() where function_name = 'least' and not internal",
    )
    expect(String(kept)).toContain(`s3://lake/${name}/*.parquet`)
    expect(String(kept)).not.toContain('eider-')
  })
  await rig.load(`${name}/b.parquet`, 'select 2 as x')
  await rig.run(`${name}.duckdb`, async reader => {
    expect(await reader.rows(`select min(x) from (${use})`)).toEqual([[2]])
  })
})

test('a macro over a view of the lake, and one over that, are found where they are called', async () => {
  await rig.load('under/a.parquet', 'select 3 as x')
  await rig.run('under.duckdb', async maker => {
    await maker.execute("create view under as from 's3://lake/under/a.parquet'")
    await maker.execute('create macro over_view() as table from under')
    await maker.execute('create macro over_macro() as table select x + 1 as y from over_view()')
    expect(await maker.rows('from over_macro()')).toEqual([[4]])
  })
  await rig.run('under.duckdb', async reader => {
    expect(await reader.rows('from over_macro()')).toEqual([[4]])
  })
})

test('a macro of an earlier run is found without a view beside it, under whatever name it is called', async () => {
  await rig.load('alone/a.parquet', 'select 3 as x')
  await rig.run('alone.duckdb', maker =>
    maker.execute("create macro alone(a) as table select x + a as x from 's3://lake/alone/a.parquet'"),
  )
  for (const name of ['alone', 'main.alone', '"alone"', 'alone.main."alone"']) {
    await rig.run('alone.duckdb', async reader => {
      expect(await reader.rows(`select * from range(1) join ${name}(2) on true`)).toEqual([[0, 5]])
    })
  }
})

test('of two views with one name in two schemas both are found', async () => {
  await rig.load('two/a.parquet', 'select 3 as x')
  await rig.run('two.duckdb', async maker => {
    await maker.execute("create schema a; create schema b; create view a.two as from 's3://lake/two/a.parquet'")
    await maker.execute('create view b.two as select 5 as x')
  })
  await rig.run('two.duckdb', async reader => {
    expect(await reader.rows('select a.x, b.x from a.two a, b.two b')).toEqual([[3, 5]])
  })
})

test('an address without objects is named', async () => {
  await expect(rig.rows("from 's3://lake/none/*.parquet'")).rejects.toMatchObject({
    diagnostic: {
      code: 'lake/no-files',
      message: 'IO Error: No files found that match the pattern "s3://lake/none/*.parquet"',
    },
  })
})

test('an error speaks of the address and points into the text that was written', async () => {
  const sql = "select y\nfrom read_parquet('s3://lake/one/a.parquet')"
  const error = await rig.connection.execute(sql).catch((one: unknown) => one)
  expect(error).toMatchObject({
    diagnostic: { code: 'adapter/sql-binding', expanded: { file: { text: sql }, start: 7 } },
  })
  expect(JSON.stringify(error)).not.toContain('eider-')
})

test('COPY writes to the bucket, folders too, and leaves nothing behind', async () => {
  await rig.connection.execute(
    "create table t as select 1 as x; copy t to 's3://lake/out/x.csv' (header); copy (select 1 as x, 'a' as p union all select 2, 'b') to 's3://lake/out/parts' (format parquet, partition_by (p))",
  )
  expect(Buffer.from(rig.double.objects.get('out/x.csv') ?? []).toString()).toBe('x\n1\n')
  expect([...rig.double.objects.keys()].filter(key => key.startsWith('out/parts')).sort()).toEqual([
    'out/parts/p=a/data_0.parquet',
    'out/parts/p=b/data_0.parquet',
  ])
  expect(await rig.rows("select x from 's3://lake/out/parts/*/*.parquet' order by x")).toEqual(['{"x":1}', '{"x":2}'])
  expect(
    readdirSync(join(rig.folder, 'scratch'), { recursive: true, withFileTypes: true }).filter(one => one.isFile()),
  ).toEqual([])
})

test('COPY reads from the bucket', async () => {
  await rig.connection.execute("create table c (x int); copy c from 's3://lake/out/x.csv' (header)")
  expect(await rig.rows('select * from c')).toEqual(['{"x":1}'])
})

test('an object that changes between listing and reading is read as it is then', async () => {
  await rig.load('moving/a.parquet', 'select 1 as x')
  rig.double.fail({
    fault: { kind: 'answer', status: 412, code: 'PreconditionFailed' },
    method: 'GET',
    urlHolds: 'moving/a',
  })
  expect(await rig.rows("from 's3://lake/moving/a.parquet'")).toEqual(['{"x":1}'])
  await rig.load('moving/b.parquet', 'select 1 as x')
  rig.double.fail({
    fault: { kind: 'answer', status: 412, code: 'PreconditionFailed' },
    method: 'GET',
    urlHolds: 'moving/b',
    times: 2,
  })
  await expect(rig.rows("from 's3://lake/moving/b.parquet'")).rejects.toMatchObject({
    diagnostic: { code: 'storage/object-changed' },
  })
})

test.each(['reset-before', 'cut-body', 'short-body'] as const)(
  'a reading that is struck by %s ends right',
  async kind => {
    await rig.load(`faulty/${kind}.parquet`, 'select 1 as x')
    rig.double.fail({ fault: { kind }, method: 'GET', urlHolds: `faulty/${kind}` })
    expect(await rig.rows(`from 's3://lake/faulty/${kind}.parquet'`)).toEqual(['{"x":1}'])
  },
)

test('what a COPY has written is not downloaded to be read', async () => {
  await rig.connection.execute("copy (select 7 as x) to 's3://lake/own/x.parquet'")
  const before = rig.double.requests.length
  expect(await rig.rows("from 's3://lake/own/x.parquet'")).toEqual(['{"x":7}'])
  expect(rig.double.requests.slice(before).map(one => one.split(' ')[0])).toEqual(['HEAD'])
})
