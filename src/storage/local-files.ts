/** Project files on the local disk. */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import fastGlob from 'fast-glob'
import { errnoOf, isMissing, throwFileFailure } from './file-failure.ts'
import {
  compareUtf8,
  type FileContent,
  type FileStat,
  type FileSystem,
  type ListOptions,
  type NewFile,
  type OpenFile,
} from './file-system.ts'
import { ignoredPaths } from './glob.ts'

/** Files of the local disk; `root` may be relative to the working directory. */
export function localFiles(root: string): FileSystem {
  const base = resolve(root)
  // Joining paths is slow, and few have anything to be resolved.
  const at = (path: string): string =>
    isAbsolute(path) ? path : path.includes('./') ? join(base, path) : `${base}${sep}${path}`

  return {
    root: withSlashes(base),
    read: path => orMissing(() => textOf(path, readFileSync(at(path), 'utf8')), 'read', at(path)),
    readBytes: path => orMissing(() => readFileSync(at(path)), 'read', at(path)),
    open: path => orMissing(() => openFile(at(path)), 'open', at(path)),
    write: (path, content) => {
      orFailure(() => writeAtomically(at(path), content), 'write', at(path))
    },
    create: path => {
      const told = <T>(action: () => T): T => orFailure(action, 'write', at(path))
      told(() => removeLeftovers(at(path)))
      const file = told(() => newFile(at(path), gatheredBytes))
      return { write: part => told(() => file.write(part)), done: () => told(file.done), abandon: file.abandon }
    },
    exists: path => existsSync(at(path)),
    stat: path => orMissing(() => statOf(at(path)), 'look at', at(path)),
    list: (folder, options) => orFailure(() => listFolder(at(folder), options), 'list', at(folder)),
    remove: path => {
      orFailure(() => rmSync(at(path), { recursive: true, force: true }), 'remove', at(path))
    },
    makeFolder: path => {
      orFailure(() => makeFolders(at(path)), 'make', at(path))
    },
    rename: (from, to) => {
      orFailure(
        () => {
          makeFolders(dirname(at(to)))
          renameSync(at(from), at(to))
        },
        'rename',
        at(from),
      )
    },
    realPath: path => withSlashes(orMissing(() => realpathSync(at(path)), 'resolve', at(path)) ?? resolve(at(path))),
  }
}

/** With its parents. Node's own recursive way never ends where a file system takes no folders, as `/proc`. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolders(parent)
  try {
    mkdirSync(folder)
  } catch (error) {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

function writeAtomically(path: string, content: FileContent): void {
  const isWhole = typeof content === 'string' || content instanceof Uint8Array
  const file = newFile(path, isWhole ? 0 : gatheredBytes)
  try {
    for (const part of isWhole ? [content] : content) file.write(part)
    file.done()
  } catch (error) {
    file.abandon()
    throw error
  }
}

/** No file is written that long. */
const leftoverMs = 24 * 3_600_000

/** What killed runs have left of this file. */
function removeLeftovers(path: string): void {
  const folder = dirname(path)
  if (!existsSync(folder)) return
  const lead = `.${basename(path)}.`
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(lead) || !/^\d+-\d+\.tmp$/.test(name.slice(lead.length))) continue
    const modifiedMs = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (modifiedMs < Date.now() - leftoverMs) rmSync(join(folder, name), { force: true })
  }
}

let temporaryCount = 0

/** More would be held by each file that is written, and writes are not the fewer that it would matter. */
const gatheredBytes = 128 * 1024

