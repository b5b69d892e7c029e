import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { trafficOf } from '../../src/lake/lake-connection.ts'
import { type LakeRig, lakeRig } from '../rig/lake-rig.ts'

let rig: LakeRig
const dayCount = 60

beforeAll(async () => {
  rig = await lakeRig({ partialReads: { isOn: true, leastBytes: 32e6 } })
  for (let day = 0; day < dayCount; day++) {
    const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)
    const ids = Array.from({ length: 20 }, (_, at) => day * 100 + at)
    const csv = Buffer.from(`id,v\n${ids.map(id => `${id},x${id}\n`).join('')}`)
    await rig.store.put(`csv/day=${date}/a.csv`, csv)
    await rig.store.put(`packed/day=${date}/a.csv.gz`, gzipSync(csv))
    const json = ids.map(id => `${JSON.stringify({ id, v: `x${id}` })}\n`).join('')
    await rig.store.put(`json/day=${date}/a.json`, Buffer.from(json))
  }
})

afterAll(async () => {
  await rig.close()
})

const csv = "read_csv('s3://lake/csv/*/*.csv', hive_partitioning = true)"
const strict = "read_csv('s3://lake/csv/*/*.csv', columns = {'id': 'INT', 'v': 'VARCHAR'}, ignore_errors = true)"
const json = "read_json('s3://lake/json/*/*.json')"

test.each([
  ["from 's3://lake/csv/*/*.csv' where day = '2024-02-20'", 20, 11],
  [`from ${csv} where day between '2024-02-01' and '2024-02-03' and id % 2 = 0`, 30, 13],
  [`from ${strict} where day = '2024-02-29'`, 20, 11],
  [`from ${csv} where day = '2023-01-01'`, 0, 10],
  [`from ${csv} where day = (select max(d) from (values (date '2024-02-10')) v(d))`, 20, dayCount],
  [`from ${csv} x join ${csv} y using (id) where x.day = '2024-02-20' and y.day >= '2024-02-20'`, 20, 20],
  [`from ${csv} x join ${csv} y using (id) where x.day = '2024-02-20'`, 20, dayCount],
  [`from ${csv} where id = 5100`, 1, dayCount],
  [`from ${csv}`, 20 * dayCount, dayCount],
  ["from read_csv('s3://lake/csv/*/*.csv', union_by_name = true) where day = '2024-02-20'", 20, dayCount],
  ["from read_csv('s3://lake/csv/*/*.csv', compression = 'none') where day = '2024-02-20'", 20, dayCount],
  ["from 's3://lake/packed/*/*.csv.gz' where day = '2024-02-20'", 20, 11],
  [`from ${json} where day = '2024-02-20'`, 20, 33],
  [`from ${json}`, 20 * dayCount, dayCount],
])('%s', async (query, rows, files) => {
  const connection = await rig.fresh()
  const before = rig.double.requests.length
  expect(
    await connection.rows(
      `select count(*)::int, count(distinct id)::int ${query.replace('using (id)', 'using (id, v)')}`,
    ),
  ).toEqual([[rows, rows]])
  const fetched = rig.double.requests.slice(before).filter(one => one.startsWith('GET /') && !one.includes('list-type'))
  expect(fetched).toHaveLength(files)
  expect(trafficOf(connection).bytesRead).toBeGreaterThan(0)
})

test('another statement fetches the days that it wants, and copies of earlier ones serve', async () => {
  const connection = await rig.fresh()
  const day = (text: string): string => `select sum(id)::int from ${csv} where day = '${text}'`
  expect(await connection.rows(day('2024-02-20'))).toEqual([[100190]])
  const { requests } = trafficOf(connection)
  expect(await connection.rows(day('2024-02-20'))).toEqual([[100190]])
  expect(trafficOf(connection).requests).toBe(requests)
  expect(await connection.rows(day('2024-02-21'))).toEqual([[102190]])
  expect(trafficOf(connection).requests).toBe(requests + 1)
  expect(await connection.rows(`select filename from ${csv} where day = '2024-02-21' limit 1`)).toEqual([
    ['s3://lake/csv/day=2024-02-21/a.csv'],
  ])
})
