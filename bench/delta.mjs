/**
 * What Delta tables cost: writing against a bare COPY, scanning against a bare scan, merging one row in a hundred, and opening
 * logs of many commits and many files. With a Python that has `deltalake`, delta-rs does the same beside it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { median, middle, once } from './measure.mjs'

const root = resolve(import.meta.dirname, '..')

/**
 * @param {import('./bench.mjs').Bench} bench
 * @param {{ rows: number, commits: number, files: number, python?: string }} size
 */
export async function delta(bench, { rows, commits, files, python }) {
  const folder = join(bench.work, 'delta')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'models'), { recursive: true })
  writeFileSync(join(folder, 'dbt_project.yml'), 'name: delta\nprofile: delta\n')
  writeFileSync(
    join(folder, 'profiles.yml'),
    'delta: {target: dev, outputs: {dev: {type: duckdb, path: delta.duckdb, threads: 2}}}\n',
  )
  const place = { ...bench, folder, rows }
  await writing(place)
  await scanning(place, python)
  await manyFiles({ ...place, count: Math.ceil(rows / 3000) }, python)
  await merging(place)
  const logs = await opening(place, { commits, files })
  if (python) besideDeltaRs(place, { python, logs })
  rmSync(folder, { recursive: true, force: true })
}

/** Ten columns of usual kinds. */
function rowsQuery(rows) {
  return `select range as id, (range * 7919) % 100000 as k1, (hash(range) % 1000)::int as k2, (hash(range + 1) % 1000000) / 100.0 as amount,
  hash(range + 4) / 1e12 as r, 'customer ' || (hash(range + 2) % 50000) as customer, md5(range::varchar) as h,
  timestamp '2024-01-01' + to_seconds(range) as t, date '2024-01-01' + (range % 365)::int as d, range % 3 = 0 as b from range(${rows})`
}

function freshQuery(rows) {
  const values = "1::bigint as k1, 2::int as k2, 1.5::double as amount, 0.5::double as r, 'new' as customer, 'h' as h"
  const moments = "timestamp '2025-01-01' as t, date '2025-01-01' as d, true as b"
  return `select (range * 97) % ${rows} as id, ${values}, ${moments} from range(${Math.floor(rows / 100)})`
}

async function writing({ eider, folder, runs, rows, add }) {
  const source = join(folder, 'source.parquet')
  bare(folder, [`copy (${rowsQuery(rows)}) to '${source}' (format parquet)`])
  const query = `select * from '${source}'`
  writeFileSync(
    join(folder, 'models/t.sql'),
    `{{ config(materialized='external', format='delta', location='lake/t') }} ${query}\n`,
  )
  const fresh = () => rmSync(join(folder, 'lake'), { recursive: true, force: true })
  const ours = await median(() => [...eider, 'run'], { runs, cwd: folder, before: fresh })
  const copy = twin(folder, [`copy (${query}) to '${join(folder, 'bare.parquet')}' (format parquet)`])
  add(`delta: write ${rows} rows`, ours, {
    bare: await median(() => copy, { runs, cwd: folder }),
    against: 'a bare COPY',
  })
}

async function scanning(place, python) {
  await reading(place, { name: `scan ${place.rows} rows`, table: 'lake/t', query: shapes['all rows'], python })
}

/** A query over a table by a whole program, beside a bare script; and by itself, beside delta-rs. */
async function reading({ eider, folder, runs, add, addAgainst }, { name, table, query, python }) {
  const show = [...eider, '--quiet', 'show', '--inline', query(`delta_scan('${table}')`)]
  const scan = twin(folder, [query(`read_parquet('${folder}/${table}/*.parquet')`)])
  add(`delta: ${name}`, await median(() => show, { runs, cwd: folder }), {
    bare: await median(() => scan, { runs, cwd: folder }),
    against: 'a bare scan',
  })
  if (!python) return
  const ours = await repeated(runs, () => statementMs(show, folder))
  const theirs = await repeated(runs, () =>
    Number(execFileSync(python, ['-c', deltaRsQuery, table, query('t')], { cwd: folder })),
  )
  addAgainst(`delta: ${name}, without the start of a program`, ours, { other: theirs, against: 'delta-rs', goal: 1 })
}

async function repeated(runs, measure) {
  const all = []
  for (let run = 0; run < runs; run++) all.push(await measure())
  return { milliseconds: middle(all), peakMiB: 0 }
}

