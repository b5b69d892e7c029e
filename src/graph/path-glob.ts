/**
 * Globs over paths as Python's `Path.glob` has them, but over a list of paths instead of a disk: `*` and `?` stay inside
 * one part, `**` is any number of folders.
 */
import { fnmatch } from './fnmatch.ts'

/** Paths with all folders above them. */
export function withFolders(paths: Iterable<string>): Set<string> {
  const all = new Set<string>(['.'])
  for (const path of paths) {
    const parts = path.split('/')
    for (let end = parts.length; end >= 1; end--) {
      const one = parts.slice(0, end).join('/')
      if (all.has(one)) break
      all.add(one)
    }
  }
  return all
}

/** Those of `paths` that match; a path as it stands matches itself. */
export function globPaths(pattern: string, paths: ReadonlySet<string>, folders: ReadonlySet<string>): Set<string> {
  const onlyFolders = pattern.endsWith('/') || pattern === '**' || pattern.endsWith('/**')
  const parts = pattern.split('/').filter(part => part !== '' && part !== '.')
  const plain = parts.join('/')
  const fits = (path: string): boolean => !onlyFolders || folders.has(path)
  if (!/[*?[]/.test(plain)) return new Set(paths.has(plain || '.') && fits(plain || '.') ? [plain || '.'] : [])
  return new Set([...paths].filter(path => fits(path) && matchesParts(path === '.' ? [] : path.split('/'), parts)))
}

function matchesParts(path: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return path.length === 0
  if (first === '**') {
    for (let skip = 0; skip <= path.length; skip++) if (matchesParts(path.slice(skip), rest)) return true
    return false
  }
  const [part, ...below] = path
  return part !== undefined && fnmatch(part, first) && matchesParts(below, rest)
}