/** Written beside its place under another name. @param mostBytes gathered before they are written */
function newFile(path: string, mostBytes: number): NewFile {
  const folder = dirname(path)
  makeFolders(folder)
  temporaryCount += 1
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${temporaryCount}.tmp`)
  const file = openSync(temporary, 'wx', statSync(path, { throwIfNoEntry: false })?.mode)
  let isOpen = true
  const parts = partWriter(file, mostBytes)
  const close = (): void => {
    isOpen = false
    closeSync(file)
  }
  return {
    write: parts.write,
    done: () => {
      parts.flush()
      close()
      renameSync(temporary, path)
    },
    abandon: () => {
      if (isOpen) close()
      rmSync(temporary, { force: true })
    },
  }
}
/** `undefined` for a link that leads nowhere, or round and round. */
function kindBehind(path: string): FileStat['kind'] | undefined {
  try {
    return statOf(path)?.kind
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') return undefined
    throw error
  }
}

interface PartWriter {
  readonly write: (part: string | Uint8Array) => void
  readonly flush: () => void
}

function partWriter(file: number, mostBytes: number): PartWriter {
  let chunk: Buffer | undefined
  let used = 0
  const flush = (): void => {
    if (chunk !== undefined && used > 0) writeFileSync(file, chunk.subarray(0, used))
    used = 0
  }
  const write = (part: string | Uint8Array): void => {
    const most = typeof part === 'string' ? part.length * 3 : part.length
    if (used + most > mostBytes) flush()
    if (most > mostBytes) {
      writeFileSync(file, part)
      return
    }
    chunk ??= Buffer.allocUnsafe(mostBytes)
    if (typeof part === 'string') used += chunk.write(part, used)
    else {
      chunk.set(part, used)
      used += part.length
    }
  }
  return { write, flush }
}

function statOf(path: string): FileStat | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  return {
    kind: found.isDirectory() ? 'folder' : 'file',
    sizeBytes: found.size,
    modifiedMs: found.mtimeMs,
    changedMs: found.ctimeMs,
    inode: found.ino,
  }
}

function openFile(path: string): OpenFile | undefined {
  const file = openSync(path, 'r')
  const found = fstatSync(file)
  if (found.isDirectory()) {
    closeSync(file)
    return undefined
  }
  return {
    sizeBytes: found.size,
    read: (start, length) => {
      const bytes = Buffer.allocUnsafe(length)
      let used = 0
      while (used < length) {
        const count = readSync(file, bytes, used, length - used, start + used)
        if (count === 0) break
        used += count
      }
      return bytes.subarray(0, used)
    },
    close: () => closeSync(file),
  }
}

function listFolder(folder: string, options: ListOptions = {}): string[] {
  if (statOf(folder)?.kind !== 'folder') return []
  const endings = options.extensions?.map(one => (one.startsWith('.') ? one : `.${one}`))
  const isWanted = (path: string): boolean => endings?.some(ending => path.endsWith(ending)) ?? true
  return filesBelow(folder, '', options, []).filter(isWanted).sort(compareUtf8)
}

/**
 * Paths from `folder`. Links are followed here and not by the library, which would follow one to a folder around itself
 * until the system refuses. @param above real paths of the folders that links led through
 */
function filesBelow(folder: string, inner: string, options: ListOptions, above: readonly string[]): string[] {
  const ignore = options.ignore ?? []
  const entries = fastGlob.sync('**', {
    cwd: join(folder, inner),
    dot: true,
    onlyFiles: false,
    objectMode: true,
    unique: false,
    followSymbolicLinks: false,
    ...(inner === '' && { ignore: [...ignore] }),
  })
  const isIgnored = inner === '' ? () => false : ignoredPaths(ignore)
  return entries.flatMap(({ path: found, dirent }) => {
    const path = inner === '' ? found : `${inner}/${found}`
    if (isIgnored(path)) return []
    if (dirent.isFile()) return [path]
    return dirent.isSymbolicLink() ? filesBehind(folder, path, options, above) : []
  })
}

function filesBehind(folder: string, link: string, options: ListOptions, above: readonly string[]): string[] {
  const kind = kindBehind(join(folder, link))
  if (kind !== 'folder') return kind === 'file' ? [link] : []
  const real = realpathSync(join(folder, link))
  return above.includes(real) ? [] : filesBelow(folder, link, options, [...above, real])
}

/** In SQL the mark is part of the code, as in dbt: its checksum covers it, and the database takes it for a space. */
function textOf(path: string, text: string): string {
  return text.charCodeAt(0) === 0xfeff && !path.endsWith('.sql') ? text.slice(1) : text
}

function withSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/')
}

function orMissing<T>(action: () => T, verb: string, path: string): T | undefined {
  try {
    return action()
  } catch (error) {
    if (isMissing(error)) return undefined
    return throwFileFailure(error, verb, path)
  }
}

function orFailure<T>(action: () => T, verb: string, path: string): T {
  try {
    return action()
  } catch (error) {
    return throwFileFailure(error, verb, path)
  }
}
