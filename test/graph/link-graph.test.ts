import { describe, expect, it } from 'vitest'
import { graphOf, link } from './graph-rig.ts'

const sources = 'sources:\n  - name: raw\n    tables: [{name: orders}, {name: customers}]\n'

describe('edges', () => {
  it('go from sources, seeds and models to what refers to them', () => {
    const graph = graphOf({
      'models/s.yml': sources,
      'seeds/country.csv': 'id\n1\n',
      'models/a.sql': "select * from {{ ref('country') }}, {{ source('raw', 'orders') }}",
      'models/b.sql': "select * from {{ ref('a') }}, {{ ref('a') }}",
    })
    expect(graph.dependsOn.get('model.shop.a')).toEqual(['source.shop.raw.orders', 'seed.shop.country'])
    expect(graph.parents.get('model.shop.a')).toEqual(['seed.shop.country', 'source.shop.raw.orders'])
    expect(graph.children.get('model.shop.a')).toEqual(['model.shop.b'])
    expect(graph.children.get('model.shop.b')).toEqual([])
  })

  it('of tests, exposures and unit tests are there, too', () => {
    const graph = graphOf({
      'models/a.sql': 'select 1 as id',
      'models/s.yml': `${sources}models:
  - name: a
    columns: [{name: id, data_tests: [unique]}]
exposures:
  - {name: e, type: dashboard, owner: {email: x}, depends_on: [ref('a')]}
unit_tests:
  - {name: u, model: a, given: [], expect: {rows: []}}
`,
    })
    expect(graph.children.get('model.shop.a')?.map(id => id.replace(/\.[0-9a-f]{10}$/, ''))).toEqual([
      'exposure.shop.e',
      'test.shop.unique_a_id',
      'unit_test.shop.a.u',
    ])
  })

  it('of a versioned model follow the version, or the latest one', () => {
    const graph = graphOf({
      'models/m_v1.sql': 'select 1',
      'models/m_v2.sql': 'select 2',
      'models/s.yml': 'models:\n  - name: m\n    latest_version: 1\n    versions: [{v: 1}, {v: 2}]\n',
      'models/a.sql': "{{ ref('m') }} {{ ref('m', v=2) }}",
    })
    expect(graph.dependsOn.get('model.shop.a')).toEqual(['model.shop.m.v1', 'model.shop.m.v2'])
  })
})

describe('a ref', () => {
  it('to nothing names the place and what is near', () => {
    const { diagnostics } = link({
      'models/orders.sql': 'select 1',
      'models/b.sql': "select * from\n  {{ ref('ordes') }}",
    })
    expect(diagnostics.all).toMatchObject([
      {
        code: 'graph/ref-not-found',
        kind: 'Compilation',
        message: "Model 'model.shop.b' (models/b.sql) depends on a node named 'ordes' which was not found",
        hint: "did you mean 'orders'",
      },
    ])
    const at = diagnostics.all[0]?.at
    expect(at?.file.path).toBe('models/b.sql')
    expect(at?.file.text.slice(at.start, at.end)).toBe("ref('ordes')")
  })

  it('to a disabled model says so, and where it is', () => {
    const { diagnostics } = link({
      'models/a.sql': '{{ config(enabled=false) }} select 1',
      'models/b.sql': "{{ ref('a') }}",
    })
    expect(diagnostics.all[0]).toMatchObject({
      code: 'graph/ref-disabled',
      message: "Model 'model.shop.b' (models/b.sql) depends on a node named 'a' which is disabled",
      notes: [{ message: 'it is disabled in models/a.sql' }],
    })
  })

  it('names package and version in the message', () => {
    const { told } = link({ 'models/b.sql': "{{ ref('one', 'x') }}{{ ref('y', v=3) }}" })
    expect(told).toEqual([
      "error graph/ref-not-found: Model 'model.shop.b' (models/b.sql) depends on a node named 'x' in package or project 'one' which was not found",
      "error graph/ref-not-found: Model 'model.shop.b' (models/b.sql) depends on a node named 'y' with version '3' which was not found",
    ])
  })

  it('of a test to nothing is a warning, and the test is left out', () => {
    const { graph, told } = link({
      'models/a.sql': 'select 1',
      'tests/t.sql': "select * from {{ ref('a') }}, {{ ref('zzz') }}",
    })
    expect(told).toEqual([
      "warning graph/ref-not-found: Test 'test.shop.t' (tests/t.sql) depends on a node named 'zzz' in package '' which was not found",
    ])
    expect(graph?.members.has('test.shop.t')).toBe(false)
  })

  it('of a test to a disabled model is silent', () => {
    const { told } = link({
      'models/a.sql': '{{ config(enabled=false) }} select 1',
      'tests/t.sql': "select * from {{ ref('a') }}",
    })
    expect(told).toEqual([])
  })

  it('to a source table that is not defined names the near one', () => {
    const { diagnostics } = link({ 'models/s.yml': sources, 'models/a.sql': "{{ source('raw', 'order') }}" })
    expect(diagnostics.all[0]).toMatchObject({ code: 'graph/source-not-found', hint: "did you mean 'raw.orders'" })
  })

  it('is told along with every other that is wrong', () => {
    expect(
      link({ 'models/a.sql': "{{ ref('x') }}{{ ref('y') }}", 'models/b.sql': "{{ source('p', 'q') }}" }).told,
    ).toHaveLength(3)
  })
})

