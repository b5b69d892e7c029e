import { describe, expect, test } from 'vitest'
import { parsed } from './parsed.ts'

describe('models', () => {
  test('a model has the id, path, fqn, checksum and relation that dbt gives it', () => {
    const { json, diagnostics } = parsed({ 'models/staging/stg.sql': '\nselect 1 as id\n\n' })
    expect(diagnostics).toEqual([])
    expect(json('model.shop.stg')).toMatchObject({
      database: 'shop',
      schema: 'main',
      alias: 'stg',
      path: 'staging/stg.sql',
      original_file_path: 'models/staging/stg.sql',
      fqn: ['shop', 'staging', 'stg'],
      raw_code: 'select 1 as id',
      relation_name: '"shop"."main"."stg"',
      checksum: {
        name: 'sha256',
        checksum: '3ea0f972fa1b56aa2dc2f56ee784b6a5796312f9a813d59ae70fd8855f10d16d',
      },
    })
  })

  test('a byte order mark is part of the code', () => {
    const { json } = parsed({ 'models/a.sql': '\ufeffselect {{ 1 }} as id\n' })
    expect(json('model.shop.a')).toMatchObject({ raw_code: '\ufeffselect {{ 1 }} as id' })
  })

  test('config, ref and source with literal arguments are read without rendering', () => {
    const { node } = parsed({
      'models/a.sql':
        "{{ config(materialized='table', tags='x') }} select * from {{ source('raw', 't') }}, {{ ref('b', v=2) }}",
    })
    const a = node('model.shop.a')
    expect(a.refs).toEqual([{ name: 'b', package: null, version: 2 }])
    expect(a.sources).toEqual([{ source: 'raw', table: 't' }])
    expect(a.tags).toEqual(['x'])
    expect(a.config.get('materialized')).toBe('table')
    expect(a.macros).toEqual([])
  })

  test('macros that the model itself calls are its dependencies, inner calls first', () => {
    const { node } = parsed({
      'macros/m.sql':
        '{% macro outer(x) %}{{ x }}{{ inner() }}{% endmacro %}{% macro inner() %}1{% endmacro %}{% macro arg() %}2{% endmacro %}',
      'models/a.sql': 'select {{ outer(arg()) }} {% if is_incremental() %} {{ ref("never") }} {% endif %}',
    })
    expect(node('model.shop.a').macros).toEqual(['macro.shop.arg', 'macro.shop.outer', 'macro.dbt.is_incremental'])
    expect(node('model.shop.a').refs).toEqual([])
  })

  test('a dispatch that means no macro is a mistake though nobody calls it', () => {
    const { diagnostics, found } = parsed({
      'macros/m.sql': `{% macro size() %}{{ adapter.dispatch('size', 'shop')() }}{% endmacro %}
{% macro default__size() %}1{% endmacro %}
{% macro copy() %}{{ adapter.dispatch('copy')() }}{% endmacro %}
{% macro snowflake__copy() %}1{% endmacro %}`,
    })
    expect(found).toEqual(['context/macro-not-found macros/m.sql:3'])
    expect(diagnostics[0]?.message).toBe(
      "In dispatch: No macro named 'copy' found within namespace: 'None'\n    Searched for: 'duckdb__copy', 'default__copy'",
    )
  })

  test('a macro that calls a package which is not there fails where a model calls it', () => {
    const { found } = parsed({
      'macros/m.sql': `{% macro share(a) %}{{ dbt_utils.safe_divide(a, 2) }}{% endmacro %}
{% macro listed(a) %}{% set all = [] %}{% do all.append(a) %}{{ all.pop() }}{{ a.upper() }}{% endmacro %}`,
      'models/a.sql': "select {{ listed('x') }}",
      'models/b.sql': 'select {{ share(1) }}',
    })
    expect(found).toEqual(['template/undefined macros/m.sql:1'])
  })

  test('a ref inside a macro is captured by the model that calls the macro', () => {
    const { node } = parsed({
      'macros/m.sql': "{% macro from_b() %}{{ ref('b') }}{% endmacro %}",
      'models/a.sql': 'select * from {{ from_b() }}',
    })
    expect(node('model.shop.a').refs.map(one => one.name)).toEqual(['b'])
  })

  test('its text sees itself as the project file configures it, and its hooks as all files do', () => {
    const { node } = parsed(
      {
        'models/a.sql': `{{ config(schema='s', post_hook="{{ ref('hook_' ~ model.config.materialized ~ '_' ~ model.config.schema) }}") }}
{{ ref('text_' ~ model.config.materialized ~ '_' ~ model.config.meta.owner ~ '_' ~ model.access) }} {{ ref(model.tags | length ~ model.columns | length ~ model.description) }}`,
        'models/p.yml': 'models: [{name: a, description: d, config: {tags: [y]}, columns: [{name: id}]}]\n',
      },
      'models:\n  shop: {+materialized: table, +tags: [x], +meta: {owner: ann}}\n',
    )
    expect(node('model.shop.a').refs.map(one => one.name)).toEqual([
      'text_table_ann_protected',
      '00',
      'hook_table_',
      'hook_table_s',
    ])
  })

  test('hooks are templates whose refs count', () => {
    const { node } = parsed({
      'models/a.sql': `{{ config(post_hook="insert into log select * from {{ ref('b') }}") }} select 1`,
    })
    expect(node('model.shop.a').refs.map(one => one.name)).toEqual(['b'])
  })

  test('generate_schema_name of the root project decides where nodes go', () => {
    const { node } = parsed(
      {
        'macros/n.sql':
          '{% macro generate_schema_name(custom, node) %} {{ node.resource_type }}_{{ custom or target.schema }} {% endmacro %}',
        'models/a.sql': 'select 1',
      },
      'models:\n  +schema: marts\n',
    )
    expect(node('model.shop.a').relationName).toBe('"shop"."model_marts"."a"')
  })

  test('a disabled model leaves the nodes', () => {
    const { project } = parsed({ 'models/a.sql': '{{ config(enabled=false) }} select 1' })
    expect(project.nodes.has('model.shop.a')).toBe(false)
    expect(project.disabled.get('model.shop.a')).toHaveLength(1)
  })

  test('a Python model is listed with what it refers to', () => {
    const { node } = parsed({
      'models/p.py':
        'def model(dbt, session):\n    dbt.config(tags=["py"])\n    return dbt.ref("a")  # dbt.ref("no")\n',
    })
    const model = node('model.shop.p')
    expect(model.language).toBe('python')
    expect(model.refs.map(one => one.name)).toEqual(['a'])
    expect(model.config.get('materialized')).toBe('table')
  })

  test('versions become nodes of their own', () => {
    const { json, project } = parsed({
      'models/dim_v1.sql': 'select 1 as id, 2 as old',
      'models/dim.sql': 'select 1 as id',
      'models/s.yml': `
models:
  - name: dim
    latest_version: 2
    columns: [{name: id, data_tests: [unique]}]
    versions:
      - v: 1
        columns: [{include: all}, {name: old}]
      - v: 2`,
    })
    expect([...project.nodes.keys()].filter(id => id.startsWith('model.'))).toEqual([
      'model.shop.dim.v2',
      'model.shop.dim.v1',
    ])
    expect(json('model.shop.dim.v1')).toMatchObject({ alias: 'dim_v1', version: 1, latest_version: 2 })
    expect(Object.keys(json('model.shop.dim.v1').columns as object)).toEqual(['id', 'old'])
    expect([...project.nodes.keys()].filter(id => id.startsWith('test.'))).toEqual([
      'test.shop.unique_dim_v1_id.2f98b9f679'.replace('2f98b9f679', id10('unique_dim_v1_id', project)),
      'test.shop.unique_dim_v2_id.fb0fd31dac'.replace('fb0fd31dac', id10('unique_dim_v2_id', project)),
    ])
  })

  test('an empty list of tests takes those of the model away, but not under its old name', () => {
    const { project } = parsed({
      'models/dim_v1.sql': 'select 1 as id',
      'models/dim_v2.sql': 'select 1 as id',
      'models/s.yml': `
models:
  - name: dim
    data_tests: [{unique: {arguments: {column_name: id}}}]
    versions: [{v: 1, data_tests: []}, {v: 2, tests: []}]`,
    })
    const tested = [...project.nodes.values()].flatMap(one =>
      one.resourceType === 'test' ? one.generic?.attachedNode : [],
    )
    expect(tested).toEqual(['model.shop.dim.v2'])
  })

  test('lists of a version stand before those of the model, dicts are merged', () => {
    const { json } = parsed({
      'models/dim_v1.sql': 'select 1 as id',
      'models/dim_v2.sql': 'select 1 as id',
      'models/s.yml': `
models:
  - name: dim
    config: {tags: [all, every], meta: {owners: [ana], a: {b: 1}}, unique_key: id}
    versions:
      - {v: 1, config: {tags: [one], meta: {owners: [bob], a: {c: 2}}, unique_key: [id]}}
      - v: 2`,
    })
    expect(json('model.shop.dim.v1').config).toMatchObject({
      tags: ['one', 'all', 'every'],
      meta: { owners: ['bob', 'ana'], a: { b: 1, c: 2 } },
      unique_key: ['id', 'i', 'd'],
    })
    expect(json('model.shop.dim.v2').config).toMatchObject({ tags: ['all', 'every'], unique_key: 'id' })
  })
})

