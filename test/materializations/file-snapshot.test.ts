import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bucketProject } from '../rig/bucket-project.ts'
import { type ProjectRig, project } from '../rig/project-rig.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
beforeAll(async () => {
  double = await startS3Double()
})
afterAll(() => double.close())

/** What the source holds run by run: rows change, vanish, come back; a column comes. */
const turns = [
  "select 1 as id, 'a' as v, timestamp '2024-01-01' as seen union all select 2, 'b', timestamp '2024-01-01' union all select 3, null, timestamp '2024-01-01'",
  "select 1 as id, 'A' as v, timestamp '2024-02-01' as seen union all select 2, 'b', timestamp '2024-01-01'",
  "select 1 as id, 'A' as v, timestamp '2024-02-01' as seen union all select 2, 'b', timestamp '2024-01-01'",
  "select 1 as id, 'x' as v, timestamp '2024-03-01' as seen, 7 as more union all select 3, 'c', timestamp '2024-03-01', 8 union all select 4, 'd', timestamp '2024-03-01', null",
  "select 1 as id, 'x' as v, timestamp '2024-03-01' as seen, 9 as more union all select 5, 'e', timestamp '2024-04-01', 1",
]

const configs = [
  ['timestamp', 'strategy: timestamp, updated_at: seen, unique_key: id'],
  ['ended rows', 'strategy: timestamp, updated_at: seen, unique_key: id, hard_deletes: invalidate'],
  ['records of what is gone', 'strategy: timestamp, updated_at: seen, unique_key: id, hard_deletes: new_record'],
  ['columns', 'strategy: check, check_cols: [v], unique_key: id, updated_at: seen, hard_deletes: new_record'],
  ['all columns', 'strategy: check, check_cols: all, unique_key: id, updated_at: seen, hard_deletes: invalidate'],
  [
    'several keys and names',
    `strategy: timestamp, updated_at: seen, unique_key: [id, v], hard_deletes: invalidate, dbt_valid_to_current: "timestamp '9999-12-31'", snapshot_meta_column_names: {dbt_valid_to: ends, dbt_valid_from: starts, dbt_scd_id: scd, dbt_updated_at: at}`,
  ],
] as const

let count = 0
function snapshots(place: 'disk' | 'bucket', config: string): ProjectRig {
  const root = place === 'disk' ? 'lake' : `s3://lake/s${++count}`
  const kinds = [
    ['plain', ''],
    ['delta', `, format: delta, location: ${root}/history`],
    ['parquet', `, format: parquet, location: ${root}/history.parquet`],
  ]
  const entries = kinds.map(([name, more]) => `  - {name: s_${name}, relation: ref('src'), config: {${config}${more}}}`)
  const files = { 'snapshots/s.yml': `snapshots:\n${entries.join('\n')}\n`, 'models/src.sql': source(0) }
  return place === 'disk' ? project(files) : bucketProject(double, files)
}

function source(turn: number): string {
  return `{{ config(materialized='table') }} ${turns[turn]}`
}

/** The rows, without what depends on the moment of the run. */
async function history(p: ProjectRig, name: string): Promise<unknown[]> {
  p.write({ 'models/probe.sql': `{{ config(materialized='table') }} select * from {{ ref('${name}') }}` })
  expect(await p.run('run --select probe'), p.stdout).toBe(0)
  const rows = await p.rows('select * from probe')
  const moments = /^2(?!024)/
  return rows
    .map(row => JSON.stringify(row, (key, value) => (hides(key, value, moments) ? 'now' : value)))
    .sort()
    .map(row => JSON.parse(row) as unknown)
}

function hides(key: string, value: unknown, moments: RegExp): boolean {
  return (typeof value === 'string' && moments.test(value)) || (key === 'dbt_scd_id' && value !== null)
}

/** In a bucket the same code runs on copies. */
const placed = [
  ['disk', configs],
  ['bucket', configs.slice(2, 3)],
] as const

describe.each(placed)('a snapshot kept in files on %s', (place, some) => {
  test.each(some)('has the rows of one kept in the database, run after run: by %s', async (_, config) => {
    const p = snapshots(place, config)
    for (const turn of turns.keys()) {
      p.write({ 'models/src.sql': source(turn) })
      expect(await p.run('build --exclude probe'), p.stdout).toBe(0)
      const expected = await history(p, 's_plain')
      expect(await history(p, 's_delta')).toEqual(expected)
      expect(await history(p, 's_parquet')).toEqual(expected)
    }
  })
})