describe('packages', () => {
  const one = {
    'dbt_packages/one/dbt_project.yml': "name: one\nversion: '1.0'\n",
    'dbt_packages/one/models/base.sql': 'select 1',
    'dbt_packages/one/models/use.sql': "select * from {{ ref('base') }}",
  }

  it('find their own models, after those of the root project', () => {
    expect(graphOf(one).dependsOn.get('model.one.use')).toEqual(['model.one.base'])
    const { graph, told } = link({ ...one, 'models/base.sql': "{{ config(alias='other') }} select 2" })
    expect(graph?.dependsOn.get('model.one.use')).toEqual(['model.shop.base'])
    expect(told[0]).toContain(
      "warning graph/package-uses-root: The node 'use' in package 'one' depends on the root project node",
    )
  })

  it('that use a model of the root project are told of as data', () => {
    const { facts } =
      link({ ...one, 'models/base.sql': "{{ config(alias='other') }} select 2" }).diagnostics.all.find(d => d.facts) ??
      {}
    expect(facts).toEqual({ node_name: 'use', package_name: 'one', root_project_unique_id: 'model.shop.base' })
  })

  it('find their own models first where the behaviour flag says so', () => {
    const graph = graphOf({
      ...one,
      'models/base.sql': "{{ config(alias='other') }} select 2",
      'dbt_project.yml': 'name: shop\nprofile: shop\nflags: {require_ref_searches_node_package_before_root: true}\n',
    })
    expect(graph.dependsOn.get('model.one.use')).toEqual(['model.one.base'])
  })

  it('that share a name that a third one refers to are ambiguous', () => {
    const { told } = link({
      ...one,
      'dbt_packages/two/dbt_project.yml': 'name: two\n',
      'dbt_packages/two/models/base.sql': "{{ config(alias='other') }} select 1",
      'models/a.sql': "{{ ref('base') }}",
    })
    expect(told[0]).toContain("dbt found nodes in multiple packages: 'model.one.base', 'model.two.base'")
  })

  it('with restricted access let others see public models alone', () => {
    const { told } = link({
      ...one,
      'dbt_packages/one/dbt_project.yml': 'name: one\nrestrict-access: true\n',
      'models/a.sql': "{{ ref('base') }}",
    })
    expect(told).toEqual([
      "error graph/access: Node model.shop.a attempted to reference node model.one.base, which is not allowed because the referenced node is protected to the 'one' package.",
    ])
  })
})

describe('groups', () => {
  const files = {
    'models/a.sql': "{{ config(access='private', group='g') }} select 1",
    'models/s.yml': 'groups: [{name: g, owner: {name: x}}]\n',
  }

  it('let their own members refer to private models', () => {
    expect(link({ ...files, 'models/b.sql': "{{ config(group='g') }} {{ ref('a') }}" }).told).toEqual([])
    expect(link({ ...files, 'models/b.sql': "{{ ref('a') }}" }).told).toEqual([
      "error graph/access: Node model.shop.b attempted to reference node model.shop.a, which is not allowed because the referenced node is private to the 'g' group.",
    ])
  })

  it('must be defined', () => {
    expect(
      link({ 'models/a.sql': "{{ config(group='nope') }} select 1", 'models/s.yml': files['models/s.yml'] }).told,
    ).toEqual(["error graph/unknown-group: Invalid group 'nope', expected one of ['g']"])
  })
})

it('a cycle is shown as a path', () => {
  const { graph, told } = link({
    'models/a.sql': "{{ ref('c') }}",
    'models/b.sql': "{{ ref('a') }}",
    'models/c.sql': "{{ ref('b') }}",
    'models/d.sql': "{{ ref('c') }}",
  })
  expect(graph).toBeUndefined()
  expect(told).toEqual([
    'error graph/cycle: Found a cycle: model.shop.a --> model.shop.b --> model.shop.c --> model.shop.a',
  ])
})

it('a test of something that is not there is left out, and its other parents are known', () => {
  const { graph } = link({
    'models/a.sql': 'select 1 as id',
    'tests/t.sql': "select * from {{ ref('a') }}, {{ ref('lost') }}",
  })
  expect(graph?.members.has('test.shop.t')).toBe(false)
  expect(graph?.unlinkedTests).toEqual(new Map([['test.shop.t', ['model.shop.a']]]))
})
