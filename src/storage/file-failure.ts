/** Turns an operating system error of a file operation into the diagnostic that a user can act on. */
import { DiagnosticError } from '../base/diagnostic.ts'

/** The POSIX name of an error (`ENOENT`), if it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** There is nothing (of the wanted kind) at the path. */
export function isMissing(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR'
}

/** Throws the diagnostic for an error of the operating system; any other error as it is. */
export function throwFileFailure(error: unknown, verb: string, path: string): never {
  const code = errnoOf(error)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    throw new DiagnosticError({
      code: 'storage/permission-denied',
      kind: 'Runtime',
      message: `There is no permission to ${verb} "${path}"`,
      hint: 'Check the owner and the mode of the file and of the folder it lies in',
      cause: error,
    })
  }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    throw new DiagnosticError({
      code: 'storage/no-space',
      kind: 'Runtime',
      message: `There is no space left to ${verb} "${path}"`,
      hint: 'Free disk space or point the folder to another disk',
      cause: error,
    })
  }
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ENOTEMPTY') {
    throw new DiagnosticError({
      code: 'storage/wrong-kind',
      kind: 'Runtime',
      message: `A file stands where a folder is needed to ${verb} "${path}", or a folder where a file is needed`,
      hint: 'Move it away, or choose another place',
      notes: [{ message: messageOf(error) }],
      cause: error,
    })
  }
  if (code?.startsWith('E') && error instanceof Error && 'syscall' in error) {
    throw new DiagnosticError({
      code: 'storage/file-failed',
      kind: 'Runtime',
      message: `The operating system failed to ${verb} "${path}": ${messageOf(error)}`,
      cause: error,
    })
  }
  throw error
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
