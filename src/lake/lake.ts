/**
 * The lake of a run: object stores, the cache of copies, Delta tables and what is known of views over them. Made with the
 * database that it serves; every connection of that database rewrites what it sends through here.
 */
import type { Database } from '../adapter/adapter.ts'
import type { AttachSetting } from '../adapter/settings.ts'
import type { Clock, IdSource } from '../base/clock.ts'
import type { ParquetReader } from '../delta/table-files.ts'
import { type LocalCache, localCache } from '../storage/local-cache.ts'
import { localStore } from '../storage/local-store.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { s3Store } from '../storage/s3-store.ts'
import { type DeltaLocation, deltaLocation } from './delta-location.ts'
import { HollowFiles } from './hollow-files.ts'
import { LakeDefinitions } from './lake-definitions.ts'
import { PartialReads, type PartialRules } from './partial-reads.ts'
import { plainRows } from './plain-rows.ts'
import { RemoteFiles } from './remote-files.ts'
import { partsOfUrl, type S3Access } from './s3-access.ts'
import { metered, type Traffic, TrafficTotal } from './traffic.ts'

export interface LakeSettings {
  readonly access: S3Access
  /** Absolute: where relative paths start. */
  readonly root: string
  /** Absolute folder of copies; shared between processes. */
  readonly cacheFolder: string
  /** Most that copies take when a run has ended. */
  readonly cacheBytes: number
  /** Absolute folder for files on their way to a bucket. */
  readonly scratchFolder: string
  readonly clock: Clock
  readonly ids: IdSource
  readonly signal?: AbortSignal
  /** Longest pause before the second try of a request, in milliseconds. */
  readonly pauseMs?: number
  /** Larger content goes up in parts of this size. */
  readonly partBytes?: number
  /** Content begins to stream to a bucket; what it gives is called when that has ended. */
  readonly beginStream?: () => () => void
  /** Databases in buckets that every session sees. */
  readonly attach?: readonly AttachSetting[]
  /** Which files are fetched in part; without it none. */
  readonly partialReads?: PartialRules
}

/** No upload takes longer. */
const leftoverMs = 24 * 3_600_000

export class Lake {
  readonly settings: LakeSettings
  readonly cache: LocalCache
  readonly scratch: ObjectStore
  readonly definitions = new LakeDefinitions()
  /** Those of the database are among the definitions. */
  macrosRead = false
  readonly files: RemoteFiles
  readonly reads: PartialReads
  readonly hollows: HollowFiles
  readonly total = new TrafficTotal()
  readonly reader: ParquetReader
  private readonly stores = new Map<string, ObjectStore>()
  private readonly options = new Map<string, Readonly<Record<string, string>>>()
  private wasUsed = false

  constructor(database: Database, settings: LakeSettings) {
    this.settings = settings
    this.cache = localCache(settings.cacheFolder, settings.signal && { signal: settings.signal })
    this.scratch = localStore(settings.scratchFolder)
    this.files = new RemoteFiles(url => this.storeOf(url), this.cache)
    this.reader = readerOn(database)
    this.hollows = new HollowFiles(settings.scratchFolder, settings.ids)
    this.reads = new PartialReads(this.reader, settings.partialReads ?? { isOn: false, leastBytes: 0 })
  }

  /** The store of the bucket of a URL. */
  storeOf(url: string): ObjectStore {
    this.wasUsed = true
    const options = this.optionsFor(url)
    const id = `${partsOfUrl(url).bucket}\n${options === undefined ? scopeOf(url) : JSON.stringify(options)}`
    const known = this.stores.get(id)
    if (known !== undefined) return known
    const { ids, signal, pauseMs, partBytes, beginStream } = this.settings
    const bare = s3Store(this.settings.access.settingsFor(url, options), {
      ids,
      ...(signal !== undefined && { signal }),
      ...(pauseMs !== undefined && { pauseMs }),
      ...(partBytes !== undefined && { partBytes }),
      ...(beginStream !== undefined && { beginStream }),
    })
    const store = metered(bare, this.total, () => this.total.grown())
    this.stores.set(id, store)
    return store
  }

  /** A source says how its bucket is reached. */
  useOptions(url: string, options: Readonly<Record<string, string>>): void {
    this.options.set(url, options)
  }

  delta(location: string, traffic: Traffic): DeltaLocation {
    const { root } = this.settings
    const storeOf = (url: string): ObjectStore => this.storeOf(url)
    const emptyFile = (): string | undefined => this.hollows.empty
    return deltaLocation({ storeOf, cache: this.cache, reader: this.reader, root, emptyFile }, location, traffic)
  }

  /** Keeps the cache within its size, and removes what killed runs have left of their way to a bucket. */
  async close(): Promise<void> {
    const wroteHollows = !this.hollows.isEmpty
    this.hollows.close()
    if (this.wasUsed) {
      await this.cache.release()
      await this.cache.trim(this.settings.cacheBytes)
    }
    if (!this.wasUsed && !wroteHollows) return
    const oldestMs = this.settings.clock.now() - leftoverMs
    for await (const info of this.scratch.list('')) if (info.modifiedMs < oldestMs) await this.scratch.delete(info.key)
  }

  private optionsFor(url: string): Readonly<Record<string, string>> | undefined {
    return [...this.options].find(([prefix]) => url.startsWith(prefix))?.[1]
  }
}

/** Secrets may differ from prefix to prefix, so stores are told apart by the first part of the key as well. */
function scopeOf(url: string): string {
  return partsOfUrl(url).key.split('/').slice(0, -1).join('/')
}

/** A session of its own for each question: what users set in theirs does not matter here. */
function readerOn(database: Database): ParquetReader {
  return {
    async rows(sql) {
      const connection = await database.connect()
      try {
        await connection.execute("SET TimeZone = 'UTC'")
        return plainRows(await connection.execute(sql))
      } finally {
        await connection.close()
      }
    },
  }
}