function id10(name: string, project: { readonly nodes: ReadonlyMap<string, unknown> }): string {
  return [...project.nodes.keys()].find(id => id.includes(name))?.slice(-10) ?? ''
}

describe('sources', () => {
  const yaml = `
sources:
  - name: raw
    database: lake
    tags: [s]
    meta: {a: 1}
    loaded_at_field: ts
    freshness: {warn_after: {count: 12, period: hour}}
    tables:
      - name: users
        identifier: users_1
        quoting: {identifier: false}
        config: {tags: [t], meta: {b: 2}, freshness: {error_after: {count: 2, period: day}}}
      - name: files
        config: {external_location: "read_parquet('x/{name}.parquet')"}
        freshness: null`

  test('an empty database, schema or identifier is as good as none', () => {
    const empty =
      'sources: [{name: raw, database: "{{ var(\'db\', \'\') }}", schema: "", tables: [{name: t, identifier: ""}]}]'
    expect(parsed({ 'models/s.yml': empty }).json('source.shop.raw.t')).toMatchObject({
      database: 'shop',
      relation_name: '"shop"."raw"."t"',
    })
  })

  test('a table inherits tags, meta, freshness and quoting from its source', () => {
    expect(parsed({ 'models/s.yml': yaml }).json('source.shop.raw.users')).toMatchObject({
      relation_name: '"lake"."raw".users_1',
      tags: ['s', 't'],
      meta: { a: 1, b: 2 },
      source_meta: { a: 1 },
      loaded_at_field: 'ts',
      freshness: { warn_after: { count: 12, period: 'hour' }, error_after: { count: 2, period: 'day' } },
    })
  })

  test('an external location is printed in place of a name, and null switches freshness off', () => {
    const source = parsed({ 'models/s.yml': yaml }).json('source.shop.raw.files')
    expect(source.relation_name).toBe("read_parquet('x/files.parquet')")
    expect(source.freshness).toBeNull()
  })
})

