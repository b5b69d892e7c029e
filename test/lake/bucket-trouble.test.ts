/** SQL over a bucket that is slow, fails, forgets answers or is set up otherwise than one thinks. */
import { existsSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { trafficOf } from '../../src/lake/lake-connection.ts'
import { s3Store } from '../../src/storage/s3-store.ts'
import { type LakeRig, type LakeRigOptions, lakeRig } from '../rig/lake-rig.ts'
import type { Fault } from '../rig/s3-double/fault.ts'

const rigs: LakeRig[] = []
const servers: Server[] = []
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close()
  for (const server of servers.splice(0)) server.close()
})

async function start(options: LakeRigOptions = {}): Promise<LakeRig> {
  const rig = await lakeRig(options)
  rigs.push(rig)
  return rig
}

const faults: readonly Fault[] = [
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'answer', status: 500, code: 'InternalError' },
  { kind: 'answer', status: 409, code: 'ConditionalRequestConflict' },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'answer-after', status: 503, code: 'SlowDown' },
  { kind: 'cut-body' },
  { kind: 'short-body' },
  { kind: 'slow' },
]

/** Reads whole and in part, lists in tiny pages, writes one file, several, and one in parts, and reads them again. */
async function everything(rig: LakeRig): Promise<string[]> {
  rmSync(join(rig.folder, 'cache'), { recursive: true, force: true })
  const database = rig.open()
  const connection = await database.connect()
  const read = async (sql: string): Promise<string> => JSON.stringify(await connection.rows(sql))
  const found = [
    await read("select count(*)::int, sum(x)::int from read_csv('s3://lake/in/*.csv')"),
    await read("select max(i)::int from 's3://lake/in/big.parquet'"),
  ]
  await connection.execute("copy (from 's3://lake/in/big.parquet') to 's3://lake/out/big.parquet' (format parquet)")
  await connection.execute(
    "copy (select i % 3 as p, i from range(9) t(i)) to 's3://lake/out/parts' (format csv, partition_by (p))",
  )
  found.push(await read("select count(*)::int, sum(hash(b) % 10)::int from 's3://lake/out/big.parquet' as b"))
  rmSync(join(rig.folder, 'cache'), { recursive: true, force: true })
  const later = await rig.open().connect()
  found.push(
    JSON.stringify(
      await later.rows(
        "select p::int, sum(i)::int from read_csv('s3://lake/out/parts/*/*.csv') group by all order by all",
      ),
    ),
  )
  await database.close()
  return found
}

/** Each request meets a fault once in each of these, and each fault meets requests of all kinds. */
test.each([0, 4])('trouble at any request changes nothing but time (%i)', { timeout: 240_000 }, async shift => {
  const rig = await start({ pageSize: 1, partBytes: 100_000, partialReads: { isOn: true, leastBytes: 100_000 } })
  for (const name of ['a', 'b', 'c']) await rig.load(`in/${name}.csv`, 'select 1 as x')
  await rig.connection.execute(
    "copy (select i, hash(i) as h, 's' || i as s from range(20000) t(i)) to 's3://lake/in/big.parquet' (row_group_size 4000)",
  )
  const expected = await everything(rig)
  const before = rig.double.requests.length
  await everything(rig)
  const count = rig.double.requests.length - before
  expect(count).toBeGreaterThan(20)
  for (let after = 0; after < count; after++) {
    const fault = faults[(after + shift) % faults.length] ?? { kind: 'slow' }
    rig.double.revive()
    rig.double.fail({ fault, after })
    expect(await everything(rig), `${JSON.stringify(fault)} after ${after} of ${count}`).toEqual(expected)
  }
})

test('a second run over what has not changed downloads nothing', async () => {
  const rig = await start({ partialReads: { isOn: true, leastBytes: 100_000 } })
  await rig.load('a.csv', 'select 1 as x')
  await rig.load('big.parquet', "select i, hash(i) as h, 's' || i as s from range(50000) t(i)")
  const bytes = async (): Promise<number> => {
    const database = rig.open()
    const connection = await database.connect()
    await connection.execute("create table a as from 's3://lake/a.csv'")
    await connection.execute("create table b as select sum(i) from 's3://lake/big.parquet'")
    const { bytesRead } = trafficOf(connection)
    await database.close()
    return bytesRead
  }
  expect(await bytes()).toBeGreaterThan(1000)
  expect(await bytes()).toBe(0)
})

