import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('show', () => {
  test('prints rows of a node as a table', async () => {
    const p = project(shop)
    await p.run('run')
    await p.run('show -s b')
    expect(p.stdout).toContain("Previewing node 'b':\n| id |\n| -- |\n|  2 |\n")
  })

  test('prints rows of a query as JSON', async () => {
    const p = project(shop)
    await p.run(['show', '--quiet', '--output', 'json', '--inline', "select 1.5 as x, 'é' as y"])
    expect(JSON.parse(p.stdout)).toEqual({ show: [{ x: 1.5, y: 'é' }] })
  })

  test('tells floats and decimals from integers', async () => {
    const p = project(shop)
    await p.run(['show', '--quiet', '--output', 'json', '--inline', 'select 3.0 as x, 2::double as y, 1 as z'])
    for (const cell of ['"x": 3.0', '"y": 2.0', '"z": 1\n']) expect(p.stdout).toContain(cell)
  })

  test('asks for a node or a query', async () => {
    const p = project(shop)
    expect(await p.run('show')).toBe(2)
    expect(p.stdout).toContain('Either --select or --inline must be passed to show')
    expect(await p.run(['show', '--inline', ''])).toBe(2)
    expect(p.stdout).toContain('Either --select or --inline must be passed to show')
  })

  test('tells of a query whether it cannot be read or fails in the database', async () => {
    const p = project(shop)
    expect(await p.run(['show', '--inline', "select * from {{ ref('nope') }}"])).toBe(2)
    expect(p.stdout).toContain('Error parsing inline query')
    expect(await p.run(['show', '--inline', 'select 1 limit 1'])).toBe(2)
    expect(p.stdout).toContain(
      'Runtime Error\n  Runtime Error in sql_operation inline_query (from remote system.sql)\n',
    )
    expect(p.stdout).not.toContain('Error parsing inline query')
  })
})
