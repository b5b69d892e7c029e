/**
 * The actions of a Delta log as records, parsed and checked once (PROTOCOL.md "Actions"). Unknown actions and unknown
 * fields are left out; a field of the wrong type is a `delta/bad-action`.
 */

import { DiagnosticError } from '../base/diagnostic.ts'
import { isRecord } from '../base/record.ts'

export interface Protocol {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly readerFeatures?: readonly string[]
  readonly writerFeatures?: readonly string[]
}

export interface Metadata {
  readonly id: string
  readonly name?: string
  readonly description?: string
  readonly format: { readonly provider: string; readonly options: Readonly<Record<string, string>> }
  /** Some writers leave it out of a metaData action that a later one replaces. */
  readonly schemaString?: string
  readonly partitionColumns: readonly string[]
  readonly configuration: Readonly<Record<string, string>>
  readonly createdTime?: number
}

export interface DeletionVectorDescriptor {
  /** `u` beside the table under a name made from a UUID, `i` inside the descriptor, `p` at an absolute place. */
  readonly storageType: 'u' | 'i' | 'p'
  readonly pathOrInlineDv: string
  readonly offset?: number
  readonly sizeInBytes: number
  readonly cardinality: number
}

export type PartitionValues = Readonly<Record<string, string | null>>

export interface AddFile {
  readonly kind: 'add'
  /** As written: a percent-encoded URI, relative to the table or absolute. */
  readonly path: string
  readonly partitionValues: PartitionValues
  readonly size: number
  readonly modificationTime: number
  readonly dataChange: boolean
  /** JSON text as it stands in the log, since numbers in it may not fit a JavaScript number. */
  readonly stats?: string
  readonly tags?: Readonly<Record<string, string | null>>
  readonly deletionVector?: DeletionVectorDescriptor
  readonly baseRowId?: number
  readonly defaultRowCommitVersion?: number
  readonly clusteringProvider?: string
}

export interface RemoveFile {
  readonly kind: 'remove'
  readonly path: string
  readonly deletionTimestamp?: number
  readonly dataChange: boolean
  readonly extendedFileMetadata?: boolean
  readonly partitionValues?: PartitionValues
  readonly size?: number
  readonly deletionVector?: DeletionVectorDescriptor
  readonly baseRowId?: number
  readonly defaultRowCommitVersion?: number
}

export interface ChangeFile {
  readonly kind: 'cdc'
  readonly path: string
  readonly partitionValues: PartitionValues
  readonly size: number
}

export interface Transaction {
  readonly kind: 'txn'
  readonly appId: string
  readonly version: number
  readonly lastUpdated?: number
}

export interface DomainMetadata {
  readonly kind: 'domainMetadata'
  readonly domain: string
  readonly configuration: string
  readonly removed: boolean
}

export interface CommitInfo {
  readonly kind: 'commitInfo'
  readonly timestamp?: number
  readonly inCommitTimestamp?: number
  readonly operation?: string
  readonly isBlindAppend?: boolean
  readonly txnId?: string
  readonly engineInfo?: string
  readonly userMetadata?: string
}

interface Sidecar {
  readonly kind: 'sidecar'
  readonly path: string
}

export type Action =
  | AddFile
  | RemoveFile
  | ChangeFile
  | Transaction
  | DomainMetadata
  | CommitInfo
  | Sidecar
  | { readonly kind: 'protocol'; readonly protocol: Protocol }
  | { readonly kind: 'metaData'; readonly metadata: Metadata }

/** The actions of newline-delimited JSON, in order. `place` says in errors where the text came from. */
export function parseActions(text: string, place: string): Action[] {
  return parseLines(text, place).flatMap(value => parseAction(value, place) ?? [])
}

function parseLines(text: string, place: string): unknown[] {
  const values: unknown[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    try {
      values.push(JSON.parse(line))
    } catch (error) {
      const spread = parseSpread(text)
      if (spread !== undefined) return spread
      throw badAction(place, 'a line is not JSON', error)
    }
  }
  return values
}

/** Objects one after another whatever their lines, as logs that went through a formatter have them. */
function parseSpread(text: string): unknown[] | undefined {
  const values: unknown[] = []
  let start = 0
  let depth = 0
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token[0] === '{') depth += 1
    if (token[0] !== '}') continue
    depth -= 1
    if (depth !== 0) continue
    const end = token.index + 1
    try {
      values.push(JSON.parse(text.slice(start, end)))
    } catch {
      return undefined
    }
    start = end
  }
  return text.slice(start).trim() === '' ? values : undefined
}

