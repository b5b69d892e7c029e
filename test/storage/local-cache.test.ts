import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { localCache } from '../../src/storage/local-cache.ts'
import { memoryStore } from '../../src/storage/memory-store.ts'
import type { ObjectStore } from '../../src/storage/object-store.ts'

const made: string[] = []

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'eider-cache-'))
  made.push(path)
  return path
}

afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

function counted(store: ObjectStore): { readonly store: ObjectStore; reads(): number } {
  let count = 0
  const get: ObjectStore['get'] = (...args) => {
    count += 1
    return store.get(...args)
  }
  return { store: { ...store, get }, reads: () => count }
}

test('a copy has the content of the object and is made once', async () => {
  const { store, reads } = counted(memoryStore())
  const content = new Uint8Array(9 * 1024 * 1024).fill(7)
  await store.put('a/x.parquet', content)
  const cache = localCache(folder())
  const paths = await Promise.all([cache.copy(store, 'a/x.parquet'), cache.copy(store, 'a/x.parquet')])
  expect(paths[0]).toBe(paths[1])
  expect(paths[0]?.endsWith('.parquet')).toBe(true)
  expect(Buffer.compare(readFileSync(paths[0] ?? ''), content)).toBe(0)
  await cache.copy(store, 'a/x.parquet')
  expect(reads()).toBe(2)
})

test('a replaced object gets a copy of its own, a missing one none', async () => {
  const store = memoryStore()
  const cache = localCache(folder())
  await store.put('x', Buffer.from('one'))
  const first = await cache.copy(store, 'x')
  await store.put('x', Buffer.from('two'))
  const second = await cache.copy(store, 'x')
  expect(readFileSync(first ?? '', 'utf8')).toBe('one')
  expect(readFileSync(second ?? '', 'utf8')).toBe('two')
  expect(await cache.copy(store, 'none')).toBeUndefined()
})

test('an object that changes while it is copied leaves nothing behind', async () => {
  const inner = memoryStore()
  await inner.put('x', Buffer.from('one'))
  const get: ObjectStore['get'] = async (...args) => {
    await inner.put('x', Buffer.from('two'))
    return inner.get(...args)
  }
  const root = folder()
  await expect(localCache(root).copy({ ...inner, get }, 'x')).rejects.toMatchObject({
    diagnostic: { code: 'storage/object-changed' },
  })
  expect(readdirSync(root)).toEqual([])
})

test('trimming removes what was used longest ago', async () => {
  const store = memoryStore()
  const cache = localCache(folder())
  await store.put('old', Buffer.from('1234'))
  await store.put('new', Buffer.from('5678'))
  const old = (await cache.copy(store, 'old')) ?? ''
  utimesSync(old, 1, 1)
  const recent = (await cache.copy(store, 'new')) ?? ''
  await cache.trim(5)
  expect(() => readFileSync(old)).toThrow()
  expect(readFileSync(recent, 'utf8')).toBe('5678')
})

test('a copy of what is never replaced is taken without asking the store', async () => {
  const { store, reads } = counted(memoryStore())
  await store.put('x', Buffer.from('1234'))
  const cache = localCache(folder())
  const first = await cache.copy(store, 'x', 4)
  await store.delete('x')
  expect(await cache.copy(store, 'x', 4)).toBe(first)
  expect(reads()).toBe(1)
})

test('an object of another size than was said is copied by its etag', async () => {
  const store = memoryStore()
  await store.put('x', Buffer.from('1234'))
  const cache = localCache(folder())
  expect(readFileSync((await cache.copy(store, 'x', 1)) ?? '', 'utf8')).toBe('1234')
  await store.put('x', Buffer.from('5678'))
  expect(readFileSync((await cache.copy(store, 'x', 1)) ?? '', 'utf8')).toBe('5678')
})
