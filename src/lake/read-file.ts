/** Files that statements read: copies that may have holes, and where what is missing comes from. */
import type { LocalCopy } from '../storage/local-copy.ts'
import type { ObjectStore } from '../storage/object-store.ts'

export interface ReadFile {
  readonly copy: LocalCopy
  readonly store: ObjectStore
}

const parallelFiles = 16

/** Results in the order of the items; several at a time. */
export async function inBatches<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length)
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await action(items[at] as T)
  }
  await Promise.all(Array.from({ length: Math.min(parallelFiles, items.length) }, work))
  return results
}
