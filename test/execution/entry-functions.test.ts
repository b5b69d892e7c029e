import { afterEach, describe, expect, test } from 'vitest'
import { checkFreshness } from '../../src/execution/check-freshness.ts'
import { executeOperation } from '../../src/execution/execute-operation.ts'
import { previewNode } from '../../src/execution/preview-node.ts'
import { readCatalog } from '../../src/execution/read-catalog.ts'
import type { Node, SourceNode } from '../../src/project/node.ts'
import { PyFloat } from '../../src/template/value.ts'
import { RunRig } from '../rig/run-rig.ts'
import { simplePlan } from '../rig/simple-plan.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

/** A project that is loaded, and what a command would hand to the functions of this folder. */
function open(files: Record<string, string>) {
  rig = new RunRig(files)
  const { config, graph } = rig.load()
  return { p: rig, graph, ...rig.runOf(simplePlan(graph, 'run'), config) }
}

describe('a preview', () => {
  test('shows the first rows of a node and makes nothing', async () => {
    const { p, graph, run } = open({ 'models/m.sql': 'select i as id, cast(i as double) as d from range(9) r(i)' })
    const { preview, compiledCode } = await previewNode(graph.members.get('model.shop.m') as Node, run, 2)
    expect(preview.columns).toEqual(['id', 'd'])
    expect(preview.rows).toEqual([
      [0, new PyFloat(0)],
      [1, new PyFloat(1)],
    ])
    expect(compiledCode).toContain('limit 2')
    expect(await p.relations()).toEqual({})
  })

  test('of a seed is read from its file', async () => {
    const { graph, run } = open({ 'seeds/s.csv': 'id,name\n1,a\n2,b\n' })
    const { preview } = await previewNode(graph.members.get('seed.shop.s') as Node, run, 1)
    expect(preview).toEqual({ columns: ['id', 'name'], rows: [[new PyFloat(1), 'a']] })
  })
})

describe('an operation', () => {
  const macros = {
    'macros/m.sql': `{% macro make(n) %}{% do run_query('create table made as select ' ~ n ~ ' as n') %}{% do adapter.commit() %}{% endmacro %}
      {% macro fail() %}{% do exceptions.raise_compiler_error('not now') %}{% endmacro %}`,
  }

  test('calls a macro', async () => {
    const { p, run } = open(macros)
    const { results } = await executeOperation('make', new Map([['n', 3]]), run)
    expect(results).toMatchObject([{ uniqueId: 'macro.shop.make', status: 'success' }])
    expect(await p.rows('select * from made')).toEqual([[3]])
  })

  test('sees its macro as the model', async () => {
    const { p, run } = open({
      'macros/w.sql':
        '{% macro who() %}{% do run_query("create table seen as select \'" ~ model.unique_id ~ "\' as id") %}{% do adapter.commit() %}{% endmacro %}',
    })
    await executeOperation('who', new Map(), run)
    expect(await p.rows('select * from seen')).toEqual([['macro.shop.who']])
  })

  test('that fails is a result too', async () => {
    const { run } = open(macros)
    const { results } = await executeOperation('shop.fail', new Map(), run)
    expect(results).toMatchObject([{ status: 'error' }])
    expect(results[0]?.diagnostics[0]?.message).toContain('not now')
  })

  test('of an unknown name is refused', async () => {
    const { run } = open(macros)
    await expect(executeOperation('nope', new Map(), run)).rejects.toThrow(
      "dbt could not find a macro with the name 'nope'",
    )
  })
})

test('freshness is the age of the youngest row', async () => {
  const sources = `sources:
  - name: raw
    schema: main
    loaded_at_field: seen
    freshness: {warn_after: {count: 1, period: day}, error_after: {count: 3, period: day}}
    tables: [{name: young}, {name: old}, {name: older}, {name: hollow}, {name: gone}]
`
  const { p, graph, run } = open({ 'models/s.yml': sources })
  for (const [name, hours] of [
    ['young', 1],
    ['old', 30],
    ['older', 100],
  ] as const) {
    await p.rows(`create table ${name} as select now() at time zone 'UTC' - to_hours(${hours}) as seen`)
  }
  await p.rows('create table hollow (seen timestamp)')
  const chosen = [...graph.members.values()].filter((one): one is SourceNode => one.resourceType === 'source')
  const { results } = await checkFreshness(chosen, run)
  const hollow = results.find(one => one.source.name === 'hollow')
  expect(hollow?.status).toBe('error')
  expect(hollow?.maxLoadedAt?.iso()).toBe('0001-01-01T00:00:00+00:00')
  const found = Object.fromEntries(
    results
      .filter(one => one !== hollow)
      .map(one => [one.source.name, [one.status, Math.round((one.ageSeconds ?? 0) / 3600)]]),
  )
  expect(found).toEqual({ young: ['pass', 1], old: ['warn', 30], older: ['error', 100], gone: ['runtime error', 0] })
})

test('freshness keeps microseconds, and takes nothing but times', async () => {
  const sources = `sources:
  - name: raw
    schema: main
    loaded_at_field: seen
    freshness: {warn_after: {count: 1, period: day}}
    tables: [{name: exact}, {name: zoned}, {name: day}]
`
  const { p, graph, run } = open({ 'models/s.yml': sources })
  await p.rows("create table exact as select timestamp '2024-01-01 10:00:00.123456' as seen")
  await p.rows("create table zoned as select timestamptz '2024-01-01 10:00:00+02' as seen")
  await p.rows("create table day as select date '2024-01-01' as seen")
  const chosen = [...graph.members.values()].filter((one): one is SourceNode => one.resourceType === 'source')
  const { results } = await checkFreshness(chosen, run)
  const of = (name: string) => results.find(one => one.source.name === name)
  expect(of('exact')?.maxLoadedAt?.iso()).toBe('2024-01-01T10:00:00.123456+00:00')
  expect(of('zoned')?.maxLoadedAt?.iso()).toBe('2024-01-01T08:00:00+00:00')
  expect(of('day')?.message).toContain(
    "Database Error in source day (models/s.yml)\n  Expected a timestamp value when querying field 'last_modified' of table None but received value of type 'date' instead",
  )
})

test('the catalogue has the columns, types and comments of what is built', async () => {
  const { p, run } = open({
    'models/m.sql':
      "{{ config(materialized='table', persist_docs={'relation': true, 'columns': true}) }} select 1 as id, 'x' as v",
    'models/m.yml': 'models: [{name: m, description: one row, columns: [{name: id, description: the key}]}]',
    'models/unbuilt.sql': 'select 1 as id',
  })
  await p.run({ only: ['m'] })
  const { nodes } = await readCatalog(run, null, false)
  expect([...nodes.keys()]).toEqual(['model.shop.m'])
  expect(nodes.get('model.shop.m')).toMatchObject({
    schema: 'main',
    name: 'm',
    type: 'BASE TABLE',
    comment: 'one row',
    columns: [
      { name: 'id', type: 'INTEGER', comment: 'the key' },
      { name: 'v', type: 'VARCHAR', comment: null },
    ],
  })
})
