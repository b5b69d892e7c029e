import { expect, test } from 'vitest'
import { load, projectFile, type RigOptions } from './config-rig.ts'

const codes = (options: RigOptions, file = projectFile, profiles?: string): string[] =>
  load({ 'dbt_project.yml': file, ...(profiles !== undefined && { 'profiles.yml': profiles }) }, options).told.map(
    one => one.split(':')[0] ?? '',
  )

test('a call that uses nothing old is told nothing', () => {
  expect(codes({ environment: { DBT_ENGINE_DEBUG: '0', DBT_X: '1' }, words: ['run', '--select', 'a'] })).toEqual([])
})

test('variables under an earlier name, or under a name that dbt keeps', () => {
  const { told, diagnostics, config } = load({}, { environment: { DBT_NO_PRINT: '1', DBT_ENGINE_MINE: 'x' } })
  expect(told).toHaveLength(2)
  expect(told[0]).toContain('The environment variable `DBT_NO_PRINT` has been renamed as `DBT_ENGINE_PRINT`.')
  expect(told[1]).toContain('Found custom environment variable `DBT_ENGINE_MINE` in the environment.')
  expect(diagnostics.all.map(one => one.facts)).toEqual([
    { old_name: 'DBT_NO_PRINT', new_name: 'DBT_ENGINE_PRINT' },
    { env_var: 'DBT_ENGINE_MINE', reserved_prefix: 'DBT_ENGINE' },
  ])
  expect(config?.flags.print).toBe(false)
})

test('both names of a variable have one value in templates', () => {
  const value = "name: shop\nversion: '1.0'\nprofile: shop\nvars: {}\nlog-path: \"{{ env_var('DBT_STATE') }}\"\n"
  expect(load({ 'dbt_project.yml': value }, { environment: { DBT_ENGINE_STATE: 'there' } }).config?.flags.logPath).toBe(
    'there',
  )
})

test('--models, --model and -m', () => {
  expect(codes({ words: ['ls', '-m', 'a', '--models', 'b'] })).toEqual(Array(2).fill('warning config/models-option'))
})

test('old keys of warn_error_options, wherever they stand', () => {
  const options: RigOptions = { given: { warnErrorOptions: '{include: all, exclude: [UnusedTables]}' } }
  expect(load({}, options).told).toEqual([
    'warning config/include-exclude: Found `include` and `exclude` in `warn_error_options` specification. Please use `error` instead of `include`. Please use `warn` instead of `exclude`.',
  ])
  expect(codes({}, `${projectFile}flags: {warn_error_options: {include: []}}\n`)).toEqual([
    'warning config/include-exclude',
  ])
})

test('flags in profiles.yml', () => {
  const profiles = 'config: {debug: true}\nshop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n'
  expect(codes({}, projectFile, profiles)).toEqual(['warning config/flags-in-profiles'])
})

test('paths of the project file under old names, or in a place that is given up', () => {
  const file = `${projectFile}data-paths: [d]\nsource-paths: [m]\nlog-path: l\ntarget-path: target\n`
  expect(codes({}, file)).toEqual([
    'warning config/old-source-paths',
    'warning config/old-data-paths',
    'warning config/old-log-path',
  ])
  expect(load({ 'dbt_project.yml': `${file}seed-paths: [s]\n` }).told.join()).toContain(
    'data-paths and seed-paths cannot both be defined',
  )
})

test('a flag of the wrong type leaves out all flags of the file', () => {
  const { config, told } = load({ 'dbt_project.yml': `${projectFile}flags: {fail_fast: true, debug: 'yes'}\n` })
  expect(told[0]).toContain('warning config/ignored-flags: Invalid value for "debug" under "flags"')
  expect(config?.flags.failFast).toBe(false)
})
