/** A Delta table in an object store that DuckDB cannot open by itself: its files are read through a cache. */
import { cachedStore } from '../storage/cached-store.ts'
import type { LocalCache } from '../storage/local-cache.ts'
import { type ObjectStore, storeBelow } from '../storage/object-store.ts'
import { type FilePlace, missingFile, type ParquetReader, type TableFiles } from './table-files.ts'

export interface RemotePlace {
  /** The store that holds the table, such as a bucket. */
  readonly store: ObjectStore
  /** The folder in it that holds `_delta_log`. */
  readonly folder: string
  /** Finds the store of an absolute URL. */
  resolve(url: string): FilePlace
}

export function remoteTable(place: RemotePlace, cache: LocalCache, reader: ParquetReader): TableFiles {
  return {
    store: cachedStore(storeBelow(place.store, place.folder), cache),
    reader,
    resolve: location => place.resolve(location),
    async localPath(file, sizeBytes) {
      const path = await cache.copy(file.store, file.key, sizeBytes)
      if (path === undefined) throw missingFile(file)
      return path
    },
  }
}
