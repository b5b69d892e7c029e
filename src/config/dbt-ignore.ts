/**
 * `.dbtignore`: paths, in gitignore's syntax, that are no part of a project. Unlike git the last line that matches a path
 * decides by itself: what is taken back stays in though a folder above it is left out.
 */
import { posix } from 'node:path'
import makeIgnore from 'ignore'
import type { FileSystem } from '../storage/file-system.ts'

interface Rule {
  readonly isTakenBack: boolean
  matches(path: string): boolean
}

/** Answers for paths relative to the project folder. */
export function dbtIgnore(files: FileSystem, folder: string): (path: string) => boolean {
  const text = files.read(posix.join(folder, '.dbtignore'))
  if (text === undefined) return () => false
  const rules = text.split(/\r?\n/).map(ruleOf).reverse()
  return path => {
    const bare = path.replace(/^(?:\.?\/)+/, '')
    const rule = rules.find(one => one.matches(bare))
    return rule !== undefined && !rule.isTakenBack
  }
}

function ruleOf(line: string): Rule {
  const isTakenBack = line.startsWith('!')
  const matcher = makeIgnore({ ignorecase: false, allowRelativePaths: true }).add(isTakenBack ? line.slice(1) : line)
  return { isTakenBack, matches: path => matcher.ignores(path) }
}
