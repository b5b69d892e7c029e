/** How much goes over the network, counted per worker. Tries that a store repeats by itself count once. */
import { contentSize, type ObjectStore, type PartUploads } from '../storage/object-store.ts'

export interface Traffic {
  bytesRead: number
  bytesWritten: number
  requests: number
}

/** What one run moves, all workers together, and who is told whenever it grows. */
export class TrafficTotal implements Traffic {
  bytesRead = 0
  bytesWritten = 0
  requests = 0
  listener: ((total: Readonly<Traffic>) => void) | undefined

  grown(): void {
    this.listener?.(this)
  }
}

export function noTraffic(): Traffic {
  return { bytesRead: 0, bytesWritten: 0, requests: 0 }
}

/** Objects in one page of a listing of S3. */
const pageSize = 1000

/** The store with everything that passes counted. */
export function metered(store: ObjectStore, traffic: Traffic, grown = (): void => {}): ObjectStore {
  const { uploads } = store
  return {
    ...(uploads !== undefined && { uploads: meteredUploads(uploads, traffic, grown) }),
    name: store.name,
    locate: key => store.locate(key),
    async get(key, range, options) {
      traffic.requests += 1
      const found = await store.get(key, range, options)
      traffic.bytesRead += found?.bytes.length ?? 0
      grown()
      return found
    },
    async put(key, content, conditions) {
      traffic.requests += 1
      const outcome = await store.put(key, content, conditions)
      if (outcome.kind === 'written') traffic.bytesWritten += contentSize(content)
      grown()
      return outcome
    },
    head(key) {
      traffic.requests += 1
      return store.head(key)
    },
    delete(key) {
      traffic.requests += 1
      return store.delete(key)
    },
    async *list(prefix, after) {
      let seen = 0
      for await (const info of store.list(prefix, after)) {
        if (seen % pageSize === 0) traffic.requests += 1
        seen += 1
        yield info
      }
      if (seen === 0) traffic.requests += 1
    },
  }
}

function meteredUploads(uploads: PartUploads, traffic: Traffic, grown: () => void): PartUploads {
  return {
    ...uploads,
    async start(key) {
      traffic.requests += 1
      const upload = await uploads.start(key)
      return {
        async part(index, content) {
          traffic.requests += 1
          const checksum = await upload.part(index, content)
          traffic.bytesWritten += contentSize(content)
          grown()
          return checksum
        },
        finish(content) {
          traffic.requests += 1
          return upload.finish(content)
        },
        abort() {
          traffic.requests += 1
          return upload.abort()
        },
      }
    },
  }
}
