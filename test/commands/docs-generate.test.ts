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
})
