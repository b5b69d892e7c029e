/** The sample project at the root of the repository, in a copy of its own, as README.md walks through it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { randomIds, systemClock } from '../../src/base/clock.ts'
import { localWorld } from '../../src/cli/local-world.ts'
import { main } from '../../src/cli/main.ts'
import { localFiles } from '../../src/storage/local-files.ts'
import { words } from '../rig/project-rig.ts'
import { sourceBuiltins } from '../rig/source-builtins.ts'

const root = resolve(import.meta.dirname, '../..')
const sampleParts = ['project.yml', 'profiles.yml', 'models', 'sources', 'macros', 'test/sample']

function copySample(): string {
  const folder = mkdtempSync(join(tmpdir(), 'eider-sample-'))
  for (const part of sampleParts) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

async function eider(folder: string, ...argv: string[]): Promise<{ code: number; stdout: string }> {
  let stdout = ''
  const write = (text: string): void => {
    stdout += text
  }
  const before = process.cwd()
  process.chdir(folder)
  const code = await main({
    argv,
    version: '0.0.0-test',
    environment: { HOME: folder, EIDER_USER: 'test' },
    files: localFiles(folder),
    builtins: sourceBuiltins,
    outside: localWorld,
    stdout: { write, isTerminal: false, columns: 120 },
    stderr: { write, isTerminal: false, columns: 120 },
    clock: systemClock,
    ids: randomIds,
    signal: new AbortController().signal,
    processId: 1,
    reserveThreads: () => {},
  }).finally(() => process.chdir(before))
  return { code, stdout }
}

async function rows(sql: string): Promise<unknown> {
  const database = duckdbDatabase(defaultDuckdbSettings)
  const connection = await database.connect()
  const found = await connection.rows(sql)
  await database.close()
  return found
}

const runDay = (folder: string, day: string | readonly string[], ...more: string[]) =>
  eider(folder, 'run', '--select', 'marts', '--vars', JSON.stringify({ day }), ...more)

const lakeOf = (folder: string): string => join(folder, 'lake/dev_test/mart_airport_days')
const fileOf = (folder: string, day: string): string => join(lakeOf(folder), `flight_date=${day}`, 'data_0.parquet')

describe('the sample project', () => {
  let stepwise = ''
  let atOnce = ''
  beforeAll(() => {
    stepwise = copySample()
    atOnce = copySample()
  })
  afterAll(() => {
    for (const folder of [stepwise, atOnce]) rmSync(folder, { recursive: true, force: true })
  })

  test('writes the marts of a day, with what they need', async () => {
    const { code, stdout } = await runDay(stepwise, '2024-02-01')
    expect(stdout).toContain('Done. PASS=9 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=9')
    expect(code).toBe(0)
    expect(readdirSync(lakeOf(stepwise))).toEqual(['flight_date=2024-02-01'])
  })

  test('leaves the file of another day untouched', async () => {
    const before = statSync(fileOf(stepwise, '2024-02-01'))
    expect((await runDay(stepwise, '2024-02-02')).code).toBe(0)
    const after = statSync(fileOf(stepwise, '2024-02-01'))
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs])
    expect(readdirSync(lakeOf(stepwise))).toEqual(['flight_date=2024-02-01', 'flight_date=2024-02-02'])
  })

  test('has the same rows day by day, in any order and repeated, as in one full refresh of those days', async () => {
    expect((await runDay(stepwise, '2024-02-01')).code).toBe(0)
    expect((await runDay(atOnce, ['2024-02-01', '2024-02-02'], '--full-refresh')).code).toBe(0)
    const read = (folder: string): string =>
      `from read_parquet('${lakeOf(folder)}/*/*.parquet', hive_partitioning = true)`
    const counted = await rows(`select count(*) ${read(stepwise)}`)
    expect(counted).toEqual(await rows(`select count(*) ${read(atOnce)}`))
    expect(await rows(`(${read(stepwise)}) except all (${read(atOnce)})`)).toEqual([])
    expect(await rows(`(${read(atOnce)}) except all (${read(stepwise)})`)).toEqual([])
  })

  test('builds with every test passing, whichever kind', async () => {
    const { code, stdout } = await eider(stepwise, 'build')
    expect(stdout).toContain('Done. PASS=38 WARN=0 ERROR=0 SKIP=0 NO-OP=1 TOTAL=39')
    expect(code).toBe(0)
    expect(readdirSync(lakeOf(stepwise)).length).toBeGreaterThan(150)
  })
})

/** Commands of the README's tour with the lines it shows below each, but for those with a time and those left out. */
function tour(): { command: string; shown: string[] }[] {
  const steps: { command: string; shown: string[] }[] = []
  let isInside = false
  for (const line of readFileSync(join(root, 'README.md'), 'utf8').split('\n')) {
    if (line.startsWith('```')) isInside = false
    else if (line.startsWith('$ npx eider ')) {
      steps.push({ command: line.slice('$ npx eider '.length), shown: [] })
      isInside = true
    } else if (isInside && line.trim() !== '' && line !== '...' && !/^\d\d:\d\d:\d\d/.test(line)) {
      steps.at(-1)?.shown.push(line)
    }
  }
  return steps
}

describe('the tour of README.md', () => {
  test('runs as it is written, and prints what it shows', async () => {
    const folder = copySample()
    const steps = tour()
    expect(steps.length).toBeGreaterThanOrEqual(5)
    for (const { command, shown } of steps) {
      const { code, stdout } = await eider(folder, ...words(command))
      expect(code, command).toBe(0)
      for (const line of shown) expect(stdout, command).toContain(line)
    }
    rmSync(folder, { recursive: true, force: true })
  })
})
