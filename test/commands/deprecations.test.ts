import { describe, expect, test } from 'vitest'
import type { CommandEvent } from '../../src/commands/command-event.ts'
import { deprecationTally } from '../../src/commands/deprecations.ts'
import { WarningPolicy } from '../../src/config/warning-policy.ts'
import { project } from '../rig/project-rig.ts'
import { deprecated } from './deprecation-table.ts'

const policy = (error: readonly string[] | 'all', warn: readonly string[] = [], silence: readonly string[] = []) =>
  new WarningPolicy({
    warnError: false,
    warnErrorOptions: { error, warn, silence },
    showAllDeprecations: false,
    printerWidth: 80,
  })

test('deprecated things are counted and told at the end', () => {
  const tally = deprecationTally()
  const events: CommandEvent[] = []
  tally.tell(event => events.push(event), policy([]), false)
  expect(events).toEqual([])
  expect([tally.note('X', 'D001'), tally.note('X', 'D001'), tally.note('Y', 'D002')]).toEqual([true, false, true])
  tally.tell(event => events.push(event), policy([], [], ['DeprecationsSummary']), false)
  expect(events).toEqual([])
  tally.tell(event => events.push(event), policy([]), false)
  expect(events).toMatchObject([
    {
      name: 'DeprecationsSummary',
      data: {
        summaries: [
          { event_name: 'X', event_code: 'D001', occurrences: 2 },
          { event_name: 'Y', event_code: 'D002', occurrences: 1 },
        ],
        show_all_hint: true,
      },
    },
  ])
})

test('a named warning counts before the group of deprecations, and that before all', () => {
  expect(policy('all', ['Deprecations']).of('x', { name: 'SomeDeprecation', code: 'D099' })).toBe('warn')
  expect(policy(['SomeDeprecation'], [], ['Deprecations']).of('x', { name: 'SomeDeprecation', code: 'D099' })).toBe(
    'error',
  )
  expect(policy(['SomeDeprecation'], [], ['Deprecations']).of('x', { name: 'OtherDeprecation', code: 'D098' })).toBe(
    'silence',
  )
  expect(policy('all').of('x', { name: 'Anything', code: 'I001' })).toBe('error')
})

const tags = {
  plain: () => '[WARNING]: ',
  marked: () => '[WARNING]: Deprecated functionality ',
  named: (name: string) => `[WARNING][${name}]: Deprecated functionality `,
}

/** Wrapped lines as one. */
const joined = (text: string): string => text.replace(/\s+/g, ' ')

const occurrences = (text: string, part: string): number => text.split(part).length - 1

describe.each(deprecated)('$name', ({ name, files, environment, words, tag, told, count }) => {
  const p = project(files, { environment: environment ?? {} })
  const sign = tags[tag](name)
  const start = sign + told.slice(0, 12)
  const counted = `- ${name}: ${count} ${count === 1 ? 'occurrence' : 'occurrences'}`

  test('is told once and counted at the end', async () => {
    expect(await p.run(words)).toBe(0)
    expect(joined(p.stdout)).toContain(`${sign}${told}`)
    expect(occurrences(joined(p.stdout), start)).toBe(1)
    expect(p.stdout).toContain(
      `[WARNING][DeprecationsSummary]: Deprecated functionality\nSummary of encountered deprecations:\n`,
    )
    expect(p.stdout).toContain(counted)
    expect(p.stdout).toContain('\nrun command again with the `--show-all-deprecations` flag.')
  })

  test('is told every time where all are asked for', async () => {
    expect(await p.run(['--show-all-deprecations', ...words])).toBe(0)
    expect(occurrences(joined(p.stdout), start)).toBe(count)
    expect(p.stdout).toContain(counted)
    expect(p.stdout).not.toContain('run command again')
  })

  test('stops the command where deprecations are errors', async () => {
    expect(await p.run(['--warn-error-options', '{error: [Deprecations]}', ...words])).toBe(2)
    const shown = joined(p.stdout)
    expect(shown).toContain(`${sign}${told}`)
    if (name !== 'ModulesItertoolsUsageDeprecation') expect(shown).toContain(`Compilation Error ${sign.trim()}`)
    expect(await p.run(['--warn-error-options', `{error: [${name}]}`, ...words])).toBe(2)
  })

  test('says nothing where deprecations are silenced', async () => {
    expect(await p.run(['--warn-error-options', '{silence: [Deprecations]}', ...words])).toBe(0)
    expect(joined(p.stdout)).not.toContain(told)
    expect(p.stdout).not.toContain('DeprecationsSummary')
  })
})

test('each variable that was renamed is counted by itself', async () => {
  const p = project({}, { environment: { DBT_NO_PRINT: '1', DBT_DEFER_TO_STATE: '0' } })
  expect(await p.run('parse')).toBe(0)
  expect(p.stdout).toContain('`DBT_NO_PRINT` has been renamed')
  expect(p.stdout).toContain('`DBT_DEFER_TO_STATE` has been renamed')
  expect(occurrences(p.stdout, '- EnvironmentVariableRenamed: 1 occurrence')).toBe(2)
})

test('configs without a plus are told by commands that know no adapter', async () => {
  const p = project(deprecated.find(({ name }) => name === 'MissingPlusPrefixDeprecation')?.files)
  expect(await p.run('parse')).toBe(0)
  expect(p.stdout).not.toContain('Missing')
  expect(await p.run('deps')).toBe(0)
  expect(p.stdout).toContain("Missing '+' prefix")
})

test('names that must be unique are told before relations', async () => {
  const p = project({
    'dbt_project.yml':
      "name: shop\nversion: '1.0'\nprofile: shop\nflags: {require_unique_project_resource_names: true}\n",
    'models/a.sql': 'select 1 as id',
    'seeds/a.csv': 'id\n1\n',
  })
  expect(await p.run('parse')).toBe(2)
  expect(p.stdout).toContain('Encountered an error:\nCompilation Error\n  dbt found two resources with the name "a".')
})

test('a kind of relation that a package overrides is told by commands that make relations', async () => {
  const one = deprecated.find(({ name }) => name === 'PackageMaterializationOverrideDeprecation')
  const p = project(one?.files)
  expect(await p.run('parse')).toBe(0)
  expect(p.stdout).not.toContain('overriding the built-in materialization')
  expect(await p.run('build')).toBe(0)
  expect(joined(p.stdout)).toContain('overriding the built-in materialization')
})

test('long texts are wrapped at the width of the printer, in both logs and where they are errors', async () => {
  const p = project({ 'models/s.yml': 'exposures: [{name: the board, type: dashboard, owner: {name: x}}]\n' })
  const lines = [
    '[WARNING]: Deprecated functionality',
    "Starting in v1.3, the 'name' of an exposure should",
    'contain only letters, numbers, and underscores.',
  ]
  expect(await p.run('parse --printer-width 50')).toBe(0)
  expect(p.stdout).toContain(lines.join('\n'))
  expect(await p.run('parse --no-partial-parse --printer-width 50 --log-format json')).toBe(0)
  expect(p.stdout).toContain(JSON.stringify(lines.join('\n')).slice(0, -1))
  expect(await p.run('parse --warn-error --printer-width 50')).toBe(2)
  expect(p.stdout).toContain(lines.map(line => `  ${line}`).join('\n'))
})
