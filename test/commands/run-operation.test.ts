import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { type RunResults, shop } from '../rig/small-shop.ts'

describe('run-operation', () => {
  test('calls a macro with arguments', async () => {
    const p = project(shop)
    expect(await p.run(['run-operation', 'greet', '--args', '{name: ann}'])).toBe(0)
    expect(p.stdout).toContain('hello ann')
    expect((p.json('target/run_results.json') as RunResults).results[0]?.unique_id).toBe('macro.shop.greet')
  })

  test('leaves a manifest in which its results are found', async () => {
    const p = project(shop)
    await p.run(['run-operation', 'greet', '--args', '{name: ann}'])
    expect(p.json('target/manifest.json')).toHaveProperty(['macros', 'macro.shop.greet'])
  })

  test('an unknown macro is exit code 2', async () => {
    const p = project(shop)
    expect(await p.run('run-operation nope')).toBe(2)
    expect(p.exists('target/manifest.json')).toBe(true)
    expect(p.stdout).toContain("dbt could not find a macro with the name 'nope' in any package")
    expect(p.stdout).toMatch(
      /Encountered an error while running operation: Runtime Error\n {2}dbt could not find a macro with the name "nope" in any package\n[\s\S]+Encountered an error:\nCompilation Error/,
    )
  })

  test('finds macros of packages by their plain names, those of the project first', async () => {
    const p = project({
      ...shop,
      'packages.yml': 'packages: [{local: pkg}]\n',
      'pkg/dbt_project.yml': 'name: pkg\n',
      'pkg/macros/tell.sql':
        "{% macro tell() %}{{ print('of the package') }}{% endmacro %}{% macro greet(name) %}{{ print('not me') }}{% endmacro %}",
    })
    expect(await p.run('deps')).toBe(0)
    expect(await p.run('run-operation tell --quiet')).toBe(0)
    expect(p.stdout).toBe('of the package\n')
    expect((p.json('target/run_results.json') as RunResults).results[0]?.unique_id).toBe('macro.pkg.tell')
    expect(await p.run(['run-operation', 'greet', '--args', '{name: ann}'])).toBe(0)
    expect(p.stdout).toContain('hello ann')
  })

  test('shows the tables that it prints', async () => {
    const p = project({
      ...shop,
      'macros/shows.sql': `{% macro shows() %}
        {% set found = run_query("select 1 as a, 'x' as b") %}
        {% do found.print_table() %}{% do found.print_csv() %}
      {% endmacro %}`,
    })
    expect(await p.run('run-operation shows --quiet')).toBe(0)
    expect(p.stdout).toBe('| a | b |\n| - | - |\n| 1 | x |\na,b\n1,x\n')
  })

  test('takes dates of --args and of variables as Python does', async () => {
    const p = project({
      ...shop,
      'vars.yml': 'vars: {since: 2024-02-28, at: 2024-02-28 10:00:00, nested: {days: [2024-03-01]}}\n',
      'macros/days.sql': `{% macro days(until) %}
        {% do print((until - var('since')).days ~ ' ' ~ var('at') ~ ' ' ~ var('nested').days[0].year) %}
        {% do print(var('given') + modules.datetime.timedelta(1)) %}
      {% endmacro %}`,
    })
    const args = ['--args', '{until: 2024-03-01}', '--vars', '{given: 2024-12-31}', '--quiet']
    expect(await p.run(['run-operation', 'days', ...args])).toBe(0)
    expect(p.stdout).toBe('2 2024-02-28 10:00:00 2024\n2025-01-01\n')
    expect(p.json('target/run_results.json')).toHaveProperty(['args', 'vars'], { given: '2024-12-31' })
  })

  test('a macro that gives up is named', async () => {
    const p = project({
      ...shop,
      'macros/stop.sql': "{% macro stop() %}{{ exceptions.raise_compiler_error('no') }}{% endmacro %}",
    })
    expect(await p.run('run-operation stop')).toBe(1)
    expect(p.stdout).toContain('running operation: Compilation Error in macro stop (macros/stop.sql)\n  no\n')
    expect(p.stdout).toContain('  > in macro stop (macros/stop.sql)')
  })
})
