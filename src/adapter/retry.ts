/** Tries again what fails for a reason that the profile names under `retries`. */
import { errorTypeOf, exceptionName, messageOf } from './duckdb-error.ts'
import type { RetrySetting } from './settings.ts'

/** @param attempts with the first; the pauses between them are 1, 2, 4 … seconds */
export async function retrying<T>(
  retries: RetrySetting | undefined,
  attempts: number | undefined,
  wait: (milliseconds: number) => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  if (!retries || attempts === undefined || attempts <= 1) return await work()
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const name = exceptionName(errorTypeOf(messageOf(error)))
      if (!retries.retryableExceptions.includes(name) || attempt + 1 >= attempts) throw error
      await wait(1000 * 2 ** attempt)
    }
  }
}
