import { once } from 'node:events'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ContentSource, ObjectStore } from '../../src/storage/object-store.ts'
import { ContentStream, s3Bodies } from '../../src/storage/s3-body.ts'
import { s3Store } from '../../src/storage/s3-store.ts'
import { passingFaults } from '../rig/s3-double/fault.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

let double: S3Double
beforeEach(async () => {
  double = await startS3Double()
})
afterEach(() => double.close())

const partBytes = 1_000_000
/** Some pieces, the last one not a whole one, and no two alike. */
const bytes = Buffer.alloc(2_500_000, 0).map((_, index) => (index * 7 + (index >> 8)) % 251)

function storeOf(settings: { readonly checksums?: boolean } = {}): ObjectStore {
  const { endpoint, keys: credentials, bucket } = double
  return s3Store(
    { endpoint, credentials, bucket, ...settings },
    { ids: () => 'id', pauseMs: 1, attempts: 4, partBytes },
  )
}

/** Content that is read in pieces, as a file is. */
function source(sizeBytes: number, read = (start: number, end: number) => bytes.subarray(start, end)): ContentSource {
  return {
    sizeBytes,
    read: async ({ start, end }, memory) => {
      const piece = read(start, end)
      memory?.set(piece)
      return memory?.subarray(0, piece.length) ?? piece
    },
  }
}

/** Takes bytes away at once, as a connection does. */
function request(): Writable & { readonly taken: Buffer[] } {
  const taken: Buffer[] = []
  const write = (chunk: Buffer, _: BufferEncoding, done: () => void): void => {
    taken.push(Buffer.from(chunk))
    stream.emit('taken')
    done()
  }
  const stream = Object.assign(new Writable({ write }), { taken })
  return stream
}

const isThere = (key: string, sizeBytes: number): boolean =>
  Buffer.compare(double.objects.get(key) ?? Buffer.of(), bytes.subarray(0, sizeBytes)) === 0

describe.each([700_000, 2_500_000])('content of %d bytes', sizeBytes => {
  test.each([{}, { checksums: false }])('is sent as it is read (%j)', async settings => {
    expect(await storeOf(settings).put('k', source(sizeBytes))).toMatchObject({ kind: 'written' })
    expect(isThere('k', sizeBytes)).toBe(true)
  })

  test.each(passingFaults)('is read again for another try after %j', async fault => {
    double.fail({ fault, method: 'PUT', times: 2 })
    expect(await storeOf().put('k', source(sizeBytes))).toMatchObject({ kind: 'written' })
    expect(isThere('k', sizeBytes)).toBe(true)
    expect(double.openUploads()).toBe(0)
  })

  test('goes again from its start to where a redirect leads', async () => {
    const body = await s3Bodies().of(source(sizeBytes))
    const open = body.open()
    const [first, second] = [request(), request()]
    if (open instanceof ContentStream) {
      open.pipe(first)
      await once(first, 'taken')
      open.pipe(second)
    }
    await once(second, 'finish')
    expect(Buffer.compare(Buffer.concat(second.taken), bytes.subarray(0, sizeBytes))).toBe(0)
    expect(first.destroyed).toBe(true)
    expect(Buffer.concat(first.taken).length).toBeLessThan(sizeBytes)
  })

  test('that changes while it goes up is not taken', async () => {
    let reads = 0
    const changing = source(sizeBytes, (start, end) => {
      reads += 1
      return bytes.subarray(start, end).map(one => (one + reads) % 256)
    })
    await expect(storeOf().put('k', changing)).rejects.toMatchObject({ diagnostic: { kind: 'Runtime' } })
    expect(double.objects.size).toBe(0)
    expect(double.openUploads()).toBe(0)
  })

  test('that cannot be read to its end leaves nothing', async () => {
    let reads = 0
    const failing = source(sizeBytes, (start, end) => {
      reads += 1
      if (reads > 4) throw new Error('the disk is gone')
      return bytes.subarray(start, end)
    })
    await expect(storeOf().put('k', failing)).rejects.toThrow()
    expect(double.objects.size).toBe(0)
    expect(double.openUploads()).toBe(0)
  })
})