test.each([
  'with space',
  'per%cent%20',
  'plus+plus',
  'equals=',
  'ünïcode 日本',
  "it's",
  'a&b;c,d',
  'hash#x',
  'dollar$1',
  'comma, [1]',
])('a key may hold anything: %s', async name => {
  const rig = await start()
  const key = `odd/${name}/${name}.csv`
  await rig.store.put(key, Buffer.from('x\n7\n'))
  const pattern = key.replace(/[*?[]/g, '[$&]').replaceAll("'", "''")
  expect(await rig.rows(`select x, filename from read_csv('s3://lake/${pattern}', filename = true)`)).toEqual([
    JSON.stringify({ x: 7, filename: `s3://lake/${key}` }),
  ])
  expect(await rig.rows("select x from read_csv('s3://lake/odd/*/*.csv')")).toEqual(['{"x":7}'])
  await rig.connection.execute(`copy (select 8 as x) to 's3://lake/out/${name.replaceAll("'", "''")}.csv'`)
  expect(Buffer.from(rig.double.objects.get(`out/${name}.csv`) ?? []).toString()).toBe('x\n8\n')
})

test('stars and brackets in keys are named by brackets', async () => {
  const rig = await start()
  await rig.store.put('a*b[1].csv', Buffer.from('x\n1\n'))
  await rig.store.put('aXb1.csv', Buffer.from('x\n2\n'))
  expect(await rig.rows("from 's3://lake/a[*]b[[]1].csv'")).toEqual(['{"x":1}'])
  expect(await rig.rows("select x from 's3://lake/a*b*.csv' order by x")).toEqual(['{"x":1}', '{"x":2}'])
})

test('a prefix with nothing below it is told as DuckDB tells it', async () => {
  const rig = await start()
  await rig.store.put('other/a.csv', Buffer.from('x\n1\n'))
  for (const pattern of ['none/*.csv', 'none/x.csv', '*.csv']) {
    await expect(rig.rows(`from 's3://lake/${pattern}'`)).rejects.toMatchObject({
      diagnostic: { code: 'lake/no-files', message: expect.stringContaining(`s3://lake/${pattern}`) },
    })
  }
})

test('a bucket that denies listing is read and written by keys', async () => {
  const rig = await start({ deniesListing: true })
  await rig.connection.execute("copy (select 1 as x) to 's3://lake/a.csv'")
  rmSync(join(rig.folder, 'cache'), { recursive: true, force: true })
  expect(await rig.rows("from 's3://lake/a.csv'")).toEqual(['{"x":1}'])
  await expect(rig.rows("from 's3://lake/*.csv'")).rejects.toMatchObject({
    diagnostic: { code: 'storage/access-denied', message: expect.stringContaining('list') },
  })
})

test('a service that ignores conditions on reading is noticed when an object changes', async () => {
  const rig = await start({ ignoresConditions: true })
  await rig.load('a.csv', 'select 1 as x')
  expect(await rig.rows("from 's3://lake/a.csv'")).toEqual(['{"x":1}'])
})

test('a wrong region, endpoint, key or secret is told, and no secret with it', async () => {
  const { double } = await start({ region: 'eu-west-1' })
  const good = { bucket: double.bucket, endpoint: double.endpoint, region: 'eu-west-1', credentials: double.keys }
  const codeOf = async (settings: object): Promise<string> => {
    const store = s3Store({ ...good, ...settings }, { ids: () => 'id', pauseMs: 1, attempts: 2 })
    try {
      await store.head('k')
      return 'fine'
    } catch (error) {
      const { diagnostic } = error as { diagnostic: { code: string; message: string; hint?: string } }
      expect(JSON.stringify(diagnostic.message + diagnostic.hint)).not.toContain('hush-hush')
      return `${diagnostic.code}: ${diagnostic.message}`
    }
  }
  const wrong = { accessKeyId: double.keys.accessKeyId, secretAccessKey: 'hush-hush' }
  expect(await codeOf({})).toBe('fine')
  expect(await codeOf({ region: 'us-east-1' })).toMatch(/^storage\/wrong-region: .*eu-west-1/)
  expect(await codeOf({ endpoint: 'http://127.0.0.1:1' })).toMatch(/^storage\/unreachable: .*ECONNREFUSED/)
  expect(await codeOf({ endpoint: 'http://nowhere.invalid' })).toMatch(/^storage\/unreachable/)
  expect(await codeOf({ credentials: wrong })).toMatch(/^storage\/bad-credentials: .*SignatureDoesNotMatch/)
  expect(await codeOf({ credentials: { ...wrong, accessKeyId: 'OTHER' } })).toMatch(/^storage\/bad-credentials/)
})

describe('keys that run out', () => {
  /** Hands out keys as a container does, the next ones each time. */
  async function container(keys: readonly string[]): Promise<string> {
    let asked = 0
    const server = createServer((_, response) => {
      const id = keys[Math.min(asked++, keys.length - 1)]
      const expires = new Date(Date.now() + 3_600_000).toISOString()
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ AccessKeyId: id, SecretAccessKey: 's3cret', Token: 'token', Expiration: expires }))
    })
    servers.push(server)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
  const keysOf = (accessKeyId: string): { accessKeyId: string; secretAccessKey: string; sessionToken: string } => ({
    accessKeyId,
    secretAccessKey: 's3cret',
    sessionToken: 'token',
  })

  async function storeWith(
    given: readonly string[],
    good: string,
  ): Promise<{ rig: LakeRig; read: () => Promise<unknown> }> {
    const rig = await start({ keys: keysOf(good) })
    process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = await container(given)
    const store = s3Store({ bucket: 'lake', endpoint: rig.double.endpoint }, { ids: () => 'id', pauseMs: 1 })
    return { rig, read: () => store.get('k') }
  }
  afterEach(() => {
    delete process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI
  })

  test('are asked for once more', async () => {
    const { rig, read } = await storeWith(['FIRST', 'SECOND'], 'FIRST')
    await rig.store.put('k', Buffer.from('x'))
    expect(await read()).toMatchObject({ sizeBytes: 1 })
    rig.double.changeKeys(keysOf('SECOND'))
    expect(await read()).toMatchObject({ sizeBytes: 1 })
  })

  test('are told when there are no others', async () => {
    const { rig, read } = await storeWith(['FIRST'], 'FIRST')
    rig.double.changeKeys(keysOf('SECOND'))
    await expect(read()).rejects.toMatchObject({
      diagnostic: { code: 'storage/credentials-expired', message: expect.not.stringContaining('s3cret') },
    })
  })
})

