/** V8 says nothing when it refuses the compiled code that the build has kept: every start would be slower for good. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { bucketProfiles } from '../rig/bucket-project.ts'
import { startS3Double } from '../rig/s3-double/s3-double.ts'

const program = resolve(import.meta.dirname, '../../dist/eider.js')

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

test('the compiled code that the build has kept is taken by V8, whenever it is loaded', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'eider-kept-'))
  const double = await startS3Double()
  try {
    mkdirSync(join(folder, 'models'))
    writeFileSync(join(folder, 'watch.cjs'), watch)
    writeFileSync(join(folder, 'dbt_project.yml'), 'name: shop\nprofile: shop\n')
    writeFileSync(join(folder, 'profiles.yml'), bucketProfiles(double))
    writeFileSync(join(folder, 'models/a.sql'), "{{ config(materialized='external', format='parquet') }} select 1 as x")
    const words = ['--require', join(folder, 'watch.cjs'), program, 'run']
    const { stderr } = await promisify(execFile)(process.execPath, words, { cwd: folder })
    expect(stderr.trim().split('\n').sort()).toEqual([
      'duckdb.bundle.js: taken',
      'program.js: taken',
      's3.bundle.js: taken',
    ])
  } finally {
    await double.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
