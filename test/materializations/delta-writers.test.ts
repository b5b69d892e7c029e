import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomIds } from '../../src/base/clock.ts'
import { bucketProject } from '../rig/bucket-project.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
beforeAll(async () => {
  double = await startS3Double()
})
afterAll(() => double.close())

const config = "materialized='incremental', format='delta', location='s3://lake/shared'"

/** Rows of the shared table, read by a project that has never seen it. */
async function shared(query: string): Promise<unknown> {
  const p = bucketProject(double, {
    'models/m.sql': `{{ config(${config}) }} select 1 as id`,
    'models/probe.sql': `{{ config(materialized='table') }} ${query.replace('from m', "from {{ ref('m') }}")}`,
  })
  expect(await p.run('run --select probe'), p.stdout).toBe(0)
  return p.rows('probe')
}

test('four writers at once lose nothing, whether they append or merge', async () => {
  const writers = Array.from({ length: 4 }, (_, writer) =>
    bucketProject(
      double,
      {
        'models/m.sql': `{{ config(${config}, ${writer % 2 === 0 ? "incremental_strategy='append'" : "incremental_strategy='merge', unique_key='id'"}) }} select ${writer} * 100 + {{ var('turn') }} as id`,
      },
      { ids: randomIds },
    ),
  )
  for (let turn = 0; turn < 3; turn++) {
    const codes = await Promise.all(writers.map(p => p.run(['run', '--vars', `{turn: ${turn}}`])))
    expect(codes, writers.map(p => p.stdout).join('\n')).toEqual([0, 0, 0, 0])
  }
  const ids = [0, 1, 2, 3].flatMap(writer => [0, 1, 2].map(turn => ({ id: writer * 100 + turn })))
  expect(await shared('select id from m order by id')).toEqual(ids)
})

test('a store that ignores conditions is refused before anything is committed', async () => {
  const careless = await startS3Double({ ignoresConditions: true })
  try {
    const p = bucketProject(careless, { 'models/m.sql': `{{ config(${config}) }} select 1 as id` })
    expect(await p.run('run')).toBe(1)
    expect(p.stdout).toContain('ignores the conditions of a put')
    expect([...careless.objects.keys()].filter(key => key.includes('_delta_log'))).toEqual([])
    const profiles = p.read('profiles.yml')
    p.write({ 'profiles.yml': profiles.replace('use_ssl: false', 'use_ssl: false\n          single_writer: true') })
    expect(await p.run('run'), p.stdout).toBe(0)
  } finally {
    await careless.close()
  }
})

test('a wrong secret is told without the secret', async () => {
  const p = bucketProject(double, { 'models/m.sql': "select * from 's3://lake/none.parquet'" })
  p.write({ 'profiles.yml': p.read('profiles.yml').replace(double.keys.secretAccessKey, 'not-the-secret') })
  expect(await p.run('run')).toBe(1)
  expect(p.stdout).toMatch(/s3:\/\/lake/)
  expect(p.stdout + p.stderr).not.toContain('not-the-secret')
})
