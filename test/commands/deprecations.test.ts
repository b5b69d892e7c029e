import { expect, test } from 'vitest'
import type { CommandEvent } from '../../src/commands/command-event.ts'
import { deprecationTally } from '../../src/commands/deprecations.ts'
import { WarningPolicy } from '../../src/config/warning-policy.ts'
import { project } from '../rig/project-rig.ts'

const policy = (error: readonly string[] | 'all', warn: readonly string[] = [], silence: readonly string[] = []) =>
  new WarningPolicy({ warnError: false, warnErrorOptions: { error, warn, silence }, showAllDeprecations: false })

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

const summarised = (stdout: string): string[] =>
  Array.from(stdout.matchAll(/- (\w+): \d+ occurrence/g), one => one[1] ?? '')

test.each([
  [['source', 'freshness', '-o', 'x.json'], 'CustomOutputPathInSourceFreshnessDeprecation'],
  [['ls', '--model', 'a'], 'ModelParamUsageDeprecation'],
  [['parse'], 'WEOIncludeExcludeDeprecation'],
  [['clean'], 'PackageInstallPathDeprecation'],
  [['debug'], 'ConfigLogPathDeprecation'],
  [['compile', '-s', 'product'], 'ModulesItertoolsUsageDeprecation'],
])('%j tells what it uses that dbt has given up', async (words, name) => {
  const more = {
    ConfigLogPathDeprecation: 'log-path: l',
    WEOIncludeExcludeDeprecation: 'flags: {warn_error_options: {include: []}}',
  }[name]
  const p = project({
    'dbt_project.yml': `name: shop\nversion: '1.0'\nprofile: shop\nclean-targets: [dbt_modules]\n${more ?? ''}\n`,
    'models/a.sql': 'select 1 as id',
    'models/product.sql': 'select {{ modules.itertools.product([1], [2]) | list | length }} as n',
  })
  expect(await p.run(words)).toBe(0)
  expect(summarised(p.stdout)).toContain(name)
  expect(await p.run(['--warn-error-options', `{error: [${name}]}`, ...words])).toBe(2)
  expect(await p.run(['--warn-error-options', `{silence: [Deprecations]}`, ...words])).toBe(0)
  expect(p.stdout).not.toContain('Deprecated functionality')
})
