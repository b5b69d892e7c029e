/**
 * Writes the rows of a query to objects in a bucket: first to files on this machine, by the same engine as local external
 * models, then up, several at a time; large files go up in parts while they are written. A reader finds, for every object,
 * the old content or the new one.
 *
 * 1. Nothing in the bucket changes before every row is written.
 * 2. Each partition is one object whose key never changes (`data_0`), so that one PUT replaces it.
 * 3. Objects that are not needed any more go last, after every new one is there. A run that is killed before leaves some
 *    partitions new and the rest old; the next run ends right.
 * 4. Each file leaves this machine's staging folder as soon as it is up, for the cache, where it will be read again.
 */

import { type ExternalTarget, fileExtension } from '../compile/external-target.ts'
import type { Lake } from '../lake/lake.ts'
import { partsOfUrl } from '../lake/s3-access.ts'
import { metered, type Traffic } from '../lake/traffic.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { type GrowingFiles, uploadWhileGrowing } from '../storage/local-growing.ts'
import { type ObjectStore, storeBelow } from '../storage/object-store.ts'
import { type ExternalWrite, folderOf, isOurs, isReplaced, type WrittenFiles, writeExternal } from './write-external.ts'

const parallelUploads = 3

export async function writeRemote(write: ExternalWrite, lake: Lake, traffic: Traffic): Promise<WrittenFiles> {
  const { files, target } = write
  const staging = `${lake.settings.scratchFolder}/model-${lake.settings.ids()}`
  const { bucketStore, key } = placeOf(lake, traffic, target)
  const name = target.severalFiles ? 'rows' : (key.split('/').at(-1) ?? 'rows')
  const location = `${staging}/${name}`
  files.makeFolder(staging)
  const store = target.severalFiles ? storeBelow(bucketStore, key) : bucketStore
  const keyOf = (path: string): string | undefined => (target.severalFiles ? keyOfStaged(path, target) : key)
  const growing = uploadWhileGrowing(staging, { store, keyOf })
  try {
    const written = await writeExternal({ ...write, target: { ...target, location } })
    const upload = { lake, files, store, growing }
    if (target.severalFiles) await publishFolder(write, upload, location)
    else await putFile(upload, location, key)
    return { ...written, sql: written.sql.replaceAll(staging, folderOf(target.location).replace(/\/$/, '')) }
  } finally {
    await growing.end()
    lake.files.forget(target.location)
    files.remove(staging)
  }
}

/** `rows/.eider-run.tmp/day=1/data_0.tmp` is going to be `day=1/data_0.parquet`. */
function keyOfStaged(path: string, target: ExternalTarget): string | undefined {
  const inside = path.split('/').slice(2).join('/')
  return inside.endsWith('.tmp') ? `${inside.slice(0, -'.tmp'.length)}.${fileExtension(target)}` : undefined
}

/** Whether there are objects that a reader of the target would find. */
export async function hasRemoteFiles(lake: Lake, traffic: Traffic, target: ExternalTarget): Promise<boolean> {
  const { bucketStore, key } = placeOf(lake, traffic, target)
  if (!target.severalFiles) return (await bucketStore.head(key)) !== undefined
  for await (const path of ownKeys(storeBelow(bucketStore, key), target)) return path !== ''
  return false
}

function placeOf(
  lake: Lake,
  traffic: Traffic,
  target: ExternalTarget,
): { readonly bucketStore: ObjectStore; readonly key: string } {
  const key = partsOfUrl(target.location).key.replace(/\/+$/, '')
  return { bucketStore: metered(lake.storeOf(target.location), traffic), key }
}

interface Upload {
  readonly lake: Lake
  readonly files: FileSystem
  /** Of the target's folder, if it is one. */
  readonly store: ObjectStore
  readonly growing: GrowingFiles
}

async function publishFolder(write: ExternalWrite, upload: Upload, folder: string): Promise<void> {
  const { target } = write
  const fresh = upload.files.list(folder)
  const open = [...fresh]
  const work = async (): Promise<void> => {
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      await putFile(upload, `${folder}/${path}`, path)
    }
  }
  await Promise.all(Array.from({ length: parallelUploads }, work))
  if (!target.keepsOldFiles) await removeStale(write, upload.store, new Set(fresh))
}

async function removeStale(
  { target, replace }: ExternalWrite,
  store: ObjectStore,
  fresh: ReadonlySet<string>,
): Promise<void> {
  const replaced = new Set(Array.from(fresh, folderOf))
  const stale: string[] = []
  for await (const path of ownKeys(store, target)) {
    if (!fresh.has(path) && isReplaced(replace, path, replaced)) stale.push(path)
  }
  for (const path of stale) await store.delete(path)
}

/** Keys in the store of a target's folder that have the form of ours. */
async function* ownKeys(store: ObjectStore, target: ExternalTarget): AsyncGenerator<string> {
  const extension = `.${fileExtension(target)}`
  for await (const info of store.list('')) {
    if (isOurs(info.key, target.partitionBy.length, target.partitionBy, extension)) yield info.key
  }
}

async function putFile({ lake, files, store, growing }: Upload, path: string, key: string): Promise<void> {
  const outcome = await growing.put(path, key)
  if (outcome.kind === 'written') await lake.cache.adopt(store, key, outcome.etag, path)
  files.remove(path)
}
