import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

/** Two environments in one database. */
const profiles = `shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb, schema: main}
    prod: {type: duckdb, path: shop.duckdb, schema: prod}
`

describe('state', () => {
  test('selects what has changed since an earlier manifest', async () => {
    const p = project(shop)
    await p.run('parse --target-path before')
    p.write({ 'models/b.sql': 'select 3 as id' })
    await p.run('ls --quiet -s state:modified --state before')
    expect(p.stdout).toBe('shop.b\n')
  })

  test('--defer reads unselected parents from the other environment', async () => {
    const p = project({ ...shop, 'profiles.yml': profiles })
    expect(await p.run('run --target prod --target-path prod-artifacts')).toBe(0)
    expect(await p.run('run -s b --defer --state prod-artifacts')).toBe(0)
    expect(p.read('target/compiled/shop/models/b.sql')).toContain('from "shop"."prod"."a"')
  })

  test('--defer reads functions that are not selected from the other environment', async () => {
    const functions = 'functions: [{name: twice, arguments: [{name: x, data_type: int}], returns: {data_type: int}}]\n'
    const p = project({
      'profiles.yml': profiles,
      'functions/twice.sql': 'x * 2',
      'functions/schema.yml': functions,
      'models/b.sql': "select {{ function('twice') }}(1) as id",
    })
    expect(await p.run('parse --target prod --target-path prod-artifacts')).toBe(0)
    const compiled = async (select: string): Promise<string> => {
      expect(await p.run(`compile -s ${select} --defer --state prod-artifacts`)).toBe(0)
      return p.read('target/compiled/shop/models/b.sql')
    }
    expect(await compiled('b')).toBe('select "shop"."prod"."twice"(1) as id')
    expect(await compiled('+b')).toBe('select "shop"."main"."twice"(1) as id')
  })

  test('--defer without a state stops', async () => {
    const p = project(shop)
    expect(await p.run('run --defer')).toBe(2)
    expect(p.diagnostics.map(one => one.code)).toEqual(['commands/state-missing'])
    expect(p.stdout).toContain('--state or --defer-state are required for deferral')
  })

  test('in the target folder is warned of, because the run overwrites it', async () => {
    const p = project(shop)
    await p.run('run')
    expect(await p.run('run -s state:modified --state target')).toBe(0)
    expect(p.stdout).toContain("The state and target directories are the same: 'target'")
  })

  const address = (kind: string, version: number): string =>
    `{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/${kind}/v${version}.json"}}`

  test.for([
    ['manifest.json', '{', 'is not a JSON object'],
    ['manifest.json', '[]', 'is not a JSON object'],
    ['manifest.json', '{}', 'it has no schema version'],
    ['manifest.json', address('manifest', 3), 'Expected a schema version of'],
    ['manifest.json', address('manifest', 13), 'Expected a schema version of'],
    ['manifest.json', address('manifest', 12).replace(/}$/, ', "nodes": []}'), 'its "nodes" is not a dictionary'],
    ['run_results.json', '{', 'is not a JSON object'],
    ['run_results.json', '{}', 'Artifact is missing schema version'],
    ['run_results.json', address('run-results', 3), 'but found "https://schemas.getdbt.com/dbt/run-results/v3.json"'],
    ['sources.json', address('sources', 2), 'Are you running with a different version of dbt?'],
  ] as const)('in %s that is %s stops the command', async ([name, text, problem]) => {
    const p = project({ ...shop, [`before/${name}`]: text })
    expect(await p.run('ls -s result:error --state before')).toBe(2)
    expect(p.diagnostics.map(one => one.code)).toEqual(['commands/state-missing'])
    expect(p.diagnostics[0]?.hint).toBeDefined()
    expect(p.stdout).toContain(problem)
  })

  test.for([4, 12])('takes a manifest of version %d', async version => {
    const p = project({ ...shop, 'before/manifest.json': address('manifest', version) })
    expect(await p.run('ls --quiet -s state:new --state before --resource-type model')).toBe(0)
    expect(p.stdout).toBe('shop.a\nshop.b\n')
  })
})
