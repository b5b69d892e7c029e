import { expect, it } from 'vitest'
import { expandSelectors } from '../../src/graph/expand-selectors.ts'

const one = (name: string, definition: unknown, more = {}) => ({
  name,
  description: null,
  default: null,
  definition,
  ...more,
})

it('texts are taken apart, shorthands written out, inherited definitions put in', () => {
  expect(
    expandSelectors([
      one('a', '2+tag:x+', { description: 'd', default: true }),
      one('b', { tag: 'y' }, { default: false }),
      one('c', {
        union: [{ method: 'selector', value: 'a' }, 'models/x', { exclude: ['@z', { tag: 'w' }] }],
        ignored: 1,
      }),
      one('d', { method: 'fqn', value: '*', exclude: ['+q'] }),
    ]),
  ).toEqual({
    a: {
      name: 'a',
      description: 'd',
      default: true,
      definition: { parents: true, parents_depth: '2', method: 'tag', value: 'x', children: true },
    },
    b: { name: 'b', default: false, definition: { method: 'tag', value: 'y' } },
    c: {
      name: 'c',
      definition: {
        union: [
          { parents: true, parents_depth: '2', method: 'tag', value: 'x', children: true },
          { method: 'path', value: 'models/x' },
          {
            exclude: [
              { childrens_parents: true, method: 'fqn', value: 'z' },
              { method: 'tag', value: 'w' },
            ],
          },
        ],
      },
    },
    d: { name: 'd', definition: { method: 'fqn', value: '*', exclude: ['+q'] } },
  })
})