/** From a statement's way into the adapter until its result is there: finding and reading the log are in it. */
async function statementMs(command, folder) {
  const trace = join(folder, 'trace.json')
  await once([...command, '--profile-run', trace], { cwd: folder })
  const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8'))
  return Math.max(...traceEvents.filter(event => event.cat === 'statement').map(event => event.dur)) / 1000
}

/** A program for each, as with ours: the first query of a process starts its threads. */
const deltaRsQuery = `
import sys, time
from deltalake import DeltaTable, QueryBuilder
started = time.time()
QueryBuilder().register('t', DeltaTable(sys.argv[1])).execute(sys.argv[2]).read_all()
print((time.time() - started) * 1000)
`

const shapes = {
  'all rows': from => `select count(*) as n, sum(id) as s, max(amount) as m from ${from}`,
  'the rows of one file': from => `select sum(amount) as s from ${from} where id between 1000 and 2000`,
}

/** The rows in many files of three thousand, which their statistics tell apart. */
async function manyFiles(place, python) {
  const { folder, rows, count } = place
  const table = join(folder, 'lake/small')
  mkdirSync(join(table, '_delta_log'), { recursive: true })
  const paths = Array.from({ length: count }, (_, at) => `part-${at}.parquet`)
  const source = join(folder, 'source.parquet')
  bare(
    folder,
    paths.map(
      (path, at) =>
        `copy (select * replace (t::timestamptz as t) from '${source}' where id between ${at * 3000} and ${at * 3000 + 2999}) to '${join(table, path)}' (format parquet)`,
    ),
  )
  const fields = { id: 'long', k1: 'long', amount: 'double', customer: 'string', t: 'timestamp' }
  const adds = paths.map((path, at) => {
    const stats = `{"numRecords":3000,"minValues":{"id":${at * 3000}},"maxValues":{"id":${at * 3000 + 2999}},"nullCount":{"id":0}}`
    const { size } = statSync(join(table, path))
    return { add: { path, partitionValues: {}, size, modificationTime: 1_700_000_000_000, dataChange: true, stats } }
  })
  writeActions(table, 0, [
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    { metaData: metaDataOf(fields) },
    ...adds,
  ])
  for (const [name, query] of Object.entries(shapes)) {
    await reading(place, { name: `${count} files of ${rows} rows, ${name}`, table: 'lake/small', query, python })
  }
}

async function merging({ eider, folder, runs, rows, add }) {
  const config =
    "materialized='incremental', format='delta', location='lake/t', unique_key='id', incremental_strategy='merge'"
  writeFileSync(join(folder, 'models/t.sql'), `{{ config(${config}) }} ${freshQuery(rows)}\n`)
  const ours = await median(() => [...eider, 'run'], { runs: Math.min(runs, 3), cwd: folder })
  const copy = twin(folder, [
    `copy (select * from '${folder}/source.parquet') to '${join(folder, 'bare.parquet')}' (format parquet)`,
  ])
  const name = `delta: merge ${Math.floor(rows / 100)} rows into ${rows}`
  add(name, ours, { bare: await median(() => copy, { runs, cwd: folder }), against: 'a bare COPY of all rows' })
}

function twin(folder, statements) {
  const path = join(folder, `statements-${statements.join('').length}.json`)
  writeFileSync(path, JSON.stringify(statements))
  return [process.execPath, join(root, 'bench/bare-twin.mjs'), ':memory:', path]
}

function bare(folder, statements) {
  const [program, ...args] = twin(folder, statements)
  execFileSync(program, args)
}

/** In this process, and the first time: what a run pays for a table that it has not seen. */
async function opening({ folder, add }, { commits, files }) {
  const { openedMs, checkpointed } = await reader(folder)
  const many = { folder: join(folder, 'commits'), commits, filesEach: 1 }
  const large = { folder: join(folder, 'files'), commits: 100, filesEach: Math.ceil(files / 100) }
  for (const [name, log] of [
    [`delta: open ${commits} commits`, many],
    [`delta: open ${files} files`, large],
  ]) {
    writeLog(log)
    add(name, { milliseconds: await openedMs(log.folder), peakMiB: 0 })
    await checkpointed(log.folder)
    add(`${name} with a checkpoint`, { milliseconds: await openedMs(log.folder), peakMiB: 0 })
  }
  return [many.folder, large.folder]
}

