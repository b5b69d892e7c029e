import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { type RunResults, shop } from '../rig/small-shop.ts'

describe('retry', () => {
  test('runs again what failed and what was skipped because of it', async () => {
    const p = project({ ...shop, 'models/a.sql': 'select 1 as id from nowhere' })
    expect(await p.run('run')).toBe(1)
    p.write({ 'models/a.sql': 'select 1 as id' })
    expect(await p.run('retry')).toBe(0)
    const { args, results } = p.json('target/run_results.json') as RunResults
    expect(args.which).toBe('run')
    expect(results.map(one => one.unique_id)).toEqual(['model.shop.a', 'model.shop.b'])
  })

  test('has nothing to do after a good run', async () => {
    const p = project(shop)
    await p.run('run')
    expect(await p.run('retry')).toBe(0)
    expect((p.json('target/run_results.json') as RunResults).results).toEqual([])
    expect(await p.run('retry')).toBe(2)
    expect(p.stdout).toContain("Could not find previous run in 'target' target directory")
  })

  test('tells that there is nothing to compile', async () => {
    const p = project(shop)
    await p.run('compile')
    expect(await p.run('retry')).toBe(0)
    expect(p.stdout).toContain('Nothing to do. Try checking your model configs and model specification args')
  })

  test('keeps the number of threads unless it is given anew', async () => {
    const p = project({ ...shop, 'models/a.sql': 'select 1 as id from nowhere' })
    const threads = (): unknown => (p.json('target/run_results.json') as RunResults).args.threads
    await p.run('run --threads 3')
    await p.run('retry --threads 2')
    expect(threads()).toBe(2)
    await p.run('retry')
    expect(threads()).toBe(2)
  })

  test('takes the state of the earlier run', async () => {
    const p = project({ ...shop, 'models/c.sql': "select * from {{ ref('a') }}, nowhere" })
    await p.run('parse --target-path before')
    await p.run('run -s a')
    expect(await p.run('run -s c --defer --state before')).toBe(1)
    p.write({ 'models/c.sql': "select * from {{ ref('a') }}" })
    expect(await p.run('retry')).toBe(0)
    expect((p.json('target/run_results.json') as RunResults).args.state).toBe('before')
  })

  test('runs only the batches that failed, in the same window of time', async () => {
    const batched = (check: string): string => `{{ config(materialized='incremental', incremental_strategy='microbatch',
      event_time='seen', batch_size='day', begin='2024-01-01', lookback=0) }}
      select id, seen, ${check} as v from {{ ref('events') }}`
    const p = project({
      'models/events.sql': `{{ config(materialized='table', event_time='seen') }}
        select i as id, timestamp '2024-01-01' + to_days(i::int) as seen from range(4) r(i)`,
      'models/m.sql': batched("case when id = 2 then error('no') end"),
    })
    expect(await p.run('run --event-time-start 2024-01-01 --event-time-end 2024-01-05')).toBe(1)
    const written = p.json('target/run_results.json') as RunResults
    expect(written.args.event_time_start).toBe('2024-01-01T00:00:00')
    p.write({ 'models/m.sql': batched('1') })
    expect(await p.run('retry')).toBe(0)
    expect(p.stdout).toContain('Batch 1 of 1 OK created batch 2024-01-03 of main.m')
    const { results } = p.json('target/run_results.json') as RunResults
    expect(results.map(one => one.unique_id)).toEqual(['model.shop.m'])
  })

  test('says that there was no run', async () => {
    const p = project(shop)
    expect(await p.run('retry')).toBe(2)
    expect(p.stdout).toContain("Could not find previous run in 'target' target directory")
  })
})
