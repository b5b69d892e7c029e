import { afterEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

const timestamp = 'strategy: timestamp, updated_at: seen, unique_key: id'
const before =
  "select 1 as id, 'a' as v, timestamp '2024-01-01' as seen union all select 2, 'b', timestamp '2024-01-01'"
const after = "select 1 as id, 'A' as v, timestamp '2024-02-01' as seen"

/** A snapshot of `before`, then of `after`. */
async function twice(config: string, change: { before?: string; after?: string } = {}): Promise<RunRig> {
  const p = new RunRig({
    'models/src.sql': `{{ config(materialized='table') }} ${change.before ?? before}`,
    'snapshots/s.yml': `snapshots: [{name: s, relation: ref('src'), config: {${config}}}]`,
  })
  rig = p
  await build(p)
  p.write('models/src.sql', `{{ config(materialized='table') }} ${change.after ?? after}`)
  await build(p)
  return p
}

async function build(p: RunRig): Promise<void> {
  const { statuses } = await p.run({ command: 'build' })
  expect(statuses).toEqual({ src: 'success', s: 'success' })
}

describe('a snapshot', () => {
  test('by timestamp ends the rows that changed', async () => {
    const p = await twice(timestamp)
    expect(await p.rows('select id, v, dbt_valid_from::text, dbt_valid_to::text from main.s order by all')).toEqual([
      [1, 'A', '2024-02-01 00:00:00', null],
      [1, 'a', '2024-01-01 00:00:00', '2024-02-01 00:00:00'],
      [2, 'b', '2024-01-01 00:00:00', null],
    ])
  })

  test('ends rows that are gone', async () => {
    const p = await twice(`${timestamp}, hard_deletes: invalidate`)
    expect(await p.rows('select id, v, dbt_valid_to is null from main.s order by all')).toEqual([
      [1, 'A', true],
      [1, 'a', false],
      [2, 'b', false],
    ])
  })

  test.for(['get_dbt_valid_to_current(strategy, columns)', "unique_key_is_null(strategy.unique_key, 'x')"])(
    "has white space behind %s, on which a project's own macros rely",
    async call => {
      const p = new RunRig({
        'models/m.sql': `{%- set strategy = {'updated_at': 'u', 'unique_key': 'id'} -%}
{%- set columns = {'dbt_valid_to': 'until'} -%}
select {% if execute %}{{ ${call} }}{%- if true %}from x{% endif %}{% else %}1{% endif %}`,
      })
      rig = p
      const { compiledCode } = (await p.run({ command: 'compile' })).result('m')
      expect(compiledCode).toMatch(/\sfrom x$/)
    },
  )

  test('keeps a record of rows that are gone', async () => {
    const p = await twice(`${timestamp}, hard_deletes: new_record`)
    expect(await p.rows('select id, v, dbt_valid_to is null, dbt_is_deleted::text from main.s order by all')).toEqual([
      [1, 'A', true, 'False'],
      [1, 'a', false, 'False'],
      [2, 'b', false, 'False'],
      [2, 'b', true, 'True'],
    ])
  })

  test('fails where the setting for rows that are gone makes no sense', async () => {
    rig = new RunRig({
      'snapshots/src.sql': `{% snapshot s %}{{ config(unique_key='id', strategy='check', check_cols='all', hard_deletes='wrong') }}${before}{% endsnapshot %}`,
    })
    const { results } = await rig.run({ command: 'snapshot' })
    expect(results.find(one => one.status === 'error')?.message).toMatch(
      /^Runtime Error in snapshot s \(.*\)\n {2}Invalid setting for property hard_deletes\./,
    )
  })

  test('by columns sees values that changed, and new columns', async () => {
    const p = await twice('strategy: check, check_cols: all, unique_key: id', {
      after:
        "select 1 as id, 'a' as v, timestamp '2024-01-01' as seen, 9 as more union all select 2, 'B', timestamp '2024-01-01', 8",
    })
    expect(await p.rows('select id, v, more, dbt_valid_to is null from main.s order by all')).toEqual([
      [1, 'a', 9, true],
      [1, 'a', null, false],
      [2, 'B', 8, true],
      [2, 'b', null, false],
    ])
  })

  test('has keys of several columns, its own names and its own end of time', async () => {
    const p = await twice(
      `strategy: timestamp, updated_at: seen, unique_key: [id, v], dbt_valid_to_current: "timestamp '9999-01-01'", snapshot_meta_column_names: {dbt_valid_to: ends, dbt_valid_from: starts}`,
      { after: "select 1 as id, 'a' as v, timestamp '2024-03-01' as seen" },
    )
    expect(await p.rows('select id, v, starts::date::text, ends::date::text from main.s order by all')).toEqual([
      [1, 'a', '2024-01-01', '2024-03-01'],
      [1, 'a', '2024-03-01', '9999-01-01'],
      [2, 'b', '2024-01-01', '9999-01-01'],
    ])
  })
})
