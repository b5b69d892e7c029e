import { afterEach, describe, expect, test } from 'vitest'
import { type RanOutcome, RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

/** A run of tests over three rows, with `config` on the test of nulls: two rows fail it. */
async function check(config: string): Promise<RanOutcome> {
  rig = new RunRig({
    'models/m.sql': "{{ config(materialized='table') }} select 1 as id union all select null union all select null",
    'models/m.yml': `models: [{name: m, columns: [{name: id, data_tests: [{not_null: {config: {${config}}}}]}]}]`,
  })
  await rig.run()
  return rig.run({ command: 'test' })
}

describe('a data test', () => {
  test.for([
    ['', 'fail', 'Got 2 results, configured to fail if != 0'],
    ['severity: warn', 'warn', 'Got 2 results, configured to warn if != 0'],
    ["warn_if: '>1', error_if: '>5'", 'warn', 'Got 2 results, configured to warn if >1'],
    ["error_if: '>2', warn_if: '>2'", 'pass', null],
    ['limit: 1', 'fail', 'Got 1 result, configured to fail if != 0'],
    ["where: 'id > 0'", 'pass', null],
    ["fail_calc: 'count(*) * 10'", 'fail', 'Got 20 results, configured to fail if != 0'],
  ] as const)('with (%s) is a %s', async ([config, status, message]) => {
    const outcome = await check(config)
    expect(outcome.results).toMatchObject([{ status, message }])
  })

  test('leaves its rows in a table when told to', async () => {
    const outcome = await check('store_failures: true, alias: bad')
    const [result] = outcome.results
    expect(result).toMatchObject({ status: 'fail', failures: 2, relationName: '"shop"."main_dbt_test__audit"."bad"' })
    expect(await rig?.rows('select * from main_dbt_test__audit.bad')).toEqual([[null], [null]])
  })

  test('leaves a view when told to', async () => {
    await check('store_failures_as: view, alias: bad')
    expect(await rig?.rows("select count(*)::int from duckdb_views() where view_name = 'bad'")).toEqual([[1]])
  })

  test.for([
    ['get_limit_subquery_sql(sql, limit)', 'select 1 where false'],
    [
      'get_test_sql(main_sql, fail_calc, warn_if, error_if, limit)',
      'select 0 as failures, false as should_warn, false as should_error',
    ],
  ] as const)("goes by the project's own %s", async ([signature, text]) => {
    rig = new RunRig({
      'tests/t.sql': 'select 1 as id',
      'macros/own.sql': `{% macro ${signature} %}${text}{% endmacro %}`,
    })
    expect((await rig.run({ command: 'test' })).result('t')).toMatchObject({ status: 'pass', failures: 0 })
  })

  test('whose query fails is an error at its line', async () => {
    rig = new RunRig({ 'tests/t.sql': 'select 1\n  as id,\n  nope' })
    const outcome = await rig.run({ command: 'test' })
    expect(outcome.result('t')).toMatchObject({ status: 'error', failures: null })
    const [diagnostic] = outcome.result('t').diagnostics
    const { at } = diagnostic ?? {}
    expect(at?.file.text.slice(at.start)).toBe('nope')
  })
})
