/** `.dbtignore`: paths, in gitignore's syntax, that are no part of a project. */
import { posix } from 'node:path'
import makeIgnore from 'ignore'
import type { FileSystem } from '../storage/file-system.ts'

/** Answers for paths relative to the project folder. */
export function dbtIgnore(files: FileSystem, folder: string): (path: string) => boolean {
  const text = files.read(posix.join(folder, '.dbtignore'))
  if (text === undefined) return () => false
  const rules = makeIgnore().add(text)
  return path => rules.ignores(path.replace(/^(?:\.?\/)+/, ''))
}
