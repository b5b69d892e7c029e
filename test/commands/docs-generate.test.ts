import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('docs generate', () => {
  test('writes a catalog of what the database has', async () => {
    const p = project(shop)
    await p.run('build')
    expect(await p.run('docs generate')).toBe(0)
    const { nodes } = p.json('target/catalog.json') as { nodes: Record<string, { columns: object }> }
    expect(Object.keys(nodes).sort()).toEqual(['model.shop.a', 'model.shop.b', 'seed.shop.countries'])
    expect(nodes['model.shop.b']?.columns).toEqual({ id: { type: 'INTEGER', index: 1, name: 'id', comment: null } })
  })

  test('copies the assets of the project', async () => {
    const p = project({
      ...shop,
      'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\nasset-paths: [pictures, none]\n",
      'pictures/a/logo.svg': '<svg/>',
    })
    expect(await p.run('docs generate')).toBe(0)
    expect(p.read('target/pictures/a/logo.svg')).toBe('<svg/>')
  })

  test('writes no manifest where nothing is compiled', async () => {
    const p = project(shop)
    expect(await p.run('docs generate --no-compile')).toBe(0)
    expect(p.exists('target/manifest.json')).toBe(false)
    expect(p.exists('target/catalog.json')).toBe(true)
  })
})
