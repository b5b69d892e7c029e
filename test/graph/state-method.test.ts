import { describe, expect, it } from 'vitest'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import type { Graph } from '../../src/graph/graph.ts'
import type { JsonObject } from '../../src/graph/previous-state.ts'
import { StateComparison } from '../../src/graph/state-method.ts'
import { memberJson } from '../../src/project/member-json.ts'
import { plainJson } from '../../src/project/plain-json.ts'
import { told } from '../config/config-rig.ts'
import { graphOf } from './graph-rig.ts'

const files = {
  'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+tags: a}\n',
  'seeds/country.csv': 'id\n1\n',
  'macros/m.sql': '{% macro inner() %}1{% endmacro %}{% macro outer() %}{{ inner() }}{% endmacro %}',
  'models/a.sql': "select * from {{ source('raw', 'orders') }}",
  'models/b.sql': "select {{ outer() }} as id from {{ ref('a') }}",
  'models/s.yml': `sources: [{name: raw, tables: [{name: orders}]}]
models:
  - {name: a, description: old, config: {persist_docs: {relation: true}}}
  - name: b
    config: {contract: {enforced: true}, materialized: table}
    columns: [{name: id, data_type: int, constraints: [{type: not_null}]}]
exposures: [{name: dash, type: dashboard, owner: {email: x}, depends_on: [ref('b')]}]
`,
}

/** The sections of a manifest that comparing looks at. */
function manifestOf(graph: Graph): JsonObject {
  const section = (ids: Iterable<string>): JsonObject =>
    Object.fromEntries(
      [...ids].flatMap(id => {
        const member = graph.members.get(id)
        return member ? [[id, plainJson(memberJson(member, { dependsOn: graph.dependsOn.get(id) ?? [] }))]] : []
      }),
    )
  const macros = [...graph.project.macros.values()].filter(one => one.packageName === 'shop')
  return {
    nodes: section(graph.project.nodes.keys()),
    sources: section(graph.project.sources.keys()),
    exposures: section(graph.project.exposures.keys()),
    macros: Object.fromEntries(macros.map(one => [one.uniqueId, { macro_sql: one.macroSql }])),
  }
}

const before = manifestOf(graphOf(files))

function compare(changes: Readonly<Record<string, string>>, check = 'modified') {
  const diagnostics = new Diagnostics()
  const found = new StateComparison(graphOf({ ...files, ...changes }), before, diagnostics).matching(check)
  return { ids: found.map(id => id.split('.').slice(2).join('.')).join(' '), told: told(diagnostics) }
}

const yaml = (from: string | RegExp, to: string): Record<string, string> => ({
  'models/s.yml': files['models/s.yml'].replace(from, to),
})

describe('modified', () => {
  it('is nothing where nothing changed', () => {
    expect(compare({}).ids).toBe('')
    expect(compare({}, 'unmodified').ids.split(' ').sort()).toEqual(['a', 'b', 'country', 'dash', 'raw.orders'])
  })

  it.each([
    ['a text', { 'models/a.sql': 'select 2' }, 'modified.body', 'a'],
    ['a seed', { 'seeds/country.csv': 'id\n2\n' }, 'modified.body', 'country'],
    [
      'a config',
      { 'models/a.sql': "{{ config(materialized='table') }} select * from {{ source('raw', 'orders') }}" },
      'modified.configs',
      'a',
    ],
    [
      'an alias',
      { 'models/a.sql': "{{ config(alias='z') }} select * from {{ source('raw', 'orders') }}" },
      'modified.relation',
      'a',
    ],
    [
      'a description that is written to the database',
      yaml('description: old', 'description: new'),
      'modified.persisted_descriptions',
      'a',
    ],
    [
      'a macro that another macro calls',
      { 'macros/m.sql': files['macros/m.sql'].replace('1{%', '2{%') },
      'modified.macros',
      'b',
    ],
    [
      'a column of a contract',
      yaml('data_type: int,', 'data_type: int, description: x,').constructor
        ? { ...yaml('columns: [', 'columns: [{name: n, data_type: int}, ') }
        : {},
      'modified.contract',
      'b',
    ],
    [
      'the place of a source',
      yaml('{name: raw, tables', '{name: raw, schema: other, tables'),
      'modified.relation',
      'raw.orders',
    ],
  ])('is found by %s', (_, changes, part, expected) => {
    expect(compare(changes).ids).toBe(expected)
    expect(compare(changes, part).ids).toBe(expected)
  })

  it('counts neither tags nor the values of variables', () => {
    expect(compare({ 'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+tags: b}\nvars: {x: 1}\n' }).ids).toBe('')
  })

  it('counts the kind of an exposure', () => {
    expect(compare(yaml('type: dashboard', 'type: notebook')).ids).toBe('dash')
  })
})

it('new and old are told apart by their ids', () => {
  const changes = { 'models/c.sql': 'select 1' }
  expect(compare(changes, 'new').ids).toBe('c')
  expect(compare(changes, 'old').ids.split(' ')).not.toContain('c')
  expect(compare(changes).ids).toBe('c')
})

it('an unknown check is refused', () => {
  expect(() => compare({}, 'modified.foo')).toThrow('Got an invalid selector "modified.foo"')
})

describe('a broken contract', () => {
  it.each([
    ['Columns with data_type changes: \n    - id (int -> text)', yaml('data_type: int', 'data_type: text')],
    ['Columns were removed: \n    - id', yaml('{name: id, data', '{name: other, data')],
    [
      "Enforced column level constraints were removed: \n    - 'not_null' constraint on column id",
      yaml('[{type: not_null}]', '[]'),
    ],
    [
      'Materialization changed with enforced constraints: \n    - table -> view',
      yaml('materialized: table', 'materialized: view'),
    ],
    ['Contract enforcement was removed', yaml('enforced: true', 'enforced: false')],
  ])('is a warning for a model without versions: %s', (reason, changes) => {
    const { ids, told: lines } = compare(changes)
    expect(ids).toBe('b')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(
      'warning graph/contract-broken: Breaking change to contracted, unversioned model b (models/b.sql)',
    )
    expect(lines[0]).toContain(reason)
  })

  it('is told of models that are gone', () => {
    const graph = graphOf({
      ...files,
      'models/b.sql': '',
      'models/s.yml': 'sources: [{name: raw, tables: [{name: orders}]}]\n',
    })
    const diagnostics = new Diagnostics()
    new StateComparison(graph, before, diagnostics).matching('modified')
    expect(told(diagnostics)[0]).toContain("Contracted model 'model.shop.b' was deleted or renamed.")
  })

  it('is nothing where a type only got wider', () => {
    const wide = { ...files, ...yaml('data_type: int', 'data_type: varchar(3)') }
    const manifest = manifestOf(graphOf(wide))
    const diagnostics = new Diagnostics()
    const graph = graphOf({ ...files, ...yaml('data_type: int', 'data_type: varchar(10)') })
    expect(new StateComparison(graph, manifest, diagnostics).matching('modified.contract')).toEqual(['model.shop.b'])
    expect(diagnostics.all).toEqual([])
  })
})

it('a generic test whose macro is gone cannot be compared', () => {
  const properties = 'models:\n  - name: c\n    columns: [{name: id, data_tests: [nowhere]}]\n'
  const graph = graphOf({ ...files, 'models/c.sql': 'select 1 as id', 'models/c.yml': properties })
  const comparison = new StateComparison(graph, manifestOf(graph), new Diagnostics())
  expect(() => comparison.matching('modified')).toThrow(/depends on a macro or test that does not exist/)
})