describe('tests', () => {
  test('built-in tests with literal arguments know their macros and parents', () => {
    const { project } = parsed({
      'models/a.sql': 'select 1 as id',
      'models/s.yml': `
models:
  - name: a
    columns:
      - name: id
        data_tests:
          - not_null
          - relationships: {arguments: {to: ref('b'), field: id}}`,
    })
    const [notNull, relationships] = [...project.nodes.values()].filter(node => node.resourceType === 'test')
    expect(notNull?.macros).toEqual(['macro.dbt.test_not_null'])
    expect(relationships?.macros).toEqual(['macro.dbt.test_relationships', 'macro.dbt.get_where_subquery'])
    expect(relationships?.refs.map(one => one.name)).toEqual(['b', 'a'])
    expect(notNull?.rawCode).toBe('{{ test_not_null(**_dbt_generic_test_kwargs) }}')
  })

  test("a test of another package's model is attached to no node, as in dbt", () => {
    const { project } = parsed({
      'packages.yml': 'packages: [{local: ../kit}]\n',
      'dbt_packages/kit/dbt_project.yml': 'name: kit\n',
      'dbt_packages/kit/models/theirs.sql': 'select 1 as id',
      'models/mine.sql': 'select 1 as id',
      'models/p.yml': `models:
  - {name: theirs, columns: [{name: id, data_tests: [not_null]}]}
  - {name: mine, columns: [{name: id, data_tests: [not_null]}]}
`,
    })
    const attached = [...project.nodes.values()].flatMap(node =>
      node.resourceType === 'test' ? [[node.name, node.generic?.attachedNode]] : [],
    )
    expect(attached).toEqual([
      ['not_null_theirs_id', null],
      ['not_null_mine_id', 'model.shop.mine'],
    ])
  })

  test('a test of the project may configure itself', () => {
    const { project } = parsed({
      'models/a.sql': 'select 1 as id',
      'tests/generic/g.sql':
        "{% test even(model) %}{{ config(severity='warn') }} select * from {{ model }}{% endtest %}",
      'models/s.yml': 'models: [{name: a, data_tests: [even]}]',
    })
    const found = [...project.nodes.values()].find(node => node.resourceType === 'test')
    expect(found?.config.get('severity')).toBe('warn')
    expect(found?.macros).toEqual(['macro.shop.test_even', 'macro.dbt.get_where_subquery'])
  })
})

