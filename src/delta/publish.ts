/** The last step of writing a table: commits a prepared change, cleans up after a lost one and keeps checkpoints coming. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Change } from './change.ts'
import { type CommitOutcome, type CommitSurroundings, commitChange } from './commit.ts'
import { dropDataFiles, type FileWriter } from './data-files.ts'
import { requireSnapshot } from './snapshot.ts'
import type { TableFiles } from './table-files.ts'
import { isCheckpointDue, writeCheckpoint } from './write-checkpoint.ts'

export interface Published {
  readonly outcome: CommitOutcome
  /** A checkpoint that could not be written does not take the commit back. */
  readonly warning?: DiagnosticError
}

/** After a conflict the new data files are gone, and the change has to be prepared again from the newest version. */
export async function publishChange(
  files: TableFiles,
  writer: FileWriter,
  change: Change,
  surroundings: CommitSurroundings,
): Promise<Published> {
  const outcome = await commitChange(files, change, surroundings)
  if (outcome.kind === 'conflict' && change.reusesFiles !== true) {
    await dropDataFiles(files.store, [...change.adds, ...(change.changes ?? [])])
  }
  if (outcome.kind !== 'committed') return { outcome }
  try {
    const snapshot = await requireSnapshot(files, outcome.version)
    if (isCheckpointDue(snapshot)) await writeCheckpoint(writer, snapshot)
    return { outcome }
  } catch (error) {
    const warning = new DiagnosticError({
      code: 'delta/no-checkpoint',
      severity: 'warning',
      kind: 'Runtime',
      message: `Version ${outcome.version} of the Delta table "${files.store.name}" is committed, but no checkpoint could be written`,
      cause: error,
    })
    return { outcome, warning }
  }
}
