/** The requests to S3 that a store makes, one try each: the only place that knows the AWS SDK, which is loaded on demand. */
import type { CompletedPart } from '@aws-sdk/client-s3'
import type { ByteRange, ObjectInfo, PutConditions, StoredObject } from './object-store.ts'
import type { S3Body } from './s3-body.ts'

export interface S3Settings {
  readonly bucket: string
  /** Every key lies below it. */
  readonly prefix?: string
  /** Without it that of the environment or the profile; `us-east-1` if an endpoint is given. */
  readonly region?: string
  readonly endpoint?: string
  /** `host/bucket/key` in place of `bucket.host/key`; the rule if an endpoint is given. */
  readonly pathStyle?: boolean
  readonly profile?: string
  /** Without them the usual chain: environment, profile, web identity, container, instance. */
  readonly credentials?: S3Credentials | 'anonymous'
  /** Says that nobody else writes, which is needed where the service ignores conditions. */
  readonly singleWriter?: boolean
  /** Some older services do not take the checksums that the SDK sends. */
  readonly checksums?: boolean
}

interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export type S3Part = CompletedPart

/** Keys are those of the bucket. Failures are errors of the SDK; see `s3-failure.ts`. */
export interface S3Connection {
  get(key: string, range: ByteRange | undefined, ifMatch: string | undefined): Promise<StoredObject>
  head(key: string): Promise<ObjectInfo>
  /** Gives the etag. */
  put(key: string, body: S3Body, conditions: PutConditions): Promise<string>
  remove(key: string): Promise<void>
  list(prefix: string, after: string | undefined, token: string | undefined): Promise<S3Page>
  startUpload(key: string): Promise<string>
  uploadPart(key: string, upload: string, number: number, body: S3Body): Promise<S3Part>
  /** Gives the etag. */
  completeUpload(key: string, upload: string, parts: readonly S3Part[], conditions: PutConditions): Promise<string>
  abortUpload(key: string, upload: string): Promise<void>
}

interface S3Page {
  readonly objects: readonly ObjectInfo[]
  /** Asks for the next page. */
  readonly token: string | undefined
}

type Sdk = typeof import('@aws-sdk/client-s3')
type ClientSettings = NonNullable<ConstructorParameters<Sdk['S3Client']>[0]>

export async function connectToS3(settings: S3Settings): Promise<S3Connection> {
  const sdk = await import('@aws-sdk/client-s3')
  const client = new sdk.S3Client(clientSettings(settings))
  const hashes = new WeakMap<object, string>()
  signHashes(client, hashes)
  const Bucket = settings.bucket
  return {
    get: (key, range, ifMatch) => getObject(sdk, client, { Bucket, Key: key }, range, ifMatch),
    async head(key) {
      const found = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: key }))
      if (found.ContentLength === undefined) throw incomplete('no size')
      return infoOf(key, found.ContentLength, found.ETag, found.LastModified)
    },
    async put(key, body, conditions) {
      const place = { Bucket, Key: key, ...conditionHeaders(conditions) }
      const done = await whileOpen(body, hashes, Body =>
        client.send(new sdk.PutObjectCommand({ ...place, ...sumOf(body, settings), Body })),
      )
      return done.ETag ?? ''
    },
    async remove(key) {
      await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: key }))
    },
    async list(prefix, after, token) {
      const page = await client.send(
        new sdk.ListObjectsV2Command({
          Bucket,
          Prefix: prefix,
          ...(after === undefined ? {} : { StartAfter: after }),
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      return {
        objects: (page.Contents ?? []).map(one => infoOf(one.Key ?? '', one.Size, one.ETag, one.LastModified)),
        token: page.IsTruncated === true ? page.NextContinuationToken : undefined,
      }
    },
    async startUpload(key) {
      return (await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key: key }))).UploadId ?? ''
    },
    async uploadPart(key, upload, number, body) {
      const place = { Bucket, Key: key, UploadId: upload, PartNumber: number }
      const done = await whileOpen(body, hashes, Body =>
        client.send(new sdk.UploadPartCommand({ ...place, ...sumOf(body, settings), Body })),
      )
      const checksum = done.ChecksumCRC32 === undefined ? {} : { ChecksumCRC32: done.ChecksumCRC32 }
      return { PartNumber: number, ETag: done.ETag, ...checksum }
    },
    async completeUpload(key, upload, parts, conditions) {
      const place = { Bucket, Key: key, UploadId: upload, ...conditionHeaders(conditions) }
      const input = { ...place, MultipartUpload: { Parts: [...parts] } }
      return (await client.send(new sdk.CompleteMultipartUploadCommand(input))).ETag ?? ''
    },
    async abortUpload(key, upload) {
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: upload }))
    },
  }
}

