import { expect, test } from 'vitest'
import { closeMatches } from '../../src/cli/close-matches.ts'

test('the three names most like a word are found, the most like first', () => {
  const names = ['--select', '--selector', '--help', '--state', '--exclude', '--target']
  expect(closeMatches('--selec', names)).toEqual(['--select', '--selector', '--help'])
  expect(closeMatches('run', ['run', 'retry'])).toEqual(['run'])
  expect(closeMatches('nothing like it', names)).toEqual([])
})
