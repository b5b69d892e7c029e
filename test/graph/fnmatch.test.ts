import { expect, it } from 'vitest'
import { fnmatch } from '../../src/graph/fnmatch.ts'
import { globPaths, withFolders } from '../../src/graph/path-glob.ts'

it.each([
  ['stg_orders', 'stg_*', true],
  ['a.b.c', 'a.*', true],
  ['abc', 'a?c', true],
  ['abc', 'ABC', false],
  ['a[1]', 'a[[]1]', true],
  ['b', '[!a]', true],
  ['-', '[a-]', true],
  [']', '[]]', true],
  ['a+b', 'a+b', true],
  ['a', '[', false],
  ['[', '[', true],
  ['x\ny', 'x*y', true],
  ['m', '[z-a]', false],
])('%j against %j is %s', (text, pattern, fits) => {
  expect(fnmatch(text, pattern)).toBe(fits)
})

const files = ['models/a.sql', 'models/staging/b.sql', 'models/staging/deep/c.sql', 'seeds/s.csv']
const all = withFolders(files)
const folders = new Set([...all].filter(path => !files.includes(path)))

it.each([
  ['models', ['models']],
  ['models/', ['models']],
  ['./models/a.sql', ['models/a.sql']],
  ['models/*', ['models/a.sql', 'models/staging']],
  ['models/**/*.sql', ['models/a.sql', 'models/staging/b.sql', 'models/staging/deep/c.sql']],
  ['**', ['.', 'models', 'models/staging', 'models/staging/deep', 'seeds']],
  ['models/a.sql/', []],
  ['model', []],
  ['*/s.csv', ['seeds/s.csv']],
])('the glob %s names %j', (pattern, paths) => {
  expect([...globPaths(pattern, all, folders)].sort()).toEqual(paths)
})