describe('the rest of properties files', () => {
  test('doc blocks are put into descriptions', () => {
    const { json } = parsed({
      'models/a.sql': 'select 1',
      'models/d.md': '{% docs it %}\nSome *text*.\n{% enddocs %}',
      'models/s.yml': 'models: [{name: a, description: "Say: {{ doc(\'it\') }}"}]',
    })
    expect(json('model.shop.a')).toMatchObject({ description: 'Say: Some *text*.', doc_blocks: ['doc.shop.it'] })
  })

  test('a contract has the checksum that dbt computes', () => {
    const { json } = parsed({
      'models/fct.sql':
        "{{ config(materialized='incremental', on_schema_change='fail', contract={'enforced': true}) }} select 1",
      'models/s.yml': `
models:
  - name: fct
    constraints:
      - {type: primary_key, columns: [id]}
      - {type: foreign_key, columns: [id], to: ref('seed_a'), to_columns: [id]}
      - {type: check, expression: id > 0, name: chk}
    columns:
      - name: id
        data_type: int
        constraints: [{type: not_null, warn_unsupported: false}, {type: foreign_key, expression: "x (id)"}]
      - {name: name, data_type: string}`,
    })
    expect(json('model.shop.fct')).toMatchObject({
      contract: { checksum: 'b2b58deb9d3cdf611c726ebd9be5e18d553ae7c0fbc77481009fc7285588da4d' },
      primary_key: ['id'],
      refs: [{ name: 'seed_a' }],
    })
  })

  test('a foreign key of a versioned model is a reference twice over, as in dbt', () => {
    const { json } = parsed({
      'models/f_v1.sql': "select * from {{ ref('seed_a') }}",
      'models/s.yml': `
models:
  - name: f
    columns: [{name: id, constraints: [{type: foreign_key, to: "source('raw', 'users')", to_columns: [id]}]}]
    constraints: [{type: foreign_key, columns: [id], to: ref('d'), to_columns: [id]}]
    versions: [{v: 1}]`,
      'models/d.sql': 'select 1 as id',
    })
    expect(json('model.shop.f.v1')).toMatchObject({
      refs: [{ name: 'seed_a' }, { name: 'd' }, { name: 'd' }],
      sources: [
        ['raw', 'users'],
        ['raw', 'users'],
      ],
    })
  })

  test('a unit test has the checksum that dbt computes, and takes its rows from a fixture', () => {
    const { json } = parsed({
      'models/stg_a.sql': 'select 1',
      'tests/fixtures/fx.csv': 'id,name\n1,a\n2,\n',
      'models/s.yml': `
unit_tests:
  - name: ut1
    model: stg_a
    given:
      - input: source('raw', 'users')
        rows: [{id: 1, name: a}, {id: null, name: b}]
      - {input: ref('seed_a'), format: csv, fixture: fx}
    expect: {format: sql, rows: select 1 as id}
    overrides: {vars: {top: 3}, macros: {is_incremental: false}, env_vars: {A: b}}`,
    })
    expect(json('unit_test.shop.stg_a.ut1')).toMatchObject({
      checksum: '5cf9bf07590719481a7e54afefe26459690fd42fc2758f9d46e8e8c57154e32d',
      given: [
        {},
        {
          rows: [
            { id: '1', name: 'a' },
            { id: '2', name: null },
          ],
        },
      ],
    })
  })
})

