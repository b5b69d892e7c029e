/**
 * A store whose whole objects are read through a cache of copies: for objects that hardly ever change, such as the log of a
 * Delta table. What a listing has shown is read as it was then; anything else is looked at first.
 */
import type { LocalCache } from './local-cache.ts'
import { localFileContent } from './local-store.ts'
import type { ObjectInfo, ObjectStore } from './object-store.ts'

/** To be made anew for each reading of a table, since it keeps what it has seen. */
export function cachedStore(store: ObjectStore, cache: LocalCache): ObjectStore {
  const seen = new Map<string, ObjectInfo>()
  return {
    ...store,
    async get(key, range, options) {
      if (range !== undefined || options?.ifMatch !== undefined) return store.get(key, range, options)
      const info = seen.get(key) ?? (await store.head(key))
      if (info === undefined) return undefined
      const { sizeBytes, etag } = info
      try {
        const content = await localFileContent(await cache.fetch(store, info))
        return { bytes: await content.read({ start: 0, end: sizeBytes }), sizeBytes, etag }
      } catch {
        // Replaced since, or no room for a copy.
        return store.get(key)
      }
    },
    put(key, content, conditions) {
      seen.delete(key)
      return store.put(key, content, conditions)
    },
    delete(key) {
      seen.delete(key)
      return store.delete(key)
    },
    async *list(prefix, after) {
      for await (const info of store.list(prefix, after)) {
        seen.set(info.key, info)
        yield info
      }
    },
  }
}
