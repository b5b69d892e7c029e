import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

const shop = {
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "{{ config(materialized='table') }} select id + 1 as id from {{ ref('a') }}",
  'models/schema.yml': `models:
  - name: b
    columns:
      - name: id
        data_tests: [not_null, unique]
`,
}

describe('run', () => {
  test('builds the selected models in the order of their refs', async () => {
    const p = project(shop)
    expect(await p.run('run')).toBe(0)
    expect(await p.rows('b')).toEqual([{ id: 2 }])
    expect(p.stdout).toContain(
      '2 of 2 OK created sql table model main.b ....................................... [OK in ',
    )
    expect(p.stdout).toContain('Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2')
  })

  test('leaves hooks in the manifest with their places among those that ran', async () => {
    const hooks = "on-run-start: ['select 1', 'select 2']\non-run-end: ['select 3']\n"
    const p = project({ ...shop, 'dbt_project.yml': `name: shop\nprofile: shop\n${hooks}` })
    const places = (): (number | undefined)[] => {
      const { nodes } = p.json('target/manifest.json') as { nodes: Record<string, { index?: number }> }
      return ['start-0', 'start-1', 'end-0'].map(one => nodes[`operation.shop.shop-on-run-${one}`]?.index)
    }
    expect(await p.run('parse')).toBe(0)
    expect(places()).toEqual([0, 1, 0])
    expect(await p.run('run')).toBe(0)
    expect(places()).toEqual([1, 2, 1])
  })

  test('adds the macros that only a run calls to those that parsing has found', async () => {
    const p = project({
      'models/a.sql': 'select {{ one() }} as id, {{ two() if execute }} as b, {{ outer() if execute }} as c',
      'models/schema.yml': 'models: [{name: a, columns: [{name: id, data_tests: [not_null]}]}]',
      'macros/m.sql': `{% macro one() %}1{% endmacro %} {% macro two() %}2{% endmacro %}
{% macro inner() %}3{% endmacro %} {% macro outer() %}{{ inner() }}{% endmacro %}`,
    })
    const dependsOn = (): Record<string, unknown> => {
      const { nodes } = p.json('target/manifest.json') as { nodes: Record<string, { depends_on: unknown }> }
      return Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id.split('.')[2], node.depends_on]))
    }
    const parsed = {
      a: { macros: ['macro.shop.one'], nodes: [] },
      not_null_a_id: { macros: ['macro.dbt.test_not_null'], nodes: ['model.shop.a'] },
    }
    const called = ['get_where_subquery', 'get_limit_subquery_sql', 'should_store_failures', 'statement']
    const ran = {
      a: { macros: ['macro.shop.one', 'macro.shop.two', 'macro.shop.outer'], nodes: [] },
      not_null_a_id: {
        macros: ['macro.dbt.test_not_null', ...called.map(one => `macro.dbt.${one}`)],
        nodes: ['model.shop.a'],
      },
    }
    for (let times = 0; times < 2; times++) {
      expect(await p.run('parse')).toBe(0)
      expect(dependsOn()).toEqual(parsed)
      expect(await p.run('build')).toBe(0)
      expect(dependsOn()).toEqual(ran)
    }
    expect(await p.run('show -s a')).toBe(0)
    expect(dependsOn()).toMatchObject({ a: { macros: [...ran.a.macros, 'macro.dbt.get_limit_subquery_sql'] } })
  })

  test('leaves exit code 1 and the results of every node when a model fails', async () => {
    const p = project({ ...shop, 'models/a.sql': 'select 1 as id from nowhere' })
    expect(await p.run('run')).toBe(1)
    const { results } = p.json('target/run_results.json') as { results: { unique_id: string; status: string }[] }
    expect(results.map(one => [one.unique_id, one.status])).toEqual([
      ['model.shop.a', 'error'],
      ['model.shop.b', 'skipped'],
    ])
    expect(p.stdout).toContain('Completed with 1 error, 0 partial successes, and 0 warnings:')
    expect(p.stdout).toContain('Failure in model a (models/a.sql)')
    expect(p.stdout).toContain('Runtime Error in model a (models/a.sql)')
  })

  test('of a build shows macros the selection without its unit tests', async () => {
    const p = project({
      ...shop,
      'models/unit.yml': `unit_tests:
  - {name: u, model: b, given: [{input: "ref('a')", rows: [{id: 1}]}], expect: {rows: [{id: 2}]}}
`,
      'macros/chosen.sql':
        "{% macro chosen() %}{% do log(selected_resources | sort | join(' '), info=true) %}{% endmacro %}",
      'dbt_project.yml': "name: shop\nprofile: shop\non-run-end: '{{ chosen() }}'\n",
    })
    await p.run('build --select a b u')
    expect(p.stdout).toMatch(/ model\.shop\.a model\.shop\.b test\.shop\.not_null\S+ test\.shop\.unique\S+\n/)
    await p.run('test --select u')
    expect(p.stdout).toMatch(/ unit_test\.shop\.b\.u\n/)
  })

  test('does not tell the macro in which an error of Jinja arose, only those around it', async () => {
    const p = project({
      ...shop,
      'models/a.sql': '{{ outer() }} select 1 as id',
      'models/b.sql': '{{ nameless() }} select 1 as id',
      'models/c.sql': '{{ crowded() }} select 1 as id',
      'models/d.sql': '{{ written() }} select 1 as id',
      'macros/all.sql': `{% macro outer() %}{{ nameless() }}{% endmacro %}
{% macro nameless() %}{{ nothing() if execute }}{% endmacro %}
{% macro crowded() %}{{ nameless(1) if execute }}{% endmacro %}
{% macro written() %}{{ render("{{ ref('a') }}") if execute }}{% endmacro %}`,
    })
    await p.run('run')
    const { results } = p.json('target/run_results.json') as { results: { message: string }[] }
    const calls = results.map(one => one.message.split('\n').filter(line => /^ {2}>/.test(line)))
    expect(calls).toEqual([
      ['  > in macro outer (macros/all.sql)', '  > called by model a (models/a.sql)'],
      [],
      ['  > in macro crowded (macros/all.sql)', '  > called by model c (models/c.sql)'],
      ['  > in macro written (macros/all.sql)', '  > called by model d (models/d.sql)'],
    ])
  })

  test('an empty selection is told, succeeds and writes empty results', async () => {
    const p = project(shop)
    expect(await p.run('run --select nothing')).toBe(0)
    expect(p.stdout).toContain("The selection criterion 'nothing' does not match any enabled nodes")
    expect(p.stdout).toContain('Nothing to do. Try checking your model configs and model specification args')
    expect((p.json('target/run_results.json') as { results: unknown[] }).results).toEqual([])
    expect(p.stdout).not.toContain('Done.')
    expect(await p.run('seed')).toBe(0)
    expect(p.stdout).toContain('Done. PASS=0 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=0')
  })

  test('a fault of the project stops everything with exit code 2 and touches no artifact', async () => {
    const p = project({ ...shop, 'models/c.sql': "select * from {{ ref('aa') }}" })
    expect(await p.run('run')).toBe(2)
    expect(p.stdout).toContain('Encountered an error:\nCompilation Error')
    expect(p.diagnostics.map(one => one.code)).toEqual(['graph/ref-not-found'])
    expect(p.exists('target')).toBe(false)
    expect(p.exists('shop.duckdb')).toBe(false)
  })

  test('leaves the manifest of what was read when the database cannot be opened', async () => {
    const p = project({ ...shop, 'shop.duckdb': 'no database file at all' })
    expect(await p.run('build')).toBe(2)
    const { nodes } = p.json('target/manifest.json') as { nodes: Record<string, unknown> }
    expect(Object.keys(nodes)).toContain('model.shop.a')
    expect(p.exists('target/run_results.json')).toBe(false)
  })

  test('--dry-run shows the plan with reasons, and does nothing', async () => {
    const p = project(shop)
    expect(await p.run('run --dry-run')).toBe(0)
    expect(p.stdout).toContain('Plan of run: 2 steps, nothing was run')
    expect(p.stdout).toMatch(/create +table model b +relation does not exist/)
    expect(p.list()).toEqual(Object.keys(shop).concat('dbt_project.yml', 'logs/dbt.log', 'profiles.yml').sort())
  })

  test('an abort ends the run with exit code 130 and keeps what was done', async () => {
    const p = project(shop)
    const abort = new AbortController()
    abort.abort()
    expect(await p.run('run', { signal: abort.signal })).toBe(130)
    expect(p.stdout).toContain('Exited because of keyboard interrupt')
    expect(p.exists('target/run_results.json')).toBe(true)
  })

  test('lets go of the database file', async () => {
    const p = project(shop)
    await p.run('run')
    expect(p.exists('shop.duckdb.wal')).toBe(false)
    expect(await p.rows('select count(*) as n from b')).toEqual([{ n: 1 }])
  })
})

describe('build', () => {
  test('runs tests between a model and what depends on it, and skips what comes after a failure', async () => {
    const p = project({
      ...shop,
      'models/c.sql': "select * from {{ ref('b') }}",
      'models/b.sql': "{{ config(materialized='table') }} select null as id from {{ ref('a') }}",
    })
    expect(await p.run('build')).toBe(1)
    expect(p.stdout).toContain('FAIL 1 not_null_b_id')
    expect(p.stdout).toContain('SKIP relation main.c')
    expect(p.stdout).toContain('Got 1 result, configured to fail if != 0')
  })
})

describe('test', () => {
  test('runs tests alone', async () => {
    const p = project(shop)
    await p.run('run')
    expect(await p.run('test')).toBe(0)
    expect(p.stdout).toContain('Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2')
  })
})

describe('seed', () => {
  test('loads the CSV files of the project', async () => {
    const p = project({ 'seeds/countries.csv': 'code,name\nde,Germany\nfr,France\n' })
    expect(await p.run('seed')).toBe(0)
    expect(p.stdout).toContain('OK loaded seed file main.countries')
    expect(await p.rows('countries')).toEqual([
      { code: 'de', name: 'Germany' },
      { code: 'fr', name: 'France' },
    ])
  })
})
