import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('parse', () => {
  test('writes the manifest and opens no database', async () => {
    const p = project(shop)
    expect(await p.run('parse')).toBe(0)
    expect(Object.keys((p.json('target/manifest.json') as { nodes: object }).nodes)).toEqual([
      'model.shop.a',
      'model.shop.b',
      'seed.shop.countries',
    ])
    expect(p.exists('shop.duckdb')).toBe(false)
    expect(p.list('target').filter(path => path.endsWith('.json'))).toEqual(['manifest.json', 'semantic_manifest.json'])
  })
})

test('a hook of a seed that refers to another node stops the command', async () => {
  const p = project({
    ...shop,
    'seeds/s.csv': 'id\n1\n',
    'seeds/seeds.yml': `seeds: [{name: s, config: {post_hook: "select * from {{ ref('a') }}"}}]\n`,
  })
  expect(await p.run('parse')).toBe(2)
  expect(p.diagnostics.map(one => one.code)).toEqual(['project/seed-dependency'])
  expect(p.stdout).toContain('Seeds cannot depend on other nodes')
})

test('a project of another configuration version stops the command with its first file', async () => {
  const projectFile = 'name: shop\nprofile: shop\nconfig-version: 1\n'
  const p = project({ 'dbt_project.yml': projectFile, 'models/a.sql': 'select 1 as id' })
  expect(await p.run('parse')).toBe(2)
  expect(p.stdout).toContain('Internal Error\n  Got an unexpected project version=1, expected 2')
  expect(p.stdout).toContain('--> dbt_project.yml:3:1')
  expect(await project({ 'dbt_project.yml': projectFile }).run('parse')).toBe(0)
})
