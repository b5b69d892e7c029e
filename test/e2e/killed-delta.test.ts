import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localTable } from '../../src/delta/local-table.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import { requireSnapshot } from '../../src/delta/snapshot.ts'
import { type KilledProject, killedProject } from '../rig/killed-project.ts'
import { openTestReader } from '../rig/parquet-reader.ts'

const points = 12
const rowCount = 200_000

const files: Readonly<Record<string, string>> = {
  'project.yml': 'name: killed\nprofile: killed\n',
  'profiles.yml':
    'killed:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: killed.duckdb\n      threads: 2\n',
  'models/merged.sql': `{{ config(materialized='incremental', format='delta', location='lake/merged', incremental_strategy='merge', unique_key='id', partition_by='part') }}
select i as id, i % 4 as part, {{ var('round') }} as round, md5(i::varchar || '{{ var('round') }}') as payload from range(${rowCount}) as r(i)
`,
  'models/added.sql': `{{ config(materialized='incremental', format='delta', location='lake/added', incremental_strategy='append', txn_version=var('round')) }}
select {{ var('round') }} as round from range(1000)
`,
  'models/state.sql': `{{ config(materialized='ephemeral') }}
select i as id, {{ var('round') }} as round, timestamp '2024-01-01' + to_days({{ var('round') }}) as changed_at from range(2000) as r(i)
`,
  'snapshots/history.yml': `snapshots:
  - name: history
    relation: ref('state')
    config: {strategy: timestamp, updated_at: changed_at, unique_key: id, format: delta, location: lake/history}
`,
}

let project: KilledProject
beforeAll(() => {
  project = killedProject(files, 'build')
})
afterAll(() => project.remove())

test(`Delta tables hold whole runs after kills at ${points} points, and the next run ends right`, async () => {
  const reader = await openTestReader()
  const query = async (table: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const place = localTable(join(project.folder, 'lake', table), reader)
    return reader.rows(`WITH t AS (${await snapshotSql(place, await requireSnapshot(place))}) ${sql}`)
  }
  expect((await project.round(0)).code).toBe(0)
  const { ms } = await project.round(1)
  for (let point = 1; point <= points; point++) {
    await project.round(point + 1, (ms * point) / points)
    const [merged] = await query(
      'merged',
      'SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids, count(DISTINCT round)::INT AS rounds FROM t',
    )
    expect(merged, `after a kill at point ${point}`).toEqual({ n: rowCount, ids: rowCount, rounds: 1 })
    const added = await query('added', 'SELECT round, count(*)::INT AS n FROM t GROUP BY round HAVING n <> 1000')
    expect(added, `after a kill at point ${point}`).toEqual([])
    const [open] = await query(
      'history',
      'SELECT count(*)::INT AS n, count(DISTINCT round)::INT AS rounds FROM t WHERE dbt_valid_to IS NULL',
    )
    expect(open, `after a kill at point ${point}`).toEqual({ n: 2000, rounds: 1 })
  }
  for (const round of [points + 1, 99, 99]) expect((await project.round(round)).code).toBe(0)
  expect(await query('merged', 'SELECT DISTINCT round FROM t')).toEqual([{ round: 99 }])
  expect(await query('added', 'SELECT count(*)::INT AS n FROM t WHERE round = 99')).toEqual([{ n: 1000 }])
  expect(await query('history', 'SELECT DISTINCT round FROM t WHERE dbt_valid_to IS NULL')).toEqual([{ round: 99 }])
  reader.close()
})
