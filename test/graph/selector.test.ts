import { describe, expect, it } from 'vitest'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import { findSelector, namedSelectors } from '../../src/graph/named-selectors.ts'
import { type Criterion, parseCriterion, parseSelection, type Selector } from '../../src/graph/selector.ts'

const short = ({ method, arguments: args, value, ...rest }: Criterion): string => {
  const up = rest.parents ? `${rest.parentsDepth ?? ''}+` : ''
  const down = rest.children ? `+${rest.childrenDepth ?? ''}` : ''
  return `${rest.childrensParents ? '@' : ''}${up}${[method, ...args].join('.')}:${value}${down}`
}

/** A tree as one line of text. */
function text(selector: Selector): string {
  if (selector.kind === 'criterion')
    return `${short(selector)}${selector.indirect === 'eager' ? '' : `~${selector.indirect}`}`
  const signs = { union: ' | ', intersection: ' & ', difference: ' - ' }
  return `(${selector.components.map(text).join(signs[selector.kind])})`
}

describe('a criterion', () => {
  it.each([
    ['orders', 'fqn:orders'],
    ['+orders', '+fqn:orders'],
    ['2+orders+3', '2+fqn:orders+3'],
    ['@orders', '@fqn:orders'],
    ['tag:a', 'tag:a'],
    ['config.meta.owner:bob+', 'config.meta.owner:bob+'],
    ['models/staging', 'path:models/staging'],
    ['stg.SQL', 'file:stg.SQL'],
    ['countries.csv', 'file:countries.csv'],
    ['source:a.b', 'source:a.b'],
    ['a:b:c', 'a:b:c'],
    ['', 'fqn:'],
    ['1+', '+fqn:'.replace('+fqn:', '1+fqn:')],
  ])('%j is read as %s', (raw, expected) => {
    expect(short(parseCriterion(raw, 'eager'))).toBe(expected)
  })

  it('cannot have @ before and + behind', () => {
    expect(() => parseCriterion('@a+', 'eager')).toThrow('"@" prefix and "+" suffix are incompatible')
  })
})

it('space is union, comma intersection, --exclude difference', () => {
  expect(text(parseSelection(['a b', 'c,d'], ['e'], 'cautious'))).toBe(
    '(((fqn:a~cautious) | (fqn:b~cautious) | (fqn:c~cautious & fqn:d~cautious)) - ((fqn:e~cautious)))',
  )
})

it('nothing asked for is everything', () => {
  expect(text(parseSelection([], [], 'eager'))).toBe(
    '(((fqn:*) | (source:*) | (exposure:*) | (metric:*) | (semantic_model:*)) - ())',
  )
})

describe('definitions of selectors.yml', () => {
  const read = (definition: unknown, before: unknown = 'tag:base', indirect: 'eager' | 'cautious' = 'eager') => {
    const diagnostics = new Diagnostics()
    const one = (name: string, value: unknown) => ({ name, description: '', default: false, definition: value })
    const selectors = namedSelectors([one('before', before), one('x', definition)], indirect, diagnostics)
    return { known: selectors, message: diagnostics.errors[0]?.message, text: () => text(findSelector(selectors, 'x')) }
  }

  it.each([
    ['tag:nightly+', 'tag:nightly+'],
    [{ tag: 'nightly' }, 'tag:nightly'],
    [{ 'config.meta.level': 2 }, 'config.meta.level:2'],
    [{ method: 'fqn', value: 'a', parents: true, parents_depth: 2, children: true }, '2+fqn:a+'],
    [{ method: 'fqn', value: 'a', childrens_parents: true, indirect_selection: 'empty' }, '@fqn:a~empty'],
    [{ union: ['a', { tag: 'b' }] }, '(fqn:a | tag:b)'],
    [{ intersection: [{ union: ['a', 'b'] }, 'c'] }, '((fqn:a | fqn:b) & fqn:c)'],
    [{ union: ['a', { exclude: ['b', 'c'] }] }, '((fqn:a) - (fqn:b | fqn:c))'],
    [{ method: 'tag', value: 'a', exclude: [{ tag: 'b' }] }, '(tag:a - tag:b)'],
    [{ method: 'selector', value: 'before' }, 'tag:base'],
    [{ union: [{ method: 'selector', value: 'before' }, 'z'] }, '(tag:base | fqn:z)'],
  ])('%j is read as %s', (definition, expected) => {
    expect(read(definition).text()).toBe(expected)
  })

  it('carry --indirect-selection unless they say otherwise', () => {
    expect(
      read({ union: ['a', { method: 'tag', value: 'b', indirect_selection: 'eager' }] }, 'x', 'cautious').text(),
    ).toBe('(fqn:a~cautious | tag:b)')
  })

  it.each([
    [{ union: ['a'], intersection: ['b'] }, "Only a single 'union' or 'intersection' key"],
    [{ union: 'a' }, 'Expected a list'],
    [{ union: [1] }, 'expected dict or str'],
    [{ union: ['a', { exclude: ['b'] }, { exclude: ['c'] }] }, 'multiple exclude arguments'],
    [{ method: 'tag', children: true }, 'Expected either 1 key or else "method" and "value" keys'],
    [{ method: 'selector', value: 'nope' }, 'Existing selector definition for nope not found.'],
    [{ method: 'tag', value: 'a', indirect_selection: 'greedy' }, "'greedy' is not a valid IndirectSelection"],
    [{ method: 'fqn', value: 'a', children: true, childrens_parents: true }, 'incompatible'],
    [3, 'Expected a text or a dictionary'],
  ])('%j is refused', (definition, message) => {
    expect(read(definition).message).toContain(message)
  })

  it('are found by name, with the near one in the message', () => {
    expect(() => findSelector(read('a').known, 'befor')).toThrow(
      "Could not find selector named befor, expected one of ['before', 'x']",
    )
  })
})
