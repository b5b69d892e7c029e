/**
 * Writes the rows of a query to objects in a bucket: first to files on this machine, by the same engine as local external
 * models, then up, several at a time. A reader finds, for every object, the old content or the new one.
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
import { localFileContent } from '../storage/local-store.ts'
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
  try {
    const written = await writeExternal({ ...write, target: { ...target, location } })
    const upload = { lake, files, store: bucketStore }
    if (target.severalFiles) await publishFolder(write, upload, location, key)
    else await putFile(upload, location, key)
    return { ...written, sql: written.sql.replaceAll(staging, folderOf(target.location).replace(/\/$/, '')) }
  } finally {
    lake.files.forget(target.location)
    files.remove(staging)
  }
}

/** Whether there are objects that a reader of the target would find. */
export async function hasRemoteFiles(lake: Lake, traffic: Traffic, target: ExternalTarget): Promise<boolean> {
  const { bucketStore, key } = placeOf(lake, traffic, target)
  if (!target.severalFiles) return (await bucketStore.head(key)) !== undefined
  for await (const path of ownKeys(bucketStore, key, target)) return path !== ''
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
  readonly store: ObjectStore
}

async function publishFolder(write: ExternalWrite, upload: Upload, folder: string, key: string): Promise<void> {
  const { target } = write
  const store = storeBelow(upload.store, key)
  const fresh = upload.files.list(folder)
  const open = [...fresh]
  const work = async (): Promise<void> => {
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      await putFile({ ...upload, store }, `${folder}/${path}`, path)
    }
  }
  await Promise.all(Array.from({ length: parallelUploads }, work))
  if (!target.keepsOldFiles) await removeStale(write, upload.store, key, new Set(fresh))
}

async function removeStale(
  { target, replace }: ExternalWrite,
  store: ObjectStore,
  key: string,
  fresh: ReadonlySet<string>,
): Promise<void> {
  const replaced = new Set(Array.from(fresh, folderOf))
  const stale: string[] = []
  for await (const path of ownKeys(store, key, target)) {
    if (!fresh.has(path) && isReplaced(replace, path, replaced)) stale.push(path)
  }
  const below = storeBelow(store, key)
  for (const path of stale) await below.delete(path)
}

/** Keys below the target that have the form of ours, relative to it. */
async function* ownKeys(store: ObjectStore, key: string, target: ExternalTarget): AsyncGenerator<string> {
  const extension = `.${fileExtension(target)}`
  for await (const info of storeBelow(store, key).list('')) {
    if (isOurs(info.key, target.partitionBy.length, target.partitionBy, extension)) yield info.key
  }
}

async function putFile({ lake, files, store }: Upload, path: string, key: string): Promise<void> {
  const outcome = await store.put(key, await localFileContent(path))
  if (outcome.kind === 'written') await lake.cache.adopt(store, key, outcome.etag, path)
  files.remove(path)
}
