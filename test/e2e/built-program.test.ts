/** The program as it is built: bundling and loading must not change what the source says. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const dist = resolve(import.meta.dirname, '../../dist')
const folder = mkdtempSync(join(tmpdir(), 'eider-built-'))

beforeAll(() => {
  mkdirSync(join(folder, 'macros'))
  writeFileSync(join(folder, 'dbt_project.yml'), 'name: shop\nprofile: shop\n')
  writeFileSync(
    join(folder, 'profiles.yml'),
    'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n',
  )
  writeFileSync(
    join(folder, 'macros/m.sql'),
    "{% macro letters() %}{{ print('Straße'.casefold() ~ ' ' ~ '²'.isdigit() ~ ' ' ~ '三'.isnumeric() ~ ' Ärger ' ~ run_query('select 1.5').column_types[0].cast('€7')) }}{% endmacro %}",
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function output(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(dist, 'eider.js'), ...words], { cwd: folder })
  return stdout
}

test('files that are read as Latin-1 are ASCII', () => {
  for (const file of ['program.js', 'duckdb.bundle.js', 's3.bundle.js'])
    expect(readFileSync(join(dist, file), 'latin1')).not.toMatch(/[^\0-\x7f]/)
})

test('letters beyond ASCII mean what they mean in the source', async () => {
  expect(await output('run-operation', 'letters', '--quiet')).toBe('strasse True True Ärger 7\n')
})
