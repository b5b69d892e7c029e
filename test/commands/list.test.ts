import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('list', () => {
  test('prints one line a node', async () => {
    const p = project(shop)
    await p.run('ls --quiet')
    expect(p.stdout).toBe('shop.a\nshop.b\nshop.countries\n')
  })

  test('prints nested keys as JSON', async () => {
    const p = project(shop)
    await p.run('ls --quiet -s b --output json --output-keys name config.materialized')
    expect(p.stdout).toBe('{"name": "b", "config.materialized": "table"}\n')
  })

  test('puts the time before every line that is no node, also of warnings in several lines', async () => {
    const p = project({ ...shop, 'models/m.yml': 'seeds:\n  - name: a\n    description: a model\n' })
    expect(await p.run('ls')).toBe(0)
    const lines = p.stdout.trimEnd().split('\n')
    expect(lines.map(line => line.replace(/^\d\d:\d\d:\d\d/, 'time')).slice(3)).toEqual([
      "time  [WARNING]: 'a' is a model node, but it is specified in the seeds section of models/m.yml.",
      'time  To fix this error, place the `a` specification under the models key instead.',
      expect.stringMatching(/^time {2}Found 2 models, 1 seed, \d+ macros$/),
      'shop.a',
      'shop.b',
      'shop.countries',
    ])
  })

  test('writes the manifest, as every command that reads the project does', async () => {
    const p = project(shop)
    await p.run('ls')
    expect(p.exists('target/manifest.json')).toBe(true)
  })

  test('stops at an empty selection where warnings are errors', async () => {
    const p = project({ 'models/a.sql': '{{ config(enabled=false) }} select 1' })
    expect(await p.run('ls --warn-error')).toBe(2)
    expect(p.stdout).toContain('No nodes selected!')
    expect(await p.run('run --warn-error')).toBe(2)
    expect(p.stdout).toContain('Compilation Error\n  Nothing to do.')
    expect(await p.run('run')).toBe(0)
  })

  test('says that nothing was selected', async () => {
    const p = project(shop)
    expect(await p.run('ls -s tag:none')).toBe(0)
    expect(p.stdout).toContain('No nodes selected!')
  })
})
