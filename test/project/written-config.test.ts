import { expect, test } from 'vitest'
import { parsed } from './parsed.ts'

const asWritten = 'flags: {state_modified_compare_more_unrendered_values: true}\n'

function writtenOf(text: string, files: Readonly<Record<string, string>> = {}, more = asWritten): unknown {
  const found = parsed({ 'models/m.sql': text, ...files }, more)
  expect(found.found).toEqual([])
  return found.json('model.shop.m').unrendered_config
}

const keyword = (key: string, value: string): string => `Keyword(key='${key}', value=${value})`

test.each([
  [
    "var('a', 1)",
    "Call(node=Name(name='var', ctx='load'), args=[Const(value='a'), Const(value=1)], kwargs=[], dyn_args=None, dyn_kwargs=None)",
  ],
  [
    '[1.5, none, -3, (1,)]',
    "List(items=[Const(value=1.5), Const(value=None), Neg(node=Const(value=3)), Tuple(items=[Const(value=1)], ctx='load')])",
  ],
  [
    "'a' ~ 'b' if true else none",
    "CondExpr(test=Const(value=True), expr1=Concat(nodes=[Const(value='a'), Const(value='b')]), expr2=Const(value=None))",
  ],
  ['1 + 2 * 3', 'Add(left=Const(value=1), right=Mul(left=Const(value=2), right=Const(value=3)))'],
  [
    '1 < 2 and not 3',
    "And(left=Compare(expr=Const(value=1), ops=[Operand(op='lt', expr=Const(value=2))]), right=Not(node=Const(value=3)))",
  ],
  [
    'target.name[0:2:1]',
    "Getitem(node=Getattr(node=Name(name='target', ctx='load'), attr='name', ctx='load'), arg=Slice(start=Const(value=0), stop=Const(value=2), step=Const(value=1)), ctx='load')",
  ],
  [
    "{'k': 'v'} | length",
    "Filter(node=Dict(items=[Pair(key=Const(value='k'), value=Const(value='v'))]), name='length', args=[], kwargs=[], dyn_args=None, dyn_kwargs=None)",
  ],
  [
    '1 is divisibleby(2)',
    "Test(node=Const(value=1), name='divisibleby', args=[Const(value=2)], kwargs=[], dyn_args=None, dyn_kwargs=None)",
  ],
])('an option that has to be rendered is kept as its syntax tree: %s', (option, tree) => {
  expect(writtenOf(`{{ config(x=${option}) }} select 1`)).toEqual({ x: keyword('x', tree) })
})

test('options of literals alone are kept as values, since nothing had to be rendered', () => {
  const text = "{{ config(materialized='table', tags=['a'], enabled=true) }} select * from {{ ref('n') }}"
  const files = { 'models/n.sql': 'select 1' }
  expect(writtenOf(text, files)).toEqual({ materialized: 'table', tags: ['a'], enabled: true })
})

test.each(["{{- config(materialized='view') }}", "{% set x = 1 %}{{ config(materialized='view') }}"])(
  'whatever else has to be rendered takes the literals along: %s',
  text => expect(writtenOf(text)).toEqual({ materialized: keyword('materialized', "Const(value='view')") }),
)

test('the first call of the text counts, whichever runs', () => {
  const text = "{% if execute %}{{ config(alias='a') }}{% else %}{{ config(materialized='table') }}{% endif %} select 1"
  expect(writtenOf(text)).toEqual({ alias: keyword('alias', "Const(value='a')") })
})

test('what a macro configures is kept as it came out', () => {
  const macros = { 'macros/set.sql': "{% macro set() %}{{ config(materialized='table') }}{% endmacro %}" }
  expect(writtenOf('{{ set() }} select 1', macros)).toEqual({ materialized: 'table' })
})

test('keys of a properties file are kept unrendered, those above its config too', () => {
  const yml = "models: [{name: m, meta: {owner: ana}, config: {alias: \"{{ var('a', 'b') }}\"}}]\n"
  expect(writtenOf('select 1', { 'models/s.yml': yml })).toEqual({
    meta: { owner: 'ana' },
    alias: "{{ var('a', 'b') }}",
  })
})

test('lists of a properties file are there twice, as in dbt', () => {
  const yml =
    'models: [{name: m, config: {tags: [a, "{{ \'b\' }}"], grants: {select: [x]}, meta: {k: [1, {l: [2]}], t: z}}}]\n'
  expect(writtenOf('select 1', { 'models/s.yml': yml })).toEqual({
    tags: ['a', "{{ 'b' }}", 'a', 'b'],
    grants: { select: ['x', 'x'] },
    meta: { k: [1, { l: [2] }, 1, { l: [2] }], t: 'z' },
  })
})

test('a version is configured by what stands at the version', () => {
  const yml = "models: [{name: m, versions: [{v: 1, config: {alias: \"{{ var('a', 'b') }}\"}}]}]\n"
  const found = parsed({ 'models/m_v1.sql': 'select 1', 'models/s.yml': yml }, asWritten)
  expect(found.json('model.shop.m.v1').unrendered_config).toEqual({ alias: "{{ var('a', 'b') }}" })
})

test('generic and singular tests are kept as written too', () => {
  const found = parsed(
    {
      'models/m.sql': 'select 1 as id',
      'models/s.yml':
        'models: [{name: m, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [1]}, config: {severity: warn}}}]}]}]\n',
      'tests/t.sql': "{{ config(severity='warn') }} select 1",
    },
    asWritten,
  )
  const tests = [...found.project.nodes.values()].filter(one => one.resourceType === 'test')
  const written = tests.map(one => found.json(one.uniqueId).unrendered_config)
  expect(written).toEqual(Array(2).fill({ severity: keyword('severity', "Const(value='warn')") }))
})

test('without the flag the values are kept', () => {
  expect(writtenOf("{{ config(alias=var('a', 'b')) }} select 1", {}, '')).toEqual({ alias: 'b' })
})
