/** Uploads large content to S3 in parts; nothing is visible before the last step, and a failure leaves no parts behind. */
import { type Content, contentSize, type PutConditions, pieceOf } from './object-store.ts'
import type { S3Connection, S3Part } from './s3-connection.ts'

const parallelParts = 4

/** Gives the etag of the new object. */
export async function putInParts(
  connection: S3Connection,
  key: string,
  content: Content,
  options: { readonly partBytes: number; readonly conditions: PutConditions },
): Promise<string> {
  const { partBytes, conditions } = options
  const size = contentSize(content)
  const upload = await connection.startUpload(key)
  try {
    const parts: S3Part[] = []
    const count = Math.ceil(size / partBytes)
    for (let first = 0; first < count; first += parallelParts) {
      const numbers = Array.from({ length: Math.min(parallelParts, count - first) }, (_, index) => first + index)
      const uploads = numbers.map(async number => {
        const start = number * partBytes
        const bytes = await pieceOf(content, { start, end: Math.min(start + partBytes, size) })
        return connection.uploadPart(key, upload, number + 1, bytes)
      })
      parts.push(...(await Promise.all(uploads)))
    }
    return await connection.completeUpload(key, upload, parts, conditions)
  } catch (error) {
    // The first trouble is the one to report; parts that stay cost money but do no harm.
    await connection.abortUpload(key, upload).catch(() => undefined)
    throw error
  }
}
