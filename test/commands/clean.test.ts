import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('clean', () => {
  test('deletes the target folder', async () => {
    const p = project(shop)
    await p.run('parse')
    expect(await p.run('clean')).toBe(0)
    expect(p.exists('target')).toBe(false)
    expect(p.stdout).toContain('Finished cleaning all paths.')
  })

  test('deletes the target folder of this very command where the project file names none', async () => {
    const p = project(shop)
    await p.run('parse')
    await p.run('parse --target-path target/apart')
    expect(await p.run('clean --target-path target/apart')).toBe(0)
    expect(p.exists('target/apart')).toBe(false)
    expect(p.exists('target/manifest.json')).toBe(true)
  })

  test('refuses to delete models and what lies outside, and deletes nothing then', async () => {
    const files = { 'dbt_project.yml': 'name: shop\nprofile: shop\nclean-targets: [target, models]\n' }
    const p = project({ ...shop, ...files })
    await p.run('parse')
    expect(await p.run('clean')).toBe(2)
    expect(p.stdout).toContain('dbt will not clean the following source paths')
    expect(p.exists('target')).toBe(true)
    p.write({ 'dbt_project.yml': 'name: shop\nprofile: shop\nclean-targets: [../elsewhere]\n' })
    expect(await p.run('clean')).toBe(2)
    expect(p.stdout).toContain('dbt will not clean the following directories outside the project')
  })
})
