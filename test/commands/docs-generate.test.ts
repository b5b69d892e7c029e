import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { type RunResults, shop } from '../rig/small-shop.ts'

describe('docs generate', () => {
  test('writes a catalog of what the database has', async () => {
    const p = project(shop)
    await p.run('build')
    expect(await p.run('docs generate')).toBe(0)
    const { nodes } = p.json('target/catalog.json') as { nodes: Record<string, { columns: object }> }
    expect(Object.keys(nodes).sort()).toEqual(['model.shop.a', 'model.shop.b', 'seed.shop.countries'])
    expect(nodes['model.shop.b']?.columns).toEqual({ id: { type: 'INTEGER', index: 1, name: 'id', comment: null } })
  })

  test('writes a catalog of what the default selector selects, but of everything where nothing is compiled', async () => {
    const p = project({ ...shop, 'selectors.yml': 'selectors: [{name: few, default: true, definition: a}]\n' })
    await p.run('build --select a b countries')
    const found = (): string[] => Object.keys((p.json('target/catalog.json') as { nodes: object }).nodes).sort()
    await p.run('docs generate')
    expect(p.stdout).toContain('Using default selector few')
    expect(found()).toEqual(['model.shop.a'])
    await p.run('docs generate --no-compile --select a')
    expect(found()).toEqual(['model.shop.a', 'model.shop.b', 'seed.shop.countries'])
  })

  test('compiles a model without code, which no run builds', async () => {
    const p = project({ ...shop, 'models/hollow.sql': '' })
    const ids = (): string[] => (p.json('target/run_results.json') as RunResults).results.map(one => one.unique_id)
    await p.run('run')
    expect(ids()).not.toContain('model.shop.hollow')
    expect(await p.run('docs generate')).toBe(0)
    expect(ids()).toContain('model.shop.hollow')
  })

  test('leaves the manifest of before when a node cannot be compiled', async () => {
    const p = project(shop)
    expect(await p.run('docs generate')).toBe(0)
    const before = p.read('target/manifest.json')
    p.write({ 'models/a.sql': '{{ exceptions.raise_compiler_error("no") if execute }} select 1 as id' })
    expect(await p.run('docs generate')).toBe(2)
    expect(p.read('target/manifest.json')).toBe(before)
  })

  test('copies the assets of the project', async () => {
    const p = project({
      ...shop,
      'dbt_project.yml': "name: shop\nversion: '1.0'\nprofile: shop\nasset-paths: [pictures, none]\n",
      'pictures/a/logo.svg': '<svg/>',
    })
    expect(await p.run('docs generate')).toBe(0)
    expect(p.read('target/pictures/a/logo.svg')).toBe('<svg/>')
  })

  test('writes a page, and with --static one that holds manifest and catalog', async () => {
    const p = project({ ...shop, 'models/tricky.sql': 'select \'</script><b>\' as "$& "\n' })
    expect(await p.run('docs generate --static')).toBe(0)
    expect(p.read('target/index.html')).toContain('"MANIFEST.JSON INLINE DATA"')
    const page = p.read('target/static_index.html')
    expect(page.match(/<\/script>/g)).toHaveLength(1)
    const [, manifest, catalog] = /\{ manifest: (\{.*\}), catalog: (\{.*\}) \}$/m.exec(page) ?? []
    expect(JSON.parse(manifest ?? '')).toEqual(p.json('target/manifest.json'))
    expect(JSON.parse(catalog ?? '')).toEqual(p.json('target/catalog.json'))
  })

  test('leaves a page of others as it is, and fills its marks', async () => {
    const marks = 'n = ["MANIFEST.JSON INLINE DATA", "CATALOG.JSON INLINE DATA"]'
    const p = project({ ...shop, 'target/index.html': `<script>${marks}</script>` })
    expect(await p.run('docs generate --static')).toBe(0)
    expect(p.read('target/index.html')).toContain(marks)
    expect(p.read('target/static_index.html')).toContain('"dbt_schema_version":')
  })

  test('says why there can be no static page', async () => {
    const p = project(shop)
    expect(await p.run('docs generate --static --no-compile')).toBe(2)
    expect(p.stdout).toContain('manifest.json or catalog.json is not in the target folder')
    const other = project({ ...shop, 'target/index.html': '<p>mine</p>' })
    expect(await other.run('docs generate --static')).toBe(2)
    expect(other.stdout).toContain('has no place for manifest and catalog')
  })

  test('writes no manifest where nothing is compiled', async () => {
    const p = project(shop)
    expect(await p.run('docs generate --no-compile')).toBe(0)
    expect(p.exists('target/manifest.json')).toBe(false)
    expect(p.exists('target/catalog.json')).toBe(true)
    expect(p.stdout).not.toContain('Found 2 models')
  })

  const ownCatalog = `{% macro get_catalog_relations(information_schema, relations) %}
  {%- if var('refused', false) %}{% do exceptions.raise_compiler_error('no catalog today') %}{% endif -%}
  {%- do log(information_schema ~ ' of ' ~ (relations | map(attribute='identifier') | sort | join(' ')), info=true) -%}
  {{ return(run_query("select '" ~ information_schema.database ~ "' as table_database, 'main' as table_schema,
    'A' as table_name, 'odd' as table_type, null as table_comment, 'me' as table_owner, 'id' as column_name,
    1 as column_index, 'int' as column_type, 'key' as column_comment, 'Size' as \\"stats:size:label\\",
    12 as \\"stats:size:value\\", 'Bytes' as \\"stats:size:description\\", true as \\"stats:size:include\\"")) }}
{% endmacro %}`

  test('asks the macros of a project that has its own', async () => {
    const p = project({ ...shop, 'macros/catalog.sql': ownCatalog })
    expect(await p.run('docs generate')).toBe(0)
    expect(p.stdout).toContain('"shop".INFORMATION_SCHEMA of a b countries')
    const { nodes } = p.json('target/catalog.json') as { nodes: Record<string, object> }
    expect(Object.keys(nodes)).toEqual(['model.shop.a'])
    expect(nodes['model.shop.a']).toMatchObject({
      metadata: { type: 'odd', name: 'A', owner: 'me' },
      columns: { id: { type: 'int', index: 1, name: 'id', comment: 'key' } },
      stats: {
        size: { id: 'size', label: 'Size', value: 12, include: true, description: 'Bytes' },
        has_stats: { value: true },
      },
    })
  })

  test('tells what such a macro could not do, and ends with a failure', async () => {
    const p = project({ ...shop, 'macros/catalog.sql': ownCatalog })
    expect(await p.run(['docs', 'generate', '--vars', 'refused: true'])).toBe(1)
    expect(p.stdout).toContain('dbt encountered 1 failure while writing the catalog')
    const { errors } = p.json('target/catalog.json') as { errors: string[] }
    expect(errors).toEqual([
      'Compilation Error in macro get_catalog_relations (macros/catalog.sql)\n  no catalog today\n  \n  > in macro get_catalog_relations (macros/catalog.sql)\n  > called by macro get_catalog_relations (macros/catalog.sql)',
    ])
    expect(await p.run(['--warn-error', 'docs', 'generate', '--vars', 'refused: true'])).toBe(2)
    expect(p.stdout).toContain('Encountered an error while generating catalog: Compilation Error in macro')
  })
})
