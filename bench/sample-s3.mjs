/**
 * The sample project with its sources and its lake in a bucket: `npm run sample:s3`. Starts an S3 on this machine, puts the
 * raw files there, builds target `s3` beside `dev`, compares every mart, and builds a second
 * day, which has to download nothing that the first one had. Exits with 1 where one of that does not hold.
 *
 *   npm run sample:s3 -- --endpoint http://127.0.0.1:5000    with a service that runs already, and keys of AWS_…
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { startS3 } from './start-s3.mjs'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bucket = 'eider-sample'
const work = mkdtempSync(join(tmpdir(), 'eider-sample-s3-'))
const marts = ['mart_airport_days', 'mart_best_hours', 'mart_delay_bands', 'mart_worst_routes']

const { values: options } = parseArgs({ options: { endpoint: { type: 'string' } } })
const double = options.endpoint === undefined ? await startS3({ bucket }) : undefined
const endpoint = options.endpoint ?? double.endpoint
const { AWS_ACCESS_KEY_ID = 'sample', AWS_SECRET_ACCESS_KEY = 'sample-secret' } = process.env
const keys = double?.keys ?? { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY }
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: keys })
const environment = {
  ...process.env,
  EIDER_USER: 'sample_s3',
  EIDER_SAMPLE_BUCKET: bucket,
  EIDER_CACHE_DIR: join(work, 'cache'),
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  AWS_REGION: 'us-east-1',
}
let isRight = true
try {
  clean()
  if (double === undefined) await client.send(new CreateBucketCommand({ Bucket: bucket })).catch(unlessThere)
  await load('raw/flights-3m.parquet', 'flights-3m.parquet')
  await load('raw/airports.csv', 'airports.csv')
  for (const day of ['2024-02-01', '2024-02-02']) await buildDay(day)
} finally {
  await double?.close()
  clean()
  rmSync(work, { recursive: true, force: true })
}
process.exitCode = isRight ? 0 : 1

async function buildDay(day) {
  const vars = JSON.stringify({ day })
  await eider('build', '--target', 'dev', '--vars', vars)
  const before = double?.requests.length
  await eider('build', '--target', 's3', '--vars', vars)
  const { bytes, requests } = traffic()
  say(`${day}: ${requests} requests, ${bytes} bytes downloaded`)
  if (day !== '2024-02-01' && double !== undefined) {
    const downloads = double.requests
      .slice(before)
      .filter(one => one.startsWith('GET /') && !one.includes('list-type') && !one.includes('_delta_log'))
    check(`${day} downloads nothing that is there`, downloads.length === 0)
  }
  for (const mart of marts)
    check(`${day} ${mart} equals dev`, (await digest('s3', mart)) === (await digest('dev', mart)))
}

/** Of the last build. */
function traffic() {
  const { results } = JSON.parse(readFileSync(join(root, 'target', 'run_results.json'), 'utf8'))
  const sum = key => results.reduce((total, { adapter_response }) => total + (adapter_response[key] ?? 0), 0)
  return { bytes: sum('bytes_downloaded'), requests: sum('requests') }
}

function unlessThere(error) {
  if (error.name !== 'BucketAlreadyOwnedByYou' && error.name !== 'BucketAlreadyExists') throw error
}

/** Row count and a hash that does not depend on their order. */
async function digest(target, mart) {
  const query = `select count(*) as n, bit_xor(hash(m))::varchar as h from {{ ref('${mart}') }} as m`
  return eider('--quiet', 'show', '--target', target, '--inline', query, '--output', 'json')
}

async function load(key, name) {
  const body = readFileSync(join(root, 'node_modules', 'vega-datasets', 'data', name))
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
}

function eider(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'dist', 'eider.js'), ...args], { cwd: root, env: environment })
    let out = ''
    child.stdout.on('data', chunk => {
      out += chunk
    })
    child.stderr.pipe(process.stderr)
    child.on('close', code => (code === 0 ? resolve(out) : reject(new Error(`eider ${args.join(' ')}\n${out}`))))
  })
}

/** The databases and the lake of this script's own user. */
function clean() {
  for (const path of ['flights_s3.duckdb', 'flights_s3.duckdb.wal', 'lake/dev_sample_s3']) {
    rmSync(join(root, path), { recursive: true, force: true })
  }
}

function check(what, holds) {
  say(`${holds ? 'ok  ' : 'FAIL'} ${what}`)
  isRight &&= holds
}

function say(text) {
  process.stdout.write(`${text}\n`)
}