const simple = 'strategy: timestamp, updated_at: seen, unique_key: id'

function snapshot(more: string, files: Readonly<Record<string, string>> = {}): ProjectRig {
  const config = `${simple}${more}`
  return project({
    'snapshots/s.yml': `snapshots: [{name: s, relation: ref('src'), config: {${config}}}]`,
    'models/src.sql': source(0),
    ...files,
  })
}

const delta = ', format: delta, location: lake/s'

test.each([
  ['delta', delta],
  ['parquet', ', format: parquet, location: lake/s.parquet'],
])('a snapshot that becomes %s takes over the rows it has in the database', async (_, more) => {
  const p = snapshot('')
  expect(await p.run('build'), p.stdout).toBe(0)
  const config = `snapshots: [{name: s, relation: ref('src'), config: {${simple}${more}}}]`
  p.write({ 'snapshots/s.yml': config, 'models/src.sql': source(1) })
  expect(await p.run('build'), p.stdout).toBe(0)
  expect(await history(p, 's')).toHaveLength(4)
  expect(await p.run('snapshot'), p.stdout).toBe(0)
  expect(await history(p, 's')).toHaveLength(4)
})

test('a table beside the files of a snapshot is an error, since one of them would be lost', async () => {
  const p = snapshot(delta)
  expect(await p.run('build'), p.stdout).toBe(0)
  const plain = p.read('snapshots/s.yml').replace(delta, '')
  const onFiles = p.read('snapshots/s.yml')
  p.remove('shop.duckdb')
  p.write({ 'snapshots/s.yml': plain })
  expect(await p.run('build'), p.stdout).toBe(0)
  p.write({ 'snapshots/s.yml': onFiles })
  expect(await p.run('build')).toBe(1)
  expect(p.stdout).toContain('is kept in files, but there is a table of its name')
})

test.each([
  ['delta', delta],
  ['parquet', ', format: parquet, location: lake/s.parquet'],
])('a new database goes on with the %s rows that are there', async (_, more) => {
  const p = snapshot(more)
  expect(await p.run('build'), p.stdout).toBe(0)
  p.remove('shop.duckdb')
  p.write({ 'models/src.sql': source(1) })
  expect(await p.run('build'), p.stdout).toBe(0)
  expect(await history(p, 's')).toHaveLength(4)
})

test('rows that have ended are in files that are not touched again, and a run without changes makes no commit', async () => {
  const p = snapshot(delta)
  for (const turn of [0, 1, 1, 3]) {
    p.write({ 'models/src.sql': source(turn) })
    expect(await p.run('build'), p.stdout).toBe(0)
  }
  const commits = p.list('lake/s/_delta_log').map(name => p.read(`lake/s/_delta_log/${name}`))
  expect(commits).toHaveLength(3)
  const paths = (log: string, kind: string): unknown[] =>
    log.split('\n').flatMap(line => {
      const action = line === '' ? undefined : (JSON.parse(line) as Record<string, { path?: string }>)[kind]
      return action === undefined ? [] : [action.path]
    })
  const [, second = '', third = ''] = commits
  expect(paths(second, 'add')).toHaveLength(2)
  expect(paths(third, 'remove')).toHaveLength(1)
})

test('a snapshot of parts is refused for Parquet, and works for Delta', async () => {
  const parts = ', partition_by: v'
  const p = snapshot(`${parts}, format: parquet, location: lake/s`)
  expect(await p.run('build')).toBe(1)
  expect(p.stdout).toContain('cannot be replaced at once')
  p.write({ 'snapshots/s.yml': p.read('snapshots/s.yml').replace('parquet', 'delta') })
  for (const turn of turns.keys()) {
    p.write({ 'models/src.sql': source(turn) })
    expect(await p.run('build'), p.stdout).toBe(0)
  }
  expect(await history(p, 's')).toHaveLength(8)
})

test('a snapshot in files is told as what it is in the plan', async () => {
  const p = snapshot(delta)
  expect(await p.run('build'), p.stdout).toBe(0)
  expect(await p.run('snapshot --dry-run')).toBe(0)
  expect(p.stdout).toContain('timestamp')
})
