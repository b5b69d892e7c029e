/**
 * The text of a Delta log -> its actions. Unknown actions and unknown fields are left out; a field of the wrong type is
 * a `delta/bad-action`.
 */
import { isRecord } from '../base/record.ts'
import type { Action, AddFile, DeletionVectorDescriptor, Metadata, PartitionValues } from './action.ts'
import { ActionFields, badAction } from './action-fields.ts'

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
    return (kind === 'add' && plainAdd(content)) || parse(new ActionFields(content, place, kind))
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

const parsers: Readonly<Record<string, (fields: ActionFields) => Action>> = {
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

function metadata(fields: ActionFields): Metadata {
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

function deletionVector(fields: ActionFields | undefined): DeletionVectorDescriptor | undefined {
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
