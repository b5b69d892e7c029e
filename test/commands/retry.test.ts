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
    expect(args['which']).toBe('run')
    expect(results.map(one => one.unique_id)).toEqual(['model.shop.a', 'model.shop.b'])
  })

  test('has nothing to do after a good run', async () => {
    const p = project(shop)
    await p.run('run')
    expect(await p.run('retry')).toBe(0)
    expect((p.json('target/run_results.json') as RunResults).results).toEqual([])
  })

  test('keeps the number of threads unless it is given anew', async () => {
    const p = project({ ...shop, 'models/a.sql': 'select 1 as id from nowhere' })
    const threads = (): unknown => (p.json('target/run_results.json') as RunResults).args['threads']
    await p.run('run --threads 3')
    await p.run('retry --threads 2')
    expect(threads()).toBe(2)
    await p.run('retry')
    expect(threads()).toBe(2)
  })

  test('says that there was no run', async () => {
    const p = project(shop)
    expect(await p.run('retry')).toBe(2)
    expect(p.stdout).toContain("Could not find previous run in 'target' target directory")
  })
})
