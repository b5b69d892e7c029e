/** What every `ObjectStore` keeps to, run against memory, local disk and S3. */
import { describe, expect, test } from 'vitest'
import type { ContentSource, ObjectStore } from '../../src/storage/object-store.ts'

const text = (value: string): Uint8Array => Buffer.from(value)

async function textOf(store: ObjectStore, key: string): Promise<string | undefined> {
  const found = await store.get(key)
  return found && Buffer.from(found.bytes).toString()
}

export async function keysOf(store: ObjectStore, prefix: string, after?: string): Promise<string[]> {
  const keys: string[] = []
  for await (const info of store.list(prefix, after)) keys.push(info.key)
  return keys
}

export function objectStoreContract(name: string, create: () => ObjectStore | Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    test('what was put is got, headed and listed with the same size and etag', async () => {
      const store = await create()
      const outcome = await store.put('a/b c/ü%41.txt', text('hello'))
      const found = await store.get('a/b c/ü%41.txt')
      const head = await store.head('a/b c/ü%41.txt')
      expect(Buffer.from(found?.bytes ?? []).toString()).toBe('hello')
      expect(outcome).toEqual({ kind: 'written', etag: found?.etag })
      expect(head).toMatchObject({ key: 'a/b c/ü%41.txt', sizeBytes: 5, etag: found?.etag })
      expect(await keysOf(store, '')).toEqual(['a/b c/ü%41.txt'])
    })

    test('an empty object is an object', async () => {
      const store = await create()
      await store.put('empty', new Uint8Array())
      expect((await store.get('empty'))?.bytes.length).toBe(0)
      expect((await store.head('empty'))?.sizeBytes).toBe(0)
    })

    test('what is missing is undefined, and deleting it is no error', async () => {
      const store = await create()
      await store.put('folder/file', text('x'))
      for (const key of ['none', 'folder', 'folder/file/inner']) {
        expect(await store.get(key)).toBeUndefined()
        expect(await store.head(key)).toBeUndefined()
        await store.delete('none')
      }
      expect(await keysOf(store, 'none')).toEqual([])
    })

    test('a range gives its bytes and the size of the whole, and is cut at the end of the object', async () => {
      const store = await create()
      await store.put('r', text('0123456789'))
      const middle = await store.get('r', { start: 2, end: 5 })
      expect(Buffer.from(middle?.bytes ?? []).toString()).toBe('234')
      expect(middle?.sizeBytes).toBe(10)
      const tail = await store.get('r', { start: 8, end: 100 })
      expect(Buffer.from(tail?.bytes ?? []).toString()).toBe('89')
    })

    test('a get bound to an etag fails once the object was replaced', async () => {
      const store = await create()
      await store.put('k', text('one'))
      const etag = (await store.head('k'))?.etag ?? ''
      expect((await store.get('k', undefined, { ifMatch: etag }))?.sizeBytes).toBe(3)
      await store.put('k', text('two'))
      await expect(store.get('k', undefined, { ifMatch: etag })).rejects.toMatchObject({
        diagnostic: { code: 'storage/object-changed' },
      })
    })

    test('a put replaces, a put if absent does not', async () => {
      const store = await create()
      expect((await store.put('k', text('one'), { ifAbsent: true })).kind).toBe('written')
      expect(await store.put('k', text('two'), { ifAbsent: true })).toEqual({ kind: 'exists' })
      expect(await textOf(store, 'k')).toBe('one')
      await store.put('k', text('three'))
      expect(await textOf(store, 'k')).toBe('three')
    })

    test('a put if match writes over the same version only', async () => {
      const store = await create()
      await store.put('k', text('one'))
      const etag = (await store.head('k'))?.etag ?? ''
      const second = await store.put('k', text('two'), { ifMatch: etag })
      expect(second.kind).toBe('written')
      expect(await store.put('k', text('three'), { ifMatch: etag })).toEqual({ kind: 'changed' })
      expect(await store.put('gone', text('x'), { ifMatch: etag })).toEqual({ kind: 'changed' })
      expect(await textOf(store, 'k')).toBe('two')
      expect(await store.head('gone')).toBeUndefined()
    })

    test('of many racing puts if absent exactly one is written, and its content stays', async () => {
      const store = await create()
      const racers = Array.from({ length: 12 }, (_, index) => store.put('race', text(`${index}`), { ifAbsent: true }))
      const outcomes = await Promise.all(racers)
      const winners = outcomes.flatMap((outcome, index) => (outcome.kind === 'written' ? [index] : []))
      expect(winners).toHaveLength(1)
      expect(await textOf(store, 'race')).toBe(`${winners[0]}`)
      expect(await keysOf(store, '')).toEqual(['race'])
    })

    test('of many racing puts if match exactly one is written', async () => {
      const store = await create()
      await store.put('race', text('start'))
      const etag = (await store.head('race'))?.etag ?? ''
      const racers = Array.from({ length: 8 }, (_, index) => store.put('race', text(`${index}`), { ifMatch: etag }))
      const kinds = (await Promise.all(racers)).map(outcome => outcome.kind)
      expect(kinds.filter(kind => kind === 'written')).toHaveLength(1)
    })

    test('a listing is in byte order, bound to the prefix and starts after a key', async () => {
      const store = await create()
      const keys = ['p', 'p.x', 'p/a', 'p/a.b', 'p/a/c', 'p/b', 'p/ü', 'p/z', 'p0', 'q/x']
      for (const key of keys.filter(one => one !== 'p' && one !== 'p/a')) await store.put(key, text(key))
      expect(await keysOf(store, '')).toEqual(['p.x', 'p/a.b', 'p/a/c', 'p/b', 'p/z', 'p/ü', 'p0', 'q/x'])
      expect(await keysOf(store, 'p/')).toEqual(['p/a.b', 'p/a/c', 'p/b', 'p/z', 'p/ü'])
      expect(await keysOf(store, 'p/a')).toEqual(['p/a.b', 'p/a/c'])
      expect(await keysOf(store, 'p', 'p/a.b')).toEqual(['p/a/c', 'p/b', 'p/z', 'p/ü', 'p0'])
      expect(await keysOf(store, '', 'p/a/0')).toEqual(['p/a/c', 'p/b', 'p/z', 'p/ü', 'p0', 'q/x'])
      expect(await keysOf(store, 'p/', 'p/zz')).toEqual(['p/ü'])
    })

    test('content of any size is taken from a source in pieces', async () => {
      const store = await create()
      const size = 11 * 1024 * 1024 + 7
      const source: ContentSource = {
        sizeBytes: size,
        read: async ({ start, end }) => new Uint8Array(end - start).map((_, index) => (start + index) % 251),
      }
      expect((await store.put('large', source, { ifAbsent: true })).kind).toBe('written')
      const head = await store.head('large')
      expect(head?.sizeBytes).toBe(size)
      const piece = await store.get('large', { start: size - 3, end: size })
      expect([...(piece?.bytes ?? [])]).toEqual([size - 3, size - 2, size - 1].map(at => at % 251))
      expect(await store.put('large', source, { ifAbsent: true })).toEqual({ kind: 'exists' })
    })

    test('a deleted object is gone from get and list', async () => {
      const store = await create()
      await store.put('d/k', text('x'))
      await store.delete('d/k')
      expect(await store.get('d/k')).toBeUndefined()
      expect(await keysOf(store, 'd/')).toEqual([])
    })

    test('keys that leave the store or that are not plain are refused', async () => {
      const store = await create()
      for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/./b']) {
        await expect(store.put(key, text('x'))).rejects.toMatchObject({ diagnostic: { code: 'storage/bad-key' } })
      }
    })
  })
}
