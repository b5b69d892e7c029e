import { afterAll, beforeAll, expect, test } from 'vitest'
import { bucketProject } from '../rig/bucket-project.ts'
import { project } from '../rig/project-rig.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
beforeAll(async () => {
  double = await startS3Double()
})
afterAll(() => double.close())

const model = {
  'models/m.sql':
    "{{ config(materialized='incremental', format='delta', incremental_strategy='append') }} select {{ var('id', 1) }} as id",
}

test.each(['disk', 'bucket'])('history, optimize, restore and vacuum of a model on %s', async place => {
  const p = place === 'disk' ? project(model) : bucketProject(double, model)
  for (const id of [1, 2, 3]) expect(await p.run(['run', '--vars', `{id: ${id}}`]), p.stdout).toBe(0)
  expect(await p.run('--quiet delta history m --limit 2'), p.stderr).toBe(0)
  expect(p.stdout.trim().split('\n')).toHaveLength(2)
  expect(p.stdout).toMatch(/^2 {2}\S+ {2}WRITE {2}\+1 -0 files {2}eider \{"model":"model\.shop\.m"/)
  expect(await p.run('--quiet delta optimize m')).toBe(0)
  expect(p.stdout).toContain('version 3, 3 files became 1')
  expect(await p.run('--quiet delta optimize m')).toBe(0)
  expect(p.stdout).toContain('nothing to do')
  expect(await p.run('--quiet delta restore m --to-version 1')).toBe(0)
  await p.run(['--quiet', 'show', '--inline', "select count(*) as n from {{ ref('m') }}", '--output', 'json'])
  expect(p.stdout).toContain('"n": 2')
  expect(await p.run('--quiet delta vacuum m --dry-run')).toBe(0)
  expect(p.stdout).toContain('0 files would be deleted')
})

test('optimize takes columns to order by and a size', async () => {
  const p = project(model)
  await p.run('run')
  expect(await p.run('--quiet delta optimize m --zorder-by id --target-size 1MB'), p.stdout).toBe(0)
  expect(p.stdout).toContain('version 1, 1 files became 1')
  expect(await p.run('delta optimize m --zorder-by none')).not.toBe(0)
  expect(await p.run('delta optimize m --target-size much')).toBe(2)
  expect(p.stdout).toContain('"much" is no size')
})

test('a table is named by its place as well', async () => {
  const p = project(model)
  await p.run('run')
  expect(await p.run(['--quiet', 'delta', 'history', './m'])).toBe(0)
  expect(p.stdout).toContain('CREATE TABLE AS SELECT')
})

test('a name that is no Delta model is told', async () => {
  const p = project(model)
  expect(await p.run('delta vacuum mm')).toBe(2)
  expect(p.diagnostics[0]).toMatchObject({ code: 'execution/no-delta-model', hint: 'did you mean "m"' })
})

test('copies are listed and cleared', async () => {
  const p = bucketProject(double, {
    'models/e.sql': "{{ config(materialized='external') }} select 1 as id",
    'models/t.sql': "{{ config(materialized='table') }} select * from {{ ref('e') }}",
  })
  expect(await p.run('run'), p.stdout).toBe(0)
  expect(await p.run('--quiet cache list')).toBe(0)
  expect(p.stdout).toMatch(/lake\/lake\/e\.parquet\n1 copies, \d+ bytes/)
  expect(await p.run('--quiet cache clear')).toBe(0)
  expect(p.stdout).toContain('1 copies deleted')
  expect(await p.run('--quiet cache list')).toBe(0)
  expect(p.stdout).toContain('0 copies')
})
