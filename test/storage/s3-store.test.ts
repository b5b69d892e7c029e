import { afterEach, expect, test } from 'vitest'
import type { ObjectStore } from '../../src/storage/object-store.ts'
import type { S3Settings } from '../../src/storage/s3-connection.ts'
import { s3Diagnostic } from '../../src/storage/s3-failure.ts'
import { s3Store } from '../../src/storage/s3-store.ts'
import { keysOf, objectStoreContract } from '../rig/object-store-contract.ts'
import { type S3Double, type S3DoubleOptions, startS3Double } from '../rig/s3-double/s3-double.ts'

const doubles: S3Double[] = []

afterEach(async () => {
  for (const double of doubles.splice(0)) await double.close()
})

async function start(options: S3DoubleOptions = {}): Promise<S3Double> {
  const double = await startS3Double(options)
  doubles.push(double)
  return double
}

function storeOf(double: S3Double, settings: Partial<S3Settings> = {}): ObjectStore {
  return s3Store(
    { bucket: double.bucket, endpoint: double.endpoint, region: 'eu-west-1', credentials: double.keys, ...settings },
    { ids: () => 'probe', pauseMs: 1, attempts: 4, partBytes: 5 * 1024 * 1024 },
  )
}

const bytes = (text: string): Uint8Array => Buffer.from(text)
const textAt = async (store: ObjectStore, key: string): Promise<string> =>
  Buffer.from((await store.get(key))?.bytes ?? []).toString()

objectStoreContract('S3', async () => storeOf(await start(), { prefix: 'some/where' }))
objectStoreContract('S3 with pages of two', async () => storeOf(await start({ pageSize: 2 })))
objectStoreContract('S3 without checksums', async () => storeOf(await start(), { checksums: false }))

test.each([
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'answer', status: 500, code: 'InternalError' },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'answer-after', status: 500, code: 'InternalError' },
] as const)('a put survives %j', async fault => {
  const double = await start()
  const store = storeOf(double)
  double.fail({ fault, method: 'PUT', times: 2 })
  expect((await store.put('k', bytes('x'))).kind).toBe('written')
  expect(await textAt(store, 'k')).toBe('x')
})

test.each([{ kind: 'reset-after' }, { kind: 'answer-after', status: 503, code: 'SlowDown' }] as const)(
  'a put if absent whose answer was lost is known to be ours: %j',
  async fault => {
    const double = await start()
    const store = storeOf(double)
    double.fail({ fault, method: 'PUT', urlHolds: '/commit' })
    expect((await store.put('commit', bytes('ours'), { ifAbsent: true })).kind).toBe('written')
    expect(await store.put('commit', bytes('late'), { ifAbsent: true })).toEqual({ kind: 'exists' })
  },
)

test('a put if absent that lost the race is not taken for ours after trouble', async () => {
  const double = await start()
  const store = storeOf(double)
  await store.put('commit', bytes('theirs'))
  double.fail({ fault: { kind: 'reset-before' }, method: 'PUT', urlHolds: '/commit' })
  expect(await store.put('commit', bytes('ours'), { ifAbsent: true })).toEqual({ kind: 'exists' })
})

test('a put if absent waits out a conflict that the service reports', async () => {
  const double = await start()
  const fault = { kind: 'answer', status: 409, code: 'ConditionalRequestConflict' } as const
  double.fail({ fault, method: 'PUT', urlHolds: '/commit', times: 2 })
  expect((await storeOf(double).put('commit', bytes('x'), { ifAbsent: true })).kind).toBe('written')
})

test.each([{ kind: 'cut-body' }, { kind: 'reset-before' }, { kind: 'answer', status: 503, code: 'SlowDown' }] as const)(
  'a get survives %j',
  async fault => {
    const double = await start()
    const store = storeOf(double)
    await store.put('k', bytes('0123456789'))
    double.fail({ fault, method: 'GET', times: 2 })
    expect(await textAt(store, 'k')).toBe('0123456789')
  },
)

test('a range that comes back short is asked for again', async () => {
  const double = await start()
  const store = storeOf(double, { checksums: false })
  await store.put('k', bytes('0123456789'))
  double.fail({ fault: { kind: 'short-body' }, method: 'GET' })
  expect(Buffer.from((await store.get('k', { start: 0, end: 8 }))?.bytes ?? []).toString()).toBe('01234567')
})

test('the same trouble without end is reported as such', async () => {
  const double = await start()
  double.fail({ fault: { kind: 'answer', status: 503, code: 'SlowDown' }, times: 99 })
  await expect(storeOf(double).get('k')).rejects.toMatchObject({ diagnostic: { code: 'storage/unavailable' } })
  await double.close()
  await expect(storeOf(double).get('k')).rejects.toMatchObject({ diagnostic: { code: 'storage/unreachable' } })
})

test('a service that ignores conditions is found out before the first conditional put', async () => {
  const double = await start({ ignoresConditions: true })
  const store = storeOf(double)
  await expect(store.put('commit', bytes('x'), { ifAbsent: true })).rejects.toMatchObject({
    diagnostic: { code: 'storage/conditions-ignored' },
  })
  expect([...double.objects.keys()]).toEqual([])
})

test('who says to be the only writer may use a service that ignores conditions', async () => {
  const store = storeOf(await start({ ignoresConditions: true }), { singleWriter: true })
  expect((await store.put('k', bytes('1'), { ifAbsent: true })).kind).toBe('written')
  expect((await store.put('k', bytes('2'), { ifAbsent: true })).kind).toBe('exists')
  expect((await store.put('k', bytes('2'), { ifMatch: 'x' })).kind).toBe('changed')
})