function writeLog({ folder, commits, filesEach }) {
  mkdirSync(join(folder, '_delta_log'), { recursive: true })
  const metaData = { ...metaDataOf({ id: 'long', p: 'long', v: 'string' }), partitionColumns: ['p'] }
  let id = 0
  for (let version = 0; version < commits; version++) {
    const actions = [{ commitInfo: { timestamp: 1_700_000_000_000 + version, operation: 'WRITE' } }]
    if (version === 0) actions.push({ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData })
    for (let at = 0; at < filesEach; at++) {
      id += 1
      const stats = `{"numRecords":100,"minValues":{"id":${id},"v":"a${id}"},"maxValues":{"id":${id + 99},"v":"z${id}"},"nullCount":{"id":0,"v":0}}`
      const path = `p=${id % 100}/part-${String(id).padStart(8, '0')}-8a86b441-814e-4811-8459-71b9c1b2fc39.c000.parquet`
      const rest = { size: 12345, modificationTime: 1_700_000_000_000, dataChange: true, stats }
      actions.push({ add: { path, partitionValues: { p: String(id % 100) }, ...rest } })
    }
    writeActions(folder, version, actions)
  }
}

function writeActions(folder, version, actions) {
  const name = `${String(version).padStart(20, '0')}.json`
  writeFileSync(join(folder, '_delta_log', name), `${actions.map(action => JSON.stringify(action)).join('\n')}\n`)
}

function metaDataOf(types) {
  const fields = Object.entries(types).map(([name, type]) => ({ name, type, nullable: true, metadata: {} }))
  return {
    id: 'bench',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields }),
    partitionColumns: [],
    configuration: {},
  }
}

async function reader(folder) {
  const bundle = join(folder, 'reader.cjs')
  const files = ['adapter/duckdb', 'adapter/settings', 'delta/local-table', 'delta/snapshot', 'delta/write-checkpoint']
  await build({
    stdin: {
      contents: [...files, 'lake/plain-rows', 'storage/local-store']
        .map(one => `export * from './src/${one}.ts'`)
        .join('\n'),
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: bundle,
    logLevel: 'error',
    external: ['@duckdb/*'],
  })
  const lib = (await import(pathToFileURL(bundle).href)).default
  const database = lib.duckdbDatabase({ ...lib.defaultDuckdbSettings, path: ':memory:' })
  const connection = await database.connect()
  const rows = async sql => lib.plainRows(await connection.execute(sql))
  await rows('select 1')
  const table = place => lib.localTable(place, { rows })
  return {
    async openedMs(place) {
      const started = performance.now()
      await lib.requireSnapshot(table(place))
      return performance.now() - started
    },
    async checkpointed(place) {
      const files = table(place)
      const scratch = lib.localStore(join(folder, 'scratch'))
      const writer = { rows, store: files.store, scratch, ids: () => 'bench', now: () => Date.now() }
      await lib.writeCheckpoint(writer, await lib.requireSnapshot(files))
    },
  }
}

const deltaRs = `
import sys, time, json, shutil
import duckdb, arro3.core as ac
from deltalake import DeltaTable, write_deltalake
folder, source, fresh, logs = json.loads(sys.argv[1])
duckdb.execute('set enable_progress_bar = false')
figures = {}
def timed(name, action):
    cpu, started = time.process_time(), time.time()
    result = action()
    figures[name] = [(time.time() - started) * 1000, (time.process_time() - cpu) * 1000]
    return result
rows = ac.Table(duckdb.sql("select * from '" + source + "'"))
timed('write', lambda: write_deltalake(folder, rows))
new = ac.Table(duckdb.sql(fresh))
timed('merge', lambda: DeltaTable(folder).merge(new, predicate='t.id = s.id', source_alias='s', target_alias='t').when_matched_update_all().when_not_matched_insert_all().execute())
for at, log in enumerate(logs):
    timed('open ' + str(at), lambda: DeltaTable(log))
print(json.dumps(figures))
`

/** Inside one Python process, without its start; its rows are in memory before it writes them. */
function besideDeltaRs({ folder, rows, add }, { python, logs }) {
  const source = join(folder, 'source.parquet')
  const given = JSON.stringify([join(folder, 'rs'), source, freshQuery(rows), logs])
  const told = execFileSync(python, ['-c', deltaRs, given], { encoding: 'utf8' })
  for (const [name, [milliseconds, cpuMilliseconds]] of Object.entries(JSON.parse(told))) {
    add(`delta-rs: ${name}`, { milliseconds, cpuMilliseconds, peakMiB: 0 })
  }
}
