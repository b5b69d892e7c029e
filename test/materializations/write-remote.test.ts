import { afterAll, beforeEach, expect, test } from 'vitest'
import { bucketProject } from '../rig/bucket-project.ts'
import type { ProjectRig } from '../rig/project-rig.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

const open: S3Double[] = []
let double: S3Double
beforeEach(async () => {
  double = await startS3Double({ pageSize: 2 })
  open.push(double)
})
afterAll(async () => {
  for (const one of open) await one.close()
})

const keys = (): string[] => [...double.objects.keys()].sort()
const text = (key: string): string => Buffer.from(double.objects.get(key) ?? []).toString()

/** Rows of the model as the next model of the project sees them. */
async function rows(p: ProjectRig, query: string): Promise<unknown> {
  p.write({ 'models/probe.sql': `{{ config(materialized='table') }} ${query}` })
  expect(await p.run('run --select probe'), p.stdout).toBe(0)
  return p.rows('probe')
}

const parted = (query: string, more = ''): string =>
  `{{ config(materialized='external', options={'partition_by': 'day'}${more}) }} ${query}`

test('a model becomes one object, and its view reads it', async () => {
  const p = bucketProject(double, { 'models/m.sql': "{{ config(materialized='external') }} select 1 as x" })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(keys()).toEqual(['lake/m.parquet'])
  expect(await rows(p, "select * from {{ ref('m') }}")).toEqual([{ x: 1 }])
})

test('other formats are written as on disk', async () => {
  const p = bucketProject(double, {
    'models/c.sql': "{{ config(materialized='external', location='s3://lake/out/c.csv') }} select 1 as x, 'a' as y",
    'models/j.sql': "{{ config(materialized='external', format='json') }} select 1 as x",
  })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(text('out/c.csv')).toBe('x,y\n1,a\n')
  expect(text('lake/j.json')).toBe('{"x":1}\n')
  expect(await rows(p, "select y, j.x from {{ ref('c') }} c, {{ ref('j') }} j")).toEqual([{ y: 'a', x: 1 }])
})

test('each partition is one object with a key that stays; partitions that are gone go last', async () => {
  const p = bucketProject(double, { 'models/m.sql': parted("select x, 'd' || x as day from range(3) t(x)") })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(keys()).toEqual(['d0', 'd1', 'd2'].map(day => `lake/m/day=${day}/data_0.parquet`))
  p.write({ 'models/m.sql': parted("select x, 'd' || x as day from range(1, 2) t(x)") })
  const before = double.requests.length
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(keys()).toEqual(['lake/m/day=d1/data_0.parquet'])
  const changes = double.requests.slice(before).filter(one => /^(?:PUT|DELETE)/.test(one))
  expect(changes.map(one => one.split(' ')[0])).toEqual(['PUT', 'DELETE', 'DELETE'])
  expect(await rows(p, "select x, day from {{ ref('m') }}")).toEqual([{ x: 1, day: 'd1' }])
})

test('insert_overwrite replaces the partitions it gives, also where the database is new', async () => {
  const config = ", incremental_strategy='insert_overwrite'"
  const files = { 'models/m.sql': parted("select x, 'd' || x as day from range(3) t(x)", config) }
  expect(await bucketProject(double, files).run('run')).toBe(0)
  const p = bucketProject(double, {
    'models/m.sql': parted(
      "select 10 as x, 'd1' as day {% if not is_incremental() %} union all select 99, 'd9' {% endif %}",
      config,
    ),
  })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await rows(p, "select x, day from {{ ref('m') }} order by day")).toEqual([
    { x: 0, day: 'd0' },
    { x: 10, day: 'd1' },
    { x: 2, day: 'd2' },
  ])
})

test('what was written is not downloaded to be read', async () => {
  const p = bucketProject(double, {
    'models/m.sql': parted("select x, 'd' || x as day from range(3) t(x)"),
    'models/n.sql': "{{ config(materialized='table') }} select sum(x)::int as s from {{ ref('m') }}",
  })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await p.rows('n')).toEqual([{ s: 3 }])
  expect(double.requests.filter(one => one.startsWith('GET') && !one.includes('list-type'))).toEqual([])
})

