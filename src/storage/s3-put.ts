/** Puts to S3 whose outcome is certain: lost answers are settled by what is there, and conditions are tried out first. */
import type { IdSource } from '../base/clock.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import {
  type Content,
  contentSize,
  type PartUploads,
  type PutConditions,
  type PutOutcome,
  pieceOf,
} from './object-store.ts'
import { isMissingAnswer, s3Diagnostic, s3Failure } from './s3-failure.ts'
import { mostParts, type PartTarget, putInParts, startParts } from './s3-multipart.ts'

export interface S3Target extends PartTarget {
  /** What messages call the store. */
  readonly name: string
  /** Larger content goes up in parts of this size. */
  readonly partBytes: number
}

/** Puts once for all tries; tells a lost race from a lost answer by what is there afterwards. */
export function putSettled(
  target: S3Target,
  key: string,
  content: Content,
  conditions: PutConditions,
): Promise<PutOutcome> {
  const { requests, bodies, partBytes } = target
  return settled(target, key, { content, conditions }, async onUnclear => {
    if (contentSize(content) > partBytes) {
      return putInParts(target, key, content, { partBytes, conditions, onUnclear })
    }
    const body = await bodies.of(content)
    return requests.send(`write "${key}"`, s3 => s3.put(key, body, conditions), onUnclear)
  })
}

/** Puts whose content is not complete yet. */
export function partUploads(target: S3Target, keyOf: (key: string) => string): PartUploads {
  const { partBytes } = target
  return {
    partBytes,
    mostParts,
    async start(key) {
      const upload = await startParts(target, keyOf(key))
      return {
        part: (index, content) => upload.put(index, content),
        abort: () => upload.abort(),
        async finish(content) {
          try {
            return await settled(target, keyOf(key), { content, conditions: {} }, onUnclear =>
              upload.finish({ conditions: {}, onUnclear }),
            )
          } catch (error) {
            await upload.abort()
            throw error
          }
        },
      }
    },
  }
}

async function settled(
  target: S3Target,
  key: string,
  { content, conditions }: { readonly content: Content; readonly conditions: PutConditions },
  action: (onUnclear: () => void) => Promise<string>,
): Promise<PutOutcome> {
  let isOpen = false
  const onUnclear = (): void => {
    isOpen = true
  }
  try {
    return { kind: 'written', etag: await action(onUnclear) }
  } catch (error) {
    const etag = isOpen ? await etagIfSame(target, key, content) : undefined
    if (etag !== undefined) return { kind: 'written', etag }
    const { status } = s3Failure(error)
    if (status === 412) return { kind: conditions.ifMatch === undefined ? 'exists' : 'changed' }
    if (conditions.ifMatch !== undefined && isMissingAnswer(error)) return { kind: 'changed' }
    throw s3Diagnostic(error, target.name, `write "${key}"`)
  }
}

/** The etag of the object if it has exactly this content. */
async function etagIfSame(target: S3Target, key: string, content: Content): Promise<string | undefined> {
  const { requests, partBytes } = target
  const info = await requests.head(key)
  if (info?.sizeBytes !== contentSize(content)) return undefined
  for (let start = 0; start < info.sizeBytes; start += partBytes) {
    const range = { start, end: Math.min(start + partBytes, info.sizeBytes) }
    const theirs = await requests.send(`read "${key}"`, s3 => s3.get(key, range, info.etag))
    if (Buffer.compare(theirs.bytes, await pieceOf(content, range)) !== 0) return undefined
  }
  return info.etag
}

/** Looks first, then writes: safe for one writer only. */
export async function putAlone(
  target: S3Target,
  key: string,
  content: Content,
  conditions: PutConditions,
): Promise<PutOutcome> {
  const info = await target.requests.head(key)
  if (conditions.ifAbsent === true && info !== undefined) return { kind: 'exists' }
  if (conditions.ifMatch !== undefined && info?.etag !== conditions.ifMatch) return { kind: 'changed' }
  return putSettled(target, key, content, {})
}

/** Throws `storage/conditions-ignored` if the service takes a put whose condition is not met. */
export async function requireConditions(target: S3Target, lead: string, ids: IdSource): Promise<void> {
  const key = `${lead}.eider-probe-${ids()}`
  const put = (text: string, conditions: PutConditions): Promise<PutOutcome> =>
    putSettled(target, key, Buffer.from(text), conditions)
  try {
    await put('first', { ifAbsent: true })
    const again = await put('second', { ifAbsent: true })
    const other = await put('third', { ifMatch: '"00000000000000000000000000000000"' })
    if (again.kind !== 'written' && other.kind !== 'written') return
  } finally {
    await target.requests.remove(key)
  }
  throw new DiagnosticError({
    code: 'storage/conditions-ignored',
    kind: 'Runtime',
    message: `"${target.name}" ignores the conditions of a put, so two writers could overwrite each other there`,
    hint: 'Use a service that honours If-None-Match and If-Match, or set `single_writer: true` if nothing else ever writes there',
  })
}
