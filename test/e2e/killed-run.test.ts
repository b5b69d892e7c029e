/** What a reader finds when a run is killed: the built program, as a process of its own, is killed at twenty points. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'

const program = resolve(import.meta.dirname, '../../dist/eider.js')
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

/** Runs round after round; a kill after `killAfterMs`, or none. Gives how long the process lived. */
function run(folder: string, round: number, killAfterMs?: number): Promise<number> {
  return new Promise((done, fail) => {
    const started = performance.now()
    const child = spawn(process.execPath, [program, 'run', '--vars', `{"round": ${round}}`], { cwd: folder })
    const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    child.on('error', fail)
    child.on('exit', () => {
      clearTimeout(timer)
      done(performance.now() - started)
    })
  })
}

describe('a run that is killed', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'eider-killed-'))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test(`leaves every partition whole, of one run alone, at ${points} points; the next run ends right`, async () => {
    expect(existsSync(program), `${program} is built by npm ci`).toBe(true)
    await run(folder, 0)
    const wholeMs = await run(folder, 1)
    const database = duckdbDatabase(defaultDuckdbSettings)
    const connection = await database.connect()
    const glob = join(folder, 'lake/days/*/*.parquet')
    const partitions = () =>
      connection.rows(
        `select day, count(*), min(round), max(round) from read_parquet('${glob}', hive_partitioning = true) group by day order by day`,
      )
    for (let point = 1; point <= points; point++) {
      const round = point + 1
      await run(folder, round, (wholeMs * point) / points)
      const found = await partitions()
      expect(found.length).toBe(dayCount)
      for (const [day, count, oldest, newest] of found) {
        expect(Number(count), `rows of day ${day} after a kill at point ${point}`).toBe(rowsADay)
        expect(oldest, `one run alone wrote day ${day}, at point ${point}`).toEqual(newest)
      }
    }
    await run(folder, 99)
    expect((await partitions()).map(([, count, oldest]) => [Number(count), Number(oldest)])).toEqual(
      Array.from({ length: dayCount }, () => [rowsADay, 99]),
    )
    const leftovers = readdirSync(join(folder, 'lake')).filter(name => name !== 'days')
    expect(leftovers).toEqual([])
    await database.close()
  })
})
