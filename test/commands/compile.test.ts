import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('compile', () => {
  test('shows the SQL of a node that is asked for by name, and writes it', async () => {
    const p = project(shop)
    expect(await p.run('compile --quiet -s b')).toBe(0)
    expect(p.stdout).toBe(' select id + 1 as id from "shop"."main"."a"\n')
    expect(p.read('target/compiled/shop/models/b.sql')).toBe(' select id + 1 as id from "shop"."main"."a"')
  })

  test('compiles --inline SQL', async () => {
    const p = project(shop)
    await p.run(['compile', '--inline', 'select 1'])
    expect(p.stdout).toMatch(/Found .*, 1 sql operation, \d+ macros/)
    await p.run(['compile', '--quiet', '--inline', "select * from {{ ref('b') }}"])
    expect(p.stdout).toBe('select * from "shop"."main"."b"\n')
  })

  test('stops with exit code 2 at a node that cannot be compiled, and keeps the old results', async () => {
    const p = project(shop)
    await p.run('run')
    const before = p.read('target/run_results.json')
    p.write({ 'models/c.sql': "select {{ exceptions.raise_compiler_error('boom') if execute else 1 }}" })
    expect(await p.run('compile')).toBe(2)
    expect(p.stdout).toContain(
      'Encountered an error:\nRuntime Error\n  Compilation Error in model c (models/c.sql)\n    boom',
    )
    expect(p.read('target/run_results.json')).toBe(before)
  })

  test('leaves the manifest of what was read when a node cannot be compiled', async () => {
    const p = project({
      ...shop,
      'models/c.sql': "select {{ exceptions.raise_compiler_error('boom') if execute else 1 }}",
    })
    expect(await p.run('compile')).toBe(2)
    const { nodes } = p.json('target/manifest.json') as { nodes: Record<string, { compiled_code?: string }> }
    expect(Object.keys(nodes)).toContain('model.shop.c')
    expect(nodes['model.shop.a']?.compiled_code).toBe(undefined)
  })
})

test.each([
  ['compile', ['model.shop.a']],
  ['compile --select e', ['model.shop.e']],
  ['compile --select +a', ['model.shop.e', 'model.shop.a']],
  ['docs generate --select +a', ['model.shop.a']],
])('ephemeral models are compiled along, and are results where nodes were asked for: %s', async (command, expected) => {
  const p = project({
    'models/e.sql': "{{ config(materialized='ephemeral') }}select 1 as id",
    'models/a.sql': "select * from {{ ref('e') }}",
  })
  expect(await p.run(command)).toBe(0)
  const { results } = p.json('target/run_results.json') as { results: { unique_id: string }[] }
  expect(results.map(one => one.unique_id)).toEqual(expected)
})
