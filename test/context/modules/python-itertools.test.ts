/** What Python's own module gives, recorded from dbt's Jinja environment. */
import { describe, expect, test } from 'vitest'
import { renderBase } from '../rendering.ts'

describe('modules.itertools', () => {
  test.each([
    [
      "{{ modules.itertools.chain([1],[2,3]) | list }} {{ modules.itertools.product('ab', [1,2]) | list }} {{ modules.itertools.permutations([1,2,3], 2) | list }} {{ modules.itertools.combinations('abc', 2) | list }} {{ modules.itertools.combinations_with_replacement('ab', 2) | list }} {{ modules.itertools.product([0,1], repeat=2) | list }}",
      "[1, 2, 3] [('a', 1), ('a', 2), ('b', 1), ('b', 2)] [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)] [('a', 'b'), ('a', 'c'), ('b', 'c')] [('a', 'a'), ('a', 'b'), ('b', 'b')] [(0, 0), (0, 1), (1, 0), (1, 1)]",
    ],
    [
      "{{ modules.itertools.zip_longest([1,none],[3,4,5], fillvalue=0) | list }} {{ modules.itertools.accumulate([1,2,3]) | list }} {{ modules.itertools.islice([1,2,3,4], 1, 3) | list }} {{ modules.itertools.islice([1,2,3,4], 2) | list }} {{ modules.itertools.compress('abc', [1,0,1]) | list }} {{ modules.itertools.repeat('x', 2) | list }} {{ modules.itertools.islice(modules.itertools.count(5, 2), 3) | list }} {{ modules.itertools.islice(modules.itertools.cycle([1,2]), 5) | list }} {{ modules.itertools.tee([1,2])[1] | list }}",
      "[(1, 3), (None, 4), (0, 5)] [1, 3, 6] [2, 3] [1, 2] ['a', 'c'] ['x', 'x'] [5, 7, 9] [1, 2, 1, 2, 1] [1, 2]",
    ],
    ['{{ modules.itertools.groupby }}|{{ modules.itertools.accumulate([1.5,2]) | list }}', '|[1.5, 3.5]'],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template)).toBe(expected)
  })
})
