import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { localFileContent, localStore } from '../../src/storage/local-store.ts'
import { keysOf, objectStoreContract } from '../rig/object-store-contract.ts'

const made: string[] = []

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'eider-store-'))
  made.push(path)
  return path
}

afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

objectStoreContract('local', () => localStore(join(folder(), 'made', 'on demand')))

test('a lost race and a won one leave no temporary file', async () => {
  const root = folder()
  const store = localStore(root)
  await store.put('k', Buffer.from('1'), { ifAbsent: true })
  await store.put('k', Buffer.from('2'), { ifAbsent: true })
  await store.put('k', Buffer.from('3'), { ifMatch: 'other' })
  expect(readdirSync(root)).toEqual(['k'])
})

test('a file that is still being written is not listed', async () => {
  const root = folder()
  writeFileSync(join(root, '.eider-1a-2b-3.tmp'), 'half')
  writeFileSync(join(root, '.hidden'), 'whole')
  expect(await keysOf(localStore(root), '')).toEqual(['.hidden'])
})

test('the lock of a writer that died does not stop others', async () => {
  const root = folder()
  const store = localStore(root)
  await store.put('k', Buffer.from('1'))
  const lock = join(root, `.eider-${Buffer.from('k').toString('hex')}.lock`)
  writeFileSync(lock, '')
  utimesSync(lock, 1, 1)
  const etag = (await store.head('k'))?.etag ?? ''
  expect((await store.put('k', Buffer.from('2'), { ifMatch: etag })).kind).toBe('written')
})

test('a local file is content that can be put', async () => {
  const root = folder()
  writeFileSync(join(root, 'source'), 'abc')
  const store = localStore(join(root, 'store'))
  await store.put('copy', await localFileContent(join(root, 'source')))
  expect(Buffer.from((await store.get('copy'))?.bytes ?? []).toString()).toBe('abc')
})
