import { expect, test } from 'vitest'
import { load } from './config-rig.ts'

const told = (catalogs: string, which = 'run'): readonly string[] => load({ 'catalogs.yml': catalogs }, { which }).told

const catalog = (integrations: string, more = ''): string =>
  `catalogs: [{name: lake, write_integrations: ${integrations}${more}}]`
const [one, two] = ["{name: one, catalog_type: \"{{ env_var('T', 'odd') }}\"}", '{name: two, catalog_type: other}']

test('a catalog names the integration that it is written by, unless it has but one', () => {
  expect(told(catalog(`[${one}, ${two}]`))).toEqual([
    "error config/bad-catalogs: Catalog 'lake' must specify an 'active_write_integration' when multiple 'write_integrations' are provided.",
  ])
  expect(told(catalog(`[${one}, ${two}]`, ', active_write_integration: three'))).toEqual([
    "error config/bad-catalogs: Catalog 'lake' must specify an 'active_write_integration' from its set of defined 'write_integrations': ['one', 'two']. Got: 'three'.",
  ])
  expect(told(catalog(`[${one}, ${one}]`, ', active_write_integration: one'))).toEqual([
    "error config/bad-catalogs: Catalog 'lake' cannot have multiple 'write_integrations' with the same name: 'one'.",
  ])
})

test('a catalog that is written well is of a type that DuckDB does not have', () => {
  const refusal = (type: string): string =>
    `error config/bad-catalogs: Catalog type is not supported.\nReceived: ${type}\nExpected one of: `
  expect(told(catalog(`[${one}]`))).toEqual([refusal('odd')])
  expect(told(catalog(`[${one}, ${two}]`, ', active_write_integration: two'))).toEqual([refusal('other')])
})

test('keys that are missing or unknown are named', () => {
  expect(told('catalogs: [{nam: lake}]').join()).toContain("'name' is a required property")
  expect(told(catalog('[{name: one}]')).join()).toContain("'catalog_type' is a required property")
  expect(told(catalog(`[${two}]`, ', size: 1')).join()).toContain("('size' was unexpected)")
})

test('an empty file is an error, a file without catalogs is none', () => {
  expect(told('')).toEqual([])
  expect(told('\n').join()).toContain('catalogs.yml is empty')
  expect(told('x: 1')).toEqual([])
})

test('commands that build nothing do not read the file', () => {
  for (const which of ['list', 'generate', 'freshness']) expect(told(catalog(`[${one}]`), which)).toEqual([])
  expect(told(catalog(`[${one}]`), 'parse')).toHaveLength(1)
})
