import { describe, expect, test } from 'vitest'
import { renderBase } from './rendering.ts'

describe('fromyaml', () => {
  test.each([
    [
      "{{ fromyaml('a: [1, 2.5, yes, null, 2024-01-02]\\nb: {c: d}') }}",
      "{'a': [1, 2.5, True, None, datetime.date(2024, 1, 2)], 'b': {'c': 'd'}}",
    ],
    ["{{ fromyaml('') }} {{ fromyaml('5') }} {{ fromyaml('a: b: c', 'd') }}", 'None 5 d'],
    ["{{ fromyaml('012') }} {{ fromyaml('1:30') }} {{ fromyaml('2024-01-02 03:04:05') }}", '10 90 2024-01-02 03:04:05'],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template)).toBe(expected)
  })
})

describe('toyaml', () => {
  test.each([
    [
      "{{ toyaml({'a': 1, 'b': [1, 'x', none, true, 1.5], 'c': {'d': 'e'}}) }}",
      'a: 1\nb:\n- 1\n- x\n- null\n- true\n- 1.5\nc:\n  d: e\n',
    ],
    ["{{ toyaml([1, [2, 3], {'a': 1, 'b': 2}]) }}", '- 1\n- - 2\n  - 3\n- a: 1\n  b: 2\n'],
    ["{{ toyaml({'a': [], 'b': {}, 'c': (1, 2)}) }}", 'a: []\nb: {}\nc:\n- 1\n- 2\n'],
    ["{{ toyaml('a') }}{{ toyaml(5) }}{{ toyaml('5') }}{{ toyaml('a: b') }}", "a\n...\n5\n...\n'5'\n'a: b'\n"],
    ["{{ toyaml('é') }}{{ toyaml('a\\nb') }}{{ toyaml('') }}{{ toyaml('true') }}", `"\\xE9"\n'a\n\n  b'\n''\n'true'\n`],
    ["{{ toyaml({'b': 1, 'a': 2}, sort_keys=true) }}", 'a: 2\nb: 1\n'],
    [
      "{{ toyaml({'k': 'word ' * 20}) }}",
      `k: 'word word word word word word word word word word word word word word word word\n  word word word word '\n`,
    ],
    ["{{ toyaml({'k': 'é ' * 20}) }}", `k: "${'\\xE9 '.repeat(15)}\\xE9\\\n  \\ ${'\\xE9 '.repeat(4)}"\n`],
    ["{{ toyaml(modules.re.compile('a'), 'fallback') }}", 'fallback'],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template)).toBe(expected)
  })
})