test.each([
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'answer-after', status: 500, code: 'InternalError' },
] as const)('a fault of one request is survived: %o', async fault => {
  const p = bucketProject(double, { 'models/m.sql': parted("select x, 'd' || x as day from range(3) t(x)") })
  for (const method of ['PUT', 'GET', 'HEAD']) double.fail({ fault, method })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await rows(p, "select count(*)::int as n from {{ ref('m') }}")).toEqual([{ n: 3 }])
})

test('a run that cannot finish leaves whole old partitions, and the next one ends right', async () => {
  const p = bucketProject(double, { 'models/m.sql': parted("select 1 as v, 'd' || x as day from range(3) t(x)") })
  expect(await p.run('run'), p.stdout).toBe(0)
  p.write({ 'models/m.sql': parted("select 2 as v, 'd' || x as day from range(1, 4) t(x)") })
  double.fail({ fault: { kind: 'answer', status: 403, code: 'AccessDenied' }, method: 'PUT', urlHolds: 'd2' })
  expect(await p.run('run')).toBe(1)
  expect(keys()).toContain('lake/m/day=d0/data_0.parquet')
  expect(await rows(p, "select v from {{ ref('m') }} where day in ('d0', 'd2')")).toEqual([{ v: 1 }, { v: 1 }])
  expect(await p.run('run --select m'), p.stdout).toBe(0)
  expect(await rows(p, "select v, day from {{ ref('m') }} order by day")).toEqual(
    ['d1', 'd2', 'd3'].map(day => ({ v: 2, day })),
  )
})

test('a query that fails changes nothing', async () => {
  const p = bucketProject(double, { 'models/m.sql': "{{ config(materialized='external') }} select 1 as x" })
  expect(await p.run('run')).toBe(0)
  const before = double.objects.get('lake/m.parquet')
  p.write({ 'models/m.sql': "{{ config(materialized='external') }} select error('no') as x" })
  expect(await p.run('run')).toBe(1)
  expect(double.objects.get('lake/m.parquet')).toEqual(before)
})

test('a large file goes up in parts, and nothing of it stays when the query fails', async () => {
  const query = (end: string): string =>
    `{{ config(materialized='external') }} select hash(i) as h, hash(i + 1) as g, ${end} as e from range(1500000) t(i)`
  const p = bucketProject(double, { 'models/m.sql': query("case when i = 1499999 then error('late') else 1 end") })
  expect(await p.run('run')).toBe(1)
  expect(keys()).toEqual([])
  expect(double.openUploads()).toBe(0)
  p.write({ 'models/m.sql': query('1') })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(double.requests.filter(one => one.includes('partNumber=3')).length).toBeGreaterThan(0)
  expect(double.openUploads()).toBe(0)
  expect(await rows(p, "select count(distinct h)::int as n from {{ ref('m') }}")).toEqual([{ n: 1500000 }])
})

test('the results say how much went over the network', async () => {
  const p = bucketProject(double, {
    'models/m.sql': "{{ config(materialized='external') }} select 1 as x",
    'models/n.sql': "{{ config(materialized='table') }} select 1 as x",
  })
  expect(await p.run('run')).toBe(0)
  const { results } = p.json('target/run_results.json') as {
    results: { unique_id: string; adapter_response: Record<string, unknown> }[]
  }
  const responseOf = (name: string): unknown => results.find(one => one.unique_id.endsWith(name))?.adapter_response
  const size = double.objects.get('lake/m.parquet')?.length
  expect(responseOf('m')).toMatchObject({ bytes_uploaded: size, bytes_downloaded: 0, requests: expect.any(Number) })
  expect(responseOf('n')).toEqual({ _message: 'OK' })
  const [, told, unit, requests] = /Downloaded 0 B and uploaded ([\d.]+) (k?B) in (\d+) requests/.exec(p.stdout) ?? []
  expect(Number(told) * (unit === 'kB' ? 1000 : 1)).toBeCloseTo(Number(size), -2)
  expect(Number(requests)).toBeGreaterThan(0)
})
