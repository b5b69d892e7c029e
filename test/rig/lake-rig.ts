/** A DuckDB with a lake over an S3 double, for tests that speak SQL. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection, Database } from '../../src/adapter/adapter.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { type DuckdbSettings, defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { systemClock } from '../../src/base/clock.ts'
import { openLake } from '../../src/lake/lake-connection.ts'
import type { PartialRules } from '../../src/lake/partial-reads.ts'
import { s3Access } from '../../src/lake/s3-access.ts'
import type { ObjectStore } from '../../src/storage/object-store.ts'
import { s3Store } from '../../src/storage/s3-store.ts'
import { type S3Double, type S3DoubleOptions, startS3Double } from './s3-double/s3-double.ts'

export interface LakeRig {
  readonly double: S3Double
  readonly store: ObjectStore
  readonly folder: string
  /** A database of its own over the same file, cache and bucket; `path` is relative to the folder. */
  open(path?: string): Database
  /** A run of its own on a database file, which is closed after it. */
  run(path: string, work: (connection: Connection) => Promise<unknown>): Promise<void>
  /** A run of its own over the same cache. */
  later(): Promise<Connection>
  /** A run of its own with an empty cache; the runs before it are over. */
  fresh(): Promise<Connection>
  /** Runs SQL on a connection that stays, and gives rows as texts. */
  rows(sql: string): Promise<string[]>
  readonly connection: Connection
  /** Puts the rows of a query into the bucket as Parquet or what the key ends in, as if somebody else had. */
  load(key: string, query: string): Promise<void>
  close(): Promise<void>
}

export interface LakeRigOptions extends S3DoubleOptions {
  readonly partBytes?: number
  readonly partialReads?: PartialRules
}

export async function lakeRig(options: LakeRigOptions = {}): Promise<LakeRig> {
  const folder = mkdtempSync(join(tmpdir(), 'eider-lake-'))
  const double = await startS3Double(options)
  const settings: DuckdbSettings = {
    ...defaultDuckdbSettings,
    secrets: [
      {
        type: 's3',
        fields: {
          key_id: double.keys.accessKeyId,
          secret: double.keys.secretAccessKey,
          endpoint: double.endpoint,
          url_style: 'path',
        },
      },
    ],
  }
  let ids = 0
  const nextId = (): string => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`
  const open = (path = ':memory:'): Database =>
    openLake(duckdbDatabase({ ...defaultDuckdbSettings, path: path === ':memory:' ? path : join(folder, path) }), {
      access: s3Access(settings, { environment: {}, hasAwsFiles: false }),
      root: folder,
      cacheFolder: join(folder, 'cache'),
      cacheBytes: 1e9,
      scratchFolder: join(folder, 'scratch'),
      clock: systemClock,
      ids: nextId,
      pauseMs: 1,
      ...(options.partBytes !== undefined && { partBytes: options.partBytes }),
      ...(options.partialReads !== undefined && { partialReads: options.partialReads }),
    })
  const database = open()
  const connection = await database.connect()
  const store = s3Store(
    { bucket: double.bucket, endpoint: double.endpoint, credentials: double.keys },
    { ids: nextId, pauseMs: 1 },
  )
  const runs: Database[] = []
  const endRuns = async (): Promise<void> => {
    for (const run of runs.splice(0)) await run.close()
  }
  const later = (): Promise<Connection> => {
    const run = open()
    runs.push(run)
    return run.connect()
  }
  return {
    double,
    store,
    folder,
    open,
    async run(path, work) {
      const own = open(path)
      try {
        await work(await own.connect())
      } finally {
        await own.close()
      }
    },
    later,
    fresh: async () => {
      await endRuns()
      rmSync(join(folder, 'cache'), { recursive: true, force: true })
      return later()
    },
    connection,
    rows: sql => rowTexts(connection, sql),
    load: async (key, query) => {
      await connection.execute(`copy (${query}) to 's3://${double.bucket}/${key}'`)
      forgetCopies(join(folder, 'cache'), key)
    },
    close: async () => {
      await endRuns()
      await database.close()
      await double.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function rowTexts(connection: Connection, sql: string): Promise<string[]> {
  const rows = await connection.rows(`select to_json(whole)::varchar from (${sql}) as whole`)
  return rows.map(([line]) => String(line))
}

/** The rows of a query as one text. */
export async function rowsOf(connection: Connection, sql: string): Promise<string> {
  return (await rowTexts(connection, sql)).join('\n')
}

function forgetCopies(cache: string, key: string): void {
  for (const name of readdirSync(cache).filter(one => one.endsWith('.json'))) {
    const record = JSON.parse(readFileSync(join(cache, name), 'utf8')) as { name: string }
    if (record.name.endsWith(`/${key}`)) rmSync(join(cache, name))
  }
}
