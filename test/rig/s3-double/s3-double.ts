/**
 * A small S3 over loopback for tests: objects, conditions, ranges, paged listings, multipart uploads, signatures checked,
 * and faults on demand. Path style only, one bucket.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { crc32 } from 'node:zlib'
import { type Fault, type FaultRule, faultList } from './fault.ts'
import { type Keys, signatureFault } from './signature.ts'

export interface S3DoubleOptions {
  readonly bucket?: string
  readonly keys?: Keys
  /** Objects in one page of a listing. */
  readonly pageSize?: number
  /** Takes every put, whatever its conditions, as some services do. */
  readonly ignoresConditions?: boolean
  /** Lets requests without a signature read. */
  readonly isPublic?: boolean
  /** Refuses requests that are signed for another region. */
  readonly region?: string
  /** Lists nothing and does not tell what is missing, as a bucket does to keys without that right. */
  readonly deniesListing?: boolean
}

export interface S3Double {
  readonly endpoint: string
  readonly keys: Keys
  readonly bucket: string
  readonly objects: ReadonlyMap<string, Uint8Array>
  /** Method and URL of every request so far. */
  readonly requests: readonly string[]
  /** Uploads that were started and neither finished nor aborted. */
  openUploads(): number
  fail(rule: FaultRule): void
  /** Forgets the faults that are still to come. */
  revive(): void
  /** From now on only these keys are good; those until now have expired. */
  changeKeys(keys: Keys): void
  close(): Promise<void>
}

interface Stored {
  readonly bytes: Uint8Array
  readonly etag: string
}

interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export async function startS3Double(options: S3DoubleOptions = {}): Promise<S3Double> {
  let keys: Keys = options.keys ?? { accessKeyId: 'AKIDOUBLE', secretAccessKey: 'double-secret' }
  const expired = new Set<string>()
  const bucket = options.bucket ?? 'lake'
  const store = new Map<string, Stored>()
  const uploads = new Map<string, Map<number, Uint8Array>>()
  const requests: string[] = []
  const faults = faultList()
  let uploadCount = 0

  const object = (request: Request): Answer => {
    const { method, key, query, body } = request
    if (method === 'GET') return read(request, store.get(key), true)
    if (method === 'HEAD') return read(request, store.get(key), false)
    if (method === 'DELETE' && query.has('uploadId')) {
      uploads.delete(query.get('uploadId') ?? '')
      return { status: 204 }
    }
    if (method === 'DELETE') {
      store.delete(key)
      return { status: 204 }
    }
    if (method === 'PUT' && query.has('uploadId')) return part(request)
    if (method === 'PUT') return write(request, body, md5(body))
    if (method === 'POST' && query.has('uploads')) {
      const id = `upload-${++uploadCount}`
      uploads.set(id, new Map())
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`)
    }
    if (method === 'POST' && query.has('uploadId')) return complete(request)
    return fault(501, 'NotImplemented')
  }

  const part = ({ query, body }: Request): Answer => {
    const upload = uploads.get(query.get('uploadId') ?? '')
    if (upload === undefined) return fault(404, 'NoSuchUpload')
    upload.set(Number(query.get('partNumber')), body)
    return { status: 200, headers: { etag: md5(body) } }
  }

  const complete = (request: Request): Answer => {
    const id = request.query.get('uploadId') ?? ''
    const upload = uploads.get(id)
    if (upload === undefined) return fault(404, 'NoSuchUpload')
    const wanted = [
      ...Buffer.from(request.body)
        .toString()
        .matchAll(/<PartNumber>(\d+)</g),
    ].map(match => Number(match[1]))
    const bytes = Buffer.concat(wanted.map(number => upload.get(number) ?? new Uint8Array()))
    const answer = write(request, bytes, `"${md5(bytes).slice(1, -1)}-${wanted.length}"`)
    if (answer.status !== 200) return answer
    uploads.delete(id)
    return xml(
      `<CompleteMultipartUploadResult><ETag>${escapeXml(answer.headers?.etag ?? '')}</ETag></CompleteMultipartUploadResult>`,
    )
  }

  const write = ({ key, headers }: Request, bytes: Uint8Array, etag: string): Answer => {
    const existing = store.get(key)
    if (options.ignoresConditions !== true) {
      if (headers['if-none-match'] === '*' && existing !== undefined) return fault(412, 'PreconditionFailed')
      const wanted = headers['if-match']
      if (wanted !== undefined && existing === undefined) return fault(404, 'NoSuchKey')
      if (wanted !== undefined && existing?.etag !== wanted) return fault(412, 'PreconditionFailed')
    }
    store.set(key, { bytes, etag })
    return { status: 200, headers: { etag } }
  }

  const list = ({ query }: Request): Answer => {
    const prefix = query.get('prefix') ?? ''
    const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
    const all = [...store.keys()]
      .filter(key => key.startsWith(prefix) && compareBytes(key, after) > 0)
      .sort(compareBytes)
    const page = all.slice(0, options.pageSize ?? 1000)
    const isCut = page.length < all.length
    const contents = page.map(key => {
      const found = store.get(key)
      const size = `<Size>${found?.bytes.length}</Size><LastModified>2024-01-01T00:00:00.000Z</LastModified>`
      return `<Contents><Key>${escapeXml(key)}</Key><ETag>${escapeXml(found?.etag ?? '')}</ETag>${size}</Contents>`
    })
    const token = isCut ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? '')}</NextContinuationToken>` : ''
    return xml(`<ListBucketResult><IsTruncated>${isCut}</IsTruncated>${token}${contents.join('')}</ListBucketResult>`)
  }

  const handle = (request: Request, raw: IncomingMessage): Answer => {
    const isOpen = options.isPublic === true && request.method !== 'PUT' && raw.headers.authorization === undefined
    const [, keyId = '', region] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(raw.headers.authorization ?? '') ?? []
    if (expired.has(keyId)) return fault(400, 'ExpiredToken')
    if (!isOpen && options.region !== undefined && region !== options.region) {
      const answer = fault(400, 'AuthorizationHeaderMalformed', `<Region>${options.region}</Region>`)
      return { ...answer, headers: { ...answer.headers, 'x-amz-bucket-region': options.region } }
    }
    const wrong = isOpen ? undefined : signatureFault(raw, request.body, keys)
    if (wrong !== undefined) return fault(403, wrong)
    if (!hasItsChecksum(request)) return fault(400, 'BadDigest')
    if (String(raw.headers['content-encoding'] ?? '').includes('aws-chunked')) return fault(501, 'NotImplemented')
    if (request.bucket !== bucket) return fault(404, 'NoSuchBucket')
    if (options.deniesListing === true) {
      const isMissing = (request.method === 'GET' || request.method === 'HEAD') && !store.has(request.key)
      if (request.key === '' || isMissing) return fault(403, 'AccessDenied')
    }
    return request.key === '' ? list(request) : object(request)
  }

  const server = createServer(async (raw, response) => {
    const trouble = faults.take(raw.method ?? '', raw.url ?? '')
    requests.push(`${raw.method} ${raw.url}`)
    if (trouble?.kind === 'early-answer') {
      respond(raw, response, { ...trouble, kind: 'answer' }, () => fault(500, 'InternalError'))
      return
    }
    const body = await bodyOf(raw, trouble?.kind === 'reset-within').catch(() => undefined)
    // Who gave up does not wait for an answer.
    if (body !== undefined) respond(raw, response, trouble, () => handle(requestOf(raw, body), raw))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get keys() {
      return keys
    },
    bucket,
    requests,
    get objects() {
      return new Map([...store].map(([key, stored]) => [key, stored.bytes]))
    },
    openUploads: () => uploads.size,
    fail: rule => faults.add(rule),
    revive: () => faults.clear(),
    changeKeys: next => {
      expired.add(keys.accessKeyId)
      keys = next
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

interface Request {
  readonly method: string
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

async function bodyOf(raw: IncomingMessage, breaksOff: boolean): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of raw) {
    if (breaksOff) raw.socket.resetAndDestroy()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function requestOf(raw: IncomingMessage, body: Uint8Array): Request {
  const [path = '', query = ''] = (raw.url ?? '').split('?')
  const [, bucket = '', ...rest] = path.split('/')
  const headers = Object.fromEntries(Object.entries(raw.headers).map(([name, value]) => [name, String(value)]))
  const key = decodeURIComponent(rest.join('/'))
  return { method: raw.method ?? '', bucket, key, query: new URLSearchParams(query), headers, body }
}

function hasItsChecksum({ headers, body }: Request): boolean {
  const stated = headers['x-amz-checksum-crc32']
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return stated === undefined || stated === sum.toString('base64')
}

function respond(raw: IncomingMessage, response: ServerResponse, trouble: Fault | undefined, act: () => Answer): void {
  if (trouble?.kind === 'reset-before') {
    raw.socket.resetAndDestroy()
    return
  }
  const answer = trouble?.kind === 'answer' ? fault(trouble.status, trouble.code) : act()
  if (trouble?.kind === 'reset-after') {
    raw.socket.resetAndDestroy()
    return
  }
  const { status, headers, body = '' } = trouble?.kind === 'answer-after' ? fault(trouble.status, trouble.code) : answer
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const half = bytes.subarray(0, Math.floor(bytes.length / 2))
  const size = raw.method === 'HEAD' ? (headers?.['content-length'] ?? '0') : String(bytes.length)
  if (trouble?.kind === 'short-body' && raw.method !== 'HEAD') {
    // Without a length of its own the body ends where the connection does.
    response.writeHead(status, { ...headers, connection: 'close', 'transfer-encoding': 'chunked' })
    response.end(half)
    return
  }
  response.writeHead(status, { ...headers, 'content-length': size })
  if (trouble?.kind === 'slow') {
    dribble(response, raw.method === 'HEAD' ? new Uint8Array() : bytes)
    return
  }
  if (trouble?.kind === 'cut-body') response.write(half, () => raw.socket.destroy())
  else response.end(raw.method === 'HEAD' ? undefined : bytes)
}

function read({ headers }: Request, found: Stored | undefined, withBody: boolean): Answer {
  if (found === undefined) return withBody ? fault(404, 'NoSuchKey') : { status: 404 }
  if (headers['if-match'] !== undefined && headers['if-match'] !== found.etag) return fault(412, 'PreconditionFailed')
  const size = found.bytes.length
  const shared = { etag: found.etag, 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
  if (range === null) return { status: 200, headers: { ...shared, 'content-length': String(size) }, body: found.bytes }
  const start = Number(range[1])
  if (start >= size) return fault(416, 'InvalidRange')
  const bytes = found.bytes.subarray(start, Number(range[2]) + 1)
  const contentRange = `bytes ${start}-${start + bytes.length - 1}/${size}`
  return { status: 206, headers: { ...shared, 'content-range': contentRange }, body: bytes }
}

/** Some hundred writes, each in a turn of its own. */
function dribble(response: ServerResponse, bytes: Uint8Array): void {
  const step = Math.max(1, Math.ceil(bytes.length / 300))
  let at = 0
  const write = (): void => {
    if (at >= bytes.length) {
      response.end()
      return
    }
    response.write(bytes.subarray(at, at + step))
    at += step
    setImmediate(write)
  }
  setImmediate(write)
}

function fault(status: number, code: string, more = ''): Answer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${code}</Code><Message>${code}</Message>${more}</Error>`,
  }
}

function xml(body: string): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  }
}

function md5(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, character => `&#${character.charCodeAt(0)};`)
}
