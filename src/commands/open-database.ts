/** The database of the target with its lake, whose libraries are loaded here and not before. */
import { posix } from 'node:path'
import type { Database } from '../adapter/adapter.ts'
import type { Config } from '../config/config.ts'
import type { Session } from './session.ts'
import { workingFolder } from './working-folder.ts'

export interface OpenOptions {
  /** Take the file read-only while another process holds it: for commands that only look. */
  readonly readOnlyIfLocked?: boolean
}

/** Nothing is opened until the first connection. */
export async function openDatabase(session: Session, config: Config, options: OpenOptions = {}): Promise<Database> {
  session.reserveThreads(config.flags.threads ?? config.target.threads)
  const [{ duckdbDatabase }, { openLake }, { databaseSettings }] = await Promise.all([
    import('../adapter/duckdb.ts'),
    import('../lake/lake-connection.ts'),
    import('../lake/database-settings.ts'),
  ])
  const { files } = session.launch
  const folder = workingFolder(session, config)
  const database = duckdbDatabase(databaseSettings(config.target.duckdb), {
    ...options,
    fileExists: path => files.exists(posix.resolve(folder, path)),
    whileWaiting: () => session.spare.use(),
  })
  return openLake(database, await lakeSettings(session, config))
}

const defaultCacheBytes = 20 * 1024 ** 3
const defaultPartialBytes = 32 * 1024 ** 2

/** What the profile, the environment and the machine say about the lake. */
async function lakeSettings(session: Session, config: Config): Promise<import('../lake/lake.ts').LakeSettings> {
  const [{ s3Access }, { remoteDatabases }] = await Promise.all([
    import('../lake/s3-access.ts'),
    import('../lake/database-settings.ts'),
  ])
  const { environment, home, files } = session.launch
  const { beginStream } = session
  const hasAwsFiles = ['credentials', 'config'].some(name => files.exists(posix.join(home, '.aws', name)))
  const cacheFolder = cacheFolderOf(environment, home)
  return {
    access: s3Access(config.target.duckdb, { environment, hasAwsFiles }),
    root: workingFolder(session, config),
    cacheFolder,
    cacheBytes: Number(environment.EIDER_CACHE_BYTES ?? defaultCacheBytes),
    scratchFolder: environment.EIDER_SCRATCH_DIR ?? posix.join(cacheFolder, 'writing'),
    clock: session.launch.clock,
    ids: session.launch.ids,
    beginStream,
    signal: session.signal,
    attach: remoteDatabases(config.target.duckdb),
    partialReads: {
      isOn: !/^(?:0|false|no|off)$/i.test(environment.EIDER_PARTIAL_READS ?? ''),
      leastBytes: Number(environment.EIDER_PARTIAL_READ_BYTES ?? defaultPartialBytes),
    },
  }
}

/** Shared by all projects of a user. */
export function cacheFolderOf(environment: Readonly<Record<string, string>>, home: string): string {
  const { EIDER_CACHE_DIR, XDG_CACHE_HOME } = environment
  return EIDER_CACHE_DIR ?? posix.join(XDG_CACHE_HOME ?? posix.join(home, '.cache'), 'eider', 'objects')
}
