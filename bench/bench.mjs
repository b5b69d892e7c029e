/**
 * Prints what eider costs: whole processes, medians, and beside each figure the ratio to a bare twin measured in the same run.
 *
 *   npm run bench                     everything
 *   npm run bench -- --smoke          small sizes, one run each; fails only on a gross loss against the ratios in bench/limits.json
 *   npm run bench -- --only sample    scenarios whose name contains the text
 *   npm run bench -- --dbt PATH       beside it, an installed dbt with dbt-duckdb
 *   npm run bench -- --projects DIR   builds of the projects in a folder (bench/projects.mjs), in place of the generated shop
 *   npm run bench -- --delta-rs PYTHON  beside it, a Python that has deltalake, duckdb and arro3-core
 *   npm run bench -- --json FILE      the figures as JSON
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { delta } from './delta.mjs'
import { generateShop } from './generate-shop.mjs'
import { manyModels } from './many-models.mjs'
import { median, once } from './measure.mjs'
import { objectStore } from './object-store.mjs'
import { projects } from './projects.mjs'
import { templateFigures } from './template.mjs'

const { values: options } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    only: { type: 'string' },
    dbt: { type: 'string' },
    'delta-rs': { type: 'string' },
    json: { type: 'string' },
    projects: { type: 'string' },
    models: { type: 'string' },
  },
})

const root = resolve(import.meta.dirname, '..')
const work = join(root, 'target', 'bench')
const eider = [process.execPath, join(root, 'dist', 'eider.js')]
const runs = options.smoke ? 1 : 5
const modelCount = Number(options.models ?? (options.smoke ? 100 : 1000))
const figures = []

/**
 * What scenarios in files of their own work with.
 * @typedef {{ eider: string[], work: string, runs: number, add: typeof add, againstTwin: typeof againstTwin,
 *   againstDbt: typeof againstDbt, addBytes: typeof addBytes,
 *   addAgainst: typeof addAgainst }} Bench
 */
const bench = { eider, work, runs, add, addBytes, addAgainst, againstTwin, againstDbt }

/** Scenarios in the order they are printed. Each adds rows to `figures`. */
const scenarios = {
  startUp,
  templates,
  sample,
  externalWrite,
  shop,
  projects: () => projects(bench, { folder: options.projects && resolve(options.projects), dbt: options.dbt }),
  objectStore: () => objectStore(bench, { rows: options.smoke ? 200_000 : 2_700_000 }),
  delta: () =>
    delta(bench, {
      rows: options.smoke ? 200_000 : 3_000_000,
      commits: options.smoke ? 100 : 1000,
      files: options.smoke ? 1000 : 100_000,
      python: options['delta-rs'],
    }),
  manyModels: () => manyModels(bench, { models: modelCount }),
  ...(!options.smoke && { tenThousandModels: () => manyModels(bench, { models: 10_000, testsPerModel: 0 }) }),
}

