import { expect, it } from 'vitest'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import { MacroCache } from '../../src/project/macro-cache.ts'
import { cachedMacros, type MacroSource } from '../../src/project/macro-file.ts'

const text = `
{% macro first(a, b=1) %}{{ second() }} {{ kit.third(a) }} {{ adapter.dispatch('fourth', 'kit')() }}{% endmacro %}
{% test positive(model) %}select 1{% endtest %}
{% materialization mine, default, supported_languages=['sql'] %}{% endmaterialization %}
`

function read(cache: MacroCache, content = text, diagnostics = new Diagnostics()): MacroSource[] {
  const file = { path: 'macros/m.sql', text: content }
  return cachedMacros(
    { file, path: file.path, packageName: 'shop', isGenericTests: false, createdAtMs: 5 },
    false,
    diagnostics,
    cache,
  )
}

function shown(macros: readonly MacroSource[]): unknown[] {
  return macros.map(macro => ({ ...macro, calls: macro.calls(), code: macro.code(), parameters: macro.parameters }))
}

it('what is kept says of macros what their text says', () => {
  const first = new MacroCache('build')
  const fromText = shown(read(first))
  const again = new MacroCache('build', first.text())
  expect(shown(read(again))).toEqual(fromText)
  expect(fromText).toMatchObject([
    { name: 'first', parameters: ['a', 'b'] },
    { name: 'test_positive' },
    { name: 'materialization_mine_default', supportedLanguages: ['sql'] },
  ])
})

it('files that are gone are forgotten, changed ones are read anew', () => {
  const first = new MacroCache('build')
  read(first)
  const again = new MacroCache('build', first.text())
  expect(read(again, '{% macro other() %}{% endmacro %}').map(one => one.name)).toEqual(['other'])
  expect(again.text()).not.toContain('positive')
})

it.each([
  ['of another build', (text: string) => text.replace('"build"', '"other"')],
  ['cut off', (text: string) => text.slice(0, -20)],
  ['of another shape', () => '{"stamp":"build","files":null}'],
  ['no object', () => 'null'],
])('a cache that is %s counts as empty', (_, damage) => {
  const first = new MacroCache('build')
  read(first)
  const again = new MacroCache('build', damage(first.text()))
  expect(read(again).map(one => one.name)).toEqual(['first', 'test_positive', 'materialization_mine_default'])
  expect(again.text()).toBe(first.text())
})

it('a file with a mistake is told of each time', () => {
  const broken = '{% test bad(model) %}{{ 1 + }}{% endtest %}'
  const cache = new MacroCache('build')
  for (let times = 0; times < 2; times++) {
    const diagnostics = new Diagnostics()
    read(new MacroCache('build', cache.text()), broken, diagnostics)
    expect(diagnostics.errors).toHaveLength(1)
  }
})

it('without the name of a build nothing is kept', () => {
  const cache = new MacroCache()
  read(cache)
  expect(cache.text()).not.toContain('first')
})
