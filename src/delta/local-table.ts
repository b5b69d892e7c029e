/** A Delta table on the local disk. */
import { localStore } from '../storage/local-store.ts'
import { type ParquetReader, placeOutOfReach, type TableFiles } from './table-files.ts'

/** `root` is the folder that holds `_delta_log`. Absolute places must be on the local disk too. */
export function localTable(root: string, reader: ParquetReader): TableFiles {
  const disk = localStore('/')
  return {
    store: localStore(root),
    reader,
    resolve: location => {
      if (!location.startsWith('/')) throw placeOutOfReach(location, root)
      return { store: disk, key: location.replace(/^\/+/, '') }
    },
    localPath: async place => place.store.locate(place.key),
  }
}
