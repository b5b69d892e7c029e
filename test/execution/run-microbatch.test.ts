import { afterEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

const day = 24 * 60 * 60 * 1000
const files = {
  'models/events.sql':
    "{{ config(materialized='table', event_time='seen') }} select i as id, timestamp '2024-01-01' + to_days(i::int) as seen from range(4) r(i)",
  'models/m.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='seen',
      batch_size='day', begin='2024-01-01', lookback=0) }}
    select id, seen, {{ var('check', "'first'") }} as v from {{ ref('events') }}`,
}
const window = { eventTimeStart: '2024-01-01', eventTimeEnd: '2024-01-05' }

describe('a microbatch model', () => {
  test('runs once for each day', async () => {
    rig = new RunRig(files)
    const outcome = await rig.run({ flags: window })
    expect(outcome.statuses).toEqual({ events: 'success', m: 'success' })
    expect(outcome.result('m').batchResults?.successful.length).toBe(4)
    expect([...outcome.ran.keys()].filter(key => key.startsWith('m:')).length).toBe(4)
    expect(await rig.rows('select id from main.m order by id')).toEqual([[0], [1], [2], [3]])
  })

  test('begins where the clock of `begin` stands, whatever its zone is', async () => {
    const model = (files['models/m.sql'] ?? '').replace("'2024-01-01'", "'2024-01-01T00:30:00+02:00'")
    rig = new RunRig({ ...files, 'models/m.sql': model.replace("'day'", "'year'") })
    const outcome = await rig.run()
    expect(outcome.result('m').batchResults?.successful[0]?.[0]).toBe(Date.UTC(2024, 0, 1))
  })

  test('replaces only the days that are asked for', async () => {
    rig = new RunRig(files)
    await rig.run({ flags: window })
    const flags = {
      eventTimeStart: '2024-01-02',
      eventTimeEnd: '2024-01-03',
      vars: JSON.stringify({ check: "'second'" }),
    }
    await rig.run({ only: ['m'], flags })
    expect(await rig.rows('select id, v from main.m order by id')).toEqual([
      [0, 'first'],
      [1, 'second'],
      [2, 'first'],
      [3, 'first'],
    ])
  })

  test('whose batch fails keeps the others, and only that one is run again', async () => {
    rig = new RunRig(files)
    const failing = "case when id = 2 then error('no') else 'first' end"
    const outcome = await rig.run({ flags: { ...window, vars: JSON.stringify({ check: failing }) } })
    const { status, batchResults } = outcome.result('m')
    const third = Date.UTC(2024, 0, 3)
    expect(status).toBe('partial success')
    expect(batchResults?.failed).toEqual([[third, third + day]])
    expect(await rig.rows('select id from main.m order by id')).toEqual([[0], [1], [3]])

    const previousBatches = new Map([['model.shop.m', batchResults ?? { successful: [], failed: [] }]])
    const again = await rig.run({ only: ['m'], change: { previousBatches } })
    expect(again.statuses).toEqual({ m: 'success' })
    expect([...again.ran.keys()].length).toBe(1)
    expect(await rig.rows('select id from main.m order by id')).toEqual([[0], [1], [2], [3]])
  })
})

describe('a strategy macro of the project', () => {
  const strategy = (name: string): Record<string, string> => ({
    'macros/own.sql': `{% macro ${name}(arg_dict) %}{{ return(get_incremental_append_sql(arg_dict)) }}{% endmacro %}`,
  })
  const asked = `name: shop
version: '1.0'
profile: shop
flags: {require_batched_execution_for_custom_microbatch_strategy: true}
`
  const plain = 'get_incremental_microbatch_sql'

  test.each([
    [plain, {}, 0],
    [plain, { 'dbt_project.yml': asked }, 4],
    [`duckdb__${plain}`, {}, 4],
    [`duckdb__${plain}`, { 'dbt_project.yml': asked }, 4],
    [`default__${plain}`, {}, 4],
    [`default__${plain}`, { 'dbt_project.yml': asked }, 4],
  ])('called %s with %j builds in %d batches, and is used', async (name, more, batches) => {
    rig = new RunRig({ ...files, ...strategy(name), ...more })
    for (const _ of [1, 2]) {
      const outcome = await rig.run({ flags: window })
      expect(outcome.statuses).toEqual({ events: 'success', m: 'success' })
      expect(outcome.result('m').batchResults?.successful.length ?? 0).toBe(batches)
    }
    expect(await rig.rows('select count(*)::int from main.m')).toEqual([[8]])
  })
})
