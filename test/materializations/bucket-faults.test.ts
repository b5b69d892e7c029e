/**
 * A run that dies at any of its requests: from there on the bucket answers nothing but 403, which is what a killed process
 * leaves behind. Readers then find the state before or the one after, and the next run ends right.
 */
import { afterEach, expect, test } from 'vitest'
import { randomIds } from '../../src/base/clock.ts'
import { bucketProject } from '../rig/bucket-project.ts'
import type { ProjectRig } from '../rig/project-rig.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

const open: S3Double[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

const dead = { kind: 'answer', status: 403, code: 'AccessDenied' } as const

/** Rows as a project sees them that knows nothing of the runs before. */
async function rowsNow(double: S3Double, sql: string): Promise<string> {
  const p = bucketProject(double, {
    'models/m.sql': sql,
    'models/probe.sql': "{{ config(materialized='table') }} select day, v from {{ ref('m') }} order by all",
  })
  expect(await p.run('run --select probe'), p.stdout).toBe(0)
  return JSON.stringify((await p.rows('probe')).map(row => `${row.day}=${row.v}`))
}

async function prepared(first: string, second: string): Promise<{ double: S3Double; p: ProjectRig }> {
  const double = await startS3Double()
  open.push(double)
  const p = bucketProject(double, { 'models/m.sql': first }, { ids: randomIds })
  expect(await p.run('run'), p.stdout).toBe(0)
  p.write({ 'models/m.sql': second })
  return { double, p }
}

/** The states that a reader has found after a death at each request, until a run got through. */
async function dieEverywhere(
  first: string,
  second: string,
): Promise<{ readonly found: Set<string>; readonly end: string }> {
  const found = new Set<string>()
  for (let after = 0; ; after++) {
    const { double, p } = await prepared(first, second)
    double.fail({ fault: dead, after, times: Number.MAX_SAFE_INTEGER })
    const before = double.requests.length
    const code = await p.run('run')
    const asked = double.requests.length - before
    double.revive()
    found.add(await rowsNow(double, second))
    expect(await p.run('run'), p.stdout).toBe(0)
    const end = await rowsNow(double, second)
    if (code === 0 && asked <= after) return { found, end }
  }
}

test('a Delta table is as it was or as it is to be', { timeout: 120_000 }, async () => {
  const config =
    "{{ config(materialized='incremental', format='delta', unique_key='day', incremental_strategy='merge') }}"
  const { found, end } = await dieEverywhere(
    `${config} select 'a' as day, 1 as v union all select 'b', 1`,
    `${config} select 'b' as day, 2 as v union all select 'c', 2`,
  )
  expect(end).toBe('["a=1","b=2","c=2"]')
  expect([...found].sort()).toEqual(['["a=1","b=1"]', '["a=1","b=2","c=2"]'])
})

test('each partition of an external model is as it was or as it is to be', { timeout: 120_000 }, async () => {
  const config = "{{ config(materialized='external', options={'partition_by': 'day'}) }}"
  const { found, end } = await dieEverywhere(
    `${config} select 1 as v, 'a' as day union all select 1, 'b'`,
    `${config} select 2 as v, 'b' as day union all select 2, 'c'`,
  )
  expect(end).toBe('["b=2","c=2"]')
  for (const state of found) {
    const days = (JSON.parse(state) as string[]).map(text => text.split('=')[0])
    expect(new Set(days).size).toBe(days.length)
    expect(days).toContain('b')
    if (!days.includes('a')) expect(state).toBe(end)
  }
})
