/** The files that a model has written, and readers over all or some of them. */
import { quoteString } from '../base/sql-text.ts'
import type { ColumnInfo } from '../base/sql-value.ts'
import { type ExternalFiles, readerText } from '../compile/external-files.ts'
import { fileExtension, isLocalPath } from '../compile/external-target.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { escapePattern } from '../delta/sql-words.ts'
import { hasFilesInBucket, readerOptions } from './external.ts'
import { isOurs, localTargetPath } from './write-external.ts'

/** Whether there is something to add to. */
export async function hasFiles(session: NodeSession, external: ExternalFiles): Promise<boolean> {
  const { target } = external
  if (!isLocalPath(target.location)) return hasFilesInBucket(session, external)
  const { files } = session.state.config
  const path = localTargetPath(files, target.location)
  if (!target.severalFiles) return files.stat(path)?.kind === 'file'
  const { partitionBy } = target
  return files.list(path).some(one => isOurs(one, partitionBy.length, partitionBy, `.${fileExtension(target)}`))
}

/** A file of a model in the words of the reader, which may be an address. */
export type FilePlace = string

/** A reader of the rows in all files or the given ones. `columns` are those of the rows, for the types of partitions. */
export function rowsReader(
  external: ExternalFiles,
  columns: readonly ColumnInfo[],
  places?: readonly FilePlace[],
): string {
  const { target, readOptions } = external
  const more = readerOptions(external, { rowCount: 1, columns })
  if (places === undefined) return readerText(target, readOptions, more)
  const list = places.map(place => quoteString(escapePattern(place))).join(', ')
  return readerText(target, readOptions, more, `[${list}]`)
}

/** A reader that tells the file of each row in the column `eider_file`. */
export function placedReader(external: ExternalFiles, columns: readonly ColumnInfo[]): string {
  const { target, readOptions } = external
  const named = new Map([...readOptions, ['filename', quoteString('eider_file')] as const])
  return readerText(target, named, readerOptions(external, { rowCount: 1, columns }))
}

/** The place below the target, as `ExternalWrite.replace` wants it. */
export function relativePlace({ target }: ExternalFiles, place: FilePlace): string {
  const bare = (text: string): string => text.replace(/^(?:s3[an]?|file):\/\//i, '')
  const root = bare(target.location).replace(/\/+$/, '')
  return bare(place).slice(root.length + 1)
}
