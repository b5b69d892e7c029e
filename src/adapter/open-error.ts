/** Why a database cannot be opened, read out of DuckDB's message: lock, damage, version, permission, missing file. */
import { DiagnosticError, type DiagnosticFields } from '../base/diagnostic.ts'
import { installHint, messageOf, missingExtension } from './duckdb-error.ts'

/** @param mask takes secrets out of a text */
export function openError(cause: unknown, path: string, mask: (text: string) => string): DiagnosticError {
  const original = mask(messageOf(cause))
  const fields =
    extensionReason(original, mask(path)) ??
    lockedBy(original, path) ??
    unusableFile(original, mask(path)) ??
    otherReason(original, mask(path))
  return new DiagnosticError({ kind: 'Runtime', notes: [{ message: original }], cause, ...fields })
}

type Reason = Pick<DiagnosticFields, 'code' | 'message' | 'hint'>

/** Databases of other kinds (SQLite, Postgres, DuckLake …) are read by extensions. */
function extensionReason(original: string, path: string): Reason | undefined {
  const extension = missingExtension(original)
  if (!extension) return undefined
  return {
    code: 'adapter/extension-missing',
    message: `The database "${path}" needs the DuckDB extension "${extension.name}", which is not installed: the file "${extension.file}" does not exist`,
    hint: installHint(extension.name),
  }
}

function lockedBy(original: string, path: string): Reason | undefined {
  const lock =
    /Could not set lock on file "([^"]*)": Conflicting lock is held in (.*?)(?: \(PID (\d+)\))?(?: by .*?)?\. /.exec(
      original,
    )
  if (!lock && !/Could not set lock|used by another process/.test(original)) return undefined
  const file = lock?.[1] ?? path
  const holder = lock?.[3] === undefined ? 'another process' : `process ${lock[3]} ("${lock[2]}")`
  return {
    code: 'adapter/database-locked',
    message: `The database file "${file}" is held by ${holder}`,
    hint:
      lock?.[3] === undefined
        ? 'close the other program that has the file open'
        : `close that program, or end it with: kill ${lock[3]}`,
  }
}

function unusableFile(original: string, path: string): Reason | undefined {
  if (/newer version|storage version|version number \d+, but/i.test(original)) {
    return {
      code: 'adapter/database-newer',
      message: `The database file "${path}" was written by a DuckDB version that this one cannot read`,
      hint: 'use a newer release of this program, or export the database with the DuckDB that wrote it',
    }
  }
  if (/not a valid DuckDB database|Corrupt|checksum|failed to read|wal file/i.test(original)) {
    return {
      code: 'adapter/database-invalid',
      message: `The file "${path}" is not a DuckDB database, or it is damaged`,
      hint: 'move the file away to begin with a new database',
    }
  }
  if (/Permission denied|Read-only file system|Operation not permitted/i.test(original)) {
    return { code: 'adapter/database-permission', message: `The database file "${path}" may not be opened for writing` }
  }
  if (/No such file or directory|database does not exist|Is a directory/i.test(original)) {
    return {
      code: 'adapter/database-missing',
      message: `The database file "${path}" cannot be opened: the folder does not exist or it is not a file`,
      hint: 'create the folder, or change "path" in profiles.yml',
    }
  }
  return undefined
}

function otherReason(original: string, path: string): Reason {
  const unknown = /options were not recognized: (.*)$/m.exec(original)?.[1]
  if (unknown !== undefined) {
    return { code: 'adapter/unknown-option', message: `DuckDB does not know the configuration option "${unknown}"` }
  }
  return { code: 'adapter/database-open', message: `The database "${path}" cannot be opened: ${firstLine(original)}` }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

/** An extension that is not on this machine; the message of LOAD names the file that was looked for. */
export function extensionError(cause: unknown, name: string): DiagnosticError {
  const original = messageOf(cause)
  const file = missingExtension(original)?.file
  return new DiagnosticError({
    code: 'adapter/extension-missing',
    kind: 'Runtime',
    message:
      file === undefined
        ? `The DuckDB extension "${name}" cannot be loaded`
        : `The DuckDB extension "${name}" is not installed: the file "${file}" does not exist`,
    notes: [{ message: original }],
    hint: installHint(name),
    cause,
  })
}
