import { expect, test } from 'vitest'
import { project } from '../../rig/project-rig.ts'

interface Line {
  readonly info: { readonly name: string; readonly thread: string; readonly msg: string }
  readonly data: Record<string, unknown>
}

const files = {
  'models/good.sql': "{{ config(materialized='table') }} select 1 as x {{ log('said') }}",
  'models/bad.sql': "select missing from {{ ref('good') }}",
  'models/after.sql': "select * from {{ ref('bad') }}",
  'models/s.yml': 'groups: [{name: core, owner: {name: ana}}]\n',
  'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+group: core}\n',
}

async function linesOf(names: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Line[]> {
  const p = project({ ...files, ...more })
  await p.run('build --threads 1 --log-format json --log-level debug')
  const lines = p.stdout
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line))
  return lines.filter(line => names.includes(line.info.name))
}

const idOf = ({ data }: Line): unknown => (data.node_info as Record<string, unknown> | undefined)?.unique_id

test('a node that is skipped begins and ends like the others, and holds back what hangs on it', async () => {
  const lines = await linesOf(['NodeStart', 'SkippingDetails', 'NodeFinished', 'MarkSkippedChildren'])
  const told = lines.map(line => [line.info.name, line.data.unique_id ?? idOf(line)])
  expect(told).toEqual([
    ['NodeStart', 'model.shop.good'],
    ['NodeFinished', 'model.shop.good'],
    ['NodeStart', 'model.shop.bad'],
    ['NodeFinished', 'model.shop.bad'],
    ['MarkSkippedChildren', 'model.shop.bad'],
    ['NodeStart', 'model.shop.after'],
    ['SkippingDetails', 'model.shop.after'],
    ['NodeFinished', 'model.shop.after'],
    ['MarkSkippedChildren', 'model.shop.after'],
  ])
})

test('results of nodes in a group name its owner', async () => {
  const group = { name: 'core', package_name: 'shop', owner: { name: 'ana' } }
  const lines = await linesOf(['LogModelResult', 'SkippingDetails'])
  expect(lines.map(line => line.data.group)).toEqual([group, group, group])
})

test('statements and words of a template are told in the thread of their node', async () => {
  const lines = await linesOf(['SQLQuery', 'SQLQueryStatus', 'JinjaLogDebug'])
  const ofNode = lines.filter(line => idOf(line) === 'model.shop.good')
  expect(new Set(ofNode.map(line => line.info.name)).size).toBe(3)
  expect(new Set(ofNode.map(line => line.info.thread))).toEqual(new Set(['Thread-1 (worker)']))
})

test('a worker hands its connection from node to node', async () => {
  const lines = await linesOf(['ConnectionReused'])
  expect(lines.map(line => line.data)).toEqual([
    { conn_name: 'model.shop.good', orig_conn_name: 'master' },
    { conn_name: 'model.shop.bad', orig_conn_name: 'model.shop.good' },
  ])
})

test('the result of a snapshot holds its configuration', async () => {
  const text =
    "{% snapshot s %}{{ config(unique_key='x', strategy='check', check_cols='all') }} select 1 as x{% endsnapshot %}"
  const [line] = await linesOf(['LogSnapshotResult'], { 'snapshots/s.sql': text })
  expect(line?.data.cfg).toMatchObject({ unique_key: 'x', enabled: 'True', tags: '[]' })
})
