import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { type KilledProject, killedProject } from '../rig/killed-project.ts'

const points = 20
const dayCount = 12
const rowsADay = 40_000

const files: Readonly<Record<string, string>> = {
  'project.yml': 'name: killed\nprofile: killed\n',
  'profiles.yml':
    'killed:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: killed.duckdb\n      external_root: lake\n      threads: 2\n',
  'models/days.sql': `{{ config(materialized='external', partition_by='day', incremental_strategy='insert_overwrite') }}
select i % ${dayCount} as day, {{ var('round') }} as round, md5(i::varchar || '{{ var('round') }}') as payload
from range(${dayCount * rowsADay}) as r(i)
`,
}

describe('a run that is killed', () => {
  let project: KilledProject
  beforeAll(() => {
    project = killedProject(files, 'run')
  })
  afterAll(() => project.remove())

  test(`leaves every partition whole, of one run alone, at ${points} points; the next run ends right`, async () => {
    await project.round(0)
    const { ms: wholeMs } = await project.round(1)
    const database = duckdbDatabase(defaultDuckdbSettings)
    const connection = await database.connect()
    const glob = join(project.folder, 'lake/days/*/*.parquet')
    const partitions = () =>
      connection.rows(
        `select day, count(*), min(round), max(round) from read_parquet('${glob}', hive_partitioning = true) group by day order by day`,
      )
    for (let point = 1; point <= points; point++) {
      const round = point + 1
      await project.round(round, (wholeMs * point) / points)
      const found = await partitions()
      expect(found.length).toBe(dayCount)
      for (const [day, count, oldest, newest] of found) {
        expect(Number(count), `rows of day ${day} after a kill at point ${point}`).toBe(rowsADay)
        expect(oldest, `one run alone wrote day ${day}, at point ${point}`).toEqual(newest)
      }
    }
    await project.round(99)
    expect((await partitions()).map(([, count, oldest]) => [Number(count), Number(oldest)])).toEqual(
      Array.from({ length: dayCount }, () => [rowsADay, 99]),
    )
    const leftovers = readdirSync(join(project.folder, 'lake')).filter(name => name !== 'days')
    expect(leftovers).toEqual([])
    await database.close()
  })
})
