/** What a profile says about a bucket, as a run meets it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { s3Store } from '../../src/storage/s3-store.ts'
import { bucketProject } from '../rig/bucket-project.ts'
import { type ProjectRig, project } from '../rig/project-rig.ts'
import { type S3Double, type S3DoubleOptions, startS3Double } from '../rig/s3-double/s3-double.ts'

const open: S3Double[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function start(options: S3DoubleOptions = {}): Promise<S3Double> {
  const double = await startS3Double(options)
  open.push(double)
  return double
}

/** The project with lines of its profile replaced. */
function changed(double: S3Double, from: RegExp, to: string, files: Readonly<Record<string, string>>): ProjectRig {
  const plain = bucketProject(double, files)
  return project({ 'profiles.yml': plain.read('profiles.yml').replace(from, to), ...files })
}

const reading = { 'models/m.sql': "{{ config(materialized='table') }} select * from 's3://lake/in/x.csv'" }

test.each([
  ['a wrong secret', /secret: .*/, 'secret: hush-hush-hush', 'The credentials for "s3://lake" are not valid'],
  ['a wrong region', /region: .*/, 'region: us-west-2', 'was asked in the wrong region: it lies in "us-east-1"'],
  ['a wrong endpoint', /endpoint: .*/, 'endpoint: 127.0.0.1:1', 'could not be reached'],
])('%s is told once and without the secret', async (_, from, to, message) => {
  const double = await start({ region: 'us-east-1' })
  const p = changed(double, from, to, reading)
  expect(await p.run('run')).toBe(1)
  expect(p.stdout).toContain(message)
  expect(p.stdout).not.toContain('hush-hush')
  expect(p.stdout).not.toContain(double.keys.secretAccessKey)
})

test('an external model goes to a bucket that denies listing', async () => {
  const double = await start({ deniesListing: true })
  const p = bucketProject(double, { 'models/m.sql': "{{ config(materialized='external') }} select 1 as x" })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await p.run('run'), p.stdout).toBe(0)
  expect([...double.objects.keys()]).toEqual(['lake/m.parquet'])
})

test('a database of the profile may lie in a bucket', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eider-attach-'))
  const path = join(folder, 'made.duckdb')
  const database = duckdbDatabase({ ...defaultDuckdbSettings, path })
  await (await database.connect()).execute('create table t as select 5 as x')
  await database.close()
  const double = await start()
  const store = s3Store(
    { bucket: double.bucket, endpoint: double.endpoint, credentials: double.keys },
    { ids: () => 'id', pauseMs: 1 },
  )
  await store.put('db/shared.duckdb', readFileSync(path))
  rmSync(folder, { recursive: true, force: true })
  const p = changed(double, /threads: 2/, 'threads: 2\n      attach: [{path: "s3://lake/db/shared.duckdb"}]', {
    'models/m.sql': "{{ config(materialized='table') }} select x from shared.main.t",
  })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await p.rows('m')).toEqual([{ x: 5 }])
  const before = double.requests.length
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(double.requests.slice(before).filter(one => one.startsWith('GET'))).toEqual([])
})
