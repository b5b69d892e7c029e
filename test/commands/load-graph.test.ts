import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

describe('a project with a project.yml in another folder than the working one', () => {
  test('keeps its database, as its profile names it, beside its project file', async () => {
    const p = project({
      'inner/project.yml': 'name: inner\nprofile: inner\n',
      'inner/profiles.yml':
        'inner:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: inner.duckdb\n',
      'inner/models/a.sql': 'select 1 as x',
    })
    expect(await p.run('run --project-dir inner --profiles-dir inner')).toBe(0)
    expect(p.exists('inner/inner.duckdb')).toBe(true)
    expect(p.exists('inner.duckdb')).toBe(false)
  })
})
