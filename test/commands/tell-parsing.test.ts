import { describe, expect, test } from 'vitest'
import { type ProjectRig, project } from '../rig/project-rig.ts'

/** What the log says of partial parsing, run by run. */
async function toldBy(p: ProjectRig, command = 'parse'): Promise<string[]> {
  await p.run(`${command} --log-level debug`)
  const lines = p.stdout.split('\n').map(line => line.replace(/^\S+ {2}(Unable to do partial parsing because )?/, ''))
  return lines.filter(
    line => /full parse|artial pars|have changed|has changed/.test(line) && !line.includes('arguments'),
  )
}

const files = { 'models/a.sql': "{{ config(alias=var('x', 'a')) }}select 1 as x" }

describe('the log', () => {
  test('says whether anything has changed', async () => {
    const p = project(files)
    expect(await toldBy(p)).toEqual(['saved manifest not found. Starting full parse.'])
    const nothing = [
      'Nothing changed, skipping partial parsing.',
      'Partial parsing enabled, no changes found, skipping parsing',
    ]
    expect(await toldBy(p)).toEqual(nothing)
    p.write({ 'models/a.sql': 'select 2 as x' })
    p.write({ 'models/b.sql': 'select 3 as x' })
    expect(await toldBy(p)).toEqual(['Partial parsing enabled: 0 files deleted, 1 files added, 1 files changed.'])
    p.remove('models/b.sql')
    expect(await toldBy(p)).toEqual(['Partial parsing enabled: 1 files deleted, 0 files added, 0 files changed.'])
    expect(await toldBy(p, 'parse --no-partial-parse')).toEqual(['Partial parsing not enabled'])
  })

  test.each([
    ["parse --vars 'x: b'", 'config vars, config profile, or config target have changed'],
    ['parse --target other', 'profile has changed'],
  ])('says what of the settings has changed: %s', async (command, reason) => {
    const p = project({
      ...files,
      'profiles.yml':
        'shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb}\n    other: {type: duckdb, path: shop.duckdb, schema: other}\n',
    })
    await p.run('parse')
    expect((await toldBy(p, command))[0]).toBe(reason)
  })

  test('says that the project file has changed', async () => {
    const p = project(files)
    await p.run('parse')
    p.write({ 'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\nmodels: {+enabled: true}\n" })
    expect((await toldBy(p))[0]).toBe('a project config has changed')
  })

  test('says that a macro came, changed or went that every node depends on', async () => {
    const p = project(files)
    await p.run('parse')
    const reason = ['change detected to override macro. Starting full parse.']
    const macro = '{% macro generate_schema_name(custom, node) %}main{% endmacro %}'
    p.write({ 'macros/names.sql': macro })
    expect(await toldBy(p)).toEqual(reason)
    p.write({ 'macros/names.sql': `${macro}\n` })
    expect(await toldBy(p)).toEqual(reason)
    p.remove('macros/names.sql')
    expect(await toldBy(p)).toEqual(reason)
  })
})

test('--no-partial-parse-file-diff takes the files for unchanged', async () => {
  const p = project(files)
  await p.run('parse')
  p.write({ 'models/b.sql': 'select 3 as x' })
  await p.run('ls --quiet --no-partial-parse-file-diff')
  expect(p.stdout).toBe('shop.a\n')
  await p.run('ls --quiet')
  expect(p.stdout).toBe('shop.a\nshop.b\n')
})
