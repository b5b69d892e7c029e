import { expect, test } from 'vitest'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { fileSystemContract } from '../rig/file-system-contract.ts'

fileSystemContract('memory', () => memoryFiles())

test('the given files are there from the start', () => {
  const files = memoryFiles({ 'models/a.sql': 'select 1' })
  expect(files.read('models/a.sql')).toBe('select 1')
  expect(files.root).toBe('/project')
})

test('every write is later than the one before', () => {
  const files = memoryFiles()
  files.write('a', '1')
  files.write('b', '1')
  expect(files.stat('b')?.modifiedMs).toBeGreaterThan(files.stat('a')?.modifiedMs ?? Number.NaN)
})
