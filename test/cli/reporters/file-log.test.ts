import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileLog } from '../../../src/cli/reporters/file-log.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eider-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('lines are appended to what is there', () => {
  for (const line of ['one', 'two']) {
    const log = openFileLog(folder, 0)
    log.write(line)
    log.flush()
  }
  expect(readFileSync(join(folder, 'dbt.log'), 'utf8')).toBe('one\ntwo\n')
})

test('a file that has grown too large is put aside, and five are kept', () => {
  for (let run = 1; run <= 8; run++) {
    const log = openFileLog(folder, 10)
    log.write(`run number ${run}`)
    log.flush()
  }
  expect(readdirSync(folder).sort()).toEqual([
    'dbt.log',
    'dbt.log.1',
    'dbt.log.2',
    'dbt.log.3',
    'dbt.log.4',
    'dbt.log.5',
  ])
  expect(readFileSync(join(folder, 'dbt.log.1'), 'utf8')).toBe('run number 7\n')
})

test('a folder that cannot be written costs the log alone', () => {
  writeFileSync(join(folder, 'file'), '')
  const log = openFileLog(join(folder, 'file', 'logs'), 0)
  log.write('lost')
  expect(() => log.flush()).not.toThrow()
})
