/** The database of the target, whose library is loaded here and not before. */
import type { Database } from '../adapter/adapter.ts'
import type { Config } from '../config/config.ts'
import type { Session } from './session.ts'

export interface OpenOptions {
  /** Take the file read-only while another process holds it: for commands that only look. */
  readonly readOnlyIfLocked?: boolean
}

/** Nothing is opened until the first connection. */
export async function openDatabase(session: Session, config: Config, options: OpenOptions = {}): Promise<Database> {
  session.reserveThreads(config.flags.threads ?? config.target.threads)
  const { duckdbDatabase } = await import('../adapter/duckdb.ts')
  return duckdbDatabase(config.target.duckdb, options)
}
