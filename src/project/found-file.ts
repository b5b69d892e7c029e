/**
 * Which files of a package are parsed as what. A file is listed once per resource path that holds it; hidden files and
 * editors' backups (`.x`, `#x`, `~x`) and what `.dbtignore` names are left out.
 */
import type { SourceFile } from '../base/source-file.ts'
import type { ResourcePaths } from '../config/project-file.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { readText } from '../storage/read-text.ts'
import type { ProjectPackage } from './project-package.ts'

export type FileKind =
  | 'macro'
  | 'generic test'
  | 'model'
  | 'snapshot'
  | 'analysis'
  | 'singular test'
  | 'seed'
  | 'docs'
  | 'properties'
  | 'fixture'
  | 'function'

export interface FoundFile {
  readonly kind: FileKind
  readonly owner: ProjectPackage
  /** Relative to the resource path it was found under. */
  readonly path: string
  /** Relative to its package's folder. */
  readonly originalFilePath: string
  /** Absolute. */
  readonly absolutePath: string
}

/** Answers whether `.dbtignore` of a package leaves a path out; the path is relative to the package's folder. */
export type Ignores = (path: string) => boolean

interface Search {
  readonly kind: FileKind
  readonly folders: readonly string[]
  readonly extensions: readonly string[]
}

/** Files of a package that mean something, all or those of some kinds, by kind; within a kind in order of extension, folder, path. */
export function findFiles(
  owner: ProjectPackage,
  files: FileSystem,
  ignores: Ignores,
  kinds?: readonly FileKind[],
): ReadonlyMap<FileKind, readonly FoundFile[]> {
  const listings = new Map<string, readonly string[]>()
  const listed = (folder: string): readonly string[] => {
    const known = listings.get(folder)
    if (known) return known
    const names = files.list(joinPath(owner.folder, folder)).filter(name => isNamedLikeSource(name))
    listings.set(folder, names)
    return names
  }
  const found = new Map<FileKind, FoundFile[]>()
  for (const search of searches(owner)) {
    if (kinds && !kinds.includes(search.kind)) continue
    const ofKind: FoundFile[] = []
    for (const extension of search.extensions) {
      for (const folder of search.folders) {
        for (const path of listed(folder)) {
          if (!path.toLowerCase().endsWith(extension)) continue
          if (search.kind === 'singular test' && /^(generic|fixtures)\//.test(path)) continue
          const originalFilePath = joinPath(folder, path)
          if (ignores(originalFilePath)) continue
          const absolutePath = joinPath(owner.folder, originalFilePath)
          ofKind.push({ kind: search.kind, owner, path, originalFilePath, absolutePath })
        }
      }
    }
    found.set(search.kind, ofKind)
  }
  return found
}

function searches(owner: ProjectPackage): readonly Search[] {
  const paths = insideFolder(owner.projectFile.paths, owner.folder)
  const everywhere = [
    ...new Set(
      [paths.models, paths.seeds, paths.snapshots, paths.analyses, paths.macros, paths.tests, paths.functions]
        .flat()
        .map(folder => folder.replace(/\/+$/, '')),
    ),
  ].sort()
  const below = (folders: readonly string[], name: string): string[] => folders.map(folder => joinPath(folder, name))
  return [
    { kind: 'macro', folders: paths.macros, extensions: ['.sql'] },
    { kind: 'model', folders: paths.models, extensions: ['.sql', '.py'] },
    { kind: 'snapshot', folders: paths.snapshots, extensions: ['.sql'] },
    { kind: 'analysis', folders: paths.analyses, extensions: ['.sql'] },
    { kind: 'singular test', folders: paths.tests, extensions: ['.sql'] },
    { kind: 'generic test', folders: below(paths.tests, 'generic'), extensions: ['.sql'] },
    { kind: 'seed', folders: paths.seeds, extensions: ['.csv'] },
    { kind: 'docs', folders: paths.docs, extensions: ['.md'] },
    { kind: 'properties', folders: everywhere, extensions: ['.yml', '.yaml'] },
    { kind: 'fixture', folders: below(paths.tests, 'fixtures'), extensions: ['.csv', '.sql'] },
    { kind: 'function', folders: paths.functions, extensions: ['.sql', '.py'] },
  ]
}

/** Absolute paths below the package's folder, relative to it. */
function insideFolder(paths: ResourcePaths, folder: string): ResourcePaths {
  const relative = (path: string): string => (path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path)
  return Object.fromEntries(
    Object.entries(paths).map(([kind, all]) => [kind, all.map(relative)]),
  ) as unknown as ResourcePaths
}

function isNamedLikeSource(path: string): boolean {
  const first = path[path.lastIndexOf('/') + 1]
  return first !== '.' && first !== '#' && first !== '~'
}

/** Joins with `/`; `.` and empty parts vanish. */
export function joinPath(...parts: readonly string[]): string {
  const joined = parts.filter(part => part !== '' && part !== '.').join('/')
  return joined
    .replaceAll('/./', '/')
    .replace(/\/{2,}/g, '/')
    .replace(/^\.\//, '')
}

/** The file's text with a name for messages; `undefined` if it vanished since it was listed. */
export function readFound(found: FoundFile, files: FileSystem): SourceFile | undefined {
  const text = readText(files, found.absolutePath)
  if (text === undefined) return undefined
  const { owner, originalFilePath } = found
  return {
    path: shownPath(found, files),
    ...(!owner.isRoot && { originalPath: originalFilePath }),
    text,
    isOnDisk: true,
  }
}

/** Paths of packages are shown from the root project's folder, as they lie below it. */
function shownPath(found: FoundFile, files: FileSystem): string {
  if (found.owner.isRoot) return found.originalFilePath
  const root = `${files.root}/`
  return found.absolutePath.startsWith(root) ? found.absolutePath.slice(root.length) : found.absolutePath
}

/** The file's name without folder and extension. */
export function stem(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

/** `[package, folder, ...]` of a path below a resource path: what config trees and selection match against. */
export function fqnPrefix(packageName: string, path: string): string[] {
  return [packageName, ...path.split('/').slice(0, -1)]
}