function parseAction(value: unknown, place: string): Action | undefined {
  if (!isRecord(value)) throw badAction(place, '"action" is not an object')
  for (const kind in value) {
    const content = value[kind]
    const parse = Object.hasOwn(parsers, kind) ? parsers[kind] : undefined
    if (parse === undefined || content === null || content === undefined) continue
    return (kind === 'add' && plainAdd(content)) || parse(new Fields(content, place, kind))
  }
  return undefined
}

/** The usual form of an `add`, without a look at every field for itself: a log may hold a hundred thousand of them. */
function plainAdd(value: unknown): AddFile | undefined {
  if (!isRecord(value)) return undefined
  const { path, partitionValues, size, modificationTime, dataChange, stats } = value
  const isRare = value.tags != null || value.deletionVector != null || value.baseRowId != null
  if (isRare || value.defaultRowCommitVersion != null || value.clusteringProvider != null) return undefined
  if (typeof path !== 'string' || typeof size !== 'number' || typeof modificationTime !== 'number') return undefined
  if (typeof dataChange !== 'boolean' || typeof stats !== 'string' || !isTexts(partitionValues)) return undefined
  return { kind: 'add', path, partitionValues, size, modificationTime, dataChange, stats }
}

function isTexts(value: unknown): value is PartitionValues {
  if (!isRecord(value)) return false
  for (const key in value) if (typeof value[key] !== 'string' && value[key] !== null) return false
  return true
}

const parsers: Readonly<Record<string, (fields: Fields) => Action>> = {
  add: fields => ({
    kind: 'add',
    path: fields.need('path', fields.string('path')),
    partitionValues: fields.strings('partitionValues') ?? {},
    size: fields.number('size') ?? 0,
    modificationTime: fields.number('modificationTime') ?? 0,
    dataChange: fields.boolean('dataChange') ?? true,
    ...present('stats', fields.string('stats')),
    ...present('tags', fields.strings('tags')),
    ...present('deletionVector', deletionVector(fields.fields('deletionVector'))),
    ...present('baseRowId', fields.number('baseRowId')),
    ...present('defaultRowCommitVersion', fields.number('defaultRowCommitVersion')),
    ...present('clusteringProvider', fields.string('clusteringProvider')),
  }),
  remove: fields => ({
    kind: 'remove',
    path: fields.need('path', fields.string('path')),
    dataChange: fields.boolean('dataChange') ?? true,
    ...present('deletionTimestamp', fields.number('deletionTimestamp')),
    ...present('extendedFileMetadata', fields.boolean('extendedFileMetadata')),
    ...present('partitionValues', fields.strings('partitionValues')),
    ...present('size', fields.number('size')),
    ...present('deletionVector', deletionVector(fields.fields('deletionVector'))),
    ...present('baseRowId', fields.number('baseRowId')),
    ...present('defaultRowCommitVersion', fields.number('defaultRowCommitVersion')),
  }),
  cdc: fields => ({
    kind: 'cdc',
    path: fields.need('path', fields.string('path')),
    partitionValues: fields.strings('partitionValues') ?? {},
    size: fields.number('size') ?? 0,
  }),
  metaData: fields => ({ kind: 'metaData', metadata: metadata(fields) }),
  protocol: fields => ({
    kind: 'protocol',
    protocol: {
      minReaderVersion: fields.need('minReaderVersion', fields.number('minReaderVersion')),
      minWriterVersion: fields.need('minWriterVersion', fields.number('minWriterVersion')),
      ...present('readerFeatures', fields.list('readerFeatures')),
      ...present('writerFeatures', fields.list('writerFeatures')),
    },
  }),
  txn: fields => ({
    kind: 'txn',
    appId: fields.need('appId', fields.string('appId')),
    version: fields.need('version', fields.number('version')),
    ...present('lastUpdated', fields.number('lastUpdated')),
  }),
  domainMetadata: fields => ({
    kind: 'domainMetadata',
    domain: fields.need('domain', fields.string('domain')),
    configuration: fields.string('configuration') ?? '',
    removed: fields.boolean('removed') ?? false,
  }),
  sidecar: fields => ({ kind: 'sidecar', path: fields.need('path', fields.string('path')) }),
  commitInfo: fields => ({
    kind: 'commitInfo',
    ...present('timestamp', fields.loose('timestamp', 'number')),
    ...present('inCommitTimestamp', fields.number('inCommitTimestamp')),
    ...present('operation', fields.loose('operation', 'string')),
    ...present('isBlindAppend', fields.loose('isBlindAppend', 'boolean')),
    ...present('txnId', fields.loose('txnId', 'string')),
    ...present('engineInfo', fields.loose('engineInfo', 'string')),
    ...present('userMetadata', fields.loose('userMetadata', 'string')),
  }),
}