test('the probe is made once and leaves nothing behind', async () => {
  const double = await start()
  const store = storeOf(double)
  for (const key of ['a', 'b', 'c']) await store.put(key, bytes(key), { ifAbsent: true })
  expect(double.requests.filter(request => request.startsWith('PUT') && request.includes('probe'))).toHaveLength(3)
  expect(await keysOf(store, '')).toEqual(['a', 'b', 'c'])
})

test('an upload in parts that fails leaves no parts', async () => {
  const double = await start()
  const store = storeOf(double)
  double.fail({ fault: { kind: 'answer', status: 403, code: 'AccessDenied' }, method: 'PUT', urlHolds: 'partNumber=2' })
  await expect(store.put('large', new Uint8Array(11 * 1024 * 1024))).rejects.toMatchObject({
    diagnostic: { code: 'storage/access-denied' },
  })
  expect(double.openUploads()).toBe(0)
  expect(await keysOf(store, '')).toEqual([])
})

test('an upload in parts says when it begins and when it has ended, also when it fails; a single put says nothing', async () => {
  const double = await start()
  const told: string[] = []
  const beginStream = (): (() => void) => {
    told.push('begun')
    return () => told.push('ended')
  }
  const store = s3Store(
    { bucket: double.bucket, endpoint: double.endpoint, region: 'eu-west-1', credentials: double.keys },
    { ids: () => 'probe', pauseMs: 1, attempts: 2, partBytes: 1000, beginStream },
  )
  await store.put('small', bytes('x'))
  expect(told).toEqual([])
  await store.put('large', new Uint8Array(2500))
  expect(told).toEqual(['begun', 'ended'])
  double.fail({ fault: { kind: 'answer', status: 503, code: 'SlowDown' }, method: 'PUT', times: 100 })
  await expect(store.put('larger', new Uint8Array(2500))).rejects.toThrow()
  expect(told).toEqual(['begun', 'ended', 'begun', 'ended'])
})

test('one part of an upload is tried again by itself, and a lost answer to its end is settled', async () => {
  const double = await start()
  const store = storeOf(double)
  const content = new Uint8Array(11 * 1024 * 1024).fill(3)
  const part = {
    fault: { kind: 'answer', status: 503, code: 'SlowDown' },
    method: 'PUT',
    urlHolds: 'partNumber=2',
  } as const
  double.fail(part)
  double.fail({ fault: { kind: 'reset-after' }, method: 'POST', urlHolds: 'uploadId=' })
  expect((await store.put('large', content, { ifAbsent: true })).kind).toBe('written')
  expect(double.requests.filter(request => request.includes('partNumber=1'))).toHaveLength(1)
  expect(double.requests.filter(request => request.includes('partNumber=2'))).toHaveLength(2)
  double.fail({ fault: { kind: 'reset-after' }, method: 'POST', urlHolds: 'uploadId=' })
  expect((await store.put('again', content)).kind).toBe('written')
})

test.each<[string, Partial<S3Settings>, string]>([
  ['a bucket that is not there', { bucket: 'nowhere' }, 'storage/no-such-bucket'],
  ['a wrong secret', { credentials: { accessKeyId: 'AKIDOUBLE', secretAccessKey: 'x' } }, 'storage/bad-credentials'],
  ['an unknown key', { credentials: { accessKeyId: 'x', secretAccessKey: 'x' } }, 'storage/bad-credentials'],
  ['no credentials at all', { credentials: 'anonymous' }, 'storage/access-denied'],
])('%s has a diagnostic of its own', async (_, settings, code) => {
  const store = storeOf(await start(), settings)
  await expect(store.get('k')).rejects.toMatchObject({ diagnostic: { code } })
})

test.each([
  ['ExpiredToken', 400, 'storage/credentials-expired'],
  ['AuthorizationHeaderMalformed', 400, 'storage/wrong-region'],
  ['AccessDenied', 403, 'storage/access-denied'],
  ['OddTrouble', 400, 'storage/request-refused'],
])('%s is %s and told as %s', async (code, status, expected) => {
  const double = await start()
  double.fail({ fault: { kind: 'answer', status, code }, times: 9 })
  await expect(keysOf(storeOf(double), '')).rejects.toMatchObject({ diagnostic: { code: expected } })
})

test('session tokens are sent, and public buckets are read without a signature', async () => {
  const keys = { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' }
  const double = await start({ keys, isPublic: true })
  await storeOf(double).put('k', bytes('x'))
  expect(await textAt(storeOf(double, { credentials: 'anonymous' }), 'k')).toBe('x')
})

test('no secret is in a message', async () => {
  const store = storeOf(await start(), { credentials: { accessKeyId: 'AKIDOUBLE', secretAccessKey: 'hush-hush' } })
  await expect(store.get('k')).rejects.not.toThrow('hush-hush')
})

test('a failure without an answer says what the matter is', () => {
  const region = s3Diagnostic(new Error('Region is missing'), 's3://lake', 'read "k"')
  expect(region.diagnostic.code).toBe('storage/no-region')
  const reset = s3Diagnostic(Object.assign(new Error('x'), { code: 'ECONNRESET' }), 's3://lake', 'read "k"')
  expect(reset.message).toBe('"s3://lake" could not be reached to read "k" (ECONNRESET)')
  const other = s3Diagnostic(new Error('getaddrinfo ENOTFOUND'), 's3://lake', 'read "k"')
  expect(other.message).toContain('getaddrinfo ENOTFOUND')
})
