/** V8 says nothing when it refuses compiled code that was kept: every start would be slower for good. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bucketProfiles } from '../rig/bucket-project.ts'
import { type S3Double, startS3Double } from '../rig/s3-double/s3-double.ts'

const program = resolve(import.meta.dirname, '../../dist/eider.js')
const folder = mkdtempSync(join(tmpdir(), 'eider-kept-'))
const caches = join(folder, 'caches')
let double: S3Double

/** Tells of each file with kept code whether V8 took it. */
const watch = `
const vm = require('node:vm')
vm.Script = class extends vm.Script {
  constructor(source, options) {
    super(source, options)
    if (options.cachedData) console.error(options.filename.split(/[\\\\/]/).at(-1) + ': ' + (this.cachedDataRejected ? 'refused' : 'taken'))
  }
}
`

beforeAll(async () => {
  double = await startS3Double()
  mkdirSync(join(folder, 'models'))
  writeFileSync(join(folder, 'watch.cjs'), watch)
  writeFileSync(join(folder, 'dbt_project.yml'), 'name: shop\nprofile: shop\n')
  writeFileSync(join(folder, 'profiles.yml'), bucketProfiles(double))
  writeFileSync(join(folder, 'models/a.sql'), "{{ config(materialized='external', format='parquet') }} select 1 as x")
})

beforeEach(() => rmSync(caches, { recursive: true, force: true }))

afterAll(async () => {
  await double.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What the program says of kept code. @param flags make another V8 of it */
async function taken(command: string, flags: readonly string[] = []): Promise<string[]> {
  const words = [...flags, '--require', join(folder, 'watch.cjs'), program, command]
  const env = { ...process.env, XDG_CACHE_HOME: caches }
  const { stderr } = await promisify(execFile)(process.execPath, words, { cwd: folder, env })
  return stderr.trim().split('\n').sort()
}

const all = ['duckdb.bundle.js: taken', 'program.js: taken', 's3.bundle.js: taken']
const otherV8 = ['--stack-size=970']

test('the code that the build has kept is taken by V8, whenever it is loaded', async () => {
  expect(await taken('run')).toEqual(all)
  expect(existsSync(join(caches, 'eider/code'))).toBe(false)
})

test('another V8 keeps the code that it has compiled for its next run, and nothing else', async () => {
  expect(await taken('run', otherV8)).toEqual([''])
  const [build = ''] = readdirSync(join(caches, 'eider/code'))
  const kept = readdirSync(join(caches, 'eider/code', build))
  expect(kept.map(name => name.replace(/\.\d+\.cache$/, '')).sort()).toEqual([
    'work-duckdb.bundle.js',
    'work-program.js',
    'work-s3.bundle.js',
  ])
  expect(await taken('run', otherV8)).toEqual(all)
  expect(readdirSync(join(caches, 'eider/code', build))).toEqual(kept)
})

test('commands that only look keep code of their own: it is less', async () => {
  expect(await taken('list', otherV8)).toEqual([''])
  expect(await taken('list', otherV8)).toEqual(['program.js: taken'])
  expect(await taken('run', otherV8)).toEqual([''])
})

test('a project of many files leaves V8 as it was, so that code can be kept', async () => {
  for (let index = 0; index < 250; index++) writeFileSync(join(folder, `models/many_${index}.sql`), 'select 1 as x')
  expect(await taken('list', otherV8)).toEqual([''])
  expect(await taken('list', otherV8)).toEqual(['program.js: taken'])
  expect(await taken('run', otherV8)).toEqual([''])
  expect(await taken('run', otherV8)).toEqual(all)
})

test('code that cannot be kept is none of the user’s trouble', async () => {
  writeFileSync(caches, 'a file where the folder should be')
  expect(await taken('list', otherV8)).toEqual([''])
})
