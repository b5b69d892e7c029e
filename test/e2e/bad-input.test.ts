/** What a user can get wrong: each is told with its code, its place and what to do, and nothing that was there is lost. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ProjectRig, project } from '../rig/project-rig.ts'

const model = 'models/a.sql'

/** Runs a command; gives what it printed. It must not have ended in a bug of ours. */
async function told(p: ProjectRig, command = 'run'): Promise<string> {
  await p.run(command)
  expect(p.stdout + p.stderr).not.toMatch(/bug in eider|Internal Error|^\s+at .*\.(?:js|ts):\d+/m)
  return p.stdout + p.stderr
}

/** The command stops before any node: exit 2, and no results are written. */
async function stops(p: ProjectRig, words: readonly string[], command = 'run'): Promise<void> {
  const text = await told(p, command)
  for (const word of words) expect(text).toContain(word)
  expect(text).toContain('Encountered an error:')
  expect(p.exitCode).toBe(2)
  expect(p.exists('target/run_results.json')).toBe(false)
}

/** The node fails: exit 1, and the results say so. */
async function fails(p: ProjectRig, words: readonly string[], command = 'run'): Promise<void> {
  const text = await told(p, command)
  for (const word of words) expect(text).toContain(word)
  expect(p.exitCode).toBe(1)
  expect(p.read('target/run_results.json')).toContain('"status":"error"')
}

describe('a project file', () => {
  test('that is no YAML is shown at its line', () =>
    stops(project({ 'dbt_project.yml': 'name: shop\nprofile: [x\n' }), ['dbt_project.yml:2', '[base/yaml-syntax]']))

  test('of properties that is no YAML is shown at its line', () =>
    stops(project({ [model]: 'select 1 as x', 'models/s.yml': 'models:\n  - name: a\n   description: [x\n' }), [
      'models/s.yml:3:1',
      '[base/yaml-syntax]',
    ]))

  test('with a value of the wrong type names the key', () =>
    stops(
      project({
        'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\nmodels: {shop: {+enabled: maybe}}\n",
        [model]: 'select 1 as x',
      }),
      ["'maybe' is not of type 'boolean'", '[config/bad-config]'],
    ))
})

describe('a profile', () => {
  test('that is not there is named, with those that are', () =>
    stops(project({ 'profiles.yml': 'other: {target: dev, outputs: {}}\n' }), [
      "Could not find profile named 'shop'",
      'has "other"',
      '[config/profile-not-found]',
    ]))

  test('without the wanted target lists the targets it has', () =>
    stops(
      project(),
      ["does not have a target named 'prod'", '- dev', '[config/target-not-found]'],
      'run --target prod',
    ))

  test('that needs an environment variable names it', () =>
    stops(
      project({
        'profiles.yml': `shop: {target: dev, outputs: {dev: {type: duckdb, path: "{{ env_var('NOPE') }}"}}}\n`,
      }),
      ["Env var required but not provided: 'NOPE'", 'profiles.yml:1', '[context/env-var-missing]'],
    ))
})

describe('a template', () => {
  test('that needs an environment variable is shown at its place', () =>
    stops(project({ [model]: "select '{{ env_var('NOPE') }}' as x" }), ['models/a.sql:1:12', 'hint: set it']))

  test('that needs a variable fails its model', () =>
    fails(project({ [model]: "select '{{ var('nope') }}' as x" }), [
      "Required var 'nope' not found in config",
      'models/a.sql:1:12',
      '[context/var-missing]',
    ]))

  test('that is no Jinja is shown at its place', () =>
    stops(project({ [model]: 'select 1\n{% if x %}\nselect {{ 1 + }}' }), ['models/a.sql:3:15', '[template/syntax]']))

  test('that calls a macro that does not exist is offered the nearest', () =>
    fails(
      project({ [model]: 'select 1,\n  {{ nope(1) }} as x', 'macros/m.sql': '{% macro nopes(a) %}{% endmacro %}' }),
      [
        "'nope' is undefined",
        'when calling a macro that does not exist',
        'models/a.sql:2:6',
        "Did you mean 'nopes'?",
        '[template/undefined]',
      ],
    ))

  test('that calls a macro with arguments it does not take is shown at its place', async () => {
    const p = project({
      [model]: 'select\n  {{ f(1, c=3) }} as x',
      'macros/m.sql': '{% macro f(a) %}{{ a }}{% endmacro %}',
    })
    expect(await told(p)).toContain("takes no keyword argument 'c'")
    expect(p.stdout).toContain('models/a.sql:2:6')
    expect(p.exitCode).toBeGreaterThan(0)
  })

  test('that asks for an unknown materialization fails its model', () =>
    fails(project({ [model]: "{{ config(materialized='tabel') }} select 1 as x" }), [
      "No materialization 'tabel' was found",
      '[materializations/materialization-missing]',
    ]))
})

