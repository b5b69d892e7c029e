/** The actions of a Delta log as records (PROTOCOL.md "Actions"); `parse-actions.ts` reads and checks them, once. */

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
