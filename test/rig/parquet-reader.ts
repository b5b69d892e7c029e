/** A DuckDB for the Delta tests: in memory, without extensions from outside, closed by the caller. */
import { DuckDBInstance } from '@duckdb/node-api'
import type { ParquetReader } from '../../src/delta/table-files.ts'

export interface TestReader extends ParquetReader {
  close(): void
}

export async function openTestReader(settings: Readonly<Record<string, string>> = {}): Promise<TestReader> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    enable_external_file_cache: 'false',
  })
  const connection = await instance.connect()
  for (const [name, value] of Object.entries(settings)) await connection.run(`SET ${name} = '${value}'`)
  return {
    rows: async sql => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}