describe('the graph', () => {
  test('has no node of the name that is referred to', () =>
    stops(project({ [model]: "select * from\n {{ ref('bb') }}", 'models/b.sql': 'select 1 as x' }), [
      "depends on a node named 'bb' which was not found",
      'models/a.sql:2:5',
      "did you mean 'b'",
      '[graph/ref-not-found]',
    ]))

  test('has a ref to a disabled model, and says where it is disabled', () =>
    stops(
      project({ [model]: "select * from\n {{ ref('b') }}", 'models/b.sql': '{{ config(enabled=false) }} select 1' }),
      ['which is disabled', 'models/a.sql:2:5', 'models/b.sql', '[graph/ref-disabled]'],
    ))

  test('goes in a circle', () =>
    stops(project({ [model]: "select * from {{ ref('b') }}", 'models/b.sql': "select * from {{ ref('a') }}" }), [
      'Found a cycle',
      'models/a.sql',
      'models/b.sql',
      '[graph/cycle]',
    ]))

  test('has two models of one name', () =>
    stops(project({ [model]: 'select 1 as x', 'models/x/a.sql': 'select 2 as x' }), [
      'dbt found two models with the name "a"',
      'models/x/a.sql',
      '[project/duplicate-name]',
    ]))

  test('has two models for one relation', () =>
    stops(project({ [model]: 'select 1 as x', 'models/b.sql': "{{ config(alias='a') }} select 2 as x" }), [
      'dbt found two resources with the database representation',
      '[project/ambiguous-alias]',
    ]))

  test('has nothing that a selection matches: a warning', async () => {
    const p = project({ [model]: 'select 1 as x' })
    expect(await told(p, 'run --select aa')).toContain("'aa' does not match any enabled nodes")
    expect(p.exitCode).toBe(0)
  })
})

describe('SQL', () => {
  test('with an error is shown as compiled and in the model', () =>
    fails(project({ [model]: "{% set c = 'y' %}\n\nselect 1 as a,\n  {{ c }} as b\n" }), [
      'Referenced column "y"',
      'models/a.sql:4:6',
      'in the compiled SQL:',
      '[adapter/sql-binding]',
    ]))

  test('of the wrong type for an incremental table leaves its rows', async () => {
    const p = project({
      [model]:
        "{{ config(materialized='incremental') }} select {% if is_incremental() %}'abc'{% else %}1{% endif %} as x",
    })
    await told(p)
    expect(p.exitCode).toBe(0)
    await fails(p, ["Could not convert string 'abc'", 'compiled code at', '[adapter/sql-conversion]'])
    expect(await p.rows('a')).toEqual([{ x: 1 }])
  })
})

test('a batch that fails says why', async () => {
  const p = project({
    [model]: `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='t', begin='2025-01-01',
      batch_size='day', unique_key='x') }} select 1 as x, timestamp '2025-01-01' as t`,
  })
  const text = await told(p, 'run --event-time-start 2025-01-01 --event-time-end 2025-01-03')
  expect(text).toContain("does not support 'unique_key'")
  expect(text).toContain('Failure in batch 2025-01-02')
  expect(p.exitCode).toBe(1)
})

describe('a file', () => {
  test('of a seed with more values than columns is shown at its row', async () => {
    const p = project({ 'seeds/s.csv': 'a,b\n1,2\n4,5,6\n' })
    await fails(p, ['seeds/s.csv:3:1', '[materializations/seed-csv]'], 'seed')
  })

  test('that is a damaged database is kept, and told as such', async () => {
    const p = project({ [model]: 'select 1 as x', 'shop.duckdb': 'hello' })
    await stops(p, ['is not a DuckDB database, or it is damaged', 'move the file away', '[adapter/database-invalid]'])
    expect(p.read('shop.duckdb')).toBe('hello')
  })

  test('of what was kept from the last start may be damaged', async () => {
    const p = project({ [model]: 'select 1 as x' })
    await told(p)
    for (const path of p.list('target').filter(one => !one.endsWith('.json') && !one.endsWith('.sql'))) {
      p.write({ [`target/${path}`]: '\u0000damaged' })
    }
    await told(p)
    expect(p.exitCode).toBe(0)
  })

  test('that cannot be replaced by an external model is kept', async () => {
    const p = project({
      [model]: "{{ config(materialized='external', location='out/a.parquet') }} select 1 as x",
      out: 'a file where a folder is wanted',
    })
    await fails(p, ['out'])
    expect(p.read('out')).toBe('a file where a folder is wanted')
  })

  test('that a link points to may be missing', async () => {
    const p = project({ [model]: 'select 1 as x' })
    symlinkSync('/nowhere/at/all', join(p.folder, 'models/b.sql'))
    await told(p)
    expect(p.exitCode).toBe(0)
  })

  test('of a project that is read only stops the run', async () => {
    const p = project({ [model]: 'select 1 as x' })
    mkdirSync(join(p.folder, 'target'))
    writeFileSync(join(p.folder, 'target/compiled'), 'a file where a folder is wanted')
    chmodSync(join(p.folder, 'target/compiled'), 0o400)
    expect(await told(p)).toContain('target/compiled')
    expect(p.exitCode).toBeGreaterThan(0)
  })
})

test('a run that is interrupted keeps what was there, writes its results and ends with 130', async () => {
  const p = project({ [model]: "{{ config(materialized='table') }} select 1 as x" })
  await told(p)
  p.write({
    [model]: "{{ config(materialized='table') }} select count(*) as x from range(1000000) a, range(1000000) b",
  })
  const stop = new AbortController()
  const running = p.run('run', { signal: stop.signal })
  while (!p.stdout.includes('START')) await new Promise(resolve => setImmediate(resolve))
  stop.abort()
  expect(await running).toBe(130)
  expect(p.exists('target/run_results.json')).toBe(true)
  expect(await p.rows('a')).toEqual([{ x: 1 }])
})
