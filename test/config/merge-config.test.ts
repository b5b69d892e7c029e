import { describe, expect, it } from 'vitest'
import type { ConfiguredType } from '../../src/config/config-defaults.ts'
import { addConfigCall, mergeConfig, mergeUnrenderedConfig } from '../../src/config/merge-config.ts'
import { fromPython, toPython } from '../../src/template/plain-data.ts'
import { PyDict } from '../../src/template/value.ts'

interface Levels {
  readonly own?: object
  readonly root?: object
  readonly properties?: object
  readonly calls?: readonly object[]
}

const dict = (data: object): PyDict => toPython(data) as PyDict

function levels(type: ConfiguredType, { own = {}, root, properties, calls = [] }: Levels) {
  const call = new PyDict()
  for (const one of calls) addConfigCall(call, dict(one))
  return {
    resourceType: type,
    fqn: ['pkg', 'staging', 'm'],
    own: dict(own),
    root: root ? dict(root) : null,
    properties: properties ? dict(properties) : null,
    call,
  }
}

const merged = (type: ConfiguredType, given: Levels): Record<string, unknown> =>
  fromPython(mergeConfig(levels(type, given))) as Record<string, unknown>

describe('levels', () => {
  it('rank root section, own section along the fqn, properties, config() and defaults', () => {
    const own = { '+schema': 'a', pkg: { '+schema': 'b', staging: { '+schema': 'c', m: { '+schema': 'd' } } } }
    expect(merged('model', {}).schema).toBeNull()
    expect(merged('model', { own }).schema).toBe('d')
    expect(merged('model', { own, properties: { schema: 'e' } }).schema).toBe('e')
    expect(merged('model', { own, properties: { schema: 'e' }, calls: [{ schema: 'f' }] }).schema).toBe('f')
    expect(merged('model', { own, calls: [{ schema: 'f' }], root: { pkg: { schema: 'g' } } }).schema).toBe('g')
  })

  it('take a dict without a plus for a folder', () => {
    expect(merged('model', { own: { meta: { a: 1 }, '+meta': { b: 2 } } }).meta).toEqual({ b: 2 })
  })
})

describe('values', () => {
  it('of tags, hooks and packages are appended', () => {
    const own = { '+tags': 'a', '+pre-hook': 'one', pkg: { '+tags': ['b'], '+pre_hook': ['two'] } }
    const config = merged('model', { own, calls: [{ tags: ['a'] }] })
    expect(config.tags).toEqual(['a', 'b', 'a'])
    expect(config['pre-hook']).toEqual([
      { sql: 'one', transaction: true, index: null },
      { sql: 'two', transaction: true, index: null },
    ])
  })

  it('of a hook may be the JSON that before_begin() writes', () => {
    const call = { post_hook: '{"sql": "x", "transaction": false}' }
    expect(merged('model', { calls: [call] })['post-hook']).toEqual([{ sql: 'x', transaction: false, index: null }])
  })

  it('of meta, docs and contract are laid over each other, one level deep', () => {
    const own = { '+meta': { a: { x: 1 }, b: 1 }, '+contract': { enforced: true }, '+docs': { show: false } }
    const config = merged('model', { own, properties: { meta: { a: { y: 2 } } } })
    expect(config.meta).toEqual({ a: { y: 2 }, b: 1 })
    expect(config.contract).toEqual({ enforced: true, alias_types: true })
    expect(config.docs).toEqual({ show: false, node_color: null })
  })

  it('of contract and docs hold the keys they are known to have and no others', () => {
    const { contract, docs } = merged('model', { properties: { contract: { enforce: true }, docs: { shown: false } } })
    expect({ contract, docs }).toEqual({
      contract: { enforced: false, alias_types: true },
      docs: { show: true, node_color: null },
    })
  })

  it.each([
    [{ warn_after: { count: 1, period: 'day' } }, null],
    [{}, null],
    [
      { build_after: { count: 1, period: 'day', more: 1 }, warn_after: {} },
      { build_after: { count: 1, period: 'day', updates_on: 'any' } },
    ],
  ])("of a model's freshness say when it is built: %j", (freshness, expected) => {
    expect(merged('model', { properties: { freshness } }).freshness).toEqual(expected)
  })

  it('of grants replace, or extend with a plus', () => {
    const own = { '+grants': { select: 'a', insert: ['x'] }, pkg: { '+grants': { '+select': ['b'], insert: 'y' } } }
    expect(merged('model', { own }).grants).toEqual({ select: ['a', 'b'], insert: ['y'] })
  })

  it('of other keys replace, unknown ones are kept behind the known ones', () => {
    const config = merged('model', { own: { zeta: 1, '+materialized': 'table' }, calls: [{ indexes: [], zeta: 2 }] })
    expect(Object.keys(config).slice(-2)).toEqual(['zeta', 'indexes'])
    expect(config).toMatchObject({ zeta: 2, materialized: 'table' })
  })

  it('of the wrong type are refused', () => {
    expect(() => merged('model', { calls: [{ meta: 'x' }] })).toThrow('The config "meta" must be a dictionary')
  })

  it.each([
    [{}, null, null],
    [{ store_failures: true }, true, 'table'],
    [{ store_failures: false }, false, 'ephemeral'],
    [{ store_failures: false, store_failures_as: 'view' }, true, 'view'],
    [{ store_failures: true, store_failures_as: 'ephemeral' }, false, 'ephemeral'],
  ])('of a test: %j settle what is stored', (properties, store, as) => {
    expect(merged('test', { properties })).toMatchObject({ store_failures: store, store_failures_as: as })
  })
})

it('several config() calls of one file are joined', () => {
  const calls = [
    { tags: 'a', meta: { x: 1 }, schema: 's' },
    { tags: ['b'], meta: { y: 2 }, schema: 't' },
  ]
  expect(merged('model', { calls })).toMatchObject({ tags: ['a', 'b'], meta: { x: 1, y: 2 }, schema: 't' })
})

it('the unrendered configuration holds what was written, later levels replacing', () => {
  const given = levels('model', {
    own: { '+tags': 'a', pkg: { '+tags': ['b'], '+schema': '{{ x }}' } },
    properties: { enabled: true },
  })
  expect(fromPython(mergeUnrenderedConfig(given))).toEqual({ tags: ['b'], schema: '{{ x }}', enabled: true })
})
