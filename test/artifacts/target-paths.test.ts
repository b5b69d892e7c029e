import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

test('every kind of node has its place in the target folder', async () => {
  const p = project({
    'models/deep/a.sql': 'select 1 as id',
    'models/deep/schema.yml': `models:
  - name: a
    columns: [{name: id, data_tests: [not_null]}]
unit_tests:
  - {name: ut, model: a, given: [], expect: {rows: [{id: 1}]}}
`,
    'seeds/s.csv': 'x\n1\n',
    'dbt_project.yml': 'name: shop\nprofile: shop\non-run-start: select 1\n',
  })
  expect(await p.run('build')).toBe(0)
  expect(p.list('target/compiled')).toEqual([
    'shop/dbt_project.yml/hooks/shop-on-run-start-0.sql',
    'shop/models/deep/a.sql',
    'shop/models/deep/schema.yml/models/deep/ut.sql',
    'shop/models/deep/schema.yml/not_null_a_id.sql',
  ])
  expect(p.list('target/run')).toContain('shop/seeds/s.csv')
  const { nodes } = JSON.parse(p.read('target/manifest.json'))
  expect(nodes['operation.shop.shop-on-run-start-0'].compiled_path).toBe(
    'target/compiled/shop/./dbt_project.yml/hooks/shop-on-run-start-0.sql',
  )
})

test('what compiles to nothing has no file', async () => {
  const p = project({
    'models/a.sql': 'select 1 as id',
    'dbt_project.yml': "name: shop\nprofile: shop\non-run-start: '{{ log(1) }}'\n",
  })
  expect(await p.run('build')).toBe(0)
  expect(p.list('target/compiled')).toEqual(['shop/models/a.sql'])
  const { nodes } = JSON.parse(p.read('target/manifest.json'))
  expect(nodes['operation.shop.shop-on-run-start-0']).toMatchObject({ compiled: true, compiled_path: null })
})

test('unit tests of versions of a model have files of their own', async () => {
  const p = project({
    'models/a_v1.sql': 'select 1 as id',
    'models/a_v2.sql': 'select 1 as id',
    'models/schema.yml': `models:
  - {name: a, latest_version: 2, versions: [{v: 1}, {v: 2}]}
unit_tests:
  - {name: ut, model: a, given: [], expect: {rows: [{id: 1}]}}
`,
  })
  expect(await p.run('build')).toBe(0)
  const files = p.list('target/run').filter(path => path.includes('schema.yml'))
  expect(files).toEqual(['shop/models/schema.yml/models/ut_v1.sql', 'shop/models/schema.yml/models/ut_v2.sql'])
})
