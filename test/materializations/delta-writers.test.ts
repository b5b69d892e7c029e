import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { randomIds } from '../../src/base/clock.ts'
import { bucketProject } from '../rig/bucket-project.ts'
import { type ProjectRig, project } from '../rig/project-rig.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
beforeAll(async () => {
  double = await startS3Double()
})
afterAll(() => double.close())

const config = "materialized='incremental', format='delta', location='s3://lake/shared'"

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

interface Place {
  readonly location: string
  project(files: Readonly<Record<string, string>>): ProjectRig
}

function placeOf(kind: 'disk' | 'bucket'): Place {
  if (kind === 'bucket') {
    return { location: 's3://lake/raced', project: files => alone(bucketProject(double, files, { ids: randomIds })) }
  }
  const folder = mkdtempSync(join(tmpdir(), 'eider-raced-'))
  folders.push(folder)
  return { location: `${folder}/lake/raced`, project: files => alone(project(files, { ids: randomIds })) }
}

/**
 * A run makes its folder the working directory of this one process, so of several at once each must name its database by its
 * whole path: otherwise they would now and then open each other's.
 */
function alone(p: ProjectRig): ProjectRig {
  p.write({ 'profiles.yml': p.read('profiles.yml').replace('path: shop.duckdb', `path: ${p.folder}/shop.duckdb`) })
  return p
}

test.each(['disk', 'bucket'] as const)(
  'four writers at once on %s lose nothing, whether they append or merge',
  async kind => {
    const place = placeOf(kind)
    const model = (more: string): string =>
      `{{ config(materialized='incremental', format='delta', location='${place.location}', ${more}) }}`
    const strategies = ["incremental_strategy='append'", "incremental_strategy='merge', unique_key='id'"]
    const writers = [0, 1, 2, 3].map(writer =>
      place.project({
        'models/m.sql': `${model(strategies[writer % 2] ?? '')} select ${writer} * 100 + {{ var('turn') }} as id`,
      }),
    )
    for (let turn = 0; turn < 3; turn++) {
      const codes = await Promise.all(writers.map(p => p.run(['run', '--vars', `{turn: ${turn}}`])))
      expect(codes, writers.map(p => p.stdout).join('\n')).toEqual([0, 0, 0, 0])
    }
    const ids = [0, 1, 2, 3].flatMap(writer => [0, 1, 2].map(turn => ({ id: writer * 100 + turn })))
    // A project that has never seen the table finds it.
    const reader = place.project({
      'models/m.sql': `${model(strategies[0] ?? '')} select 1 as id`,
      'models/probe.sql': "{{ config(materialized='table') }} select id from {{ ref('m') }} order by id",
    })
    expect(await reader.run('run --select probe'), reader.stdout).toBe(0)
    expect(await reader.rows('probe')).toEqual(ids)
  },
)

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
