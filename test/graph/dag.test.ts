import { describe, expect, it } from 'vitest'
import { findCycle, reachable, reversed, topologicalOrder } from '../../src/graph/dag.ts'

const edges = (text: string): Map<string, string[]> => {
  const map = new Map<string, string[]>()
  for (const edge of text.split(' ').filter(Boolean)) {
    const [from = '', to = ''] = edge.split('>')
    map.set(from, [...(map.get(from) ?? []), to])
    if (!map.has(to)) map.set(to, [])
  }
  return map
}

const children = edges('a>b a>c b>d c>d d>e f>e')
const parents = reversed(children)

it('the order has parents before children, ties by name', () => {
  expect(topologicalOrder(children.keys(), parents, children)).toEqual(['a', 'b', 'c', 'd', 'f', 'e'])
})

it('the order of a part looks at its own edges alone', () => {
  expect(topologicalOrder(['e', 'b', 'a'], parents, children)).toEqual(['a', 'b', 'e'])
})

it('edges the other way round keep every name', () => {
  expect(reversed(edges('a>b'))).toEqual(
    new Map([
      ['a', []],
      ['b', ['a']],
    ]),
  )
})

describe('what can be reached', () => {
  it('leaves the start out unless another start leads to it', () => {
    expect([...reachable(['a'], children)].sort()).toEqual(['b', 'c', 'd', 'e'])
    expect([...reachable(['a', 'b'], children)].sort()).toEqual(['b', 'c', 'd', 'e'])
  })

  it('ends after the steps that are allowed', () => {
    expect([...reachable(['e'], parents, 1)].sort()).toEqual(['d', 'f'])
    expect([...reachable(['e'], parents, 0)]).toEqual([])
  })
})

describe('a cycle', () => {
  it('is a path that ends where it began', () => {
    expect(findCycle(['a', 'b', 'c', 'd'], edges('a>b b>c c>d d>b'))).toEqual(['b', 'c', 'd', 'b'])
    expect(findCycle(['a'], edges('a>a'))).toEqual(['a', 'a'])
  })

  it('is not found where two paths only meet', () => {
    expect(findCycle(children.keys(), children)).toBeUndefined()
  })
})

it('a chain of forty thousand nodes is no deeper than the stack allows', () => {
  const chain = new Map(
    Array.from({ length: 40_000 }, (_, index) => [`n${index}`, index < 39_999 ? [`n${index + 1}`] : []]),
  )
  expect(findCycle(chain.keys(), chain)).toBeUndefined()
  expect(reachable(['n0'], chain).size).toBe(39_999)
  expect(topologicalOrder(chain.keys(), reversed(chain), chain).at(-1)).toBe('n39999')
})
