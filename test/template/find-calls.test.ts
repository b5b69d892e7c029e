import { expect, test } from 'vitest'
import { findCalls } from '../../src/template/find-calls.ts'
import { parseTemplate } from '../../src/template/parse.ts'

function found(text: string) {
  return findCalls(parseTemplate({ text, file: { path: '', text }, base: 0 }))
}

test('finds calls with their literal arguments and their places', () => {
  const text = "{{ config(materialized='table', tags=['a']) }} select * from {{ ref('pkg', 'm', v=2) }}"
  const [config, ref] = found(text).calls
  expect(config).toMatchObject({ path: ['config'], isLiteral: true, isConditional: false })
  expect(config && Object.fromEntries(config.kwargs)).toEqual({ materialized: 'table', tags: ['a'] })
  expect(ref).toMatchObject({ path: ['ref'], args: ['pkg', 'm'], isLiteral: true })
  expect(ref && text.slice(ref.start, ref.end)).toBe("ref('pkg', 'm', v=2)")
})

test('marks arguments that are not known before rendering', () => {
  const [call] = found("{{ ref(var('x'), *rest) }}").calls
  expect(call).toMatchObject({ args: [undefined], isLiteral: false })
})

test('finds calls inside calls, and methods by their path', () => {
  const paths = found("{{ adapter.dispatch('star', 'dbt_utils')(ref('a'), x=dbt_utils.star(ref('b'))) }}").calls
  expect(paths.map(call => call.path.join('.'))).toEqual(['adapter.dispatch', 'ref', 'dbt_utils.star', 'ref'])
})

test('marks calls that may not run, or run often', () => {
  const text =
    "{% if is_incremental() %}{{ ref('a') }}{% endif %}{% for x in y() %}{{ ref('b') }}{% endfor %}{{ ref('c') if z }}{{ source('d', 'e') }}"
  const calls = found(text).calls.map(call => [call.path.join('.'), call.isConditional])
  expect(calls).toEqual([
    ['is_incremental', false],
    ['ref', true],
    ['y', false],
    ['ref', true],
    ['ref', true],
    ['source', false],
  ])
})

test('names what comes from the context and not what the template defines', () => {
  const text =
    '{% set a = b %}{% for c in d %}{{ c }}{{ loop.index }}{{ e }}{% endfor %}{% macro f(g, h=i) %}{{ g }}{{ h }}{{ caller() }}{% endmacro %}{{ a }}'
  expect([...found(text).names].sort()).toEqual(['b', 'd', 'e', 'i'])
})