describe('mistakes', () => {
  test('ten mistakes are reported at once, each with its place', () => {
    const { found } = parsed({
      'models/a.sql': 'select 1',
      'models/b.sql': 'select {{ nope( }}',
      'models/x/a.sql': 'select 2',
      'models/s.yml': `
models:
  - name: a
    data_test: []
    access: secret
    columns: [{name: id, data_tests: [{unique: {}, not_null: {}}], constraints: [{type: odd}]}]
  - name: aa
    description: 5
  - name: missing
  - {description: no name}
sources: {}
exposures:
  - {name: e, type: chart, owner: {name: x}}
unit_tests:
  - {name: u, model: gone, given: [], expect: {rows: []}}
`,
    })
    expect(found).toEqual([
      'template/syntax models/b.sql:1',
      'project/invalid-properties models/s.yml:10',
      'project/invalid-properties models/s.yml:11',
      'project/invalid-entry models/s.yml:8',
      'project/invalid-entry models/s.yml:13',
      'project/duplicate-name',
      'project/invalid-constraint models/s.yml:6',
      'project/patch-without-node models/s.yml:9',
      'project/bad-test models/s.yml:6',
      'project/invalid-access models/s.yml:5',
      'project/unit-test models/s.yml:15',
    ])
  })

  test('two entries for one model name both places', () => {
    const { diagnostics } = parsed({
      'models/a.sql': 'select 1',
      'models/s.yml': 'models: [{name: a}]',
      'models/t.yml': 'models: [{name: a}]',
    })
    expect(diagnostics[0]).toMatchObject({
      code: 'project/duplicate-patch',
      notes: [{ message: 'first described here' }],
    })
  })

  test('a patch for a name that is nearly right says which one is meant', () => {
    const { diagnostics } = parsed({ 'models/orders.sql': 'select 1', 'models/s.yml': 'models: [{name: order}]' })
    expect(diagnostics[0]).toMatchObject({ severity: 'warning', hint: "did you mean 'orders'?" })
  })
})

test('dates and times of a configuration are written in the ISO form', () => {
  const { json } = parsed({
    'models/a.sql':
      '{{ config(meta={"d": modules.datetime.date(2020, 1, 2), "t": modules.datetime.datetime(2020, 1, 2, 3)}) }} select 1',
  })
  expect(json('model.shop.a').meta).toEqual({ d: '2020-01-02', t: '2020-01-02T03:00:00' })
})
