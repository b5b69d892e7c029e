/**
 * COPY … TO an address: the files are written beside the bucket, large ones go up in parts while they grow, and the objects
 * appear when every row is written.
 */
import type { QueryResult } from '../base/sql-value.ts'
import { uploadWhileGrowing } from '../storage/local-growing.ts'
import type { Lake } from './lake.ts'
import { inBatches } from './read-file.ts'
import { partsOfUrl } from './s3-access.ts'
import { leftoverIn, type StagedTarget } from './sent-again.ts'
import { metered, type Traffic } from './traffic.ts'

/** `send` writes to the staged target, which is one file or a folder. */
export async function copyAway(
  lake: Lake,
  traffic: Traffic,
  url: string,
  send: (target: StagedTarget) => Promise<QueryResult>,
): Promise<QueryResult> {
  const { scratch, settings, files, cache } = lake
  const folder = `copy-${settings.ids()}.writing`
  const key = partsOfUrl(url).key.replace(/\/+$/, '')
  const name = key.split('/').at(-1) ?? ''
  const keyOf = (path: string): string | undefined =>
    path.startsWith(name) ? key + path.slice(name.length) : undefined
  // DuckDB makes the last folder of a path only.
  await scratch.put(`${folder}/.mark`, new Uint8Array())
  const staging = `${folder}/${name}`
  const store = metered(lake.storeOf(url), traffic)
  const growing = uploadWhileGrowing(scratch.locate(folder), { store, keyOf })
  try {
    const result = await send({ ...leftoverIn(scratch, staging), path: scratch.locate(staging) })
    const written: string[] = []
    for await (const info of scratch.list(staging)) written.push(info.key)
    await inBatches(written, async path => {
      const target = key + path.slice(staging.length)
      const outcome = await growing.put(scratch.locate(path), target)
      if (outcome.kind === 'written') await cache.adopt(store, target, outcome.etag, scratch.locate(path))
    })
    files.forget(url)
    return result
  } finally {
    await growing.end()
    for await (const info of scratch.list(`${folder}/`)) await scratch.delete(info.key)
  }
}