type Open = ReturnType<S3Body['open']>

async function whileOpen<T>(
  body: S3Body,
  hashes: WeakMap<object, string>,
  send: (open: Open) => Promise<T>,
): Promise<T> {
  const open = body.open()
  hashes.set(open, body.sha256)
  try {
    return await send(open)
  } finally {
    if (!(open instanceof Uint8Array)) open.close()
  }
}

/** The SDK sums up itself what comes without a sum, and puts the one of a stream behind it, which not all services take. */
function sumOf(body: S3Body, { checksums = true }: S3Settings): { ContentLength: number; ChecksumCRC32?: string } {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(body.crc32)
  return { ContentLength: body.sizeBytes, ...(checksums && { ChecksumCRC32: bytes.toString('base64') }) }
}

/** The SDK signs content by this header, and a stream without it not at all. */
function signHashes(client: InstanceType<Sdk['S3Client']>, hashes: WeakMap<object, string>): void {
  client.middlewareStack.add(
    next => async args => {
      const hash = 'Body' in args.input && typeof args.input.Body === 'object' && hashes.get(args.input.Body)
      const { headers } = args.request as { headers: Record<string, string> }
      if (typeof hash === 'string') headers['x-amz-content-sha256'] = hash
      return next(args)
    },
    { step: 'build', name: 'contentHash' },
  )
}

/** Without a logger the SDK writes to the console that a stream cannot be tried again. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function clientSettings(settings: S3Settings): ClientSettings {
  const { endpoint, checksums = true, profile } = settings
  const region = settings.region ?? (endpoint === undefined ? undefined : 'us-east-1')
  const when = checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED'
  return {
    maxAttempts: 1,
    logger: quiet,
    followRegionRedirects: true,
    requestChecksumCalculation: when,
    responseChecksumValidation: when,
    forcePathStyle: settings.pathStyle ?? endpoint !== undefined,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    ...identity(settings.credentials),
  }
}

function identity(credentials: S3Settings['credentials']): Partial<ClientSettings> {
  if (credentials === undefined) return {}
  if (credentials !== 'anonymous') return { credentials: { ...credentials } }
  return { credentials: { accessKeyId: '', secretAccessKey: '' }, signer: { sign: async request => request } }
}

async function getObject(
  sdk: Sdk,
  client: InstanceType<Sdk['S3Client']>,
  place: { readonly Bucket: string; readonly Key: string },
  range: ByteRange | undefined,
  ifMatch: string | undefined,
): Promise<StoredObject> {
  const isEmpty = range !== undefined && range.end <= range.start
  const found = await client.send(
    new sdk.GetObjectCommand({
      ...place,
      ...(range === undefined || isEmpty ? {} : { Range: `bytes=${range.start}-${range.end - 1}` }),
      ...(ifMatch === undefined ? {} : { IfMatch: ifMatch }),
    }),
  )
  const bytes = (await found.Body?.transformToByteArray()) ?? new Uint8Array()
  const total = Number(/\/(\d+)$/.exec(found.ContentRange ?? '')?.[1] ?? found.ContentLength ?? bytes.length)
  const wanted = range === undefined || isEmpty ? total : Math.min(range.end, total) - range.start
  // A service without checksums gives no other sign of a body that was cut short.
  if (bytes.length !== wanted) {
    throw incomplete(`${bytes.length} of ${wanted} bytes`)
  }
  return { bytes: isEmpty ? new Uint8Array() : bytes, sizeBytes: total, etag: found.ETag ?? '' }
}

function incomplete(what: string): Error {
  return Object.assign(new Error(what), { name: 'IncompleteAnswer' })
}

function conditionHeaders(conditions: PutConditions): { IfNoneMatch?: string; IfMatch?: string } {
  return {
    ...(conditions.ifAbsent === true ? { IfNoneMatch: '*' } : {}),
    ...(conditions.ifMatch === undefined ? {} : { IfMatch: conditions.ifMatch }),
  }
}

function infoOf(key: string, size: number | undefined, etag: string | undefined, at: Date | undefined): ObjectInfo {
  return { key, sizeBytes: size ?? 0, etag: etag ?? '', modifiedMs: at?.getTime() ?? 0 }
}
