import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('debug', () => {
  test('passes where project, profile and database are good', async () => {
    const p = project(shop)
    expect(await p.run('debug')).toBe(0)
    expect(p.stdout).toContain('All checks passed!')
  })

  test('names what is wrong', async () => {
    const p = project({ ...shop, 'profiles.yml': 'other: {}\n' })
    expect(await p.run('debug')).toBe(1)
    expect(p.stdout).toContain('profiles.yml file [ERROR invalid]')
    expect(p.stdout).toContain("Could not find profile named 'shop'")
  })

  test('of the connection alone fails where the profile is not good', async () => {
    const p = project(shop)
    expect(await p.run('debug --connection')).toBe(0)
    expect(p.stdout).toContain('Skipping steps before connection verification')
    expect(await p.run('debug --connection --target nowhere')).toBe(1)
    expect(p.stdout).toContain('1 check failed:')
    expect(p.stdout).toContain("The profile 'shop' does not have a target named 'nowhere'")
    expect(await p.run('debug --connection --profiles-dir nowhere')).toBe(1)
    expect(p.stdout).toMatch(/dbt looked for a profiles\.yml file in .*nowhere/)
  })

  test('counts the faults of a file as one', async () => {
    const p = project({ ...shop, 'dbt_project.yml': 'name: 1-shop\nprofile: shop\nmodel-paths: 4\n' })
    expect(await p.run('debug')).toBe(1)
    expect(p.stdout).toContain('dbt_project.yml file [ERROR invalid]')
    expect(p.stdout).toContain('1 check failed:')
    expect(p.stdout).toContain('Project loading failed for the following reason:')
  })
})
