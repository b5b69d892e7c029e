import { describe, expect, test } from 'vitest'
import { MacroNamespace } from '../../src/context/macro-namespace.ts'
import { macroRecords, type NodeRenderingOptions, nodeRendering } from './rendering.ts'

const macros = {
  "shop.hello(x='w')": 'hello {{ x }}',
  'shop.disp()': "{{ return(adapter.dispatch('disp')()) }}",
  'shop.default__disp()': 'default',
  'shop.duckdb__disp()': 'duck',
  'shop.typed()': "{{ return([1, 'a']) }}",
  'shop.default__kit_over()': 'root override',
  'shop.concat(x)': 'root concat',
  'shop.outer()': '{{ hello() }} {{ context_macro_stack.call_stack | length }}',
  'kit.kit_fn()': 'kit fn',
  'kit.kit_unqualified()': '{{ kit_fn() }}',
  'kit.kit_over()': "{{ return(adapter.dispatch('kit_over', 'kit')()) }}",
  'kit.default__kit_over()': 'kit default',
  'dbt.concat(x)': 'dbt concat',
  'dbt.only()': 'dbt only',
  'dbt.both()': 'dbt',
  'dbt_duckdb.both()': 'duckdb',
  'dbt.calls_concat()': "{{ concat('x') }}",
  'dbt.default__type_string()': 'TEXT',
}

const render = (template: string, options: NodeRenderingOptions = {}) =>
  nodeRendering({ macros, ...options }).render(template)
const inKit: NodeRenderingOptions = {
  providers: {
    node: { uniqueId: 'model.kit.km', packageName: 'kit', name: 'km', resourceType: 'model', language: 'sql' },
  },
}

describe('names', () => {
  test.each([
    ["{{ hello() }} {{ shop.hello('z') }} {{ kit.kit_fn() }}", 'hello w hello z kit fn'],
    [
      "{{ both() }} {{ dbt.both() }} {{ dbt.only() }} {{ concat('x') }} {{ dbt.concat('x') }}",
      'duckdb duckdb dbt only root concat dbt concat',
    ],
    ['{{ calls_concat() }}', 'root concat'],
    ['{{ typed() }} {{ typed()[1] }}', "[1, 'a'] a"],
    [
      "{{ kit is mapping }} {{ 'kit_fn' in kit }} {{ kit.get('nope') }} {{ dbt_duckdb is defined }}",
      'True True None False',
    ],
    ['{{ outer() }}', 'hello w 1'],
  ])('%s', async (template, expected) => {
    expect(await render(template)).toBe(expected)
  })
  test("a package's macro is known by its plain name only to nodes of that package", async () => {
    await expect(render('{{ kit_fn() }}')).rejects.toThrow("'kit_fn' is undefined")
    await expect(render('{{ kit.kit_unqualified() }}')).rejects.toThrow("'kit_fn' is undefined")
    expect(await render('{{ kit_fn() }} {{ kit_unqualified() }} {{ hello() }}', inKit)).toBe('kit fn kit fn hello w')
  })
  test('wrong arguments are type errors that name the macro', async () => {
    await expect(render('{{ hello(zz=1) }}')).rejects.toThrow(/hello.*zz/)
  })
  test('two macros of one name in one package are refused', () => {
    const records = [...macroRecords({ 'shop.x()': '' }), ...macroRecords({ 'shop.x()': '' })]
    expect(() => new MacroNamespace({ macros: records, rootPackage: 'shop' })).toThrow('two macros named "x"')
  })
})

describe('dispatch', () => {
  test.each([
    ["{{ disp() }} {{ adapter.dispatch('disp')() }} {{ adapter.dispatch('disp', 'shop')() }}", 'duck duck duck'],
    ["{{ adapter.dispatch('disp', 'nopkg')() }}", 'duck'],
    ["{{ kit.kit_over() }} {{ adapter.dispatch('type_string', 'dbt')() }}", 'root override TEXT'],
  ])('%s', async (template, expected) => {
    expect(await render(template)).toBe(expected)
  })
  test('a search order of the project is followed', async () => {
    const dispatch = [{ macroNamespace: 'kit', searchOrder: ['kit'] }]
    expect(await render('{{ kit.kit_over() }}', { dispatch })).toBe('kit default')
  })
  test.each([
    [
      "{{ adapter.dispatch('kit_fn')() }}",
      "within namespace: 'None'\n    Searched for: 'duckdb__kit_fn', 'default__kit_fn'",
    ],
    [
      "{{ adapter.dispatch('nope', 'kit')() }}",
      "'shop.duckdb__nope', 'shop.default__nope', 'kit.duckdb__nope', 'kit.default__nope'",
    ],
    ["{{ adapter.dispatch('disp', packages=['shop'])() }}", 'deprecated'],
    ["{{ adapter.dispatch('disp', macro_namespace=5)() }}", "<class 'int'>"],
    ["{{ adapter.dispatch('kit.x')() }}", 'Did you mean `adapter.dispatch("x", macro_namespace="kit")`?'],
  ])('%s fails', async (template, message) => {
    await expect(render(template)).rejects.toThrow(message)
  })
})

describe('recording', () => {
  test('calls are noted with the number of macros around them, also after a failure', async () => {
    const rendering = nodeRendering({ macros: { ...macros, 'shop.fails()': '{{ nope() }}' } })
    await rendering.render('{{ outer() }}{{ disp() }}')
    await expect(rendering.render('{{ fails() }}')).rejects.toThrow()
    await rendering.render('{{ hello() }}')
    expect(rendering.macrosCalled).toEqual([
      '0 macro.shop.outer',
      '1 macro.shop.hello',
      '0 macro.shop.disp',
      '1 macro.shop.duckdb__disp',
      '0 macro.shop.fails',
      '0 macro.shop.hello',
    ])
  })
})

describe('overrides of a unit test', () => {
  test('a name or a name in a package gives a fixed value', async () => {
    const overrides = new Map<string, string | boolean>([
      ['hello', 'fixed'],
      ['kit.kit_fn', 'fixed kit'],
      ['dbt.only', 'fixed dbt'],
      ['both', true],
    ])
    const template =
      '{{ hello() }} {{ kit.kit_fn() }} {{ dbt.only() }} {{ only() }} {{ both() }} {{ dbt.both() }} {{ outer() }}'
    expect(await render(template, { overrides })).toBe('fixed fixed kit fixed dbt fixed dbt True True fixed 1')
  })
})
