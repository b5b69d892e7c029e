/**
 * The sample project with its sources and its lake in a bucket: `npm run sample:s3`. Starts an S3 on this machine, puts the
 * raw files there, builds target `s3` beside `dev`, compares every mart, and builds a second day, which has to download
 * nothing that the first one had. Exits with 1 where one of that does not hold.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { build } from 'esbuild'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bucket = 'eider-sample'
const work = mkdtempSync(join(tmpdir(), 'eider-sample-s3-'))
const marts = ['mart_airport_days', 'mart_best_hours', 'mart_delay_bands', 'mart_worst_routes']

const double = await startDouble()
const environment = {
  ...process.env,
  EIDER_USER: 'sample_s3',
  EIDER_SAMPLE_BUCKET: bucket,
  EIDER_CACHE_DIR: join(work, 'cache'),
  AWS_ENDPOINT_URL_S3: double.endpoint,
  AWS_ACCESS_KEY_ID: double.keys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: double.keys.secretAccessKey,
  AWS_REGION: 'us-east-1',
}
let isRight = true
try {
  clean()
  await load('raw/flights-3m.parquet', 'flights-3m.parquet')
  await load('raw/airports.csv', 'airports.csv')
  for (const day of ['2024-02-01', '2024-02-02']) await buildDay(day)
} finally {
  await double.close()
  clean()
  rmSync(work, { recursive: true, force: true })
}
process.exitCode = isRight ? 0 : 1

async function buildDay(day) {
  const vars = JSON.stringify({ day })
  await eider('build', '--target', 'dev', '--vars', vars)
  const before = double.requests.length
  await eider('build', '--target', 's3', '--vars', vars)
  const requests = double.requests.slice(before)
  const downloads = requests.filter(
    one => one.startsWith('GET /') && !one.includes('list-type') && !one.includes('_delta_log'),
  )
  say(`${day}: ${requests.length} requests, ${downloads.length} of them for data`)
  if (day !== '2024-02-01') check(`${day} downloads nothing that is there`, downloads.length === 0)
  for (const mart of marts)
    check(`${day} ${mart} equals dev`, (await digest('s3', mart)) === (await digest('dev', mart)))
}

/** Row count and a hash that does not depend on their order. */
async function digest(target, mart) {
  const query = `select count(*) as n, bit_xor(hash(m))::varchar as h from {{ ref('${mart}') }} as m`
  return eider('--quiet', 'show', '--target', target, '--inline', query, '--output', 'json')
}

async function startDouble() {
  const outfile = join(root, 'dist', 'tmp', 's3-double.mjs')
  mkdirSync(dirname(outfile), { recursive: true })
  const entry = join(root, 'test', 'rig', 's3-double', 's3-double.ts')
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile })
  const { startS3Double } = await import(outfile)
  return startS3Double({ bucket })
}

async function load(key, name) {
  const client = new S3Client({
    endpoint: double.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: double.keys.accessKeyId, secretAccessKey: double.keys.secretAccessKey },
  })
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
