/**
 * An object store in a bucket of S3 or of a compatible service. Retries are ours and not those of the SDK, so that a
 * conditional put whose answer was lost is settled by reading the object back.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { IdSource } from '../base/clock.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import {
  type Content,
  checkKey,
  contentBytes,
  contentSize,
  type ObjectInfo,
  type ObjectStore,
  objectChanged,
  type PutConditions,
  type PutOutcome,
  pieceOf,
} from './object-store.ts'
import { connectToS3, type S3Connection, type S3Settings } from './s3-connection.ts'
import { isAnswer, isMissingAnswer, isPassing, isUnclear, s3Diagnostic, s3Failure } from './s3-failure.ts'
import { putInParts } from './s3-multipart.ts'

/** What the store takes from outside, so that tests need not wait. */
export interface S3Surroundings {
  /** For the name of the probe. */
  readonly ids: IdSource
  readonly signal?: AbortSignal
  /** Tries of one request, the first included. */
  readonly attempts?: number
  /** Longest pause before the second try; it doubles with every further one, and half of it is up to chance. */
  readonly pauseMs?: number
  /** Larger content goes up in parts of this size; at least 5 MiB on real S3. */
  readonly partBytes?: number
}

const defaultPartBytes = 16 * 1024 * 1024

export function s3Store(settings: S3Settings, surroundings: S3Surroundings): ObjectStore {
  const prefix = (settings.prefix ?? '').replace(/^\/+|\/+$/g, '')
  const lead = prefix === '' ? '' : `${prefix}/`
  const name = `s3://${settings.bucket}/${prefix}`.replace(/\/$/, '')
  const requests = retried(name, settings, surroundings)
  const writer = s3Writer({ name, lead, settings, surroundings }, requests)

  return {
    name,
    locate: key => `s3://${settings.bucket}/${lead}${key}`,
    put: writer.put,
    async get(key, range, options) {
      checkKey(key)
      try {
        return await requests.send(`read "${key}"`, s3 => s3.get(lead + key, range, options?.ifMatch))
      } catch (error) {
        if (isMissingAnswer(error)) return undefined
        const failure = s3Failure(error)
        if (failure.status === 412) throw objectChanged(name, key)
        if (failure.status !== 416) throw s3Diagnostic(error, name, `read "${key}"`)
        const info = await requests.head(lead + key)
        return info && { bytes: new Uint8Array(), sizeBytes: info.sizeBytes, etag: info.etag }
      }
    },
    async head(key) {
      checkKey(key)
      const info = await requests.head(lead + key)
      return info && { ...info, key }
    },
    async *list(inner, after) {
      let token: string | undefined
      do {
        const start = after === undefined ? undefined : lead + after
        const page = await requests.send(`list "${inner}"`, s3 => s3.list(lead + inner, start, token))
        for (const object of page.objects) {
          const key = object.key.slice(lead.length)
          // Consoles make empty objects that end in a slash to show folders.
          if (key !== '' && !key.endsWith('/')) yield { ...object, key }
        }
        token = page.token
      } while (token !== undefined)
    },
    async delete(key) {
      checkKey(key)
      await requests.remove(lead + key)
    },
  }
}

interface Requests {
  /** Throws diagnostics, and SDK errors that are answers (`isAnswer`). `onUnclear` is told of tries with unknown effect. */
  send<T>(what: string, action: (s3: S3Connection) => Promise<T>, onUnclear?: () => void): Promise<T>
  head(key: string): Promise<ObjectInfo | undefined>
  remove(key: string): Promise<void>
}

function retried(name: string, settings: S3Settings, surroundings: S3Surroundings): Requests {
  const { attempts = 6, pauseMs = 200, signal } = surroundings
  let connection: Promise<S3Connection> | undefined

  const send: Requests['send'] = async (what, action, onUnclear) => {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted()
      try {
        connection ??= connectToS3(settings)
        return await action(await connection)
      } catch (error) {
        const failure = s3Failure(error)
        if (isUnclear(failure)) onUnclear?.()
        if (isAnswer(failure)) throw error
        if (!isPassing(failure) || attempt >= attempts) throw s3Diagnostic(error, name, what)
        const longest = pauseMs * 2 ** (attempt - 1)
        await delay(longest / 2 + (longest / 2) * (randomInt(1000) / 1000), undefined, signal && { signal })
      }
    }
  }
  const orMissing = async <T>(what: string, action: (s3: S3Connection) => Promise<T>): Promise<T | undefined> => {
    try {
      return await send(what, action)
    } catch (error) {
      if (isMissingAnswer(error)) return undefined
      throw s3Diagnostic(error, name, what)
    }
  }
  return {
    send,
    head: key => orMissing(`look at "${key}"`, s3 => s3.head(key)),
    remove: key => orMissing(`remove "${key}"`, s3 => s3.remove(key)),
  }
}