mkdirSync(work, { recursive: true })
for (const [name, scenario] of Object.entries(scenarios)) {
  if (!options.only || name.includes(options.only)) await scenario()
}
print()
if (options.json) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`)
if (options.smoke) checkLimits()

async function startUp() {
  const bare = await median(() => [process.execPath, '-e', '0'], { runs: runs * 2 })
  const version = await median(() => [...eider, '--version'], { runs: runs * 2 })
  add('start-up: eider --version', version, { bare, against: 'node -e 0' })
  const list = await median(() => [...eider, '--quiet', 'list'], { runs, cwd: root, env: sampleEnvironment() })
  add('start-up: eider list on the sample', list, { bare, against: 'node -e 0' })
}

async function templates() {
  for (const figure of await templateFigures({ runs, models: options.smoke ? 1000 : 10_000 })) keep(figure)
}

async function sample() {
  const folder = join(root, 'lake', 'dev_bench')
  const database = join(work, 'sample.duckdb')
  const fresh = () => {
    rmSync(folder, { recursive: true, force: true })
    rmSync(database, { force: true })
    mkdirSync(folder, { recursive: true })
  }
  const profiles = join(work, 'sample-profiles')
  mkdirSync(profiles, { recursive: true })
  writeFileSync(
    join(profiles, 'profiles.yml'),
    `flights:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: ${database}\n      schema: bench\n      external_root: ${folder}\n      threads: 4\n`,
  )
  const command = [...eider, 'run', '--select', 'marts', '--vars', '{"day":"2024-02-01"}', '--profiles-dir', profiles]
  await againstTwin('sample: run the marts of a day from nothing', command, { cwd: root, database, fresh })
}

async function externalWrite() {
  const folder = join(work, 'external')
  const source = join(root, 'node_modules/vega-datasets/data/flights-3m.parquet')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'models'), { recursive: true })
  writeFileSync(join(folder, 'dbt_project.yml'), 'name: writing\nprofile: writing\n')
  writeFileSync(
    join(folder, 'profiles.yml'),
    'writing:\n  outputs:\n    dev:\n      type: duckdb\n      path: writing.duckdb\n      threads: 1\n  target: dev\n',
  )
  const query = `select *, delay * 2 as twice from '${source}'`
  writeFileSync(join(folder, 'models/flights.sql'), `{{ config(materialized='external') }}\n${query}\n`)
  const ours = await median(() => [...eider, 'run'], { runs, cwd: folder })
  const statements = join(folder, 'copy.json')
  writeFileSync(statements, JSON.stringify([`copy (${query}) to '${join(folder, 'bare.parquet')}' (format parquet)`]))
  const bare = await median(() => [process.execPath, join(root, 'bench/bare-twin.mjs'), ':memory:', statements], {
    runs,
    cwd: folder,
  })
  add('external: write three million rows', ours, { bare, against: 'a bare COPY' })
}

async function shop() {
  const folder = join(work, 'shop')
  generateShop(folder)
  const database = join(folder, 'shop.duckdb')
  await againstTwin('shop: build 28 nodes', [...eider, 'build'], {
    cwd: folder,
    database,
    fresh: () => rmSync(database, { force: true }),
  })
  await againstDbt('shop: build 28 nodes', ['build'], folder)
}

/** Measures a command from a fresh state, and a bare script that sends the very statements that the command sent. */
async function againstTwin(name, command, { cwd, database, fresh = () => {}, runs: times = runs }) {
  const logs = join(work, 'logs')
  rmSync(logs, { recursive: true, force: true })
  fresh()
  await once(command, {
    cwd,
    env: {
      ...sampleEnvironment(),
      DBT_LOG_PATH: logs,
      DBT_LOG_FORMAT_FILE: 'json',
      DBT_LOG_LEVEL_FILE: 'debug',
      DBT_LOG_FILE_MAX_BYTES: '4000000000',
    },
  })
  const statements = join(work, 'statements.json')
  writeFileSync(statements, JSON.stringify(statementsOf(join(logs, 'dbt.log'))))
  const ours = await median(() => command, { runs: times, cwd, before: fresh, env: sampleEnvironment() })
  const twin = [process.execPath, join(root, 'bench/bare-twin.mjs'), database, statements]
  const bare = await median(() => twin, { runs: times, cwd, before: fresh })
  add(name, ours, { bare, against: 'the same statements, bare' })
}

async function againstDbt(name, command, folder) {
  if (!options.dbt) return
  const dbt = await median(() => [options.dbt, ...command, '--profiles-dir', '.'], {
    runs: Math.min(runs, 3),
    cwd: folder,
  })
  const ours = figures.findLast(figure => figure.name.startsWith(name))
  keep({
    name: `${name}: dbt`,
    milliseconds: dbt.milliseconds,
    peakMiB: dbt.peakMiB,
    against: 'eider',
    ratio: ours && dbt.milliseconds / ours.milliseconds,
  })
}

/** What was sent to the database, in order, out of the JSON log; files are written where they belong, not beside and renamed. */
function statementsOf(logFile) {
  return readFileSync(logFile, 'utf8')
    .split('\n')
    .filter(line => line.includes('"SQLQuery"'))
    .map(line =>
      JSON.parse(line)
        .data.sql.replaceAll(/\/\.eider-\w+\.tmp/g, '')
        .replace(", file_extension 'tmp'", '')
        .replaceAll(/delta_scan\('([^']*)'\)/g, "read_parquet('$1/*.parquet')"),
    )
}

function sampleEnvironment() {
  return { EIDER_USER: 'bench' }
}

/** @param {{ bare?: { milliseconds: number, peakMiB: number }, against?: string, goal?: number }} [beside] */
function add(name, ours, { bare, against, goal } = {}) {
  keep({
    name,
    milliseconds: ours.milliseconds,
    cpuMilliseconds: ours.cpuMilliseconds ?? 0,
    peakMiB: ours.peakMiB,
    ...(goal && { goalMilliseconds: goal }),
    ...(bare && {
      against,
      bareMilliseconds: bare.milliseconds,
      ratio: ours.milliseconds / bare.milliseconds,
      memoryRatio: bare.peakMiB ? ours.peakMiB / bare.peakMiB : undefined,
      cpuRatio: bare.cpuMilliseconds ? ours.cpuMilliseconds / bare.cpuMilliseconds : undefined,
    }),
  })
}

/** A long bench tells how far it is. */
function keep(figure) {
  figures.push(figure)
  if (process.stderr.isTTY) console.error(`${figures.length} ${figure.name}`)
}

/** Another program's time for the same work, as a multiple of ours; different endings are told, for then the ratio means little. */
function addAgainst(name, ours, { other, against, goal }) {
  keep({
    name,
    milliseconds: ours.milliseconds,
    cpuMilliseconds: ours.cpuMilliseconds ?? 0,
    peakMiB: ours.peakMiB,
    ...(other && {
      against: `as fast as ${against}${ours.code === other.code ? '' : `, which ended with ${other.code}, not ${ours.code}`}`,
      bareMilliseconds: other.milliseconds,
      ratio: other.milliseconds / ours.milliseconds,
      ...(ours.cpuMilliseconds && { cpuRatio: other.cpuMilliseconds / ours.cpuMilliseconds }),
      ...(other.milliseconds / ours.milliseconds < goal && { below: goal }),
    }),
  })
}

/** A figure in bytes, as a part of what there is. */
function addBytes(name, bytes, { of }) {
  keep({ name, bytes, against: `${of} bytes`, ratio: bytes / of })
}

function print() {
  const width = Math.max(...figures.map(figure => figure.name.length))
  console.log(
    `${'scenario'.padEnd(width)}  ${'time'.padStart(9)}  ${'cpu'.padStart(9)}  ${'memory'.padStart(8)}  ratio`,
  )
  for (const figure of figures) {
    if (figure.bytes !== undefined) {
      console.log(`${figure.name.padEnd(width)}  ${figure.bytes} bytes, ${figure.ratio.toFixed(3)} x ${figure.against}`)
      continue
    }
    const { name, milliseconds, cpuMilliseconds, peakMiB } = figure
    // Figures of one process among others have no processor time of their own.
    const cells = [`${milliseconds.toFixed(0)} ms`, cpuMilliseconds ? `${cpuMilliseconds.toFixed(0)} ms` : '-']
    const [time, cpu] = cells.map(cell => cell.padStart(9))
    console.log(`${name.padEnd(width)}  ${time}  ${cpu}  ${`${peakMiB.toFixed(0)} MiB`.padStart(8)}  ${beside(figure)}`)
  }
}

/** What the figure is compared with: `0.93 x the same statements, bare (1183 ms; cpu 1.10 x; memory 1.24 x)`, or `goal 600 ms`. */
function beside({ ratio, against, bareMilliseconds, memoryRatio, cpuRatio, goalMilliseconds, below }) {
  if (!ratio) return goalMilliseconds ? `goal ${goalMilliseconds} ms` : ''
  const details = [
    bareMilliseconds && `${bareMilliseconds.toFixed(0)} ms`,
    cpuRatio && `cpu ${cpuRatio.toFixed(2)} x`,
    memoryRatio && `memory ${memoryRatio.toFixed(2)} x`,
    below && `below the goal of ${below}`,
  ].filter(Boolean)
  return `${ratio.toFixed(2)} x ${against}${details.length > 0 ? ` (${details.join('; ')})` : ''}`
}

/** A smoke run fails only when a ratio is far beyond what was stored: machines differ in speed, ratios hardly. */
function checkLimits() {
  const limitsFile = join(dirname(import.meta.filename), 'limits.json')
  if (!existsSync(limitsFile)) return
  const limits = JSON.parse(readFileSync(limitsFile, 'utf8'))
  for (const figure of figures) {
    const limit = limits[figure.name.replace(/^\d+ models, \d+ tests/, 'many models')]
    if (limit && figure.ratio > limit) {
      console.error(`${figure.name}: ratio ${figure.ratio.toFixed(2)} is beyond ${limit}`)
      process.exitCode = 1
    }
  }
}
