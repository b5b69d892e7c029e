/** An object store in memory, for tests and for what lives only as long as the program. */
import { compareUtf8 } from './file-system.ts'
import { checkKey, contentBytes, type ObjectInfo, type ObjectStore, objectChanged } from './object-store.ts'

interface Entry {
  readonly bytes: Uint8Array
  readonly etag: string
  readonly modifiedMs: number
}

/** `now` gives the modification times in milliseconds; without it they count up by one. */
export function memoryStore(options: { readonly name?: string; readonly now?: () => number } = {}): ObjectStore {
  const name = options.name ?? 'memory'
  const entries = new Map<string, Entry>()
  let writes = 0
  const infoOf = (key: string, entry: Entry): ObjectInfo => ({
    key,
    sizeBytes: entry.bytes.length,
    etag: entry.etag,
    modifiedMs: entry.modifiedMs,
  })

  return {
    name,
    locate: key => `memory://${name}/${key}`,
    async get(key, range, getOptions) {
      checkKey(key)
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      if (getOptions?.ifMatch !== undefined && getOptions.ifMatch !== entry.etag) throw objectChanged(name, key)
      const bytes = range === undefined ? entry.bytes.slice() : entry.bytes.slice(range.start, range.end)
      return { bytes, sizeBytes: entry.bytes.length, etag: entry.etag }
    },
    async put(key, content, conditions = {}) {
      checkKey(key)
      const bytes = (await contentBytes(content)).slice()
      const existing = entries.get(key)
      if (conditions.ifAbsent === true && existing !== undefined) return { kind: 'exists' }
      if (conditions.ifMatch !== undefined && existing?.etag !== conditions.ifMatch) return { kind: 'changed' }
      writes += 1
      const entry = { bytes, etag: `"${writes}"`, modifiedMs: options.now?.() ?? writes }
      entries.set(key, entry)
      return { kind: 'written', etag: entry.etag }
    },
    async *list(prefix, after) {
      const keys = [...entries.keys()].filter(key => key.startsWith(prefix)).sort(compareUtf8)
      for (const key of keys) {
        const entry = entries.get(key)
        if (entry !== undefined && (after === undefined || compareUtf8(key, after) > 0)) yield infoOf(key, entry)
      }
    },
    async head(key) {
      checkKey(key)
      const entry = entries.get(key)
      return entry && infoOf(key, entry)
    },
    async delete(key) {
      checkKey(key)
      entries.delete(key)
    },
  }
}
