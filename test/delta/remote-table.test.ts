import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { localTable } from '../../src/delta/local-table.ts'
import { remoteTable } from '../../src/delta/remote-table.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import { requireSnapshot } from '../../src/delta/snapshot.ts'
import type { TableFiles } from '../../src/delta/table-files.ts'
import { localCache } from '../../src/storage/local-cache.ts'
import { s3Store } from '../../src/storage/s3-store.ts'
import { openTestReader } from '../rig/parquet-reader.ts'
import { startS3Double } from '../rig/s3-double/s3-double.ts'

const reader = await openTestReader()
const double = await startS3Double({ pageSize: 3 })
const cacheFolder = mkdtempSync(join(tmpdir(), 'eider-remote-'))
const store = s3Store(
  { bucket: double.bucket, endpoint: double.endpoint, credentials: double.keys },
  { ids: () => 'probe', pauseMs: 1 },
)

afterAll(async () => {
  reader.close()
  await double.close()
  rmSync(cacheFolder, { recursive: true, force: true })
})

async function rowsOf(files: TableFiles): Promise<unknown> {
  const sql = await snapshotSql(files, await requireSnapshot(files))
  const [row] = await reader.rows(`SELECT count(*)::INTEGER AS n, sum(hash(t))::VARCHAR AS h FROM (${sql}) AS t`)
  return row
}

test.each([
  'spark-made/v2-checkpoint-sidecars',
  'spark-made/dv-history',
  'spark-made/partition-strings',
  'delta-rs-made/hive-paths',
])('%s in a bucket gives the same rows as on disk', async name => {
  const root = new URL(`../delta-tables/tables/${name}`, import.meta.url).pathname
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (statSync(join(root, path)).isFile()) await store.put(`tables/${name}/${path}`, readFileSync(join(root, path)))
  }
  const place = { store, folder: `tables/${name}`, resolve: (url: string) => ({ store, key: url }) }
  const remote = remoteTable(place, localCache(cacheFolder), reader)
  double.fail({ fault: { kind: 'answer', status: 503, code: 'SlowDown' }, method: 'GET', times: 2 })
  expect(await rowsOf(remote)).toEqual(await rowsOf(localTable(root, reader)))
})
