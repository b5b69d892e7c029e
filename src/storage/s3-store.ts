/**
 * An object store in a bucket of S3 or of a compatible service. Retries are ours and not those of the SDK, so that a
 * conditional put whose answer was lost is settled by reading the object back.
 */
import type { IdSource } from '../base/clock.ts'
import { checkKey, type ObjectStore, objectChanged } from './object-store.ts'
import { s3Bodies } from './s3-body.ts'
import type { S3Settings } from './s3-connection.ts'
import { isMissingAnswer, s3Diagnostic, s3Failure } from './s3-failure.ts'
import { partUploads, putAlone, putSettled, requireConditions, type S3Target } from './s3-put.ts'
import { type RetryRules, s3Requests } from './s3-requests.ts'

/** What the store takes from outside, so that tests need not wait. */
export interface S3Surroundings extends RetryRules {
  /** For the name of the probe. */
  readonly ids: IdSource
  /** Larger content goes up in parts of this size; at least 5 MiB on real S3. */
  readonly partBytes?: number
  /** Called before content goes up in parts; what it gives is called when none will follow. */
  readonly beginStream?: () => () => void
}

/** The least that S3 takes. */
const defaultPartBytes = 5 * 1024 * 1024

export function s3Store(settings: S3Settings, surroundings: S3Surroundings): ObjectStore {
  const prefix = (settings.prefix ?? '').replace(/^\/+|\/+$/g, '')
  const lead = prefix === '' ? '' : `${prefix}/`
  const name = `s3://${settings.bucket}/${prefix}`.replace(/\/$/, '')
  const requests = s3Requests(name, settings, surroundings)
  const { partBytes = defaultPartBytes, beginStream = () => () => {} } = surroundings
  const target = { requests, bodies: s3Bodies(), name, partBytes, beginStream }

  return {
    name,
    locate: key => `s3://${settings.bucket}/${lead}${key}`,
    put: putter(target, lead, settings, surroundings),
    uploads: partUploads(target, key => {
      checkKey(key)
      return lead + key
    }),
    async get(key, range, options) {
      checkKey(key)
      try {
        return await requests.send(`read "${key}"`, s3 => s3.get(lead + key, range, options?.ifMatch))
      } catch (error) {
        if (isMissingAnswer(error)) return undefined
        const { status } = s3Failure(error)
        if (status === 412) throw objectChanged(name, key)
        if (status !== 416) throw s3Diagnostic(error, name, `read "${key}"`)
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

function putter(
  target: S3Target,
  lead: string,
  settings: S3Settings,
  surroundings: S3Surroundings,
): ObjectStore['put'] {
  let probe: Promise<void> | undefined
  return async (key, content, conditions = {}) => {
    checkKey(key)
    if (conditions.ifAbsent !== true && conditions.ifMatch === undefined) {
      return putSettled(target, lead + key, content, {})
    }
    if (settings.singleWriter === true) return putAlone(target, lead + key, content, conditions)
    // A probe that failed is made again with the next put.
    probe ??= requireConditions(target, lead, surroundings.ids).catch((error: unknown) => {
      probe = undefined
      throw error
    })
    await probe
    return putSettled(target, lead + key, content, conditions)
  }
}
