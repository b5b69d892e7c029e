/** Delta logs in memory for tests: what a writer would have put there, said briefly. */
import { commitKey } from '../../src/delta/log-path.ts'
import type { ParquetReader, TableFiles } from '../../src/delta/table-files.ts'
import { memoryStore } from '../../src/storage/memory-store.ts'

const noReader: ParquetReader = {
  rows: async () => {
    throw new Error('this log needs no parquet')
  },
}

/** A table whose commits hold the given actions, version 0 first; an undefined commit is left out. */
export async function tableOf(
  commits: readonly (readonly object[] | undefined)[],
  reader: ParquetReader = noReader,
): Promise<TableFiles> {
  const store = memoryStore({ name: 'table' })
  for (const [version, actions] of commits.entries()) {
    if (actions === undefined) continue
    await store.put(commitKey(version), Buffer.from(actions.map(action => JSON.stringify(action)).join('\n')))
  }
  return {
    store,
    reader,
    resolve: location => ({ store, key: location.replace(/^\/+/, '') }),
    localPath: async place => place.store.locate(place.key),
  }
}

export const protocol = { protocol: { minReaderVersion: 1, minWriterVersion: 2 } }

/** A metaData action; columns as `{ id: 'long' }`. */
export function metaData(
  columns: Readonly<Record<string, unknown>>,
  partitionColumns: readonly string[] = [],
  configuration: Readonly<Record<string, string>> = {},
): object {
  const fields = Object.entries(columns).map(([name, type]) => ({ name, type, nullable: true, metadata: {} }))
  return {
    metaData: {
      id: 'test',
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify({ type: 'struct', fields }),
      partitionColumns,
      configuration,
    },
  }
}

export function add(path: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { add: { path, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true, ...more } }
}

export function remove(path: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { remove: { path, dataChange: true, deletionTimestamp: 1, ...more } }
}
