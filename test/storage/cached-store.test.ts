import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cachedStore } from '../../src/storage/cached-store.ts'
import { localCache } from '../../src/storage/local-cache.ts'
import { memoryStore } from '../../src/storage/memory-store.ts'
import type { ObjectStore } from '../../src/storage/object-store.ts'
import { keysOf, objectStoreContract } from '../rig/object-store-contract.ts'

const made: string[] = []
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'eider-cached-'))
  made.push(path)
  return path
}

objectStoreContract('a cached store', () => cachedStore(memoryStore(), localCache(folder())))

const textOf = async (store: ObjectStore, key: string): Promise<string> =>
  Buffer.from((await store.get(key))?.bytes ?? []).toString()

test('what has not changed is read once, also by the next', async () => {
  const inner = memoryStore()
  await inner.put('log/1', Buffer.from('one'))
  let reads = 0
  const counted: ObjectStore = {
    ...inner,
    get: (...args) => {
      reads += 1
      return inner.get(...args)
    },
  }
  const root = folder()
  for (let time = 0; time < 3; time++) {
    const store = cachedStore(counted, localCache(root))
    expect(await keysOf(store, 'log/')).toEqual(['log/1'])
    expect(await textOf(store, 'log/1')).toBe('one')
  }
  expect(reads).toBe(1)
})

test('what was replaced since it was listed is read as it is', async () => {
  const inner = memoryStore()
  await inner.put('x', Buffer.from('one'))
  const store = cachedStore(inner, localCache(folder()))
  await keysOf(store, '')
  await inner.put('x', Buffer.from('two'))
  expect(await textOf(store, 'x')).toBe('two')
  await store.put('x', Buffer.from('three'))
  expect(await textOf(store, 'x')).toBe('three')
  expect(await store.get('none')).toBeUndefined()
})
