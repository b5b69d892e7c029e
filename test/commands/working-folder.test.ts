import { expect, test } from 'vitest'
import { defaultProfiles, project } from '../rig/project-rig.ts'

const files = {
  'profiles.yml': defaultProfiles,
  'data/d.csv': 'x\n1\n',
  'inner/data/d.csv': 'x\n2\n',
  'inner/models/m.sql': "{{ config(materialized='table') }} select * from read_csv('data/d.csv')",
}

test('a project of dbt reads and writes relative paths where the command was called', async () => {
  const p = project({ ...files, 'inner/dbt_project.yml': 'name: shop\nprofile: shop\n' })
  expect(await p.run('run --project-dir inner')).toBe(0)
  expect(await p.rows('m')).toEqual([{ x: 1 }])
  expect(p.exists('inner/shop.duckdb')).toBe(false)
})

test('a project with a project.yml works from its own folder', async () => {
  const p = project({ ...files, 'inner/project.yml': 'name: shop\nprofile: shop\n' })
  expect(await p.run('run --project-dir inner')).toBe(0)
  expect(p.exists('inner/shop.duckdb')).toBe(true)
  expect(p.exists('shop.duckdb')).toBe(false)
})
