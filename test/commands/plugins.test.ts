import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

const profiles = (plugins: string): string =>
  `shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, plugins: ${plugins}}}}\n`

function shop(plugin: string, plugins = '[]') {
  return project({
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'profiles.yml': profiles(plugins),
    'models/sources.yml': `sources: [{name: s, meta: {plugin: ${plugin}}, tables: [{name: t}]}]\n`,
    'models/a.sql': "select * from {{ source('s', 't') }}",
    'models/b.sql': 'select 1 as id',
  })
}

test.for([
  ['gsheet', 'Google Sheets cannot be read'],
  ['iceberg', 'iceberg_scan'],
  ['sqlalchemy', 'attach the database in the profile instead'],
  ['motherduck', 'MotherDuck cannot be reached'],
  ['my.module', 'there is no Python in this program'],
] as const)('a source of the plugin %s is told what to do instead, and the rest runs', async ([module, message]) => {
  const p = shop('mine', `[{module: ${module}, alias: mine, config: {}}]`)
  expect(await p.run('run')).toBe(1)
  expect(p.stdout).toContain(`The plugin "${module}" cannot be used`)
  expect(p.stdout).toContain(message)
  expect(p.stdout).toContain('PASS=1 WARN=0 ERROR=1')
})

test('a plugin that nobody knows is told with those that are known', async () => {
  const p = shop('exel')
  expect(await p.run('run')).toBe(1)
  expect(p.stdout).toContain('Plugin exel not found; known plugins are: delta,excel,glue')
  expect(p.stdout).toContain('did you mean "excel"')
})

test.for(['glue_register=true', "plugin='glue'"])('a model with %s is refused before it is written', async config => {
  const p = project({ 'models/a.sql': `{{ config(materialized='external', ${config}) }} select 1 as id` })
  expect(await p.run('run')).toBe(1)
  expect(p.stdout).toContain('tables cannot be registered in AWS Glue')
  expect(p.exists('a.parquet')).toBe(false)
})

test('the plugin postgres attaches a database, and wants its extension', async () => {
  const p = shop('s', "[{module: postgres, config: {dsn: 'host=nowhere', duckdb_alias: pg}}]")
  expect(await p.run('run')).toBe(2)
  expect(p.stdout).toMatch(
    /The database "host=nowhere" needs the DuckDB extension "postgres_scanner", which is not installed/,
  )
  expect(p.stdout).toMatch(/the file ".*postgres_scanner\.duckdb_extension" does not exist/)
})
