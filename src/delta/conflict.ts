/** Whether a commit still holds after others were there first: the table of winners against ours. */
import type { Action, CommitInfo, RemoveFile } from './action.ts'
import type { Change, ChangeScope } from './change.ts'
import { fileKey } from './replay.ts'

/** Why our change cannot go on top of the winner's actions; undefined if it can. */
export function conflictWith(change: Change, winner: readonly Action[]): string | undefined {
  for (const action of winner) {
    if (action.kind === 'metaData') return 'the schema or the properties of the table were changed'
    if (action.kind === 'protocol') return 'the protocol of the table was changed'
    if (action.kind === 'txn' && action.appId === change.transaction?.appId) {
      return `the transaction "${action.appId}" was committed by another run`
    }
  }
  return fileConflict(change, winner)
}

function fileConflict(change: Change, winner: readonly Action[]): string | undefined {
  const removing = new Set(change.removes.map(fileKey))
  for (const action of winner) {
    if (action.kind === 'remove') {
      if (removing.has(fileKey(action))) return `the file "${action.path}" was removed by another run as well`
      if (change.scope.kind === 'read' && action.dataChange && mayBeIn(change.scope, action)) {
        return `the file "${action.path}", whose rows were read, was removed`
      }
    }
    if (action.kind !== 'add' || !action.dataChange) continue
    if (change.scope.kind !== 'append' && change.scope.matches(action)) {
      return `the file "${action.path}" was added where rows were replaced`
    }
  }
  return undefined
}

/** A remove may leave out its partition values; then nothing is known of it, and it may be anywhere. */
function mayBeIn(scope: Extract<ChangeScope, { readonly kind: 'read' }>, removed: RemoveFile): boolean {
  return removed.partitionValues === undefined || scope.matches({ partitionValues: removed.partitionValues })
}

export function operationOf(actions: readonly Action[]): string | undefined {
  return actions.find((action): action is CommitInfo => action.kind === 'commitInfo')?.operation
}