describe('a database in a bucket', () => {
  async function withDatabase(): Promise<LakeRig> {
    const rig = await start()
    const path = join(rig.folder, 'made.duckdb')
    await rig.connection.execute(`attach '${path}' as made; create table made.t as select 5 as x; detach made`)
    const { readFileSync } = await import('node:fs')
    await rig.store.put('db/x.duckdb', readFileSync(path))
    return rig
  }

  test.each([
    ["attach 's3://lake/db/x.duckdb' as y (read_only)", 'y'],
    ["attach 's3://lake/db/x.duckdb' as y", 'y'],
    ["attach if not exists 's3://lake/db/x.duckdb'", 'x'],
    ["ATTACH DATABASE 's3://lake/db/x.duckdb' AS y (TYPE duckdb);", 'y'],
  ])('%s', async (sql, name) => {
    const rig = await withDatabase()
    await rig.connection.execute(sql)
    expect(await rig.rows(`from ${name}.t`)).toEqual(['{"x":5}'])
    await expect(rig.connection.execute(`insert into ${name}.t values (6)`)).rejects.toThrow(/read-only/)
    expect(existsSync(join(rig.folder, 'cache'))).toBe(true)
  })

  test('that is not there is told', async () => {
    const rig = await start()
    await expect(rig.connection.execute("attach 's3://lake/none.duckdb' as y")).rejects.toMatchObject({
      diagnostic: { code: 'lake/no-files' },
    })
  })
})
