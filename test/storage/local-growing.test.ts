import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type GrowingFiles, uploadWhileGrowing } from '../../src/storage/local-growing.ts'
import { memoryStore } from '../../src/storage/memory-store.ts'
import type { ObjectStore } from '../../src/storage/object-store.ts'
import { s3Store } from '../../src/storage/s3-store.ts'
import { passingFaults } from '../rig/s3-double/fault.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
let store: ObjectStore
let folder: string
let growing: GrowingFiles

beforeEach(async () => {
  double = await startS3Double()
  const { endpoint, keys: credentials, bucket } = double
  store = s3Store({ endpoint, credentials, bucket }, { ids: () => 'id', pauseMs: 1, partBytes: 1000 })
  folder = mkdtempSync(join(tmpdir(), 'eider-growing-'))
  growing = uploadWhileGrowing(folder, { store, keyOf: path => (path.endsWith('.no') ? undefined : path), pauseMs: 1 })
})

afterEach(async () => {
  await growing.end()
  await double.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (name: string): string => join(folder, name)
const bytes = (size: number, value: number): Buffer => Buffer.alloc(size, value)
const partsSent = (): number =>
  double.requests.filter(one => one.startsWith('PUT') && one.includes('partNumber')).length

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}

test('a file goes up while it is written, and is visible when it is put', async () => {
  writeFileSync(at('x'), bytes(2500, 1))
  await until(() => partsSent() === 2)
  appendFileSync(at('x'), bytes(1500, 2))
  await until(() => partsSent() === 4)
  appendFileSync(at('x'), bytes(10, 3))
  expect(double.objects.size).toBe(0)
  expect(await growing.put(at('x'), 'x')).toMatchObject({ kind: 'written' })
  expect(partsSent()).toBe(5)
  const expected = Buffer.concat([bytes(2500, 1), bytes(1500, 2), bytes(10, 3)])
  expect(Buffer.compare(double.objects.get('x') ?? Buffer.of(), expected)).toBe(0)
  expect(double.openUploads()).toBe(0)
})

test('a part that was written again goes up again', async () => {
  writeFileSync(at('x'), bytes(2500, 1))
  await until(() => partsSent() === 2)
  const file = await open(at('x'), 'r+')
  await file.write(Buffer.from('!'), 0, 1, 5)
  await file.close()
  await growing.put(at('x'), 'x')
  expect(double.objects.get('x')?.[5]).toBe('!'.charCodeAt(0))
  expect(double.objects.get('x')?.length).toBe(2500)
})

test('a file may be renamed, but goes up anew under another key', async () => {
  mkdirSync(at('a'))
  for (const name of ['a/x', 'a/y']) writeFileSync(at(name), bytes(1500, 1))
  await until(() => partsSent() === 2)
  renameSync(at('a/x'), at('x'))
  renameSync(at('a/y'), at('y'))
  const before = double.requests.length
  await growing.put(at('x'), 'a/x')
  expect(partsSent()).toBe(3)
  await growing.put(at('y'), 'elsewhere')
  expect(double.objects.get('elsewhere')?.length).toBe(1500)
  await growing.end()
  expect([...double.objects.keys()].sort()).toEqual(['a/x', 'elsewhere'])
  expect(double.requests.slice(before).length).toBeGreaterThan(0)
  expect(double.openUploads()).toBe(0)
})

test('what is not put leaves nothing', async () => {
  writeFileSync(at('x'), bytes(2500, 1))
  writeFileSync(at('y.no'), bytes(2500, 1))
  await until(() => partsSent() === 2)
  await growing.end()
  expect(double.openUploads()).toBe(0)
  expect(double.objects.size).toBe(0)
})

test('a shorter file in place of the one that was begun goes up by itself', async () => {
  writeFileSync(at('x'), bytes(3500, 1))
  await until(() => partsSent() === 3)
  writeFileSync(at('x'), bytes(1200, 2))
  await growing.put(at('x'), 'x')
  expect(Buffer.compare(double.objects.get('x') ?? Buffer.of(), bytes(1200, 2))).toBe(0)
})

test('trouble on the way is not the end of it', async () => {
  double.fail({ fault: { kind: 'answer', status: 403, code: 'AccessDenied' }, method: 'PUT', after: 1 })
  writeFileSync(at('x'), bytes(4500, 1))
  await until(() => partsSent() === 2)
  await growing.put(at('x'), 'x')
  expect(double.objects.get('x')?.length).toBe(4500)
  await growing.end()
  expect(double.openUploads()).toBe(0)
})

test.each(passingFaults)('each request of an upload survives %o', async fault => {
  for (const method of ['POST', 'PUT']) double.fail({ fault, method })
  double.fail({ fault, method: 'POST', urlHolds: 'uploadId' })
  writeFileSync(at('x'), bytes(2500, 1))
  await until(() => partsSent() >= 2)
  await growing.put(at('x'), 'x')
  expect(double.objects.get('x')?.length).toBe(2500)
})

test('a store that knows no parts gets the file when it is put', async () => {
  const memory = memoryStore()
  const quiet = uploadWhileGrowing(folder, { store: memory, keyOf: path => path })
  writeFileSync(at('z'), bytes(2500, 1))
  await quiet.put(at('z'), 'z')
  expect((await memory.get('z'))?.bytes.length).toBe(2500)
  await quiet.end()
})
