/** Requests to S3 with retries, as diagnostics where they fail for good. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { ObjectInfo } from './object-store.ts'
import { connectToS3, type S3Connection, type S3Settings } from './s3-connection.ts'
import { isAnswer, isExpired, isMissingAnswer, isPassing, isUnclear, s3Diagnostic, s3Failure } from './s3-failure.ts'

export interface RetryRules {
  readonly signal?: AbortSignal
  /** Tries of one request, the first included. */
  readonly attempts?: number
  /** Longest pause before the second try; it doubles with every further one, and half of it is up to chance. */
  readonly pauseMs?: number
}

/** Keys are those of the bucket. */
export interface S3Requests {
  /** Throws diagnostics, and SDK errors that are answers (`isAnswer`). `onUnclear` is told of tries with unknown effect. */
  send<T>(what: string, action: (s3: S3Connection) => Promise<T>, onUnclear?: () => void): Promise<T>
  head(key: string): Promise<ObjectInfo | undefined>
  remove(key: string): Promise<void>
}

const wordless: ReadonlySet<string> = new Set(['storage/access-denied', 'storage/request-refused'])

/** Connects with the first request. `name` is what messages call the store. */
export function s3Requests(name: string, settings: S3Settings, rules: RetryRules): S3Requests {
  const { attempts = 6, pauseMs = 200, signal } = rules
  let connection: Promise<S3Connection> | undefined

  const send: S3Requests['send'] = async (what, action, onUnclear) => {
    let isRenewed = false
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted()
      connection ??= connectToS3(settings)
      const used = connection
      try {
        return await action(await used)
      } catch (error) {
        const failure = s3Failure(error)
        if (isExpired(failure) && settings.credentials === undefined && !isRenewed) {
          // A new client asks the usual chain again, which may know keys by now that are good.
          isRenewed = true
          if (connection === used) connection = undefined
          continue
        }
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
  const head = async (key: string): Promise<ObjectInfo | undefined> => {
    try {
      return await orMissing(`look at "${key}"`, s3 => s3.head(key))
    } catch (error) {
      if (!(error instanceof DiagnosticError) || !wordless.has(error.diagnostic.code)) throw error
      // The answer to a HEAD has no body and so no reason; that to a GET has.
      await orMissing(`read "${key}"`, s3 => s3.get(key, { start: 0, end: 1 }, undefined))
      throw error
    }
  }
  return {
    send,
    head,
    remove: key => orMissing(`remove "${key}"`, s3 => s3.remove(key)),
  }
}
