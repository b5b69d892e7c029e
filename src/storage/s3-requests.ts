/** Requests to S3 with retries, as diagnostics where they fail for good. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ObjectInfo } from './object-store.ts'
import { connectToS3, type S3Connection, type S3Settings } from './s3-connection.ts'
import { isAnswer, isMissingAnswer, isPassing, isUnclear, s3Diagnostic, s3Failure } from './s3-failure.ts'

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

/** Connects with the first request. `name` is what messages call the store. */
export function s3Requests(name: string, settings: S3Settings, rules: RetryRules): S3Requests {
  const { attempts = 6, pauseMs = 200, signal } = rules
  let connection: Promise<S3Connection> | undefined

  const send: S3Requests['send'] = async (what, action, onUnclear) => {
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
