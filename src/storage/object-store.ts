/**
 * Data files, logs and state as objects under keys. Delta tables, lakes and caches stand on this interface; memory,
 * local disk and S3 implement it and pass one contract suite.
 */
import { DiagnosticError } from '../base/diagnostic.ts'

/** Half-open: `start` is the first byte, `end` the one after the last. An `end` beyond the object gives what there is. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface ObjectInfo {
  readonly key: string
  readonly sizeBytes: number
  /** Opaque; differs after every change of the object. */
  readonly etag: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly modifiedMs: number
}

export interface StoredObject {
  readonly bytes: Uint8Array
  /** Of the whole object, also when a range was asked for. */
  readonly sizeBytes: number
  readonly etag: string
}

/** Content too large to hold at once, such as a local file. */
export interface ContentSource {
  readonly sizeBytes: number
  /** Exactly the bytes of a range inside the content; in the memory that is given, if it is long enough. */
  read(range: ByteRange, memory?: Uint8Array): Promise<Uint8Array>
}

export type Content = Uint8Array | ContentSource

/** An object that goes up in parts while its content still grows. Nothing is visible before `finish`. */
export interface OngoingUpload {
  /**
   * Puts a part by its number, from 0; every part but the last has `partBytes`. A part put again replaces the first. Gives
   * the CRC-32 of what is up.
   */
  part(index: number, content: Content): Promise<number>
  /** `content` is all of the object, whose parts are all put. Leaves no parts behind where it fails. */
  finish(content: Content): Promise<PutOutcome>
  /** Gives up; trouble with that is kept quiet. */
  abort(): Promise<void>
}

export interface PartUploads {
  readonly partBytes: number
  readonly mostParts: number
  start(key: string): Promise<OngoingUpload>
}

export interface PutConditions {
  /** Write only if there is no such object. */
  readonly ifAbsent?: boolean
  /** Write only if the object still has this etag. */
  readonly ifMatch?: string
}

/** `exists` answers `ifAbsent`, `changed` answers `ifMatch` (another etag, or gone); nothing was written then. */
export type PutOutcome =
  | { readonly kind: 'written'; readonly etag: string }
  | { readonly kind: 'exists' }
  | { readonly kind: 'changed' }

/**
 * 1. A key is `/` separated, without empty, `.` and `..` parts and without a leading `/`; others are refused.
 * 2. An object is visible whole or not at all; of racing `ifAbsent` puts exactly one is `written`.
 * 3. Missing is `undefined`; deleting what is missing is no error.
 * 4. What was written is in every later `get`, `head` and `list`.
 * 5. Trouble is a DiagnosticError with a `storage/` code. After one that is not `storage/access-denied` a put may have
 *    had its effect all the same: who needs to know reads the object back.
 */
export interface ObjectStore {
  /** What messages call the store, such as `s3://bucket/prefix` or `/data/lake`. */
  readonly name: string
  /** Where other programs find the object: an absolute path on local disk, else a URL. */
  locate(key: string): string
  get(key: string, range?: ByteRange, options?: GetOptions): Promise<StoredObject | undefined>
  put(key: string, content: Content, conditions?: PutConditions): Promise<PutOutcome>
  /** Every object whose key starts with `prefix` and comes after `after`, in UTF-8 byte order of keys. */
  list(prefix: string, after?: string): AsyncIterable<ObjectInfo>
  head(key: string): Promise<ObjectInfo | undefined>
  delete(key: string): Promise<void>
  /** Where objects can be begun before their content is complete. */
  readonly uploads?: PartUploads
}

interface GetOptions {
  /** Fails with `storage/object-changed` if the object has another etag. */
  readonly ifMatch?: string
}

/** Refuses keys that could leave the store or that two stores would take differently. */
export function checkKey(key: string): void {
  if (key !== '' && key.split('/').every(part => part !== '' && part !== '.' && part !== '..')) return
  throw new DiagnosticError({
    code: 'storage/bad-key',
    kind: 'Runtime',
    message: `"${key}" cannot be the key of an object: it is empty, starts or ends with "/" or has an empty, "." or ".." part`,
  })
}

/** The failure of a read that was bound to an etag. */
export function objectChanged(store: string, key: string): DiagnosticError {
  return new DiagnosticError({
    code: 'storage/object-changed',
    kind: 'Runtime',
    message: `"${key}" in "${store}" was replaced while it was read`,
    hint: 'Run again; if it happens often, something rewrites the object in place',
  })
}

export async function contentBytes(content: Content): Promise<Uint8Array> {
  return content instanceof Uint8Array ? content : content.read({ start: 0, end: content.sizeBytes })
}

/** The bytes of a range inside the content. */
export async function pieceOf(content: Content, range: ByteRange, memory?: Uint8Array): Promise<Uint8Array> {
  return content instanceof Uint8Array ? content.subarray(range.start, range.end) : content.read(range, memory)
}

/** A range inside the content, as content of its own. */
export function sliceOf(content: Content, { start, end }: ByteRange): Content {
  if (content instanceof Uint8Array) return content.subarray(start, end)
  return {
    sizeBytes: end - start,
    read: (range, memory) => content.read({ start: start + range.start, end: start + range.end }, memory),
  }
}

export function contentSize(content: Content): number {
  return content instanceof Uint8Array ? content.length : content.sizeBytes
}

/** The part of a store below a prefix, as a store. */
export function storeBelow(store: ObjectStore, prefix: string): ObjectStore {
  const lead = prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`
  const { uploads } = store
  return {
    ...(uploads !== undefined && { uploads: { ...uploads, start: key => uploads.start(lead + key) } }),
    name: `${store.name}/${lead}`.replace(/\/+$/, ''),
    locate: key => store.locate(lead + key),
    get: (key, range, options) => store.get(lead + key, range, options),
    put: (key, content, conditions) => store.put(lead + key, content, conditions),
    head: async key => {
      const info = await store.head(lead + key)
      return info && { ...info, key }
    },
    delete: key => store.delete(lead + key),
    async *list(inner, after) {
      for await (const info of store.list(lead + inner, after === undefined ? undefined : lead + after)) {
        yield { ...info, key: info.key.slice(lead.length) }
      }
    },
  }
}
