import { expect, test } from 'vitest'
import { memoryStore } from '../../src/storage/memory-store.ts'
import { storeBelow } from '../../src/storage/object-store.ts'
import { keysOf, objectStoreContract } from '../rig/object-store-contract.ts'

objectStoreContract('memory', () => memoryStore())
objectStoreContract('a part of a store', () => storeBelow(memoryStore(), 'deep/er/'))

test('a part of a store writes below its prefix', async () => {
  const store = memoryStore({ name: 'lake' })
  const below = storeBelow(store, 'tables/t')
  await below.put('x', Buffer.from('1'))
  expect(await keysOf(store, '')).toEqual(['tables/t/x'])
  expect(below.name).toBe('lake/tables/t')
  expect(below.locate('x')).toBe('memory://lake/tables/t/x')
})

test('what the caller does with its bytes afterwards does not change the object', async () => {
  const store = memoryStore()
  const bytes = new Uint8Array([1])
  await store.put('x', bytes)
  bytes[0] = 9
  expect((await store.get('x'))?.bytes[0]).toBe(1)
})
