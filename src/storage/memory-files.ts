/** Project files held in memory: the same contract as the disk, for tests and for what must not touch it. */
import { posix } from 'node:path'
import {
  compareUtf8,
  type FileContent,
  type FileStat,
  type FileSystem,
  type ListOptions,
  type OpenFile,
} from './file-system.ts'
import { ignoredPaths } from './glob.ts'

interface Entry {
  readonly bytes: Uint8Array
  readonly modifiedMs: number
  readonly inode: number
}

/** Starts with the given files. Every write is one millisecond later than the one before, so results do not depend on a clock. */
export function memoryFiles(
  initial: Readonly<Record<string, string | Uint8Array>> = {},
  root = '/project',
): FileSystem {
  const files = new Map<string, Entry>()
  const folders = new Set<string>()
  let now = 0
  const at = (path: string): string => trimmed(posix.resolve(root, path))

  const makeFolder = (path: string): void => {
    for (let folder = path; !folders.has(folder); folder = posix.dirname(folder)) {
      if (files.has(folder)) throw new Error(`"${folder}" is a file, not a folder`)
      folders.add(folder)
    }
  }
  const write = (path: string, content: FileContent): void => {
    if (folders.has(path)) throw new Error(`"${path}" is a folder, not a file`)
    makeFolder(posix.dirname(path))
    now += 1
    files.set(path, { bytes: bytesOf(content), modifiedMs: now, inode: now })
  }
  const below = (folder: string): string[] => {
    const prefix = folder === '/' ? '/' : `${folder}/`
    return [...files.keys()].filter(path => path.startsWith(prefix)).map(path => path.slice(prefix.length))
  }
  const remove = (path: string): void => {
    files.delete(path)
    for (const inner of below(path)) files.delete(posix.join(path, inner))
    for (const folder of folders) if (folder === path || folder.startsWith(`${path}/`)) folders.delete(folder)
    folders.add('/')
  }
  const rename = (from: string, to: string): void => {
    const file = files.get(from)
    if (file === undefined && !folders.has(from)) throw new Error(`"${from}" is not there`)
    const inner = below(from).map(path => [path, files.get(posix.join(from, path))] as const)
    remove(from)
    makeFolder(posix.dirname(to))
    if (file !== undefined) files.set(to, file)
    else makeFolder(to)
    for (const [path, entry] of inner) {
      makeFolder(posix.dirname(posix.join(to, path)))
      if (entry !== undefined) files.set(posix.join(to, path), entry)
    }
  }

  folders.add('/')
  makeFolder(at('.'))
  for (const [path, content] of Object.entries(initial)) write(at(path), content)

  return {
    root: at('.'),
    read: path => {
      const entry = files.get(at(path))
      return entry && new TextDecoder('utf-8', { ignoreBOM: path.endsWith('.sql') }).decode(entry.bytes)
    },
    readBytes: path => files.get(at(path))?.bytes.slice(),
    open: path => {
      const entry = files.get(at(path))
      return entry && openBytes(entry.bytes)
    },
    write: (path, content) => write(at(path), content),
    create: path => {
      const parts: Uint8Array[] = []
      return {
        write: part => {
          parts.push(bytesOf(part))
        },
        done: () => write(at(path), parts),
        abandon: () => {},
      }
    },
    exists: path => files.has(at(path)) || folders.has(at(path)),
    stat: path => statOf(files.get(at(path)), folders.has(at(path))),
    list: (folder, options) => below(at(folder)).filter(matcher(options)).sort(compareUtf8),
    remove: path => remove(at(path)),
    makeFolder: path => makeFolder(at(path)),
    rename: (from, to) => rename(at(from), at(to)),
    realPath: path => at(path),
  }
}

function bytesOf(content: FileContent): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content)
  // A copy: `slice` of a Buffer would be a view of it.
  if (content instanceof Uint8Array) return Uint8Array.from(content)
  return Buffer.concat(Array.from(content, bytesOf))
}

function statOf(entry: Entry | undefined, isFolder: boolean): FileStat | undefined {
  if (entry !== undefined) {
    const { bytes, modifiedMs, inode } = entry
    return { kind: 'file', sizeBytes: bytes.length, modifiedMs, changedMs: modifiedMs, inode }
  }
  return isFolder ? { kind: 'folder', sizeBytes: 0, modifiedMs: 0, changedMs: 0, inode: 0 } : undefined
}

function openBytes(bytes: Uint8Array): OpenFile {
  return { sizeBytes: bytes.length, read: (start, length) => bytes.slice(start, start + length), close: () => {} }
}

function matcher(options: ListOptions = {}): (path: string) => boolean {
  const endings = options.extensions?.map(one => (one.startsWith('.') ? one : `.${one}`))
  const isIgnored = ignoredPaths(options.ignore)
  return path => {
    if (endings !== undefined && !endings.some(ending => path.endsWith(ending))) return false
    return !foldersAndSelf(path).some(isIgnored)
  }
}

function foldersAndSelf(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}
