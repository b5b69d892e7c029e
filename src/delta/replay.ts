/** Puts the actions of a log together to the state of a table (PROTOCOL.md "Action Reconciliation"). */
import type {
  Action,
  AddFile,
  DeletionVectorDescriptor,
  DomainMetadata,
  Metadata,
  Protocol,
  RemoveFile,
  Transaction,
} from './action.ts'
import { decodePath } from './table-files.ts'

export interface TableState {
  readonly protocol: Protocol | undefined
  readonly metadata: Metadata | undefined
  readonly files: readonly AddFile[]
  /** Removed files that readers of older versions may still need. */
  readonly tombstones: readonly RemoveFile[]
  readonly transactions: ReadonlyMap<string, Transaction>
  readonly domains: ReadonlyMap<string, DomainMetadata>
}

export interface Replay {
  /** Takes the actions of the checkpoint, or of the next commit. */
  apply(actions: readonly Action[]): void
  state(): TableState
}

export function startReplay(): Replay {
  let protocol: Protocol | undefined
  let metadata: Metadata | undefined
  const files = new Map<string, AddFile>()
  const tombstones = new Map<string, RemoveFile>()
  const transactions = new Map<string, Transaction>()
  const domains = new Map<string, DomainMetadata>()

  const applyOther = (action: Action): void => {
    if (action.kind === 'protocol') protocol = action.protocol
    else if (action.kind === 'metaData') metadata = action.metadata
    else if (action.kind === 'txn') transactions.set(action.appId, action)
    else if (action.kind === 'domainMetadata') {
      if (action.removed) domains.delete(action.domain)
      else domains.set(action.domain, action)
    }
  }

  return {
    apply(actions) {
      // One commit may remove a file with one deletion vector and add it with another: removes go first.
      for (const action of actions) {
        if (action.kind !== 'remove') continue
        const key = fileKey(action)
        files.delete(key)
        tombstones.set(key, action)
      }
      for (const action of actions) {
        if (action.kind === 'add') {
          const key = fileKey(action)
          tombstones.delete(key)
          files.delete(key)
          files.set(key, action)
        } else applyOther(action)
      }
    },
    state: () => ({
      protocol,
      metadata,
      files: [...files.values()],
      tombstones: [...tombstones.values()],
      transactions,
      domains,
    }),
  }
}

/** What identifies a logical file: its place and its deletion vector. */
export function fileKey(file: { readonly path: string; readonly deletionVector?: DeletionVectorDescriptor }): string {
  const vector = file.deletionVector
  return vector === undefined ? decodePath(file.path) : `${decodePath(file.path)}\n${vectorId(vector)}`
}

function vectorId(vector: DeletionVectorDescriptor): string {
  const offset = vector.offset === undefined ? '' : `@${vector.offset}`
  return `${vector.storageType}${vector.pathOrInlineDv}${offset}`
}
