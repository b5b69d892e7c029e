import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

describe('init', () => {
  test('makes a project that builds', async () => {
    const p = project()
    expect(await p.run('init fresh')).toBe(0)
    expect(await p.run('build --project-dir fresh --profiles-dir fresh')).toBe(0)
    expect(p.stdout).toContain('Done. PASS=7 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=7')
    expect(await p.run('init fresh')).toBe(2)
  })

  test('takes a profile that is there already', async () => {
    const p = project()
    p.write({ 'home/profiles.yml': 'mine: {target: dev, outputs: {dev: {type: duckdb}}}\n' })
    p.remove('dbt_project.yml')
    expect(await p.run('init fresh --profile other --profiles-dir home')).toBe(2)
    expect(p.stdout).toContain("Could not find profile named 'other'")
    expect(await p.run('init fresh --profile mine --profiles-dir home')).toBe(0)
    expect(p.read('fresh/project.yml')).toContain('profile: mine')
    expect(p.exists('fresh/profiles.yml')).toBe(false)
  })

  test('leaves an existing project alone', async () => {
    const p = project({ 'models/a.sql': 'select 1' })
    expect(await p.run('init fresh --profile shop')).toBe(2)
    expect(p.stdout).toContain('Can not init existing project with specified profile')
  })
})
