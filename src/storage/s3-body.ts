/**
 * What a request to S3 carries. Its checksums are known beforehand, so that content which is not in memory can be sent as
 * it is read, piece by piece: a part on its way takes the memory of one piece. What has changed since it was summed up is
 * refused by the service.
 */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { piecesOf } from './content-pieces.ts'
import { type ByteRange, type Content, type ContentSource, contentSize } from './object-store.ts'

export interface S3Body {
  readonly sizeBytes: number
  readonly crc32: number
  /** Hexadecimal. */
  readonly sha256: string
  /** For one request, which may be sent on to another host; a stream is to be closed when it is over. */
  open(): Uint8Array | ContentStream
}

export interface S3Bodies {
  of(content: Content): Promise<S3Body>
}

/** Less costs time, more brings none. */
const pieceBytes = 256 * 1024

/** The bodies of one store. Pieces have the same memory again and again: fresh ones would stay until the next collection. */
export function s3Bodies(): S3Bodies {
  const memory = new PieceMemory()
  return {
    async of(content) {
      const sums = content instanceof Uint8Array ? sumsOf(content) : await sumsOfSource(content, memory)
      const open = (): Uint8Array | ContentStream =>
        content instanceof Uint8Array ? content : new ContentStream(content, memory)
      return { sizeBytes: contentSize(content), ...sums, open }
    },
  }
}

type Sums = Pick<S3Body, 'crc32' | 'sha256'>

function sumsOf(bytes: Uint8Array): Sums {
  return { crc32: crc32(bytes), sha256: createHash('sha256').update(bytes).digest('hex') }
}

function sumsOfSource(content: ContentSource, memory: PieceMemory): Promise<Sums> {
  return memory.lend(async piece => {
    const hash = createHash('sha256')
    let sum = 0
    for await (const bytes of piecesOf(content, everythingOf(content), piece)) {
      sum = crc32(bytes, sum)
      hash.update(bytes)
    }
    return { crc32: sum, sha256: hash.digest('hex') }
  })
}

function everythingOf({ sizeBytes }: ContentSource): ByteRange {
  return { start: 0, end: sizeBytes }
}

class PieceMemory {
  private readonly free: Uint8Array[] = []

  async lend<T>(action: (piece: Uint8Array) => Promise<T>): Promise<T> {
    const piece = this.free.pop() ?? new Uint8Array(pieceBytes)
    try {
      return await action(piece)
    } finally {
      this.free.push(piece)
    }
  }
}

/** What the request of an HTTP client has, which is no `Writable` by its class. */
type Request = NodeJS.WritableStream & {
  readonly destroyed: boolean
  readonly writableFinished: boolean
  destroy(error?: Error): void
}

/**
 * A stream by its class, for the SDK, that does nothing but `pipe`: each time from the first byte, as the SDK pipes again
 * when it follows a redirect, and the next piece not before the last one is out.
 */
export class ContentStream extends Readable {
  private readonly content: ContentSource
  private readonly memory: PieceMemory
  private request: Request | undefined

  constructor(content: ContentSource, memory: PieceMemory) {
    super()
    this.content = content
    this.memory = memory
  }

  override pipe<T extends NodeJS.WritableStream>(to: T): T {
    this.close()
    const request = to as unknown as Request
    this.request = request
    this.send(request).catch((error: Error) => request.destroy(error))
    return to
  }

  /** Ends what is still being sent. */
  close(): void {
    if (this.request?.writableFinished === false) this.request.destroy()
    this.request = undefined
  }

  private async send(request: Request): Promise<void> {
    await this.memory.lend(async piece => {
      for await (const bytes of piecesOf(this.content, everythingOf(this.content), piece)) {
        if (request !== this.request || request.destroyed) return
        await written(request, bytes)
      }
    })
    request.end()
  }
}

/** The memory of the bytes is free after that: they are out, or never will be. */
function written(request: Request, bytes: Uint8Array): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      request.removeListener('close', done)
      resolve()
    }
    request.once('close', done)
    request.write(bytes, done)
  })
}