function metadata(fields: Fields): Metadata {
  const format = fields.fields('format')
  return {
    id: fields.string('id') ?? '',
    format: { provider: format?.string('provider') ?? 'parquet', options: withoutNulls(format?.strings('options')) },
    partitionColumns: fields.list('partitionColumns') ?? [],
    configuration: withoutNulls(fields.strings('configuration')),
    ...present('schemaString', fields.string('schemaString')),
    ...present('name', fields.string('name')),
    ...present('description', fields.string('description')),
    ...present('createdTime', fields.number('createdTime')),
  }
}

function deletionVector(fields: Fields | undefined): DeletionVectorDescriptor | undefined {
  if (fields === undefined) return undefined
  const storageType = fields.string('storageType')
  if (storageType !== 'u' && storageType !== 'i' && storageType !== 'p') {
    throw fields.fault(`the storage type "${storageType ?? ''}" of a deletion vector is not known`)
  }
  return {
    storageType,
    pathOrInlineDv: fields.need('pathOrInlineDv', fields.string('pathOrInlineDv')),
    sizeInBytes: fields.need('sizeInBytes', fields.number('sizeInBytes')),
    cardinality: fields.need('cardinality', fields.number('cardinality')),
    ...present('offset', fields.number('offset')),
  }
}

function withoutNulls(values: PartitionValues | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  )
}

function present<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}

function badAction(place: string, reason: string, cause?: unknown): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/bad-action',
    kind: 'Runtime',
    message: `The Delta log entry "${place}" cannot be read: ${reason}`,
    ...(cause === undefined ? {} : { cause }),
  })
}

type Loose = { readonly string: string; readonly number: number; readonly boolean: boolean }

/** Typed reading of one JSON object; null counts as absent. */
class Fields {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #place: string
  readonly #name: string

  constructor(value: unknown, place: string, name: string) {
    this.#place = place
    this.#name = name
    if (!isRecord(value)) throw badAction(place, `"${name}" is not an object`)
    this.#values = value
  }

  fault(reason: string): DiagnosticError {
    return badAction(this.#place, reason)
  }

  need<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw this.fault(`"${this.#name}" has no "${key}"`)
    return value
  }

  fields(key: string): Fields | undefined {
    const value = this.#values[key]
    return value === undefined || value === null ? undefined : new Fields(value, this.#place, key)
  }

  string(key: string): string | undefined {
    return this.#typed(key, 'string')
  }

  /** Some writers give numbers as text. */
  number(key: string): number | undefined {
    const value = this.#values[key]
    if (typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value)
    return this.#typed(key, 'number')
  }

  boolean(key: string): boolean | undefined {
    return this.#typed(key, 'boolean')
  }

  /** For what is only information: another type counts as absent. */
  loose<K extends keyof Loose>(key: string, type: K): Loose[K] | undefined {
    const value = this.#values[key]
    return typeof value === type ? (value as Loose[K]) : undefined
  }

  list(key: string): readonly string[] | undefined {
    const value = this.#values[key]
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value)) throw this.fault(`"${this.#name}.${key}" is not a list`)
    return value.map(String)
  }

  strings(key: string): Readonly<Record<string, string | null>> | undefined {
    const value = this.#values[key]
    if (value === undefined || value === null) return undefined
    if (!isRecord(value)) throw this.fault(`"${this.#name}.${key}" is not an object`)
    const texts = Object.entries(value).map(([name, one]) => [name, asText(one)] as const)
    return Object.fromEntries(texts)
  }

  #typed<K extends keyof Loose>(key: string, type: K): Loose[K] | undefined {
    const value = this.#values[key]
    if (value === undefined || value === null) return undefined
    if (typeof value !== type) throw this.fault(`"${this.#name}.${key}" is not a ${type}`)
    return value as Loose[K]
  }
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
