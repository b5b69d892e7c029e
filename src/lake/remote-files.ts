/**
 * Objects that a pattern such as `s3://bucket/2024-*.parquet` names, as local copies. Asked for once a run: until the run
 * itself writes there, every statement sees the same objects in the same state.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { globMatcher } from '../storage/glob.ts'
import type { LocalCache } from '../storage/local-cache.ts'
import type { ObjectInfo, ObjectStore } from '../storage/object-store.ts'
import { inBatches, type ReadFile } from './read-file.ts'
import { partsOfUrl } from './s3-access.ts'
import { metered, type Traffic } from './traffic.ts'

/** Finds the store of a bucket by a URL in it. */
export type StoreOf = (url: string) => ObjectStore

const special = /[*?[]/

export class RemoteFiles {
  private readonly storeOf: StoreOf
  private readonly cache: LocalCache
  private readonly pins = new Map<string, Promise<readonly ObjectInfo[]>>()

  constructor(storeOf: StoreOf, cache: LocalCache) {
    this.storeOf = storeOf
    this.cache = cache
  }

  /** The objects as copies of which nothing is fetched yet, in order of the keys. @throws `lake/no-files` */
  async open(pattern: string, traffic: Traffic): Promise<ReadFile[]> {
    const objects = await this.objects(pattern, traffic)
    if (objects.length === 0) throw noFiles(pattern)
    const store = metered(this.storeOf(pattern), traffic)
    return inBatches(objects, async info => ({ copy: await this.cache.open(store, info), store }))
  }

  /** URLs of the objects. */
  async urls(pattern: string, traffic: Traffic): Promise<string[]> {
    const { bucket } = partsOfUrl(pattern)
    return (await this.objects(pattern, traffic)).map(info => `s3://${bucket}/${info.key}`)
  }

  /** Something was written there: what is known of patterns that may name it is forgotten. */
  forget(url: string): void {
    const written = plainUrl(url)
    for (const pattern of this.pins.keys()) {
      const fixed = fixedPart(plainUrl(pattern))
      if (fixed.startsWith(written) || written.startsWith(fixed)) this.pins.delete(pattern)
    }
  }

  private objects(pattern: string, traffic: Traffic): Promise<readonly ObjectInfo[]> {
    const known = this.pins.get(pattern)
    if (known !== undefined) return known
    const asked = findObjects(metered(this.storeOf(pattern), traffic), partsOfUrl(pattern).key)
    this.pins.set(pattern, asked)
    asked.catch(() => this.pins.delete(pattern))
    return asked
  }
}

async function findObjects(store: ObjectStore, key: string): Promise<ObjectInfo[]> {
  if (!special.test(key)) {
    const info = key === '' || key.endsWith('/') ? undefined : await store.head(key)
    return info === undefined ? [] : [info]
  }
  // Braces mean nothing to DuckDB.
  const matches = globMatcher(key.replace(/[{}]/g, '[$&]'))
  const found: ObjectInfo[] = []
  for await (const info of store.list(fixedPart(key))) if (matches(info.key)) found.push(info)
  return found
}

function fixedPart(pattern: string): string {
  const at = pattern.search(special)
  return at === -1 ? pattern : pattern.slice(0, at)
}

function plainUrl(url: string): string {
  return url.replace(/^s3[an]?:\/\//i, 's3://')
}

function noFiles(pattern: string): DiagnosticError {
  return new DiagnosticError({
    code: 'lake/no-files',
    kind: 'Runtime',
    message: `IO Error: No files found that match the pattern "${pattern}"`,
    hint: 'Check bucket, prefix and the time at which the files arrive',
  })
}
