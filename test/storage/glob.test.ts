import { expect, test } from 'vitest'
import { globMatcher } from '../../src/storage/glob.ts'

test.each([
  ['*.sql', 'a.sql', true],
  ['*.sql', 'a/b.sql', false],
  ['**/*.sql', 'a.sql', true],
  ['**/*.sql', 'a/b/c.sql', true],
  ['a/**', 'a/b/c', true],
  ['a/**', 'a', true],
  ['a/**', 'ab', false],
  ['a?c', 'abc', true],
  ['a?c', 'a/c', false],
  ['{a,b}.yml', 'b.yml', true],
  ['{a,b}.yml', 'c.yml', false],
  ['[ab].yml', 'a.yml', true],
  ['[!ab].yml', 'a.yml', false],
  ['a.b', 'axb', false],
])('%s over %s is %s', (pattern, path, expected) => {
  expect(globMatcher(pattern)(path)).toBe(expected)
})
