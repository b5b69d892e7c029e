/** `cache list|clear`: the local copies of objects in buckets, which all projects of a user share. */
import { localCache } from '../storage/local-cache.ts'
import { loadBare } from './load-bare.ts'
import { cacheFolderOf } from './open-database.ts'
import type { Command, Session } from './session.ts'

export const cacheList: Command = async session => {
  loadBare(session)
  const entries = await cacheOf(session).entries()
  for (const { name, sizeBytes, usedMs } of entries) {
    tell(session, `${new Date(usedMs).toISOString()}  ${String(sizeBytes).padStart(12)}  ${name}`)
  }
  tell(session, `${entries.length} copies, ${bytesOf(entries)} bytes`)
  return 'success'
}

export const cacheClear: Command = async session => {
  loadBare(session)
  const removed = await cacheOf(session).trim(Number(session.launch.given.maxBytes ?? 0))
  tell(session, `${removed.length} copies deleted, ${bytesOf(removed)} bytes`)
  return 'success'
}

function cacheOf({ launch }: Session): ReturnType<typeof localCache> {
  return localCache(cacheFolderOf(launch.environment, launch.home))
}

function bytesOf(entries: readonly { readonly sizeBytes: number }[]): number {
  return entries.reduce((sum, entry) => sum + entry.sizeBytes, 0)
}

function tell(session: Session, text: string): void {
  session.emit({ kind: 'output', text })
}
