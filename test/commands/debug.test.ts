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
})
