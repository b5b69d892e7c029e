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

async function linesOf(
  names: readonly string[],
  more: Readonly<Record<string, string>> = {},
  command = 'build --threads 1',
): Promise<Line[]> {
  const p = project({ ...files, ...more })
  await p.run(`${command} --log-format json --log-level debug`)
  const lines = p.stdout
    .trim()
    .split('\n')
    .map((line): Line => JSON.parse(line))
  return lines.filter(line => names.includes(line.info.name))
}

const statusOf = ({ data }: Line): unknown => (data.node_info as Record<string, unknown> | undefined)?.node_status
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

test('outside of a build only errors hold others back', async () => {
  const lines = await linesOf(['MarkSkippedChildren'], {}, 'run --threads 1')
  expect(lines.map(line => line.data.unique_id)).toEqual(['model.shop.bad'])
})

test.each(['compile -s good', 'show -s good'])('%s tells of nodes what a run tells', async command => {
  const lines = await linesOf(['NodeStart', 'NodeCompiling', 'NodeExecuting', 'NodeFinished'], {}, command)
  const told = lines.map(line => [line.info.name, idOf(line), statusOf(line)])
  expect(told).toEqual([
    ['NodeStart', 'model.shop.good', 'started'],
    ['NodeCompiling', 'model.shop.good', 'compiling'],
    ['NodeExecuting', 'model.shop.good', 'executing'],
    ['NodeFinished', 'model.shop.good', 'success'],
  ])
})

test('a command ends with the results of all its nodes', async () => {
  const ends = await linesOf(['EndRunResult'])
  const results = ['success', 'error', 'skipped'].map(status => ({ status }))
  expect(ends.map(line => line.data)).toMatchObject([{ success: false, results }])
})

test.each([
  ['docs generate', 'CatalogWritten', ['path']],
  ['docs generate', 'BuildingCatalog', []],
  ['clean', 'ConfirmCleanPath', ['path']],
  ['run -s nobody', 'NoNodesForSelectionCriteria', ['spec_raw']],
  ['run -s nobody', 'EndRunResult', ['elapsed_time', 'generated_at', 'results', 'success']],
  ['deps', 'DepsNoPackagesFound', []],
])('%s tells %s with the data of dbt', async (command, name, keys) => {
  const [line] = await linesOf([name], {}, command)
  expect(Object.keys(line?.data ?? { none: 1 })).toEqual(keys)
})

test('rows are shown as text or as JSON, also to programs', async () => {
  const previews = async (command: string) => (await linesOf(['ShowNode'], {}, command)).map(line => line.data.preview)
  expect(await previews('show --inline "select 1 as a" --output json')).toEqual(['[{"a": 1}]'])
  expect(await previews('show --inline "select 1 as a"')).toEqual(['| a |\n| - |\n| 1 |\n'])
})

test('what nothing is done for begins and ends like the others', async () => {
  const exposures = 'exposures: [{name: board, type: dashboard, owner: {name: ana}, depends_on: [ref("good")]}]'
  const lines = await linesOf(
    ['NodeStart', 'LogStartLine', 'NodeCompiling', 'NodeExecuting', 'NodeFinished'],
    { 'models/e.yml': exposures },
    'build -s board',
  )
  expect(lines.map(line => line.info.name)).toEqual(['NodeStart', 'NodeCompiling', 'NodeExecuting', 'NodeFinished'])
  expect(lines.at(-1)?.data).toMatchObject({ node_info: { node_started_at: expect.stringMatching(/^\d{4}/) } })
})

test('words of a template tell what its node is at', async () => {
  const lines = await linesOf(['JinjaLogDebug', 'SQLQuery', 'CatchableExceptionOnRun'])
  const told = new Set(lines.map(line => [line.info.name, idOf(line), statusOf(line)].join(' ')))
  expect([...told].filter(one => one.includes('.shop.'))).toEqual([
    'JinjaLogDebug model.shop.good compiling',
    'SQLQuery model.shop.good executing',
    'SQLQuery model.shop.bad executing',
    'CatchableExceptionOnRun model.shop.bad executing',
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

test('the failure of an ephemeral model is told with what is skipped for it', async () => {
  const lines = await linesOf(['LogSkipBecauseError', 'RunResultFailure', 'RunResultError'], {
    'models/part.sql':
      "{{ config(materialized='ephemeral') }} select 1 {{ exceptions.raise_compiler_error('no') if execute }}",
    'models/whole.sql': "select * from {{ ref('part') }}",
    'models/bad.sql': 'select 1 as x',
  })
  expect(lines.map(line => line.info.name)).toEqual([
    'LogSkipBecauseError',
    'RunResultFailure',
    'RunResultError',
    'RunResultError',
  ])
  expect(lines[1]?.info.msg).toContain('Failure in model part (models/part.sql)')
  expect(lines[2]?.info.msg).toContain('Compilation Error in model part (models/part.sql)\n  no')
})

test('an ephemeral model that was skipped itself tells nothing of its own', async () => {
  const lines = await linesOf(['LogSkipBecauseError', 'RunResultFailure', 'RunResultErrorNoMessage'], {
    'models/part.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('bad') }}",
    'models/whole.sql': "select * from {{ ref('part') }}",
  })
  expect(lines.map(line => line.info.name)).toEqual(['LogSkipBecauseError', 'RunResultFailure'])
  expect(lines[1]?.info.msg).toContain('Failure in model bad')
})