interface WriterPlace {
  readonly name: string
  readonly lead: string
  readonly settings: S3Settings
  readonly surroundings: S3Surroundings
}

function s3Writer({ name, lead, settings, surroundings }: WriterPlace, requests: Requests): Pick<ObjectStore, 'put'> {
  const partBytes = surroundings.partBytes ?? defaultPartBytes
  let probe: Promise<void> | undefined

  /** Puts once for all tries; tells a lost race from a lost answer by what is there afterwards. */
  const putSettled = async (key: string, content: Content, conditions: PutConditions): Promise<PutOutcome> => {
    let isOpen = false
    const putOnce = async (s3: S3Connection): Promise<string> =>
      contentSize(content) > partBytes
        ? putInParts(s3, lead + key, content, { partBytes, conditions })
        : s3.put(lead + key, await contentBytes(content), conditions)
    try {
      const etag = await requests.send(`write "${key}"`, putOnce, () => {
        isOpen = true
      })
      return { kind: 'written', etag }
    } catch (error) {
      const isConditional = conditions.ifAbsent === true || conditions.ifMatch !== undefined
      const etag = isOpen && isConditional ? await etagIfSame(key, content) : undefined
      if (etag !== undefined) return { kind: 'written', etag }
      const { status } = s3Failure(error)
      if (status === 412) return { kind: conditions.ifMatch === undefined ? 'exists' : 'changed' }
      if (status === 404 && conditions.ifMatch !== undefined && isMissingAnswer(error)) return { kind: 'changed' }
      throw s3Diagnostic(error, name, `write "${key}"`)
    }
  }

  const etagIfSame = async (key: string, content: Content): Promise<string | undefined> => {
    const info = await requests.head(lead + key)
    if (info?.sizeBytes !== contentSize(content)) return undefined
    for (let start = 0; start < info.sizeBytes; start += partBytes) {
      const range = { start, end: Math.min(start + partBytes, info.sizeBytes) }
      const theirs = await requests.send(`read "${key}"`, s3 => s3.get(lead + key, range, info.etag))
      if (Buffer.compare(theirs.bytes, await pieceOf(content, range)) !== 0) return undefined
    }
    return info.etag
  }

  const requireConditions = async (): Promise<void> => {
    const key = `.eider-probe-${surroundings.ids()}`
    try {
      await putSettled(key, Buffer.from('first'), { ifAbsent: true })
      const again = await putSettled(key, Buffer.from('second'), { ifAbsent: true })
      const other = await putSettled(key, Buffer.from('third'), { ifMatch: '"00000000000000000000000000000000"' })
      if (again.kind !== 'written' && other.kind !== 'written') return
    } finally {
      await requests.remove(lead + key)
    }
    throw new DiagnosticError({
      code: 'storage/conditions-ignored',
      kind: 'Runtime',
      message: `"${name}" ignores the conditions of a put, so two writers could overwrite each other there`,
      hint: 'Use a service that honours If-None-Match and If-Match, or set `single_writer: true` if nothing else ever writes there',
    })
  }

  /** Looks first, then writes: safe for one writer only. */
  const putAlone = async (key: string, content: Content, conditions: PutConditions): Promise<PutOutcome> => {
    const info = await requests.head(lead + key)
    if (conditions.ifAbsent === true && info !== undefined) return { kind: 'exists' }
    if (conditions.ifMatch !== undefined && info?.etag !== conditions.ifMatch) return { kind: 'changed' }
    return putSettled(key, content, {})
  }

  return {
    async put(key, content, conditions = {}) {
      checkKey(key)
      if (conditions.ifAbsent !== true && conditions.ifMatch === undefined) return putSettled(key, content, {})
      if (settings.singleWriter === true) return putAlone(key, content, conditions)
      // A probe that could not be made is made again; what it has found stays.
      probe ??= requireConditions().catch((error: unknown) => {
        probe = undefined
        throw error
      })
      await probe
      return putSettled(key, content, conditions)
    },
  }
}
