import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

interface Manifest {
  readonly metadata: Record<string, unknown>
  readonly nodes: Record<string, Record<string, unknown>>
  readonly parent_map: Record<string, string[]>
  readonly child_map: Record<string, string[]>
  readonly [section: string]: unknown
}

interface Keyed {
  readonly constraints: readonly { readonly to: string | null }[]
  readonly columns: Readonly<Record<string, Pick<Keyed, 'constraints'>>>
}

const files = {
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "select * from {{ ref('a') }}",
  'models/off.sql': '{{ config(enabled=false) }} select 1',
  'models/schema.yml': `models:
  - name: a
    columns: [{name: id, data_tests: [not_null]}]
exposures:
  - {name: dash, type: dashboard, owner: {name: ann}, depends_on: [ref('b')]}
`,
}

describe('manifest.json', () => {
  test('keeps a test of something that is not there, turned off', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'tests/t.sql': "select * from {{ ref('a') }}, {{ ref('lost') }}",
    })
    await p.run('parse')
    const manifest = p.json('target/manifest.json') as Manifest
    expect(manifest.nodes['test.shop.t']).toMatchObject({
      config: { enabled: false },
      depends_on: { nodes: ['model.shop.a'] },
    })
    expect(manifest.parent_map['test.shop.t']).toEqual(['model.shop.a'])
    expect(manifest.child_map).toEqual({ 'model.shop.a': ['test.shop.t'], 'test.shop.t': [] })
  })

  test('has every section of version 12, also the empty ones', async () => {
    const p = project(files)
    await p.run('parse')
    expect(Object.keys(p.json('target/manifest.json') as Manifest)).toEqual([
      'metadata',
      'nodes',
      'sources',
      'macros',
      'docs',
      'exposures',
      'metrics',
      'groups',
      'selectors',
      'disabled',
      'parent_map',
      'child_map',
      'group_map',
      'saved_queries',
      'semantic_models',
      'unit_tests',
      'functions',
    ])
  })

  test('knows parents and children of every member', async () => {
    const p = project(files)
    await p.run('parse')
    const { parent_map, child_map, nodes } = p.json('target/manifest.json') as Manifest
    const [notNull] = Object.keys(nodes).filter(id => id.startsWith('test.'))
    expect(parent_map).toEqual({
      'model.shop.a': [],
      'model.shop.b': ['model.shop.a'],
      [String(notNull)]: ['model.shop.a'],
      'exposure.shop.dash': ['model.shop.b'],
    })
    expect(child_map['model.shop.a']).toEqual(['model.shop.b', notNull])
  })

  test('keeps disabled nodes apart', async () => {
    const p = project(files)
    await p.run('parse')
    const { disabled } = p.json('target/manifest.json') as Manifest
    expect(Object.keys(disabled as object)).toEqual(['model.shop.off'])
  })

  test('follows no refs of a disabled node, even where an enabled one has its id', async () => {
    const twin = "select * from {{ ref('a') }}"
    const p = project({ ...files, 'models/x/t.sql': twin, 'models/y/t.sql': `{{ config(enabled=false) }} ${twin}` })
    await p.run('parse')
    const { nodes, disabled } = p.json('target/manifest.json') as Manifest & { disabled: Record<string, unknown[]> }
    expect(nodes['model.shop.t']).toMatchObject({ depends_on: { nodes: ['model.shop.a'] } })
    expect(disabled['model.shop.t']).toMatchObject([{ refs: [{ name: 'a' }], depends_on: { nodes: [] } }])
  })

  test('has compiled code after a run, and the paths of its files', async () => {
    const p = project(files)
    await p.run('run')
    const { nodes } = p.json('target/manifest.json') as Manifest
    expect(nodes['model.shop.b']).toMatchObject({
      compiled: true,
      compiled_code: 'select * from "shop"."main"."a"',
      compiled_path: 'target/compiled/shop/models/b.sql',
      build_path: 'target/run/shop/models/b.sql',
      extra_ctes: [],
      extra_ctes_injected: true,
    })
    expect(p.exists('target/run/shop/models/b.sql')).toBe(true)
  })

  test('foreign keys name relations once their model is compiled, also when the parse was kept', async () => {
    const p = project({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select id, 'x' as name from {{ ref('a') }}",
      'models/schema.yml': `models:
  - name: b
    constraints: [{type: foreign_key, columns: [id], to: ref('a'), to_columns: [id]}]
    columns:
      - name: id
        constraints: [{type: not_null}, {type: foreign_key, to: "source('raw', 't')", to_columns: [id]}]
sources: [{name: raw, schema: landing, tables: [{name: t}]}]
`,
    })
    const written = (): unknown[] => {
      const { nodes } = p.json('target/manifest.json') as Manifest
      const { constraints, columns } = nodes['model.shop.b'] as unknown as Keyed
      return [...constraints, ...Object.values(columns).flatMap(one => one.constraints)].map(({ to }) => to)
    }
    await p.run('parse')
    expect(written()).toEqual(["ref('a')", null, "source('raw', 't')"])
    for (const command of ['run', 'compile', 'compile']) {
      await p.run(command)
      expect(written()).toEqual(['"shop"."main"."a"', null, '"shop"."landing"."t"'])
    }
    await p.run('parse')
    expect(written()).toEqual(["ref('a')", null, "source('raw', 't')"])
    await p.run('run --select a')
    expect(written()).toEqual(["ref('a')", null, "source('raw', 't')"])
  })

  test('metadata.env holds what DBT_ENV_CUSTOM_ENV_ names', async () => {
    const p = project(files, { environment: { DBT_ENV_CUSTOM_ENV_team: 'data' } })
    await p.run('parse')
    const { metadata } = p.json('target/manifest.json') as Manifest
    expect(metadata).toMatchObject({
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
      env: { team: 'data' },
      project_name: 'shop',
      project_id: 'fb54f3c5992b96d001bb16e8e92d968d',
      adapter_type: 'duckdb',
      quoting: { database: true, schema: true, identifier: true, column: null },
    })
  })

  test('--no-write-json writes no artifact', async () => {
    const p = project(files)
    await p.run('run --no-write-json')
    expect(p.exists('target/manifest.json')).toBe(false)
    expect(p.exists('target/run_results.json')).toBe(false)
  })
})
