/** Uploads large content to S3 in parts; nothing is visible before the last step, and a failure leaves no parts behind. */
import { cutInto } from './byte-ranges.ts'
import { type Content, contentSize, type PutConditions, sliceOf } from './object-store.ts'
import { eachPart } from './parallel-parts.ts'
import type { S3Bodies } from './s3-body.ts'
import type { S3Part } from './s3-connection.ts'
import type { S3Requests } from './s3-requests.ts'

/** Of one object, by the rules of S3. */
export const mostParts = 10_000

export interface PartTarget {
  readonly requests: S3Requests
  readonly bodies: S3Bodies
  /** Called before the first part; what it gives is called after the last. */
  readonly beginStream: () => () => void
}

export interface FinishOptions {
  readonly conditions: PutConditions
  /** Told when the last step may or may not have had its effect. */
  onUnclear(): void
}

/** An upload whose parts come one by one. */
export interface PartUpload {
  /** Numbers begin with 0. Each part is tried again by itself. Gives its CRC-32. */
  put(index: number, content: Content): Promise<number>
  /** Gives the etag of the new object. */
  finish(options: FinishOptions): Promise<string>
  abort(): Promise<void>
}

export async function startParts({ requests, bodies, beginStream }: PartTarget, key: string): Promise<PartUpload> {
  const what = `write "${key}"`
  const upload = await requests.send(what, s3 => s3.startUpload(key))
  const parts: S3Part[] = []
  let endStream: (() => void) | undefined = beginStream()
  const end = (): void => {
    endStream?.()
    endStream = undefined
  }
  return {
    async put(index, content) {
      const body = await bodies.of(content)
      parts[index] = await requests.send(what, s3 => s3.uploadPart(key, upload, index + 1, body))
      return body.crc32
    },
    finish({ conditions, onUnclear }) {
      end()
      return requests.send(what, s3 => s3.completeUpload(key, upload, parts, conditions), onUnclear)
    },
    async abort() {
      end()
      // Parts that stay cost money but do no harm, and whoever gives up has other trouble to report.
      await requests.send(what, s3 => s3.abortUpload(key, upload)).catch(() => undefined)
    },
  }
}

/** Gives the etag of the new object. */
export async function putInParts(
  target: PartTarget,
  key: string,
  content: Content,
  { partBytes, ...options }: FinishOptions & { readonly partBytes: number },
): Promise<string> {
  const size = contentSize(content)
  const longest = Math.max(partBytes, Math.ceil(size / mostParts))
  const upload = await startParts(target, key)
  try {
    const parts = [...cutInto({ start: 0, end: size }, longest).entries()]
    await eachPart(parts, ([index, range]) => upload.put(index, sliceOf(content, range)))
    return await upload.finish(options)
  } catch (error) {
    await upload.abort()
    throw error
  }
}
