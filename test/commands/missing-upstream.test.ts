import { describe, expect, test } from 'vitest'
import { defaultProfiles, defaultProjectFile, project } from '../rig/project-rig.ts'

const models = {
  'models/a.sql': "{{ config(materialized='table') }} select 1 as id",
  'models/b.sql': "select id + 1 as id from {{ ref('a') }}",
}

describe('a run whose selection needs what the target does not have', () => {
  test('builds it along in a project.yml project, and names it', async () => {
    const p = project({ ...models, 'project.yml': defaultProjectFile, 'profiles.yml': defaultProfiles })
    expect(await p.run('run -s b')).toBe(0)
    expect(p.stdout).toContain('Building 1 more that the target does not have yet: a')
    expect(await p.rows('b')).toEqual([{ id: 2 }])
    expect(await p.run('run -s b')).toBe(0)
    expect(p.stdout).not.toContain('does not have yet')
  })

  test('refuses with --no-build-missing, and touches nothing', async () => {
    const p = project({ ...models, 'project.yml': defaultProjectFile, 'profiles.yml': defaultProfiles })
    expect(await p.run('run -s b --no-build-missing')).toBe(2)
    expect(p.stdout).toContain('The model "a", which "b" needs, does not exist in the target')
    expect(p.exists('target/run_results.json')).toBe(false)
  })

  test('does as dbt does in a dbt_project.yml project: the node fails in the database', async () => {
    const p = project(models)
    expect(await p.run('run -s b')).toBe(1)
    expect(p.stdout).toContain('Runtime Error in model b (models/b.sql)')
  })
})
