/**
 * What reading from and writing to a bucket costs: how much is downloaded for a query that needs little, the time of
 * reading all of an object in parts and at once, what a second run downloads, and writing against a local COPY and a raw
 * upload one after the other.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { median } from './measure.mjs'
import { startS3 } from './start-s3.mjs'

const bucket = 'bench'

/**
 * @param {import('./bench.mjs').Bench} bench
 * @param {{ rows: number }} size
 */
export async function objectStore(bench, { rows }) {
  const folder = join(bench.work, 'object-store')
  rmSync(folder, { recursive: true, force: true })
  const double = await startS3({ bucket })
  try {
    await measure({ ...bench, ...project(folder, rows, double) })
  } finally {
    await double.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Twenty columns of three kinds, about a hundred bytes a row when compressed. */
function wideQuery(rows) {
  const kinds = [
    k => `(hash(i * ${k}) % 1000000)::int as n${k}`,
    k => `(hash(i * ${k}) / 1e10)::double as d${k}`,
    k => `'v' || (hash(i * ${k}) % 100000) as s${k}`,
  ]
  const columns = Array.from({ length: 18 }, (_, index) => kinds[index % 3](index + 1))
  return `select i as id, i % 100 as k, ${columns.join(', ')} from range(${rows}) t(i)`
}

function project(folder, rows, double) {
  const source = `s3://${bucket}/lake/wide.parquet`
  const models = {
    wide: `{{ config(materialized='external') }} ${wideQuery(rows)}`,
    wide_here: `{{ config(materialized='external', location='${folder}/here.parquet') }} ${wideQuery(rows)}`,
    one_column: `{{ config(materialized='table') }} select sum(n1) as s from '${source}'`,
    all_columns: `{{ config(materialized='table') }} select bit_xor(hash(w)) as h from '${source}' as w`,
  }
  mkdirSync(join(folder, 'models'), { recursive: true })
  for (const [name, sql] of Object.entries(models)) writeFileSync(join(folder, 'models', `${name}.sql`), `${sql}\n`)
  writeFileSync(join(folder, 'dbt_project.yml'), 'name: bucket\nprofile: bucket\n')
  const output = `type: duckdb\n      path: bucket.duckdb\n      external_root: s3://${bucket}/lake\n      threads: 1`
  writeFileSync(join(folder, 'profiles.yml'), `bucket:\n  target: dev\n  outputs:\n    dev:\n      ${output}\n`)
  const cache = join(folder, 'cache')
  const env = {
    EIDER_CACHE_DIR: cache,
    EIDER_PARTIAL_READ_BYTES: '1000000',
    AWS_ENDPOINT_URL_S3: double.endpoint,
    AWS_ACCESS_KEY_ID: double.keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: double.keys.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
  return {
    cwd: folder,
    env,
    double,
    forget: () => rmSync(cache, { recursive: true, force: true }),
    /** Bytes that the last run has downloaded. */
    downloaded() {
      const { results } = JSON.parse(readFileSync(join(folder, 'target', 'run_results.json'), 'utf8'))
      return results.reduce((sum, { adapter_response }) => sum + (adapter_response.bytes_downloaded ?? 0), 0)
    },
  }
}

async function measure({ eider, runs, add, addBytes, cwd, env, double, forget, downloaded }) {
  const few = Math.min(runs, 3)
  const run = (model, more = {}) =>
    median(() => [...eider, 'run', '-s', model], { runs: few, cwd, env: { ...env, ...more.env }, before: more.before })
  const here = await run('wide_here')
  const there = await run('wide', { before: forget })
  const upload = [process.execPath, join(resolve(import.meta.dirname), 'raw-upload.mjs')]
  const raw = await median(() => [...upload, join(cwd, 'here.parquet'), bucket, 'raw.parquet'], { runs: few, cwd, env })
  add('bucket: write an external model', there, {
    bare: { milliseconds: here.milliseconds + raw.milliseconds, peakMiB: here.peakMiB },
    against: 'the same on disk, then a raw upload',
  })
  const size = double.objects.get('lake/wide.parquet').length
  await run('one_column', { before: forget })
  addBytes('bucket: sum of one of 20 columns', downloaded(), { of: size })
  const inParts = await run('all_columns', { before: forget })
  const atOnce = await run('all_columns', { before: forget, env: { EIDER_PARTIAL_READS: 'off' } })
  add('bucket: read all columns', inParts, { bare: atOnce, against: 'one whole download' })
  await run('one_column')
  await run('all_columns')
  addBytes('bucket: read all columns, second run', downloaded(), { of: size })
}
