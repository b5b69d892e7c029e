/** Uploads large content to S3 in parts; nothing is visible before the last step, and a failure leaves no parts behind. */
import { type Content, contentSize, type PutConditions, pieceOf } from './object-store.ts'
import type { S3Part } from './s3-connection.ts'
import type { S3Requests } from './s3-requests.ts'

const parallelParts = 4

export interface PartOptions {
  readonly partBytes: number
  readonly conditions: PutConditions
  /** Told when the last step may or may not have had its effect. */
  onUnclear(): void
}

/** Gives the etag of the new object. Each part is tried again by itself. */
export async function putInParts(
  requests: S3Requests,
  key: string,
  content: Content,
  options: PartOptions,
): Promise<string> {
  const { partBytes, conditions } = options
  const size = contentSize(content)
  const what = `write "${key}"`
  const upload = await requests.send(what, s3 => s3.startUpload(key))
  try {
    const parts: S3Part[] = []
    const count = Math.ceil(size / partBytes)
    for (let first = 0; first < count; first += parallelParts) {
      const numbers = Array.from({ length: Math.min(parallelParts, count - first) }, (_, index) => first + index)
      const uploads = numbers.map(async number => {
        const start = number * partBytes
        const bytes = await pieceOf(content, { start, end: Math.min(start + partBytes, size) })
        return requests.send(what, s3 => s3.uploadPart(key, upload, number + 1, bytes))
      })
      parts.push(...(await Promise.all(uploads)))
    }
    return await requests.send(what, s3 => s3.completeUpload(key, upload, parts, conditions), options.onUnclear)
  } catch (error) {
    // The first trouble is the one to report; parts that stay cost money but do no harm.
    await requests.send(what, s3 => s3.abortUpload(key, upload)).catch(() => undefined)
    throw error
  }
}
