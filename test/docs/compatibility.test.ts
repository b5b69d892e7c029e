import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commandEntries } from '../../src/cli/command-table.ts'
import { globalOptions, optionGroups } from '../../src/cli/option-table.ts'
import { defaultBehaviourFlags, snakeCase } from '../../src/config/behaviour-flags.ts'
import { type ConfiguredType, defaultConfig } from '../../src/config/config-defaults.ts'
import { profileKeys } from '../../src/config/duckdb-profile.ts'
import { projectFileKeys } from '../../src/config/parse-project-file.ts'
import { contextNames } from '../../src/context/node-names.ts'
import { project } from '../rig/project-rig.ts'
import { commandTable, optionTable, replaceSection, sectionOf } from './compatibility-tables.ts'

const path = new URL('../../docs/compatibility.md', import.meta.url)
const page = readFileSync(path, 'utf8')
const generated = { commands: commandTable(), flags: optionTable() }

/** The names in backticks of a section. */
function namedIn(section: string): Set<string> {
  return new Set(Array.from(sectionOf(page, section).matchAll(/`([^`]+)`/g), match => match[1] ?? ''))
}

function missing(section: string, names: readonly string[]): string[] {
  const named = namedIn(section)
  return names.filter(name => !named.has(name))
}

describe('docs/compatibility.md', () => {
  test.each(Object.entries(generated))('has the table of %s as the command line has it', (name, table) => {
    const marker = new URL('../../.write-docs', import.meta.url)
    if (existsSync(marker)) writeFileSync(path, replaceSection(readFileSync(path, 'utf8'), name, table))
    expect(readFileSync(path, 'utf8')).toContain(table)
  })

  test('has every command and option', () => {
    const options = [...globalOptions, ...Object.values(optionGroups).flat()].map(one => `--${one.name}`)
    expect(missing('Flags', options)).toEqual([])
    expect(
      missing(
        'Commands',
        commandEntries.map(one => one.words),
      ),
    ).toEqual([])
  })

  test('has every key of project files and profiles', () => {
    const flags = Object.keys(defaultBehaviourFlags).map(snakeCase)
    expect(missing('Project file', [...projectFileKeys, ...flags])).toEqual([])
    expect(missing('Profiles', profileKeys)).toEqual([])
  })

  test('has every configuration key', () => {
    const types: ConfiguredType[] = [
      'model',
      'seed',
      'snapshot',
      'test',
      'function',
      'source',
      'exposure',
      'metric',
      'semantic_model',
      'saved_query',
      'unit_test',
      'group',
    ]
    const keys = types.flatMap(type => [...defaultConfig(type).keys()].map(String))
    expect(missing('Configs', [...new Set(keys)])).toEqual([])
  })

  test('has every name that templates see', () => {
    expect(missing('Jinja context', contextNames)).toEqual([])
  })

  test('has every section and field of the artifacts', async () => {
    const p = project({ 'models/a.sql': 'select 1 as id' })
    await p.run('run')
    const manifest = p.json('target/manifest.json') as { nodes: Record<string, object> }
    const results = p.json('target/run_results.json') as { results: object[] }
    expect(missing('Artifacts', Object.keys(manifest))).toEqual([])
    expect(missing('Artifacts', Object.keys(manifest.nodes['model.shop.a'] ?? {}))).toEqual([])
    expect(missing('Artifacts', [...Object.keys(results), ...Object.keys(results.results[0] ?? {})])).toEqual([])
  })
})
