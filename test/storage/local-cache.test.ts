import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
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

function recordOf(copy: string): string {
  return copy.replace(/(eider-[0-9a-f]{40}).*$/, '$1.json')
}

test('a copy has the content of the object and is made once', async () => {
  const { store, reads } = counted(memoryStore())
  const content = new Uint8Array(5 * 1024 * 1024).fill(7)
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
  const cache = localCache(root)
  await expect(cache.copy({ ...inner, get }, 'x')).rejects.toMatchObject({
    diagnostic: { code: 'storage/object-changed' },
  })
  await cache.release()
  expect(readdirSync(root)).toEqual([])
})

test('trimming removes what was used longest ago', async () => {
  const store = memoryStore()
  const cache = localCache(folder())
  await store.put('old', Buffer.from('1234'))
  await store.put('new', Buffer.from('5678'))
  const old = (await cache.copy(store, 'old')) ?? ''
  utimesSync(recordOf(old), 1, 1)
  const recent = (await cache.copy(store, 'new')) ?? ''
  await cache.release()
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

const mebibyte = 1024 * 1024

/** Bytes that tell where they are. */
function patterned(size: number): Uint8Array {
  return Buffer.alloc(
    size,
    Uint8Array.from({ length: 251 }, (_, index) => index),
  )
}

test('ranges are fetched once, and what is not fetched is a hole', async () => {
  const { store, reads } = counted(memoryStore())
  const content = patterned(3 * mebibyte)
  await store.put('x', content)
  const info = await store.head('x')
  if (info === undefined) throw new Error('nothing there')
  const root = folder()
  const copy = await localCache(root).open(store, info)
  await copy.fill(store, [
    { start: 10, end: 20 },
    { start: mebibyte, end: 2 * mebibyte },
  ])
  await copy.fill(store, [{ start: mebibyte, end: 2 * mebibyte }])
  expect(reads()).toBe(2)
  const bytes = readFileSync(copy.path)
  expect(bytes.length).toBe(content.length)
  expect(Buffer.compare(bytes.subarray(mebibyte, 2 * mebibyte), content.subarray(mebibyte, 2 * mebibyte))).toBe(0)
  expect(bytes.subarray(2 * mebibyte).every(byte => byte === 0)).toBe(true)
  expect(copy.isWhole).toBe(false)
  const later = localCache(root)
  expect((await later.open(store, info)).missing([{ start: 0, end: 30 }])).toEqual([
    { start: 0, end: 10 },
    { start: 20, end: 30 },
  ])
  expect((await later.entries()).map(one => one.sizeBytes)).toEqual([10 + mebibyte])
  expect(Buffer.compare(readFileSync(await later.fetch(store, info)), content)).toBe(0)
})

test('the beginning of a range is written when the rest of it is', async () => {
  const inner = memoryStore()
  await inner.put('x', patterned(10 * mebibyte))
  const info = await inner.head('x')
  if (info === undefined) throw new Error('nothing there')
  const beginnings: boolean[] = []
  const get: ObjectStore['get'] = async (key, range, options) => {
    beginnings.push(
      readFileSync(copy.path)
        .subarray(0, 1000)
        .some(byte => byte !== 0),
    )
    return inner.get(key, range, options)
  }
  const copy = await localCache(folder()).open(inner, info)
  await copy.complete({ ...inner, get })
  expect(beginnings).toEqual([false, false, false])
  expect(Buffer.compare(readFileSync(copy.path), patterned(10 * mebibyte))).toBe(0)
})

test('several caches over one folder fetch an object once', async () => {
  const { store, reads } = counted(memoryStore())
  await store.put('x', patterned(1000))
  const root = folder()
  const paths = await Promise.all(Array.from({ length: 5 }, () => localCache(root).copy(store, 'x')))
  expect(new Set(paths).size).toBe(1)
  expect(reads()).toBe(1)
})

test('what a running process uses is not removed, what a dead one used is', async () => {
  const store = memoryStore()
  await store.put('x', Buffer.from('1234'))
  const root = folder()
  const user = localCache(root)
  const path = (await user.copy(store, 'x')) ?? ''
  const other = localCache(root)
  expect(await other.trim(0)).toEqual([])
  const [lease = ''] = readdirSync(root).filter(name => name.endsWith('.lease'))
  const [, ...rest] = readFileSync(join(root, lease), 'utf8').split('\n')
  writeFileSync(join(root, lease), [`999999999 ${hostname()}`, ...rest].join('\n'))
  expect((await other.trim(0)).map(one => one.path)).toEqual([path])
  expect(readdirSync(root)).toEqual([])
})

test('a copy whose file was cut or is gone is fetched again', async () => {
  const { store, reads } = counted(memoryStore())
  await store.put('x', patterned(1000))
  const root = folder()
  const path = (await localCache(root).copy(store, 'x')) ?? ''
  truncateSync(path, 500)
  const cache = localCache(root)
  await cache.copy(store, 'x')
  rmSync(path)
  expect(Buffer.compare(readFileSync((await cache.copy(store, 'x')) ?? ''), patterned(1000))).toBe(0)
  expect(reads()).toBe(3)
})

test('a copy that was changed is noticed by a check, and after a start of the machine', async () => {
  const { store, reads } = counted(memoryStore())
  await store.put('x', patterned(1000))
  const info = await store.head('x')
  if (info === undefined) throw new Error('nothing there')
  const root = folder()
  const copy = await localCache(root).open(store, info)
  await copy.complete(store)
  expect(await copy.check()).toBe(true)
  writeFileSync(copy.path, new Uint8Array(1000))
  expect(await copy.check()).toBe(false)
  await copy.complete(store)
  expect(reads()).toBe(2)

  const asBefore = (): void => {
    const record = JSON.parse(readFileSync(recordOf(copy.path), 'utf8')) as object
    writeFileSync(recordOf(copy.path), JSON.stringify({ ...record, boot: 'before' }))
  }
  asBefore()
  await localCache(root).fetch(store, info)
  expect(reads()).toBe(2)
  asBefore()
  writeFileSync(copy.path, new Uint8Array(1000))
  expect(Buffer.compare(readFileSync(await localCache(root).fetch(store, info)), patterned(1000))).toBe(0)
  expect(reads()).toBe(3)
})

test('a copy whose writer has died over it is begun anew', async () => {
  const { store, reads } = counted(memoryStore())
  await store.put('x', patterned(1000))
  const info = await store.head('x')
  if (info === undefined) throw new Error('nothing there')
  const root = folder()
  const copy = await localCache(root).open(store, info)
  await copy.fill(store, [{ start: 0, end: 10 }])
  const record = JSON.parse(readFileSync(recordOf(copy.path), 'utf8')) as object
  writeFileSync(recordOf(copy.path), JSON.stringify({ ...record, isOpen: true }))
  writeFileSync(`${recordOf(copy.path)}.lock`, `999999999 ${hostname()}`)
  const later = await localCache(root).open(store, info)
  await later.fill(store, [{ start: 100, end: 110 }])
  expect(later.missing([{ start: 0, end: 10 }])).toEqual([{ start: 0, end: 10 }])
  expect(reads()).toBe(2)
})

test('a disk without room is told before anything is fetched, after unused copies made what room they could', async () => {
  const { store, reads } = counted(memoryStore())
  await store.put('old', patterned(1000))
  await store.put('new', patterned(5000))
  const root = folder()
  await localCache(root).copy(store, 'old')
  for (const name of readdirSync(root)) if (name.endsWith('.lease')) rmSync(join(root, name))
  const full = localCache(root, { freeBytes: async () => 16 * mebibyte + 4999 })
  const failure = await full.copy(store, 'new').catch((error: unknown) => error)
  expect(failure).toMatchObject({ diagnostic: { code: 'storage/no-space', message: expect.stringContaining('5000') } })
  expect((await full.entries()).map(one => one.name)).toEqual([])
  expect(reads()).toBe(1)
  expect(await localCache(root, { freeBytes: async () => 16 * mebibyte + 5000 }).copy(store, 'new')).toBeDefined()
})

test('a store that ignores the condition of a read is noticed by the etag of its answer', async () => {
  const inner = memoryStore()
  await inner.put('x', Buffer.from('one'))
  const info = await inner.head('x')
  if (info === undefined) throw new Error('nothing there')
  await inner.put('x', Buffer.from('two'))
  const store: ObjectStore = { ...inner, get: (key, range) => inner.get(key, range) }
  await expect(localCache(folder()).fetch(store, info)).rejects.toMatchObject({
    diagnostic: { code: 'storage/object-changed' },
  })
})
