import { describe, expect, test } from 'vitest'
import { renderBase, silence } from './rendering.ts'

describe('var', () => {
  const vars = { start: '2024-01-01', nothing: null, jin: '{{ 1 + 1 }}', names: ['a'] }
  test.each([
    ["{{ var('start') }}", '2024-01-01'],
    ["{{ var('nothing', 'dflt') }}", 'None'],
    ["{{ var('missing', none) }}", 'None'],
    ["{{ var('missing', default=5) + 1 }}", '6'],
    ["{{ var('jin') }}", '2'],
    ["{{ var.has_var('start') }} {{ var.has_var('x') }}", 'True False'],
    ["{% do var('names').append('c') %}{{ var('names') }}", "['a', 'c']"],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template, { vars })).toBe(expected)
  })
  test('a missing one is named with what there is', async () => {
    const rendering = renderBase("{{ var('strat') }}", { vars: { start: 1 } })
    await expect(rendering).rejects.toThrow(
      /Required var 'strat' not found in config:\nVars supplied to .* = \{\n {4}"start": 1\n\}/,
    )
  })
  test('calls with wrong arguments are type errors', async () => {
    await expect(renderBase('{{ var() }}')).rejects.toMatchObject({ diagnostic: { code: 'template/type' } })
    await expect(renderBase("{{ var('n', 1, 2) }}")).rejects.toMatchObject({ diagnostic: { code: 'template/type' } })
  })
})

describe('env_var', () => {
  const environment = { EV_A: 'alpha', EV_EMPTY: '', DBT_ENV_SECRET_TOKEN: 's3cr3t' }
  test.each([
    ["{{ env_var('EV_A') }}", 'alpha'],
    ["{{ env_var(var='EV_A') }}", 'alpha'],
    ["{{ env_var('EV_EMPTY', 'd') }}|", '|'],
    ["{{ env_var('EV_NOPE', 5) + 1 }}", '6'],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template, { environment })).toBe(expected)
  })
  test.each([
    ["{{ env_var('EV_NOPE', none) }}", 'context/env-var-missing'],
    ["{{ env_var('DBT_ENV_SECRET_TOKEN') }}", 'context/env-var-secret'],
    ["{{ env_var('DBT_ENV_SECRET_NOPE', 'd') }}", 'context/env-var-secret'],
  ])('%s fails', async (template, code) => {
    await expect(renderBase(template, { environment })).rejects.toMatchObject({ diagnostic: { code } })
  })
})

describe('the rest', () => {
  test('log and print leave through the sink and give nothing', async () => {
    const heard = silence()
    expect(await renderBase("{{ log('x') }}|{{ log(5, info=true) }}|{{ print('y') }}|", { heard })).toBe('|||')
    expect(heard.logged).toEqual(['debug x', 'info 5'])
    expect(heard.printed).toEqual(['y'])
  })
  test.each([
    ['{{ run_started_at }} {{ run_started_at.strftime("%Y") }}', '2024-01-02 03:04:05+00:00 2024'],
    ["{{ 'log' in builtins }} {{ 'context' in context }} {{ context['dbt_version'] }}", 'True True 1.11.16'],
    ['{{ flags.FULL_REFRESH }} {{ flags.full_refresh }} {{ flags.NOPE }}|', 'False  |'],
    ['{{ tojson({"b": 1.0, "a": [none, true]}) }}', '{"b": 1.0, "a": [null, true]}'],
    ['{{ tojson({"b": 1, "a": 2}, sort_keys=true) }}', '{"a": 2, "b": 1}'],
    ['{{ fromjson(\'[1, 2.0, 1e3, "é", NaN]\') }}', "[1, 2.0, 1000.0, 'é', nan]"],
    ["{{ fromjson('nope') }} {{ fromjson('nope', 'd') }}", 'None d'],
    ["{{ zip([1, 2], 'ab') | list }} {{ zip(5, default='d') }}", "[(1, 'a'), (2, 'b')] d"],
    ["{{ set([1, 1, 2]) | length }} {{ set(5) }} {{ set([[1]], 'd') }}", '2 None d'],
    ["{{ diff_of_two_dicts({'a': ['x', 'Y']}, {'A': ['y']}) }}", "{'a': ['x']}"],
    ["{{ local_md5('hello world') }}", '5eb63bbbe01eeed093cb22bb8f5acdc3'],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template)).toBe(expected)
  })
  test('set_strict and zip_strict raise', async () => {
    await expect(renderBase('{{ set_strict(5) }}')).rejects.toThrow("'int' object is not iterable")
    await expect(renderBase('{{ zip_strict(5) }}')).rejects.toThrow("'int' object is not iterable")
  })
  test('return at the level of a template is refused', async () => {
    await expect(renderBase("{{ return('top') }}")).rejects.toThrow()
  })
})
