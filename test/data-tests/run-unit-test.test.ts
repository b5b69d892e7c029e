import { afterEach, describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { type RanOutcome, RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

const cleaned = `with cleaned as (
  select id, upper(name) as name from {{ ref('people') }} where seen >= {{ since() }}
)`

const files = {
  'models/people.sql': "select 1 as id, 'ann' as name, date '2024-01-01' as seen",
  'models/clean.sql': `${cleaned} select id, name from cleaned`,
  'models/again.sql': `{{ config(materialized='incremental') }}${cleaned}
    select id, name{% if is_incremental() %}, 'again' as how{% endif %} from cleaned`,
  'macros/since.sql': "{% macro since() %}date '{{ var('since', '2024-01-01') }}'{% endmacro %}",
}

/** The outcome of a unit test of `clean` that is given so many lines of YAML. */
async function check(
  yaml: string,
  change: { fixtures?: Record<string, string>; build?: boolean } = {},
): Promise<RanOutcome> {
  const lines = yaml.split('\n').map(line => `    ${line.replace(/^ {4}/, '')}`)
  const text = `unit_tests:\n  - name: u\n${lines.join('\n')}\n`
  rig = new RunRig({ ...files, ...change.fixtures, 'models/unit.yml': text })
  if (change.build ?? true) await rig.run({ only: ['people'] })
  return rig.run({ command: 'build', only: ['u'], flags: { useColors: false } })
}

describe('a unit test', () => {
  test('passes when the rows are those that are expected', async () => {
    const outcome = await check(`
    model: clean
    given: [{input: ref('people'), rows: [{id: 1, name: bob, seen: '2024-05-05'}, {id: 2, name: eve, seen: '2023-05-05'}]}]
    expect: {rows: [{id: 1, name: BOB}]}`)
    expect(outcome.result('u')).toMatchObject({ status: 'pass', failures: 0, message: null })
  })

  test('names the version of a parent that it has no rows for', async () => {
    const outcome = await check(
      `
    model: reads
    given: []
    expect: {rows: []}`,
      {
        fixtures: {
          'models/one_v1.sql': 'select 1 as id',
          'models/one.yml': 'models: [{name: one, versions: [{v: 1}]}]',
          'models/reads.sql': "select * from {{ ref('one', v=1) }}",
        },
      },
    )
    expect(outcome.result('u')?.message).toContain("depends on a node named 'one' with version '1' which was not found")
  })

  test('shows the difference as a table', async () => {
    const outcome = await check(`
    model: clean
    given: [{input: ref('people'), rows: [{id: 1, name: bob, seen: '2024-05-05'}]}]
    expect: {rows: [{id: 1, name: Bob}]}`)
    const { status, failures, message } = outcome.result('u')
    expect({ status, failures }).toEqual({ status: 'fail', failures: 1 })
    expect(
      message
        ?.trim()
        .split('\n')
        .map(line => line.trimEnd()),
    ).toEqual(['actual differs from expected:', '', '@@,id,name', '→ ,1 ,Bob→BOB'])
  })

  test('takes rows as CSV, as SQL and from fixture files', async () => {
    const outcome = await check(
      `
    model: clean
    given:
      - {input: ref('people'), format: csv, fixture: some_people}
    expect: {format: sql, rows: "select 3 as id, 'ZOE' as name"}`,
      { fixtures: { 'tests/fixtures/some_people.csv': 'id,name,seen\n3,zoe,2024-02-02\n' } },
    )
    expect(outcome.result('u')).toMatchObject({ status: 'pass' })
  })

  test('overrides macros and variables', async () => {
    const outcome = await check(
      `
    model: again
    overrides: {macros: {is_incremental: true, since: "date '2030-01-01'"}}
    given: [{input: ref('people'), rows: [{id: 1, name: bob, seen: '2024-05-05'}, {id: 2, name: eve, seen: '2030-05-05'}]}, {input: this, rows: []}]
    expect: {rows: [{id: 2, name: EVE, how: again}]}`,
      { build: true },
    )
    expect(outcome.result('u').message ?? 'pass').toBe('pass')
  })

  test('knows the types of columns of models that are not built', async () => {
    const outcome = await check(
      `
    model: clean
    given: [{input: ref('people'), rows: [{id: 1, name: bob, seen: '2024-05-05'}]}]
    expect: {rows: [{id: 1, name: BOB}]}`,
      { build: false },
    )
    expect(outcome.result('u')).toMatchObject({ status: 'pass' })
  })

  test('names a column that its input does not have', async () => {
    const outcome = await check(`
    model: clean
    given: [{input: ref('people'), rows: [{nope: 1}]}]
    expect: {rows: []}`)
    expect(outcome.result('u').status).toBe('error')
    expect(outcome.result('u').message).toContain("Invalid column name: 'nope' in unit test fixture for 'people'")
  })
})

test('what stands for the inputs is written below the properties file of the test', async () => {
  const p = project({
    'models/a.sql': 'select 1 as id',
    'models/b.sql': 'select 1 as id',
    'models/deep/c.sql': "select id from {{ ref('a') }} join {{ ref('b') }} using (id)",
    'models/unit.yml': `unit_tests:
  - name: u
    model: c
    given:
      - {input: ref('a'), format: sql, rows: "select {{ 1 + 1 }} as id"}
      - {input: ref('b'), rows: [{id: 2}]}
    expect: {rows: [{id: 2}]}
`,
  })
  expect(await p.run('build')).toBe(0)
  expect(p.read('target/compiled/shop/models/unit.yml/a.sql')).toBe('select 2 as id')
  expect(p.read('target/compiled/shop/models/unit.yml/b.sql')).toContain('-- Fixture for b\nselect')
  expect(p.exists('target/compiled/shop/models/unit.yml/c.sql')).toBe(false)
})
