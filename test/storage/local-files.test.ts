import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { localFiles } from '../../src/storage/local-files.ts'
import { fileSystemContract } from '../rig/file-system-contract.ts'

const made: string[] = []

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'eider-files-'))
  made.push(path)
  return path
}

afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

fileSystemContract('local', () => localFiles(folder()))

test('what a killed run has left of a file is removed after a day, when the file is written bit by bit again', () => {
  const root = folder()
  const files = localFiles(root)
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  for (const name of ['.a.cache.12-1.tmp', '.a.cache.13-1.tmp', '.a.cache.mine.tmp', '.b.cache.12-1.tmp']) {
    files.write(name, 'x')
    if (name !== '.a.cache.13-1.tmp') utimesSync(join(root, name), yesterday, yesterday)
  }
  files.create('a.cache').done()
  expect(files.list('.')).toEqual(['.a.cache.13-1.tmp', '.a.cache.mine.tmp', '.b.cache.12-1.tmp', 'a.cache'])
})

test('a linked folder is listed and a broken link is missing', () => {
  const root = folder()
  const files = localFiles(root)
  files.write('real/a.sql', 'x')
  symlinkSync(join(root, 'real'), join(root, 'linked'))
  symlinkSync(join(root, 'nowhere'), join(root, 'broken'))
  expect(files.list('linked')).toEqual(['a.sql'])
  expect(files.realPath('linked/a.sql')).toBe(files.realPath('real/a.sql'))
  expect(files.stat('broken')).toBeUndefined()
})

test('links to folders inside a listing are followed, not for ever, and files that links lead to are listed', () => {
  const root = folder()
  const files = localFiles(root)
  files.write('real/a.sql', 'x')
  files.write('listed/b.sql', 'x')
  symlinkSync(join(root, 'real'), join(root, 'listed/inner'))
  symlinkSync(join(root, 'real/a.sql'), join(root, 'listed/c.sql'))
  symlinkSync(join(root, 'listed'), join(root, 'listed/round'))
  symlinkSync(join(root, 'nowhere'), join(root, 'listed/broken'))
  symlinkSync(join(root, 'listed/itself'), join(root, 'listed/itself'))
  const own = ['b.sql', 'c.sql', 'inner/a.sql']
  expect(files.list('listed')).toEqual([...own, ...own.map(path => `round/${path}`)])
})

test('replacing a file keeps its mode', () => {
  const root = folder()
  const files = localFiles(root)
  files.write('run.sh', 'one')
  chmodSync(join(root, 'run.sh'), 0o750)
  files.write('run.sh', 'two')
  expect(statSync(join(root, 'run.sh')).mode & 0o777).toBe(0o750)
})

test('a write below a file names the path and leaves the file as it was', () => {
  const files = localFiles(folder())
  files.write('a', 'one')
  expect(() => files.write('a/b', 'two')).toThrow()
  expect(files.read('a')).toBe('one')
})

test('a file where a folder is wanted is told as such', () => {
  const files = localFiles(folder())
  files.write('a', 'x')
  expect(() => files.write('a/b', 'y')).toThrow(/A file stands where a folder is needed to write ".*a\/b"/)
  expect(() => files.makeFolder('a')).toThrow(/A file stands where a folder is needed/)
  expect(files.read('a')).toBe('x')
})
