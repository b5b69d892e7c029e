import { afterEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
function project(files: Record<string, string>): RunRig {
  rig = new RunRig(files)
  return rig
}
afterEach(() => rig?.close())

describe('a run', () => {
  test('builds views and tables in the order of their refs', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "{{ config(materialized='table') }} select id + 1 as id from {{ ref('a') }}",
    })
    const outcome = await p.run()
    expect(outcome.results.map(one => one.message)).toEqual(['OK', 'OK'])
    expect(outcome.statuses).toEqual({ a: 'success', b: 'success' })
    expect(await p.rows('select * from main.b')).toEqual([[2]])
    expect(await p.relations()).toEqual({ a: 'view', b: 'table' })
  })
})
