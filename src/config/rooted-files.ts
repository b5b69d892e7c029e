/** A file system seen from another folder: relative paths start there. */
import { posix } from 'node:path'
import type { FileSystem } from '../storage/file-system.ts'

export function rootedFiles(files: FileSystem, folder: string): FileSystem {
  const root = files.realPath(posix.resolve(files.root, folder))
  if (root === files.root) return files
  const at = (path: string): string => posix.resolve(root, path)
  return {
    root,
    read: path => files.read(at(path)),
    readBytes: path => files.readBytes(at(path)),
    open: path => files.open(at(path)),
    write: (path, content) => files.write(at(path), content),
    create: path => files.create(at(path)),
    exists: path => files.exists(at(path)),
    stat: path => files.stat(at(path)),
    list: (path, options) => files.list(at(path), options),
    remove: path => files.remove(at(path)),
    makeFolder: path => files.makeFolder(at(path)),
    rename: (from, to) => files.rename(at(from), at(to)),
    realPath: path => files.realPath(at(path)),
  }
}
