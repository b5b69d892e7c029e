import { describe, expect, it } from 'vitest'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import { configNames } from '../../src/config/config-names.ts'
import { dbtIgnore } from '../../src/config/dbt-ignore.ts'
import { parseDotEnv } from '../../src/config/dot-env.ts'
import { layeredVars, packageVars } from '../../src/config/package-vars.ts'
import { type ConfigTrees, configTreeNames } from '../../src/config/project-file.ts'
import { secretValues, shownVars, withoutSecrets } from '../../src/config/secrets.ts'
import { readSelectors } from '../../src/config/selectors-file.ts'
import { templateFlags } from '../../src/config/template-flags.ts'
import { unusedConfigPaths } from '../../src/config/unused-config.ts'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { toPython } from '../../src/template/plain-data.ts'
import { PyDict } from '../../src/template/value.ts'
import { load, projectFile, request } from './config-rig.ts'

const dict = (data: object): PyDict => toPython(data) as PyDict

it('variables rank command line, root’s for the package, root’s, the package’s', () => {
  const own = dict({ a: 'own', b: 'own', c: 'own', d: 'own', pkg: { e: 'scoped' } })
  const root = dict({ a: 'root', b: 'root', c: 'root', pkg: { a: 'scoped', b: 'scoped' } })
  const vars = layeredVars([own, root], 'pkg', dict({ a: 'cli' }))
  expect(['a', 'b', 'c', 'd', 'e', 'f'].map(name => vars.get(name))).toEqual([
    'cli',
    'scoped',
    'root',
    'own',
    'scoped',
    undefined,
  ])
  expect(vars.all().get('a')).toBe('cli')
})

it('variables of a package of the run are found by its name', () => {
  const { config } = load({
    'dbt_project.yml': `${projectFile}vars: {x: 1, one: {y: 2}}\n`,
    'dbt_packages/one/dbt_project.yml': 'name: one\nvars: {x: 0, z: 3}\n',
  })
  const vars = config && packageVars(config, 'one')
  expect(['x', 'y', 'z'].map(name => vars?.get(name))).toEqual([1, 2, 3])
})

it('.env has quotes, exports, comments and other variables in it', () => {
  const text = `# c
A=1 # one
export B="x\\n\${A}"
C='raw \${A}'
D=\${NOPE:-fallback}
E="two
lines"
not a line
`
  expect(parseDotEnv(text)).toEqual({ A: '1', B: 'x\n1', C: 'raw $' + '{A}', D: 'fallback', E: 'two\nlines' })
})

it('secrets are starred wherever they stand, longer ones first', () => {
  const environment = { DBT_ENV_SECRET_A: 'abc', DBT_ENV_SECRET_B: 'abcdef', DBT_ENV_SECRET_C: ' ', OTHER: 'x' }
  const secrets = secretValues(environment, PyDict.of({ DBT_ENV_SECRET_D: 'shh', other: 'y' }))
  expect(withoutSecrets('x y abcdef abc shh', secrets)).toBe('x y ***** ***** *****')
})

it('secrets among variables are written as stars', () => {
  const shown = shownVars(PyDict.of({ DBT_ENV_SECRET_D: 'shh', other: 'y' }))
  expect(shown).toEqual(PyDict.of({ DBT_ENV_SECRET_D: '*****', other: 'y' }))
})

it.each([
  [
    ['*', '!macros/'],
    ['macros/a.sql', 'macros/sub/a.sql'],
    ['models/a.sql', 'Macros/a.sql'],
  ],
  [['!macros/', '*'], [], ['macros/a.sql']],
  [
    ['/a/*', '!/a/b/'],
    ['a/b/c.sql', 'x/a/c.sql'],
    ['a/c.sql', 'a/b.sql'],
  ],
  [['a', '!a/b.sql'], ['a/b.sql'], ['a/c.sql', 'x/a/b.sql']],
])('the last line of .dbtignore that matches decides: %j', (lines, kept, left) => {
  const ignores = dbtIgnore(memoryFiles({ '.dbtignore': lines.join('\n') }), '.')
  expect([...kept, ...left].filter(path => !ignores(path))).toEqual(kept)
})

it('.dbtignore has the syntax of gitignore', () => {
  const ignores = dbtIgnore(memoryFiles({ '.dbtignore': '*.tmp.sql\nmodels/old/\n!models/old/keep.sql\n' }), '.')
  expect(['models/a.sql', 'models/x.tmp.sql', 'models/old/a.sql'].map(ignores)).toEqual([false, true, true])
  expect(dbtIgnore(memoryFiles(), '.')('anything')).toBe(false)
})

it('flags are shown to templates in capitals', () => {
  const { config } = load({}, { given: { fullRefresh: true, select: ['a'] } })
  const flags = config && templateFlags(config.flags, config.projectFile.behaviour)
  expect(flags).toMatchObject({
    FULL_REFRESH: true,
    WHICH: 'run',
    SELECT: ['a'],
    EVENT_TIME_START: null,
    REQUIRE_RESOURCE_NAMES_WITHOUT_SPACES: true,
  })
})

describe('sections of the project file that fit nothing', () => {
  const empty = Object.fromEntries(configTreeNames.map(name => [name, new PyDict()])) as unknown as ConfigTrees

  it('are named by their path', () => {
    const trees = { ...empty, models: dict({ shop: { staging: { '+tags': 'a' }, old: { x: { enabled: false } } } }) }
    const fqns = (name: string): string[][] => (name === 'models' ? [['shop', 'staging', 'a']] : [])
    expect(unusedConfigPaths(trees, fqns)).toEqual(['models.shop.old.x'])
  })

  it('are a section itself when there is nothing of its kind', () => {
    expect(unusedConfigPaths({ ...empty, seeds: dict({ '+quote_columns': true }) }, () => [])).toEqual(['seeds'])
  })
})

describe('selectors.yml', () => {
  const read = (text: string) => {
    const { environment, clock, renderNative } = request({})
    const scope = configNames({
      environment,
      clock,
      renderNative,
      invocationId: '',
      startedAtMs: 0,
      cliVars: dict({ t: 'x' }),
      secrets: 'refused',
    })
    const diagnostics = new Diagnostics()
    return {
      selectors: readSelectors(memoryFiles({ 'selectors.yml': text }), '.', { scope, renderNative }, diagnostics),
      diagnostics,
    }
  }

  it('is rendered and kept as plain data', () => {
    const { selectors } = read(
      'selectors:\n  - name: a\n    default: true\n    definition: {tag: "{{ var(\'t\') }}"}\n  - {name: b, definition: x}\n',
    )
    expect(selectors).toEqual([
      { name: 'a', description: null, default: true, definition: { tag: 'x' } },
      { name: 'b', description: null, default: null, definition: 'x' },
    ])
  })

  it.each([
    ['selectors: 1\n', 'must have a list'],
    ['selectors: [{name: a}]\n', 'needs a "name" and a "definition"'],
    [
      'selectors: [{name: a, definition: x, default: true}, {name: b, definition: x, default: true}]\n',
      'multiple selectors with `default: true`',
    ],
  ])('%j is refused', (text, message) => {
    expect(read(text).diagnostics.errors[0]?.message).toContain(message)
  })
})
