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
})
